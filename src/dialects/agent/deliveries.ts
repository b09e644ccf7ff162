// No vendor page: what happened to mail for a contact, and what its status rests on.
import { ok } from '../../platform/answer.ts';
import { listOf } from '../../platform/cursor.ts';
import { cursorAfterEvent, eventIn } from '../../platform/deliveries.ts';
import { agent } from './dialect.ts';
import { fromEmail } from './mapping.ts';
import { contactParameters, pageQuery } from './schemas.ts';

agent.serve(
  {
    method: 'get',
    path: '/accounts/{accountId}/contacts/{contactId}/deliveries',
    operationId: 'agentListDeliveries',
    summary: 'List what happened to mail for a contact',
    description: 'Latest first. The events are those of the address, whichever contact they were meant for.',
    params: contactParameters,
    query: pageQuery,
    answers: { 200: { description: 'A page of events.', schema: 'deliveries' } },
    refusals: ['contact.not_found'],
  },
  async ({ opened: book, params: { accountId, contactId: id }, query: { first, after } }) => {
    const { listDeliveries } = await import('../../storage/deliveries.ts');
    const list = listOf(book, 'agent/deliveries', accountId, id);
    const page = await listDeliveries(book, { accountId, id }, first, await eventIn(list, { after }));
    const { email, status, verdict, items: nodes } = page;
    return ok({
      email: fromEmail(email, status),
      verdict,
      nodes,
      pageInfo: { endCursor: await cursorAfterEvent(list, page) },
    });
  },
);
