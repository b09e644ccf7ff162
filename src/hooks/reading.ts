import type { DeliveryEvent } from '../core/delivery.ts';
import type { Letter } from './provider.ts';
import { senders } from './providers.ts';

/** The events in a letter, read part by part where its provider sends many at once. `isWhole` is false when some part cannot be read. Pure. */
export function eventsOf(letter: Letter): { events: DeliveryEvent[]; isWhole: boolean } {
  if (letter.events) return { events: letter.events, isWhole: true };
  const sender = senders.get(letter.provider);
  let isWhole = true;
  const events = (sender?.split?.(letter.payload) ?? [letter.payload]).flatMap((payload) => {
    try {
      return sender!.events({ ...letter, payload });
    } catch {
      isWhole = false;
      return [];
    }
  });
  return { events, isWhole };
}
