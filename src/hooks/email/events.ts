// Delivery reports (RFC 3464), abuse reports (RFC 5965) and auto-replies (RFC 3834), as any mailer sends or forwards them.
import type { Attachment, Email, RawEmail } from 'postal-mime';
import type { DeliveryEvent, DeliveryKind } from '../../core/delivery.ts';
import { fnv1a, shortId, toEvents } from '../event.ts';
import { isLasting, statusOfReply } from '../smtp.ts';

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
  if (email.from?.address?.toLowerCase() === OUTLOOK)
    return complaint(email, receivedAt, 'abuse', await recipientsOf(email, parse));
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

/** No report has more characters in it. Millions of empty lines, which an encoding can hide, would take more memory than an isolate has. */
const MOST_CHARACTERS = 1024 * 1024;

/** Groups of "Name: value" lines, unfolded, between empty lines; names in lower case. */
function fieldGroups({ content }: Attachment): Fields[] {
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  const groups = text
    .slice(0, MOST_CHARACTERS)
    .replaceAll(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n/);
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

/** The kind of event that an action means. A failure with a 4.x.x status is final, too: delivery had been tried for days. */
function kindOf(action: string | undefined, status: string, said = ''): DeliveryKind | null {
  switch (/^[a-z]+/.exec(action?.toLowerCase() ?? '')?.[0]) {
    case 'failed':
      return isLasting(status, said) ? 'hard_bounce' : 'soft_bounce';
    case 'delayed':
      return 'deferred';
    case 'delivered':
      return 'delivered';
    default:
      return null;
  }
}

/** What Exim writes, only in the text for people, when no server has answered for days: the report has the same status as for an unknown domain. */
const GIVEN_UP = /retry\s+time(?:out\s+exceeded|\s+not\s+reached)|failing\s+for\s+a\s+long\s+time/i;

/** The words, and with them the addresses, in those paragraphs of the text that say so. */
function givenUpIn(text: string): Set<string> {
  const paragraphs = text.split(/\n[ \t]*\n/).filter((paragraph) => GIVEN_UP.test(paragraph));
  return new Set(paragraphs.flatMap((paragraph) => paragraph.toLowerCase().split(/[\s<>()]+/)));
}

/** The status of a recipient. If it says only that something failed, as with Exim and Cisco, the other server's words decide. */
function statusIn(fields: Fields, said: string | undefined, givenUp: Set<string>): string {
  const status = /\d\.\d{1,3}\.\d{1,3}/.exec(one(fields, 'status') ?? '')?.[0] ?? '';
  if (!/^(?:5\.0\.0)?$/.test(status)) return status;
  if (said !== undefined) return statusOfReply(said) ?? status;
  return givenUp.has(addressIn(one(fields, 'final-recipient'))?.toLowerCase() ?? '') ? '4.4.7' : status;
}

function fromDeliveryReport(email: Email, part: Attachment, receivedAt: string): DeliveryEvent[] {
  const id = idOf(email, receivedAt);
  const givenUp = givenUpIn(email.text ?? '');
  // the first group is about the server, but some mailers leave it out, or leave no empty line behind it
  return fieldGroups(part).flatMap((fields) => {
    const said = untyped(one(fields, 'diagnostic-code'));
    const status = statusIn(fields, said, givenUp);
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

/** Outlook.com complains from this address (its Junk Mail Reporting Program), often with no report but the message. */
const OUTLOOK = 'staff@hotmail.com';

async function fromAbuseReport(
  email: Email,
  part: Attachment,
  receivedAt: string,
  parse: Parse,
): Promise<DeliveryEvent[]> {
  const [fields = new Map() as Fields] = fieldGroups(part);
  const type = one(fields, 'feedback-type')?.toLowerCase() ?? '';
  const named = fields.get('original-rcpt-to') ?? [];
  return complaint(email, receivedAt, type, named.length > 0 ? named : await recipientsOf(email, parse));
}

/** A complaint counts only if exactly one recipient is named, by the report or by the message that it returns. */
function complaint(
  email: Email,
  receivedAt: string,
  type: string,
  recipients: (string | undefined)[],
): DeliveryEvent[] {
  if (new Set(recipients.map((address) => address?.toLowerCase())).size !== 1) return [];
  return toEvents('email', receivedAt, {
    address: recipients[0],
    eventId: `${idOf(email, receivedAt)}:complaint`,
    kind: ['abuse', 'fraud'].includes(type) ? 'complaint' : 'note',
    // not Arrival-Date: that is when the message itself arrived
    at: email.date,
    reason: `Feedback report: ${type}`,
  });
}

/** The recipients of the message that a report returns. Outlook.com names in a header of its own whose copy it was. */
async function recipientsOf(email: Email, parse: Parse): Promise<(string | undefined)[]> {
  const returned = email.attachments.find(({ mimeType }) =>
    [...MESSAGE, 'text/rfc822-headers', 'message/global-headers'].includes(mimeType),
  );
  const { to = [], cc = [], headers = [] } = (returned && (await readable(parse, returned.content))) ?? {};
  const own = headers.find(({ key }) => key === 'x-hmxmroriginalrecipient')?.value;
  return own ? [own] : [...to, ...cc].map(({ address }) => address);
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
