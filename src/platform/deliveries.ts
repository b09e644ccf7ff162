/** The cursors of delivery events, which are the same in every dialect. */
import type { Delivery } from '../storage/deliveries.ts';
import { fromCursor, type SentCursor } from './cursor.ts';

type Position = Pick<Delivery, 'at' | 'provider' | 'eventId'>;

/** The position as a cursor's text. An event's id has no space in it. */
export const toPosition = ({ at, provider, eventId }: Position) => `${at} ${provider} ${eventId}`;

/** The event after which a page starts; null for the first page. Throws 422 `cursor.invalid`. */
export async function fromPosition(list: string, sent: SentCursor): Promise<Position | null> {
  const [at, provider = '', eventId = ''] = (await fromCursor(list, sent))?.split(' ') ?? [];
  return at === undefined ? null : { at, provider, eventId };
}
