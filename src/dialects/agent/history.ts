// No vendor page: the history of a contact, for audits.
import { ok } from '../../platform/answer.ts';
import { listOf } from '../../platform/cursor.ts';
import { cursorBefore, positionBefore } from '../../platform/history.ts';
import { agent } from './dialect.ts';
import { contactParameters, pageQuery } from './schemas.ts';

agent.serve(
  {
    method: 'get',
    path: '/accounts/{accountId}/contacts/{contactId}/history',
    operationId: 'agentListHistory',
    summary: 'List the changes of a contact',
    description:
      'Newest first. A change has the id of the key that made it, the time, the request, and each field before and after, including fields that this dialect does not show.',
    params: contactParameters,
    query: pageQuery,
    answers: { 200: { description: 'A page of changes.', schema: 'history' } },
    refusals: ['contact.not_found'],
  },
  async ({ opened: book, params: { accountId, contactId: id }, query: { first, after } }) => {
    const { listHistory } = await import('../../storage/history.ts');
    const list = listOf(book, 'agent/history', id);
    const page = await listHistory(book, { accountId, id }, first, await positionBefore(list, { after }));
    const nodes = page.items.map(({ sequence: _, ...entry }) => entry);
    return ok({ nodes, pageInfo: { endCursor: await cursorBefore(list, page) } });
  },
);
