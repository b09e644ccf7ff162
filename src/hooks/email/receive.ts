/** Mail to the Worker's own addresses: the secret local part tells which tenant a mail is for. */
import PostalMime, { type Email, type RawEmail } from 'postal-mime';
import type { Bindings } from '../../platform/env.ts';
import { log } from '../../platform/log.ts';
import { newMeter } from '../../storage/database.ts';
import { tenantOfMailbox } from '../../storage/hooks.ts';
import { eventLetters, sendLetters } from '../queue.ts';
import { eventsIn } from './events.ts';

/** Enough for a report, which returns at most the message that it is about. */
const MOST_BYTES = 10 * 1024 * 1024;

/** Each line costs the parser some 400 bytes of an isolate's 128 MB. An attachment of 10 MiB has 140,000. */
const MOST_LINES = 200_000;
const LINE_FEED = 10;

/** Throws for a message with too many lines, and for one whose parts are nested too deeply. */
async function parse(raw: RawEmail): Promise<Email> {
  const bytes = new Uint8Array(await new Response(raw).arrayBuffer());
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1;
  if (lines > MOST_LINES) throw new RangeError('Too many lines');
  return PostalMime.parse(bytes, { forceRfc822Attachments: true });
}

/**
 * 1 round trip. Puts the events of a report on the queue. Rejects mail to a mailbox that no tenant has, mail over 10 MiB, and mail that cannot be
 * parsed or has too many lines for that. If the store is away or the events cannot be queued now, it throws, and the sender's server tries again.
 */
export async function receiveMail(message: ForwardableEmailMessage, env: Bindings): Promise<void> {
  const mailbox = message.to.slice(0, message.to.lastIndexOf('@')).toLowerCase();
  const tenantId = await tenantOfMailbox({ db: env.DB, meter: newMeter() }, mailbox);
  if (tenantId === null) return message.setReject('No such mailbox');
  if (message.rawSize > MOST_BYTES) return message.setReject('Message too large');
  const receivedAt = new Date().toISOString();
  const raw = await new Response(message.raw).arrayBuffer();
  const email = await parse(raw).catch(() => null);
  if (!email) {
    log('warn', { code: 'deliveries.unreadable', tenant: tenantId, provider: 'email' });
    return message.setReject('Message cannot be read');
  }
  const events = await eventsIn(email, receivedAt, parse);
  // ordinary mail, or a report that was forwarded as text
  if (events.length === 0) log('info', { code: 'deliveries.ignored', tenant: tenantId, provider: 'email' });
  await sendLetters(env.DELIVERIES, eventLetters({ tenantId, provider: 'email', receivedAt }, events));
}
