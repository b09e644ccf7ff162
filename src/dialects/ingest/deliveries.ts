// Nobody publishes this: what happened to mail for a contact, and what its status rests on.
import { ok } from '../../platform/answer.ts';
import { toCursor } from '../../platform/cursor.ts';
import { fromPosition, toPosition } from '../../platform/deliveries.ts';
import { type Delivery, listDeliveries } from '../../storage/deliveries.ts';
import { deliveriesOutput, deliveriesQuery } from './delivery-schemas.ts';
import { ingest } from './dialect.ts';
import { referenceParameter } from './schemas.ts';

const fromDelivery = ({ eventId: event_id, ...delivery }: Delivery) => ({ ...delivery, event_id });

ingest.serve(
  {
    method: 'get',
    path: '/contacts/{reference}/deliveries',
    operationId: 'ingest.listDeliveries',
    summary: 'Lists what happened to mail for a contact, latest first.',
    description: 'The events are those of the address, whichever contact they were meant for.',
    params: referenceParameter,
    query: deliveriesQuery,
    answers: { 200: { description: 'A page of events.', schema: deliveriesOutput } },
    refusals: ['contact.not_found'],
  },
  async ({ opened: book, params: { reference }, query: { first, after } }) => {
    const list = JSON.stringify([book.tenantId, 'ingest/deliveries', reference]);
    const position = await fromPosition(list, after);
    const { email, status, verdict, deliveries, more } = await listDeliveries(
      book,
      { reference },
      first,
      position,
    );
    const last = deliveries.at(-1);
    return ok({
      email,
      email_status: status,
      verdict: verdict && fromDelivery(verdict),
      items: deliveries.map(fromDelivery),
      next: more && last ? await toCursor(list, toPosition(last)) : null,
    });
  },
);
