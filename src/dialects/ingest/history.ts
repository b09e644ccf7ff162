// No vendor page: the history of a contact, for audits.
import { ok } from '../../platform/answer.ts';
import { listOf } from '../../platform/cursor.ts';
import { cursorBefore, positionBefore } from '../../platform/history.ts';
import { ingest } from './dialect.ts';
import { fromHistory } from './mapping.ts';
import { pageQuery, referenceParameter } from './schemas.ts';

ingest.serve(
  {
    method: 'get',
    path: '/contacts/{reference}/history',
    operationId: 'ingestListHistory',
    summary: 'Lists the changes of a contact, newest first.',
    description:
      'A change has the id of the key that made it, the time, the request, and each field before and after.',
    params: referenceParameter,
    query: pageQuery,
    answers: { 200: { description: 'A page of changes.', schema: 'history' } },
    refusals: ['contact.not_found'],
  },
  async ({ opened: book, params, query: { first, after } }) => {
    const { listHistory } = await import('../../storage/history.ts');
    const list = listOf(book, 'ingest/history', params.reference);
    const page = await listHistory(book, params, first, await positionBefore(list, { after }));
    return ok({ items: page.items.map(fromHistory), next: await cursorBefore(list, page) });
  },
);
