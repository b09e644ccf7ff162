import { invalid, Problem } from './problem.ts';

const DEEPEST = 64;
const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * The value of a JSON body. Throws 400 for text that is no JSON, and unlike JSON.parse for what other readers would read differently: octets that
 * are not UTF-8, and a key twice in one object (JavaScript takes the last, SQLite the first). Throws 422 for nesting beyond 64 levels. A byte order
 * mark is dropped. `__proto__` is a member like any other.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Problem('body.malformed_json');
  }
  checkMembers(text);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Problem('body.invalid_encoding');
  }
}

/** One pass over text that JSON.parse has accepted, so only quotes, brackets and colons matter. */
function checkMembers(text: string): void {
  /** For each object and array that the scan is inside of: the keys so far; null for an array. */
  const levels: (Set<string> | null)[] = [];
  let keys: Set<string> | null | undefined;
  let start = 0; // of the latest string; if a colon follows, the string was a key
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      start = at;
      at = end = closingQuote(text, at);
    } else if (code === COLON && keys) {
      const key = unescaped(text, start, end);
      if (keys.has(key)) throw new Problem('body.duplicate_key');
      keys.add(key);
    } else if ((code | 0x20) === 0x7b) {
      // { and [ differ by that bit only, as do } and ]
      keys = code === 0x7b ? new Set() : null;
      if (levels.push(keys) > DEEPEST)
        throw invalid('', 'body.too_deep', `Nested deeper than ${DEEPEST} levels.`);
    } else if ((code | 0x20) === 0x7d) {
      levels.pop();
      keys = levels.at(-1);
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
