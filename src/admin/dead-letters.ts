import { sendLetters } from '../hooks/queue.ts';
import { noContent, ok } from '../platform/answer.ts';
import { cursorAfter, positionIn } from '../platform/cursor.ts';
import { dropDeadLetter, listDeadLetters, replayDeadLetter } from '../storage/dead-letters.ts';
import { deadLetterParameter } from './delivery-schemas.ts';
import { admin } from './dialect.ts';
import { pageQuery } from './schemas.ts';

const LIST = 'admin/dead-letters';

admin.serve(
  {
    method: 'get',
    path: '/dead-letters',
    operationId: 'adminListDeadLetters',
    summary: 'Lists the events that the queue has given up on, oldest first, without their content.',
    query: pageQuery,
    answers: { 200: { description: 'A page of dead letters.', schema: 'deadLetters' } },
  },
  async ({ opened: office, query: { first, after } }) => {
    const page = await listDeadLetters(office, first, await positionIn(LIST, { after }));
    return ok({ items: page.items, next: await cursorAfter(LIST, page, ({ id }) => id) });
  },
);

admin.serve(
  {
    method: 'post',
    path: '/dead-letters/{deadLetterId}/replay',
    operationId: 'adminReplayDeadLetter',
    summary: 'Puts a dead letter on the queue again.',
    params: deadLetterParameter,
    answers: { 204: { description: 'The dead letter is on the queue again.' } },
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
    operationId: 'adminDeleteDeadLetter',
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
