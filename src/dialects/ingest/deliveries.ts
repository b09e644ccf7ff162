// No vendor page: what happened to mail for a contact, and what its status rests on.
import { ok } from '../../platform/answer.ts';
import { listOf } from '../../platform/cursor.ts';
import { cursorAfterEvent, eventIn } from '../../platform/deliveries.ts';
import type { Delivery } from '../../storage/deliveries.ts';
import { ingest } from './dialect.ts';
import { pageQuery, referenceParameter } from './schemas.ts';

const fromDelivery = ({ eventId: event_id, ...delivery }: Delivery) => ({ ...delivery, event_id });

ingest.serve(
  {
    method: 'get',
    path: '/contacts/{reference}/deliveries',
    operationId: 'ingestListDeliveries',
    summary: 'Lists what happened to mail for a contact, latest first.',
    description: 'The events are those of the address, whichever contact they were meant for.',
    params: referenceParameter,
    query: pageQuery,
    answers: { 200: { description: 'A page of events.', schema: 'deliveries' } },
    refusals: ['contact.not_found'],
  },
  async ({ opened: book, params: { reference }, query: { first, after } }) => {
    const { listDeliveries } = await import('../../storage/deliveries.ts');
    const list = listOf(book, 'ingest/deliveries', reference);
    const page = await listDeliveries(book, { reference }, first, await eventIn(list, { after }));
    return ok({
      email: page.email,
      email_status: page.status,
      verdict: page.verdict && fromDelivery(page.verdict),
      items: page.items.map(fromDelivery),
      next: await cursorAfterEvent(list, page),
    });
  },
);
