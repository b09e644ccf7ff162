// Nobody publishes this: what happened to mail for a contact, and what its status rests on.
import { ok } from '../../platform/answer.ts';
import { toCursor } from '../../platform/cursor.ts';
import { fromPosition, toPosition } from '../../platform/deliveries.ts';
import type { Delivery } from '../../storage/deliveries.ts';
import { ingest } from './dialect.ts';
import { pageQuery, referenceParameter } from './schemas.ts';

const fromDelivery = ({ eventId: event_id, ...delivery }: Delivery) => ({ ...delivery, event_id });

ingest.serve(
  {
    method: 'get',
    path: '/contacts/{reference}/deliveries',
    operationId: 'ingest.listDeliveries',
    summary: 'Lists what happened to mail for a contact, latest first.',
    description: 'The events are those of the address, whichever contact they were meant for.',
    params: referenceParameter,
    query: pageQuery,
    answers: { 200: { description: 'A page of events.', schema: 'deliveries' } },
    refusals: ['contact.not_found'],
  },
  async ({ opened: book, params: { reference }, query: { first, after } }) => {
    const { listDeliveries } = await import('../../storage/deliveries.ts');
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
