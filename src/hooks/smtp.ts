/** What the reply of a mail server says about the address (RFC 5321, RFC 3463). */

/** The enhanced status code anywhere in a provider's free text, such as "550 5.1.1 …" or "smtp;550 5.1.1 …". */
export const codeIn = (text: unknown): string | undefined =>
  /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(String(text ?? ''))?.[0];

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

/** True for a status that means that mail to this address will not arrive another day either. */
export const isLasting = (status: string, said: string): boolean =>
  status.startsWith('5.') && !PASSING.test(status) && !(status === '5.2.1' && TOO_MANY.test(said));

/** A reply with its code. */
const REPLY = /^([45])(\d\d)(?:[- ]|$)/;

/** A gateway of Cisco quotes a reply behind words of its own: 5.1.0 - Unknown address error 550-'5.2.2 Mailbox full'. */
const GATEWAY = /^([45]\.\d{1,3}\.\d{1,3}) - /;
const QUOTED = /[45]\d\d-'/;

/** A status at the beginning of a reply, or anywhere behind a #, as qmail writes it: (#5.1.1). */
const STATUS = /(?:^\d{3}[- ]|#)([45]\.\d{1,3}\.\d{1,3})(?!\.?\d)/g;

/** The words of a reply, without addresses, links and names of hosts: what those consist of says nothing. */
const wordsOf = (reply: string) =>
  reply
    .split(/\s+/)
    .filter((word) => !/[@/]|\.\w/.test(word))
    .join(' ');

/** Words for a message or a sender that is refused, as Mimecast and others write them without a status. */
const REFUSED =
  /\b(?:spam|(?:black|block) ?-?list(?:ed)?|dnsbl|rbl|spf|dkim|dmarc|virus|reputation|polic(?:y|ies)|prohibit(?:ed|ion)|blocked senders?|relay(?:ing)?|sender verify failed)\b/i;

/** Words for the recipient. */
const RECIPIENT = /\b(?:mailbox|user|account|recipient|address)\b/i;

/**
 * The status that a reply has, or that its code and its words amount to; null when the text is no reply. A 4xx is given up for now, 552 is a full
 * mailbox, and 554 a failed transaction, which says nothing of the address (RFC 5321). But Yahoo answers either for an address that it does not know.
 */
export function statusOfReply(text: string): string | null {
  const own = GATEWAY.exec(text)?.[1];
  const quoted = own === undefined ? 0 : text.search(QUOTED);
  const reply = quoted < 0 ? '' : text.slice(quoted).replace(/^(\d{3}-)'/, '$1');
  const [, group, rest] = REPLY.exec(reply) ?? [];
  if (group === undefined) return own ?? null;
  for (const [, status] of reply.matchAll(STATUS)) if (status?.startsWith(group)) return status;
  if (group === '4') return '4.0.0';
  const words = wordsOf(reply);
  if (REFUSED.test(words)) return '5.7.0';
  if (rest === '52') return /not found/i.test(words) ? '5.1.1' : '5.2.2';
  return rest === '54' && !RECIPIENT.test(words) ? '5.7.0' : '5.0.0';
}
