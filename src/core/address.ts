import emailAddresses from 'email-addresses';

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = '(?![^.]{64})[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*';
// The last label starts with a letter: no top-level domain is a number, and to a URL 1.2.0x3 is an IP
const HOST = `(?:${LABEL}\\.)+(?=[A-Za-z])${LABEL}`;
const ORDINARY = new RegExp(`^(?=[^@]{1,64}@)${ATOM}(?:\\.${ATOM})*@${HOST}$`);
const ASCII_HOST = new RegExp(`^${HOST}$`);
// the library refuses these too, but may take a millisecond for it
const UNQUOTED_ASCII = /^[^"\u0080-\uffff]*$/;
// controls, any white space but the U+0020 that quotes may hold, lone surrogates
const NEVER = /\p{Cc}|[^\S ]|\p{Cs}/u;
// what a URL would take for a port, a path, an escape or an IP literal
const NEVER_IN_DOMAIN = /[^A-Za-z0-9.\-\u0080-\uffff]/;

/**
 * The key by which two addresses are compared: NFC and lower-cased local part, `@`, lower-cased domain in
 * ASCII (UTS 46). Null when the text is not exactly one addr-spec of RFC 5321, 5322 and 6531 with a dotted
 * domain, or exceeds 64 octets before or 254 in all. The key of a key is itself.
 */
export function addressKey(address: string): string | null {
  // octets are never fewer than UTF-16 units, so that this also bounds what follows
  if (address.length > 254 || !address.includes('@')) return null;
  if (ORDINARY.test(address)) return address.toLowerCase();
  return UNQUOTED_ASCII.test(address) ? null : unusualKey(address);
}

/** True when the text is exactly one email address (contract, `email`). */
export function isAddress(text: string): boolean {
  return addressKey(text) !== null;
}

/** addressKey for the rest: quoted local parts, and whatever is not ASCII. */
function unusualKey(address: string): string | null {
  if (NEVER.test(address) || isTooLong(address)) return null;
  // before parsing: NFC makes an ASCII semicolon of U+037E
  const parts = split(address.normalize('NFC'));
  const host = parts && asciiHost(parts.domain);
  if (!host) return null;
  const key = `${lowerCased(parts.local)}@${host}`;
  return isTooLong(key) ? null : key;
}

/** The local part and the domain as they stand in the text; null when the text has more, such as comments, folding or a display name. */
function split(input: string): { local: string; domain: string } | null {
  const parsed = emailAddresses.parseOneAddress({ input, startAt: 'mailbox', strict: true });
  if (parsed?.type !== 'mailbox') return null;
  const { address, local, domain, comments } = parsed.parts;
  if (address.tokens !== input || comments.length > 0) return null;
  return { local: local.tokens, domain: domain.tokens };
}

/** The domain as DNS knows it, by the UTS 46 of the URL standard; null for anything but a dotted name. */
function asciiHost(domain: string): string | null {
  if (NEVER_IN_DOMAIN.test(domain)) return null;
  const host = URL.parse(`http://${domain}`)?.hostname;
  return host && ASCII_HOST.test(host) ? host : null;
}

/** Lower case without the one rule of Unicode that looks at the neighbours (the final sigma), so that ΑΣ, ας and ασ are one mailbox. */
function lowerCased(local: string): string {
  return local.toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}

function isTooLong(address: string): boolean {
  return octets(address.slice(0, address.lastIndexOf('@'))) > 64 || octets(address) > 254;
}

function octets(text: string): number {
  return new TextEncoder().encode(text).length;
}
