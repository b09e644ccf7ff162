const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIX = 'dgl_';
const RANDOM_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
/** The form of a key. Random parts of other lengths than ours are good too, should that length ever change. */
const KEY = /^dgl_[0-9A-Za-z]{20,64}_[0-9A-Za-z]{6}$/;

/** The key of the local demo tenant. Its text is public, so `wrangler deploy` must never seed it. */
export const DEMO_KEY = 'dgl_LocalOnlyDemoKeyDoNotDeploy00000_40HOj7';

/** A key `dgl_<32 random>_<checksum>` in base62 made of at least 48 random bytes: 190 bits, every character equally likely. */
export function keyFrom(bytes: Uint8Array): string {
  let random = '';
  for (const byte of bytes) {
    // 248 = 4 × 62: a byte beyond it would favour the first eight characters
    if (byte < 248 && random.length < RANDOM_LENGTH) random += ALPHABET[byte % 62];
  }
  return `${PREFIX}${random}_${checksum(random)}`;
}

/** The CRC-32 of the random part in six base62 digits. It reveals a mistyped key, and lets scanners recognize a leaked one. */
export function checksum(random: string): string {
  let rest = crc32(random, 0, random.length);
  let text = '';
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit++) {
    text = ALPHABET.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** True for the shape of a key with the right checksum, so that nothing else costs a look-up. */
export function isWellFormedKey(text: string): boolean {
  if (!KEY.test(text)) return false;
  const end = text.length - CHECKSUM_LENGTH;
  let claimed = 0;
  for (let at = end; at < text.length; at++) claimed = claimed * 62 + digitOf(text.charCodeAt(at));
  return claimed === crc32(text, PREFIX.length, end - 1);
}

function digitOf(code: number): number {
  if (code < 58) return code - 48; // 0-9
  return code < 91 ? code - 55 : code - 61; // A-Z, a-z
}

/** CRC-32 (ISO-HDLC, as in zip and GitHub's tokens) of ASCII text, bit by bit: no table for 32 characters. */
function crc32(text: string, start: number, end: number): number {
  let crc = -1;
  for (let at = start; at < end; at++) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}
