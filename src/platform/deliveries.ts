/** The cursors of delivery events, which are the same in every dialect. */
import type { Delivery } from '../storage/deliveries.ts';
import type { Page } from '../storage/page.ts';
import { cursorAfter, fromCursor, type SentCursor } from './cursor.ts';

/** The event after which a page starts; null for the first page. Throws 422 `cursor.invalid`. */
export async function eventIn(
  list: string,
  sent: SentCursor,
): Promise<Pick<Delivery, 'at' | 'provider' | 'eventId'> | null> {
  const [at, provider = '', eventId = ''] = (await fromCursor(list, sent))?.split(' ') ?? [];
  return at === undefined ? null : { at, provider, eventId };
}

/** The cursor of the next page; null on the last. An event's id has no space in it. */
export const cursorAfterEvent = (list: string, page: Page<Delivery>): Promise<string | null> =>
  cursorAfter(list, page, ({ at, provider, eventId }) => `${at} ${provider} ${eventId}`);
