/** Cursors under the name that a dialect has for their parameter. What a cursor is good for, the tests of lists say. */
import { expect, it } from 'vitest';
import { cursorAfter, fromCursor, positionIn } from '../../src/platform/cursor.ts';

it('are refused under the name of their parameter', async () => {
  for (const name of ['after', 'page_token'])
    await expect(positionIn('list', { [name]: 'AAAA' })).rejects.toMatchObject({
      errors: [{ pointer: name, code: 'cursor.invalid' }],
    });
});

it('are a position once they are sent, and none before', async () => {
  const cursor = await cursorAfter('list', { items: ['b'], more: true }, String);
  expect(await fromCursor('list', { page_token: cursor! })).toBe('b');
  expect(await fromCursor('list', { page_token: undefined })).toBeNull();
  expect(await positionIn('list', { page_token: undefined })).toBe('');
});
