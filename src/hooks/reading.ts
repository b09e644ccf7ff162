import type { DeliveryEvent } from '../core/delivery.ts';
import type { Letter } from './provider.ts';
import { mappings, providers } from './providers.ts';

/** What a letter tells, part by part where its provider sends many at once; not `isWhole` when some part cannot be read. Pure. */
export function eventsOf(letter: Letter): { events: DeliveryEvent[]; isWhole: boolean } {
  if (letter.events) return { events: letter.events, isWhole: true };
  const { provider, payload } = letter;
  let isWhole = true;
  const events = (providers[provider]?.split?.(payload) ?? [payload]).flatMap((part) => {
    try {
      return mappings[provider]!({ ...letter, payload: part });
    } catch {
      isWhole = false;
      return [];
    }
  });
  return { events, isWhole };
}
