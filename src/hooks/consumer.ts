/** The other end of the queues: letters become delivery events, and those are applied, many at once; what keeps failing is buried. */
import { v7 as uuidv7 } from 'uuid';
import type { DeliveryEvent } from '../core/delivery.ts';
import type { Bindings } from '../platform/env.ts';
import { newMeter, type Payer, type TenantId } from '../storage/database.ts';
import { bury } from '../storage/dead-letters.ts';
import { applyEvents } from '../storage/delivery-events.ts';
import { tenantOfDomain } from '../storage/delivery-settings.ts';
import { forgetReceiptsBefore } from '../storage/hooks.ts';
import { senderDomain } from './cloudflare/events.ts';
import { type Letter, WINDOW_MS } from './provider.ts';
import { mappings } from './providers.ts';

/** A letter of ours, or an event as Cloudflare Email Service puts it on the queue that is subscribed to it. */
type Delivered = Message<Letter | { type: string }>;

const letterIn = ({ body, timestamp }: Delivered): Letter =>
  'provider' in body
    ? body
    : { tenantId: null, provider: 'cloudflare', receivedAt: timestamp.toISOString(), payload: body };

/** Applies what the queue delivers: all of a tenant's letters together, and one by one where that fails. */
export async function consume(
  { messages }: { messages: readonly Delivered[] },
  env: Bindings,
): Promise<void> {
  const started = Date.now();
  const payer: Payer = { db: env.DB, meter: newMeter() };
  const read = await Promise.all(messages.map((message) => reading(payer, message)));
  const readable = read.filter((letter) => letter !== null);
  for (const [tenantId, letters] of Map.groupBy(readable, (letter) => letter.tenantId))
    await applyTogether(payer, tenantId, letters);
  await forgetReceiptsBefore(payer, started - 2 * WINDOW_MS).catch(() => {}); // the next batch will
  const { roundTrips, rowsRead, rowsWritten } = payer.meter;
  const events = readable.reduce((sum, letter) => sum + letter.events.length, 0);
  const ms = Date.now() - started;
  log({
    code: 'deliveries.consumed',
    letters: messages.length,
    events,
    ms,
    roundTrips,
    rowsRead,
    rowsWritten,
  });
}

/** One line of JSON; nothing that a provider sent. */
const log = (line: object) => console.log(JSON.stringify({ level: 'info', ...line }));

interface ReadLetter {
  message: Delivered;
  tenantId: TenantId;
  events: DeliveryEvent[];
}

/** The events in a letter; null when there are none, or when it cannot be read: then it comes again, and in the end is buried. */
async function reading(payer: Payer, message: Delivered): Promise<ReadLetter | null> {
  try {
    const letter = letterIn(message);
    const tenantId = await tenantOf(payer, letter);
    const events = letter.events ?? mappings[letter.provider]!(letter);
    if (tenantId !== null && events.length > 0) return { message, tenantId, events };
    // Opens and clicks; a sender that is nobody's; an event that does not say which of several recipients it is about.
    log({ code: 'deliveries.ignored', tenant: letter.tenantId, provider: letter.provider });
    message.ack();
  } catch {
    again(message);
  }
  return null;
}

/** "Sender domain checked": events from a domain that no tenant has named are nobody's. */
async function tenantOf(payer: Payer, { tenantId, provider, payload }: Letter): Promise<TenantId | null> {
  if (provider !== 'cloudflare') return tenantId as TenantId;
  const domain = senderDomain(payload);
  return domain === null ? null : tenantOfDomain(payer, domain);
}

async function applyTogether(payer: Payer, tenantId: TenantId, letters: ReadLetter[]): Promise<void> {
  try {
    await applyEvents(
      { ...payer, tenantId },
      letters.flatMap(({ events }) => events),
    );
    for (const { message } of letters) message.ack();
  } catch (error) {
    if (letters.length > 1) for (const letter of letters) await applyTogether(payer, tenantId, [letter]);
    else if (letters[0]) {
      console.error(
        JSON.stringify({ level: 'error', code: 'deliveries.not_applied', name: (error as Error).name }),
      );
      again(letters[0].message);
    }
  }
}

/** Waits longer each time, up to some minutes. */
const again = (message: Delivered) => message.retry({ delaySeconds: Math.min(300, 2 ** message.attempts) });

/** Keeps what the queue has given up on, for the operator to see and to replay. */
export async function consumeDead(
  { messages }: { messages: readonly Delivered[] },
  env: Bindings,
): Promise<void> {
  const diedAt = new Date().toISOString();
  const letters = messages.map((message) => {
    const letter = letterIn(message);
    const { tenantId, provider, receivedAt } = letter;
    const body = JSON.stringify(letter);
    return { id: uuidv7(), tenantId, provider, receivedAt, diedAt, body, reason: reasonFor(letter) };
  });
  await bury({ db: env.DB, meter: newMeter() }, letters);
}

/** What a second look says: it could not be read, or it could not be applied. */
function reasonFor(letter: Letter): string {
  try {
    if (!letter.events) mappings[letter.provider]!(letter);
    return 'not_applied';
  } catch {
    return 'unreadable';
  }
}
