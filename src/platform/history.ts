/** Cursors of histories, which both dialects page the same way: backwards, by sequence. */
import type { HistoryEntry } from '../core/history.ts';
import type { Page } from '../storage/page.ts';
import { cursorAfter, fromCursor, type SentCursor } from './cursor.ts';

/** The sequence before which a page starts. Throws 422 `cursor.invalid`. */
export const positionBefore = async (list: string, sent: SentCursor): Promise<number> =>
  Number((await fromCursor(list, sent)) ?? Number.MAX_SAFE_INTEGER);

/** The cursor of the next page; null on the last. */
export const cursorBefore = (list: string, page: Page<HistoryEntry>): Promise<string | null> =>
  cursorAfter(list, page, ({ sequence }) => String(sequence));
