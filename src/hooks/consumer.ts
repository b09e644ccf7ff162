/**
 * The consumers of the queues. Letters become delivery events, and many events are applied at once. A letter that keeps failing becomes a dead
 * letter.
 */
import { v7 as uuidv7 } from 'uuid';
import type { DeliveryEvent } from '../core/delivery.ts';
import { Failure } from '../core/failure.ts';
import type { Bindings } from '../platform/env.ts';
import { log } from '../platform/log.ts';
import { newMeter, type Payer, type TenantId } from '../storage/database.ts';
import { bury } from '../storage/dead-letters.ts';
import { applyEvents } from '../storage/delivery-events.ts';
import { tenantOfDomain } from '../storage/delivery-settings.ts';
import { forgetReceiptsBefore } from '../storage/hook-receipts.ts';
import { senderDomain } from './cloudflare/events.ts';
import { type Letter, WINDOW_MS } from './provider.ts';
import { eventsOf } from './reading.ts';

/** A letter of ours, or an event as Cloudflare Email Service itself puts it on the queue. */
type Delivered = Message<Letter | { type: string }>;

const letterIn = ({ body, timestamp }: Delivered): Letter =>
  isLetter(body)
    ? body
    : { tenantId: null, provider: 'cloudflare', receivedAt: timestamp.toISOString(), payload: body };

/** False for anything else: whoever may write to the account's queues can put any value on them, a text for example. */
function isLetter(body: unknown): body is Letter {
  const { tenantId, provider, receivedAt } = (body ?? {}) as Partial<Record<keyof Letter, unknown>>;
  const isTenant = tenantId === null || typeof tenantId === 'string';
  return isTenant && typeof provider === 'string' && typeof receivedAt === 'string';
}

/** Applies what the queue delivers: all letters of a tenant together, or one by one when that fails. */
export async function consume(
  { messages }: { messages: readonly Delivered[] },
  env: Bindings,
): Promise<void> {
  const started = Date.now();
  const payer: Payer = { db: env.DB, meter: newMeter() };
  const senders: Senders = new Map();
  const read = await Promise.all(messages.map((message) => reading(payer, message, senders)));
  const readable = read.filter((letter) => letter !== null);
  for (const [tenantId, letters] of Map.groupBy(readable, (letter) => letter.tenantId))
    await applyTogether(payer, tenantId, letters);
  // A copy of a request is good for two windows, if its sender's clock is ahead. One window more is for clocks of ours that differ.
  await forgetReceiptsBefore(payer, started - 3 * WINDOW_MS).catch(() => {}); // the next batch forgets them
  const { roundTrips, rowsRead, rowsWritten } = payer.meter;
  const events = readable.reduce((sum, letter) => sum + letter.events.length, 0);
  const ms = Date.now() - started;
  log('info', {
    code: 'deliveries.consumed',
    letters: messages.length,
    events,
    ms,
    roundTrips,
    rowsRead,
    rowsWritten,
  });
}

const causeOf = (error: unknown) => (error instanceof Failure ? error.code : (error as Error).name);

interface ReadLetter {
  message: Delivered;
  tenantId: TenantId;
  provider: string;
  events: DeliveryEvent[];
  isWhole: boolean;
}

/**
 * The events in a letter; null when there are none to apply. A letter that cannot be read is delivered again, and in the end becomes a dead letter.
 */
async function reading(payer: Payer, message: Delivered, senders: Senders): Promise<ReadLetter | null> {
  const letter = letterIn(message);
  const { provider, tenantId: tenant } = letter;
  const { events, isWhole } = eventsOf(letter);
  if (!isWhole) log('warn', { code: 'deliveries.unreadable', tenant, provider });
  try {
    const tenantId = await tenantOf(payer, letter, senders);
    if (tenantId !== null && events.length > 0) return { message, tenantId, provider, events, isWhole };
    // Nothing to apply: opens and clicks, a sender that is no tenant's, or an event that does not say which of several recipients it is about.
    if (isWhole) log('info', { code: 'deliveries.ignored', tenant, provider });
    done(message, isWhole);
  } catch (error) {
    log('error', { code: 'deliveries.not_applied', tenant, provider, cause: causeOf(error) });
    again(message);
  }
  return null;
}

