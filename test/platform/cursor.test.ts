/** Cursors under the name that a dialect has for their parameter. What a cursor is good for, the tests of lists say. */
import { expect, it } from 'vitest';
import { cursorAfter, fromCursor, listOf, positionIn } from '../../src/platform/cursor.ts';
import type { Book } from '../../src/storage/database.ts';

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

it('keep their form from one version of the Worker to the next: a caller may be between two pages', async () => {
  const list = listOf({ tenantId: 'tenant' } as Book, 'contacts', { accountNumber: 'A' });
  const cursor = await cursorAfter(list, { items: ['~~~?'], more: true }, String);
  expect(cursor).toBe('T7PWZm6wg0j8fn5-Pw');
  expect(await positionIn(list, { after: cursor! })).toBe('~~~?');
});
