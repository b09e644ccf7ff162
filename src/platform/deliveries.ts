/** Where a page of delivery events ends: the same in every dialect. */
import type { Delivery } from '../storage/deliveries.ts';
import { fromCursor } from './cursor.ts';

type Position = Pick<Delivery, 'at' | 'provider' | 'eventId'>;

/** The position in a cursor's text: an event's id holds no space. */
export const toPosition = ({ at, provider, eventId }: Position) => `${at} ${provider} ${eventId}`;

/** The event after which a page starts; null for the first page. Throws 422 `cursor.invalid`. */
export async function fromPosition(list: string, after: string | undefined): Promise<Position | null> {
  if (after === undefined) return null;
  const [at = '', provider = '', eventId = ''] = (await fromCursor(list, after)).split(' ');
  return { at, provider, eventId };
}
