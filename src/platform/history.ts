/** Cursors of histories, which both dialects page the same way: backwards, by sequence. */
import type { HistoryEntry } from '../core/history.ts';
import type { Book } from '../storage/database.ts';
import type { Page } from '../storage/page.ts';
import { cursorAfter, fromCursor, type SentCursor } from './cursor.ts';

/** The list, for cursors, that is the history of this subject in one dialect: both dialects may name a contact alike. */
export const historyList = (book: Book, dialect: string, subject: string) =>
  JSON.stringify([book.tenantId, `${dialect}/history`, subject]);

/** The sequence before which a page starts. Throws 422 `cursor.invalid`. */
export const positionBefore = async (list: string, sent: SentCursor): Promise<number> =>
  Number((await fromCursor(list, sent)) ?? Number.MAX_SAFE_INTEGER);

/** The cursor of the next page; null on the last. */
export const cursorBefore = (list: string, page: Page<HistoryEntry>): Promise<string | null> =>
  cursorAfter(list, page, ({ sequence }) => String(sequence));
