// Delivery reports (RFC 3464), abuse reports (RFC 5965) and auto-replies (RFC 3834), as any mailer sends or forwards them.
import type { Attachment, Email, RawEmail } from 'postal-mime';
import type { DeliveryEvent, DeliveryKind } from '../../core/delivery.ts';
import { fnv1a, shortId, toEvents } from '../event.ts';

/** Parses a message. It is passed in, so that this file stays pure. */
export type Parse = (raw: RawEmail) => Promise<Email>;

/** A message in a message; the second is one with characters outside ASCII in its header (RFC 6532). */
const MESSAGE = ['message/rfc822', 'message/global'];

/** How many levels of forwarding a report may lie under. */
const MOST_FORWARDS = 2;

/** The events in a message: the findings of a report, a note for an auto-reply, nothing for other mail. */
export async function eventsIn(
  email: Email,
  receivedAt: string,
  parse: Parse,
  forwards = MOST_FORWARDS,
): Promise<DeliveryEvent[]> {
  const part = (...types: string[]) => email.attachments.find(({ mimeType }) => types.includes(mimeType));
  // The second type is for addresses with characters outside ASCII (RFC 6533).
  const delivery = part('message/delivery-status', 'message/global-delivery-status');
  const abuse = part('message/feedback-report');
  if (delivery) return fromDeliveryReport(email, delivery, receivedAt);
  if (abuse) return fromAbuseReport(email, abuse, receivedAt, parse);
  const forwarded = email.attachments.filter(({ mimeType }) => MESSAGE.includes(mimeType) && forwards > 0);
  const told: DeliveryEvent[][] = [];
  // one after another: thousands at once would take more memory than an isolate has
  for (const { content } of forwarded) {
    const inner = await readable(parse, content);
    if (inner) told.push(await eventsIn(inner, receivedAt, parse, forwards - 1));
  }
  const found = told.flat();
  if (found.length > 0) return found;
  return fromAutoReply(email, receivedAt);
}

/** The message in an attachment; null when it cannot be parsed, for example because its parts are nested too deeply. */
const readable = (parse: Parse, content: Attachment['content']): Promise<Email | null> =>
  parse(content).catch(() => null);

type Fields = Map<string, string[]>;

/** Groups of "Name: value" lines, unfolded, between empty lines; names in lower case. */
function fieldGroups({ content }: Attachment): Fields[] {
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  const groups = text.replaceAll(/\r\n?/g, '\n').split(/\n[ \t]*\n/);
  return groups.map((group) => {
    const fields: Fields = new Map();
    for (const line of group.replaceAll(/\n[ \t]+/g, ' ').split('\n')) {
      const colon = line.indexOf(':');
      if (colon < 1) continue;
      const name = line.slice(0, colon).trim().toLowerCase();
      const value = line.slice(colon + 1).trim();
      if (!fields.get(name)?.push(value)) fields.set(name, [value]);
    }
    return fields;
  });
}

const one = (fields: Fields, name: string) => fields.get(name)?.[0];
/** The part after the type in "rfc822; jane@example.com" or "smtp; 550 5.1.1 …". */
const untyped = (value: string | undefined) => value?.replace(/^[\w-]+\s*;\s*/, '');

/** An address in a report. Where it must be ASCII, RFC 6533 writes "j\x{F6}rg" for "jörg". */
const addressIn = (value: string | undefined) =>
  untyped(value)?.replaceAll(/\\x\{((?:10|[1-9A-F])?[0-9A-F]{2,4})\}/gi, (_, point: string) =>
    String.fromCodePoint(Number.parseInt(point, 16)),
  );

/**
 * Statuses 5.x.x that say nothing lasting about the address (RFC 3463): the sender's address is refused (x.1.7, x.1.8), the mailbox or the system is
 * full (x.2.2, x.3.1), the message is too large or has too many recipients (x.2.3, x.3.4, x.5.3), its content (x.6.x) or the recipient's policy
 * (x.7.x) stands in the way, the system is closed or misconfigured (x.3.2, x.3.5), the connection, a directory or the network failed (x.4.2, x.4.3,
 * x.4.5), the message went in circles (x.4.6), or the time expired while the server was away (x.4.7). Exchange Online has its own for too many messages
 * in an hour or a day (x.1.90, x.2.121, x.2.122), for circles (x.4.14) and for time that expired. Gmail says x.4.5 for too many in a day.
 */
const PASSING =
  /^5\.(?:1\.(?:[78]|90)|2\.(?:[23]|12[12])|3\.[1245]|4\.(?:[235-7]|14|300|31[2678])|5\.3|[67]\.\d+)$/;

/** Gmail says 5.2.1 of a disabled mailbox, and of one that gets too many messages just now. Only its words tell them apart. */
const TOO_MANY = /receiving e?mail at a\b/i;

