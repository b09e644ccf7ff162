/** Cursors of histories, which both dialects page the same way: backwards, by sequence. */
import type { HistoryEntry } from '../core/history.ts';
import type { Book } from '../storage/database.ts';
import { fromCursor, toCursor } from './cursor.ts';

/** The list that the history of this subject is. */
export const historyList = (book: Book, subject: string) =>
  JSON.stringify([book.tenantId, 'history', subject]);

/** The sequence before which a page starts. Throws 422 `cursor.invalid`. */
export const positionBefore = async (list: string, after: string | undefined): Promise<number> =>
  after === undefined ? Number.MAX_SAFE_INTEGER : Number(await fromCursor(list, after));

/** The cursor of the next page; null on the last. */
export const pageBefore = async (
  list: string,
  entries: HistoryEntry[],
  more: boolean,
): Promise<string | null> => (more ? toCursor(list, String(entries.at(-1)!.sequence)) : null);
