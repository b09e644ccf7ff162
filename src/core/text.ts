/** What makes a string impossible to keep exactly: lone surrogates, or control characters. */
type StringFault = 'unicode' | 'characters';

// \p{Cc} is C0, DEL and C1; SQLite stops at NUL and no vendor system shows the others
const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_LAYOUT = /[^\P{Cc}\t\n\r]/u;

/**
 * The first reason why the text cannot be kept as it is, or null (contract, "Text").
 * With `newlines` tab, line feed and carriage return are fine, as in notes and custom field values.
 */
export function stringFault(text: string, { newlines }: { newlines: boolean }): StringFault | null {
  if (!text.isWellFormed()) return 'unicode';
  return (newlines ? CONTROL_BUT_LAYOUT : CONTROL).test(text) ? 'characters' : null;
}

const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Why a text cannot name something in a path, or null: 1–255 code points, all printable; URLs fold `.` and `..` away. */
export function identifierFault(text: string): 'length' | 'unprintable' | 'folded' | null {
  const length = codePoints(text);
  if (length < 1 || length > 255) return 'length';
  if (UNPRINTABLE.test(text)) return 'unprintable';
  return text === '.' || text === '..' ? 'folded' : null;
}

/** The length in code points, in which the contract counts; an unpaired surrogate counts as one. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let at = 1; at < text.length; at++) {
    if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))) count--;
  }
  return count;
}

function isHigh(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLow(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