const saysSomethingLasting = (status: string, said: string) =>
  status.startsWith('5.') && !PASSING.test(status) && !(status === '5.2.1' && TOO_MANY.test(said));

/** The kind of event that an action means. A failure with a 4.x.x status is final, too: delivery had been tried for days. */
function kindOf(action: string | undefined, status: string, said = ''): DeliveryKind | null {
  switch (/^[a-z]+/.exec(action?.toLowerCase() ?? '')?.[0]) {
    case 'failed':
      return saysSomethingLasting(status, said) ? 'hard_bounce' : 'soft_bounce';
    case 'delayed':
      return 'deferred';
    case 'delivered':
      return 'delivered';
    default:
      return null;
  }
}

/** An SMTP reply: its first digit, its other two digits, and the status in its text, if there is one. */
const REPLY = /^([45])(\d\d)(?:[- ]#?(\1\.\d{1,3}\.\d{1,3})\b)?/;

/**
 * The status of a recipient. If it says only that something failed, as Exim's always does, the other server's words decide: a status in them, or the
 * reply. A 4xx reply had been tried for days, and 552 is a full mailbox (RFC 5321).
 */
function statusIn(fields: Fields): string {
  const status = /\d\.\d{1,3}\.\d{1,3}/.exec(one(fields, 'status') ?? '')?.[0] ?? '';
  if (!/^(?:5\.0\.0)?$/.test(status)) return status;
  const [, group, rest, said] = REPLY.exec(untyped(one(fields, 'diagnostic-code')) ?? '') ?? [];
  if (said !== undefined || group === undefined) return said ?? status;
  return group === '4' ? '4.0.0' : rest === '52' ? '5.2.2' : '5.0.0';
}

function fromDeliveryReport(email: Email, part: Attachment, receivedAt: string): DeliveryEvent[] {
  const id = idOf(email, receivedAt);
  // the first group is about the server, but some mailers leave it out, or leave no empty line behind it
  return fieldGroups(part).flatMap((fields) => {
    const status = statusIn(fields);
    const said = untyped(one(fields, 'diagnostic-code'));
    const kind = kindOf(one(fields, 'action'), status, said);
    if (kind === null) return [];
    // The original recipient, if the report names it: the final one may be where that address forwards to.
    const named = ['original-recipient', 'final-recipient'].flatMap((name) =>
      toEvents('email', receivedAt, {
        address: addressIn(one(fields, name)),
        eventId: `${id}:${kind}`,
        kind,
        at: one(fields, 'last-attempt-date') ?? email.date,
        code: status,
        reason: said,
      }),
    );
    return named.slice(0, 1);
  });
}

/** A complaint counts only if exactly one recipient is named, by the report or by the message that it returns. */
async function fromAbuseReport(
  email: Email,
  part: Attachment,
  receivedAt: string,
  parse: Parse,
): Promise<DeliveryEvent[]> {
  const [fields = new Map() as Fields] = fieldGroups(part);
  const type = one(fields, 'feedback-type')?.toLowerCase() ?? '';
  const named = fields.get('original-rcpt-to') ?? [];
  const recipients = named.length > 0 ? named : await recipientsOf(email, parse);
  if (recipients.length !== 1) return [];
  return toEvents('email', receivedAt, {
    address: recipients[0],
    eventId: `${idOf(email, receivedAt)}:complaint`,
    kind: ['abuse', 'fraud'].includes(type) ? 'complaint' : 'note',
    // not Arrival-Date: that is when the message itself arrived
    at: email.date,
    reason: `Feedback report: ${type}`,
  });
}

async function recipientsOf(email: Email, parse: Parse): Promise<(string | undefined)[]> {
  const returned = email.attachments.find(({ mimeType }) =>
    [...MESSAGE, 'text/rfc822-headers', 'message/global-headers'].includes(mimeType),
  );
  const { to = [], cc = [] } = (returned && (await readable(parse, returned.content))) ?? {};
  return [...to, ...cc].map(({ address }) => address);
}

/** "I have left": a person may want to know, but the status does not change. */
function fromAutoReply(email: Email, receivedAt: string): DeliveryEvent[] {
  const header = (name: string) => email.headers.find(({ key }) => key === name)?.value.toLowerCase() ?? '';
  const isAutomatic = header('auto-submitted').startsWith('auto-replied') || header('x-autoreply') !== '';
  if (!isAutomatic) return [];
  return toEvents('email', receivedAt, {
    address: email.from?.address,
    eventId: `${idOf(email, receivedAt)}:note`,
    kind: 'note',
    at: email.date,
    reason: `Auto-reply: ${email.subject ?? ''}`,
  });
}

/**
 * Its Message-ID. A report without one is known by its date and subject, and one without a date by when it came: as a digest, because an erasure does
 * not find whom a subject names.
 */
const idOf = ({ messageId, date, subject }: Email, receivedAt: string) =>
  messageId ? shortId(messageId) : fnv1a(`${date ?? receivedAt}:${subject}`);