/** Acknowledges a letter. One that could only be read in part is delivered again as a whole: the events that are applied by then count once. */
const done = (message: Delivered, isWhole: boolean) => (isWhole ? message.ack() : again(message));

/**
 * By domain: the tenant that sends from it, asked once for each batch. Only six requests may be under way to D1, and while others wait for a place
 * their time already runs.
 */
type Senders = Map<string, Promise<TenantId | null>>;

/** The tenant of a letter. Events of Cloudflare are those of the tenant that has named their domain; null where none has. */
async function tenantOf(
  payer: Payer,
  { tenantId, provider, payload }: Letter,
  senders: Senders,
): Promise<TenantId | null> {
  if (provider !== 'cloudflare') return tenantId as TenantId;
  const domain = senderDomain(payload);
  if (domain === null) return null;
  const sender = senders.get(domain) ?? tenantOfDomain(payer, domain);
  senders.set(domain, sender);
  return sender;
}

async function applyTogether(payer: Payer, tenantId: TenantId, letters: ReadLetter[]): Promise<void> {
  try {
    await applyEvents(
      { ...payer, tenantId },
      letters.flatMap(({ events }) => events),
    );
    for (const { message, isWhole } of letters) done(message, isWhole);
  } catch (error) {
    if (letters.length > 1) for (const letter of letters) await applyTogether(payer, tenantId, [letter]);
    else if (letters[0]) {
      const { message, provider } = letters[0];
      log('error', { code: 'deliveries.not_applied', tenant: tenantId, provider, cause: causeOf(error) });
      again(message);
    }
  }
}

/** Retries after a delay that grows up to five minutes. The ten retries that wrangler.toml allows take about twenty minutes. */
const again = (message: Delivered) => message.retry({ delaySeconds: Math.min(300, 2 ** message.attempts) });

/** With delays of up to four hours, the retries of wrangler.toml outlast the time that a queue keeps a message, so none is given up before that. */
const LONGEST_DELAY_SECONDS = 4 * 60 * 60;

/** Stores what the queue has given up as dead letters, for the operator to see and replay: all at once, or one by one when that fails. */
export async function consumeDead(
  { messages }: { messages: readonly Delivered[] },
  env: Bindings,
): Promise<void> {
  const payer: Payer = { db: env.DB, meter: newMeter() };
  try {
    await buryTogether(payer, messages);
  } catch {
    for (const message of messages)
      await buryTogether(payer, [message]).catch((error: Error) => {
        const { tenantId: tenant, provider } = letterIn(message);
        log('error', { code: 'deliveries.not_buried', tenant, provider, cause: causeOf(error) });
        message.retry({ delaySeconds: Math.min(LONGEST_DELAY_SECONDS, 30 * 2 ** message.attempts) });
      });
  }
}

/** 1 round trip. Stores the messages as dead letters, logs that, and takes them off the queue. */
async function buryTogether(payer: Payer, messages: readonly Delivered[]): Promise<void> {
  const diedAt = new Date().toISOString();
  const letters = messages.map((message) => {
    const letter = letterIn(message);
    const { tenantId, provider, receivedAt } = letter;
    // A second look tells why: the letter could not be read, or it could not be applied.
    const reason = eventsOf(letter).isWhole ? 'not_applied' : 'unreadable';
    return { id: uuidv7(), tenantId, provider, receivedAt, diedAt, body: JSON.stringify(letter), reason };
  });
  await bury(payer, letters);
  for (const message of messages) message.ack();
  const alike = Map.groupBy(letters, ({ tenantId, provider, reason }) => `${tenantId} ${provider} ${reason}`);
  for (const some of alike.values()) {
    const { tenantId: tenant, provider, reason } = some[0]!;
    log('error', { code: 'deliveries.buried', tenant, provider, reason, letters: some.length });
  }
}
