/** The other end of the queues: letters become delivery events, and those are applied, many at once; what keeps failing is buried. */
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

/** A letter of ours, or an event as Cloudflare Email Service puts it on the queue that is subscribed to it. */
type Delivered = Message<Letter | { type: string }>;

const letterIn = ({ body, timestamp }: Delivered): Letter =>
  isLetter(body)
    ? body
    : { tenantId: null, provider: 'cloudflare', receivedAt: timestamp.toISOString(), payload: body };

/** Whoever may write to the account's queues can put anything on them, a text for one. */
const isLetter = (body: unknown): body is Letter =>
  typeof body === 'object' && body !== null && 'provider' in body && 'receivedAt' in body;

/** Applies what the queue delivers: all of a tenant's letters together, and one by one where that fails. */
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
  await forgetReceiptsBefore(payer, started - 2 * WINDOW_MS).catch(() => {}); // the next batch will
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

/** The events in a letter; null when there are none to apply. What cannot be read comes again, and in the end is buried. */
async function reading(payer: Payer, message: Delivered, senders: Senders): Promise<ReadLetter | null> {
  const letter = letterIn(message);
  const { provider, tenantId: tenant } = letter;
  const { events, isWhole } = eventsOf(letter);
  if (!isWhole) log('warn', { code: 'deliveries.unreadable', tenant, provider });
  try {
    const tenantId = await tenantOf(payer, letter, senders);
    if (tenantId !== null && events.length > 0) return { message, tenantId, provider, events, isWhole };
    // Opens and clicks; a sender that is nobody's; an event that does not say which of several recipients it is about.
    if (isWhole) log('info', { code: 'deliveries.ignored', tenant, provider });
    done(message, isWhole);
  } catch (error) {
    log('error', { code: 'deliveries.not_applied', tenant, provider, cause: causeOf(error) });
    again(message);
  }
  return null;
}

/** A letter of which something could not be read comes again whole: what is applied by then counts once. */
const done = (message: Delivered, isWhole: boolean) => (isWhole ? message.ack() : again(message));

/** Whose each domain of a batch is, asked once: six questions may be on their way to D1, and the time of those that wait runs. */
type Senders = Map<string, Promise<TenantId | null>>;

/** "Sender domain checked": events from a domain that no tenant has named are nobody's. */
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

/** Waits longer each time, up to five minutes: ten times, as wrangler.toml has it, take about twenty. */
const again = (message: Delivered) => message.retry({ delaySeconds: Math.min(300, 2 ** message.attempts) });

/** Up to four hours: so the retries of wrangler.toml outlast the time that a queue can keep a message, and none is lost before. */
const LONGEST_DELAY_SECONDS = 4 * 60 * 60;

/** Keeps what the queue has given up on, for the operator to see and to replay: all at once, and one by one where that fails. */
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

/** 1 round trip. Buries what is in the messages, says so in the log, and takes them off the queue. */
async function buryTogether(payer: Payer, messages: readonly Delivered[]): Promise<void> {
  const diedAt = new Date().toISOString();
  const letters = messages.map((message) => {
    const letter = letterIn(message);
    const { tenantId, provider, receivedAt } = letter;
    // What a second look says: it could not be read, or it could not be applied.
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
