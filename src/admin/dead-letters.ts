import { sendLetters } from '../hooks/queue.ts';
import { noContent, ok } from '../platform/answer.ts';
import { fromCursor, toCursor } from '../platform/cursor.ts';
import { dropDeadLetter, listDeadLetters, replayDeadLetter } from '../storage/dead-letters.ts';
import { deadLetterParameter } from './delivery-schemas.ts';
import { admin } from './dialect.ts';
import { pageQuery } from './schemas.ts';

const LIST = 'admin/dead-letters';

admin.serve(
  {
    method: 'get',
    path: '/dead-letters',
    operationId: 'admin.listDeadLetters',
    summary: 'Lists what the queue has given up on, oldest first; never what is in it.',
    query: pageQuery,
    answers: { 200: { description: 'A page of dead letters.', schema: 'deadLetters' } },
  },
  async ({ opened: office, query: { first, after } }) => {
    const position = after === undefined ? '' : await fromCursor(LIST, after);
    const { letters: items, more } = await listDeadLetters(office, first, position);
    return ok({ items, next: more ? await toCursor(LIST, items.at(-1)!.id) : null });
  },
);

admin.serve(
  {
    method: 'post',
    path: '/dead-letters/{deadLetterId}/replay',
    operationId: 'admin.replayDeadLetter',
    summary: 'Puts a dead letter on the queue again.',
    params: deadLetterParameter,
    answers: { 204: { description: 'It is on the queue, and no longer dead.' } },
    refusals: ['dead_letter.not_found'],
  },
  async ({ opened: office, params: { deadLetterId } }) => {
    await replayDeadLetter(office, deadLetterId, (body) =>
      sendLetters(office.deliveries, [JSON.parse(body)]),
    );
    return noContent();
  },
);

admin.serve(
  {
    method: 'delete',
    path: '/dead-letters/{deadLetterId}',
    operationId: 'admin.deleteDeadLetter',
    summary: 'Drops a dead letter.',
    params: deadLetterParameter,
    answers: { 204: { description: 'Dropped.' } },
    refusals: ['dead_letter.not_found'],
  },
  async ({ opened: office, params: { deadLetterId } }) => {
    await dropDeadLetter(office, deadLetterId);
    return noContent();
  },
);
