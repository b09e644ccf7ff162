/** Putting letters on the queue, whose messages hold 128 KB each. */
import type { DeliveryEvent } from '../core/delivery.ts';
import { Failure } from '../core/failure.ts';
import { log } from '../platform/log.ts';
import type { Letter, Provider } from './provider.ts';
import { eventsOf } from './reading.ts';

/** Leaves room in a message for what surrounds the payload, and for characters of several bytes. */
const MOST_CHARACTERS = 30_000;
/** A call takes 256 KB: two messages, even if each character takes three bytes. */
const MOST_MESSAGES = 2;
/** An event takes at most 2.2 KB, so this many fit into a message. */
const MOST_EVENTS = 50;

const inGroups = <Item>(items: Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));

/** Groups the parts, as many as fit into a message. A part that does not fit into any message stands alone. */
function packed(parts: unknown[]): unknown[][] {
  const groups: { parts: unknown[]; size: number }[] = [];
  for (const part of parts) {
    const size = JSON.stringify(part).length + 1; // with the comma or bracket behind it
    const last = groups.at(-1);
    if (last && last.size + size <= MOST_CHARACTERS) {
      last.parts.push(part);
      last.size += size;
    } else groups.push({ parts: [part], size: 1 + size });
  }
  return groups.map((group) => group.parts);
}

/**
 * Puts the body on the queue, in as many messages as it takes. A part that is too long for a message goes as the events that can be read in it.
 * Returns the number of messages. Throws `store.unavailable` while the queue takes none.
 */
export async function send(
  queue: Queue<Letter>,
  provider: Provider,
  letter: Letter,
  body: unknown,
): Promise<number> {
  const letters = packed(provider.split ? provider.split(body) : [body]).flatMap((parts): Letter[] => {
    const payload = provider.split ? parts : parts[0];
    if (JSON.stringify(payload).length <= MOST_CHARACTERS) return [{ ...letter, payload }];
    const { events, isWhole } = eventsOf({ ...letter, payload });
    if (!isWhole)
      log('warn', { code: 'deliveries.unreadable', tenant: letter.tenantId, provider: letter.provider });
    return eventLetters(letter, events);
  });
  await sendLetters(queue, letters);
  return letters.length;
}

/** Letters that carry events in place of the provider's payload. */
export const eventLetters = (letter: Letter, events: DeliveryEvent[]): Letter[] =>
  inGroups(events, MOST_EVENTS).map((some) => ({ ...letter, events: some }));

/** Puts letters on the queue. Throws `store.unavailable` while the queue takes none. */
export async function sendLetters(queue: Queue<Letter>, letters: Letter[]): Promise<void> {
  for (const some of inGroups(letters, MOST_MESSAGES))
    await queue.sendBatch(some.map((body) => ({ body, contentType: 'json' }))).catch((cause) => {
      throw new Failure('store.unavailable', [], { cause });
    });
}
