const DEEPEST = 64;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

export type JsonFaultCode =
  | 'body.invalid_encoding'
  | 'body.malformed_json'
  | 'body.duplicate_key'
  | 'body.too_deep';

/** Why a body cannot be read; `pointer` (RFC 6901) is the member that a duplicate key names. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
  readonly code: JsonFaultCode;
  readonly pointer: string | undefined;

  constructor(code: JsonFaultCode, pointer?: string) {
    super(code);
    this.code = code;
    this.pointer = pointer;
  }
}

/**
 * The value of a JSON body, or a JsonFault. Unlike JSON.parse it refuses what others would read otherwise:
 * octets that are not UTF-8, a key twice in one object (the last wins here, the first in SQLite), and
 * nesting beyond 64. A byte order mark is dropped. `__proto__` is a member like any other.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonFault('body.malformed_json');
  }
  checkMembers(text);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new JsonFault('body.invalid_encoding');
  }
}

/** An object or array that the scan is inside of: the keys so far (null: an array) and the place in it. */
type Level = { keys: Set<string> | null; at: string | number };

/** One pass over text that JSON.parse has accepted: only quotes, brackets, commas and colons matter. */
function checkMembers(text: string): void {
  const levels: Level[] = [];
  let level: Level | undefined;
  let start = 0; // of the latest string: with the colon behind it, it was a key
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      start = at;
      at = end = closingQuote(text, at);
    } else if (code === COLON && level?.keys) {
      const key = unescaped(text, start, end);
      level.at = key;
      if (level.keys.has(key)) throw new JsonFault('body.duplicate_key', pointer(levels));
      level.keys.add(key);
    } else if (code === COMMA && typeof level?.at === 'number') {
      level.at++;
    } else if ((code | 0x20) === 0x7b) {
      // { and [ differ by that bit only, as do } and ]
      level = code === 0x7b ? { keys: new Set(), at: '' } : { keys: null, at: 0 };
      if (levels.push(level) > DEEPEST) throw new JsonFault('body.too_deep');
    } else if ((code | 0x20) === 0x7d) {
      levels.pop();
      level = levels.at(-1);
    }
  }
}

function closingQuote(text: string, opening: number): number {
  let at = opening + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) break;
    if (code === BACKSLASH) at++;
  }
  return at;
}

/** The key between two quotes; "a" and "\u0061" are the same one. */
function unescaped(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? JSON.parse(`"${raw}"`) : raw;
}

function pointer(levels: Level[]): string {
  return levels.map(({ at }) => `/${String(at).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
