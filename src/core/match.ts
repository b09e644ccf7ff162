import { isAddress } from './address.ts';
import { codePoints } from './text.ts';

const SURROGATE = /[\ud800-\udfff]/;

/** A piece of a stored name: the length of the whole name, which piece (1, 2, …) and its text. */
export type Segment = { length: number; position: number; segment: string };

/** A stored contact as the rule sees it: its compared name, and its UUIDv7, so that the smaller is older. */
export type Candidate = { id: string; name: string };

/** The candidate that was found, and how far its name is. */
type Match = Candidate & { distance: number };

/** The edits the contract allows between names of these lengths: min(2, floor(0.2 × the shorter)). */
export function editLimit(a: number, b: number): number {
  return Math.min(2, Math.floor(Math.min(a, b) / 5));
}

/**
 * A name of up to 40 letters with five digits or more is numbered. Thousands of names may differ in their number only, so every piece needs some of
 * it: a numbered name is turned before it is cut, so that what follows its last digit comes first. Longer names are not turned, because a look-up has
 * to try many turns.
 */
const NUMBERED = { digits: 5, letters: 40 };

/**
 * The pieces under which a compared name is stored: one more than the edits it allows, so that one of them survives (Pass-Join, Li et al. 2011). Each
 * is up to two of the first letters with two of the last, and the last piece has what is in between: a piece from one place could be a first name, or
 * what thousands of names begin with. None below 5 code points, where only equality counts. The view `contact_segments` of the migrations cuts alike.
 */
export function segments(name: string): Segment[] {
  const given = characters(name);
  const digits = digitsIn(given);
  const numbered = digits.length >= NUMBERED.digits && given.length <= NUMBERED.letters;
  const text = numbered ? turned(given, digits.at(-1)! + 1) : given;
  return pieces(text.length).map(({ position, early, late }) => ({
    length: text.length,
    position,
    segment: cut(text, early) + cut(text, late),
  }));
}

/**
 * What to look up: every stored name within the limit of this compared name has at least one of these segments. Not every name that has one is within
 * the limit. At most 51, some hundreds if the name has three digits or more, and never more than a thousand.
 */
export function probes(name: string): Segment[] {
  const text = characters(name);
  const digits = digitsIn(text);
  const found: Segment[] = [];
  // two edits can make two digits, or take two
  if (digits.length - 2 < NUMBERED.digits || text.length + 2 > NUMBERED.letters) {
    found.push(...probesOf(text));
  }
  if (digits.length + 2 >= NUMBERED.digits && text.length - 2 <= NUMBERED.letters) {
    // The last digit of the stored name is one of this name, and the digits behind it are edits;
    for (const last of digits.slice(-3)) found.push(...probesOf(turned(text, last + 1)));
    // or an edit made it, and at most one digit is behind it, by the other edit.
    for (let at = digits.at(-2)! + 1; at <= text.length; at++) {
      found.push(...probesOf(turned(text, at), { endIsEdited: true }));
    }
  }
  const key = ({ length, position, segment }: Segment) => `${length} ${position} ${segment}`;
  return [...new Map(found.map((probe) => [key(probe), probe])).values()];
}

const digitsIn = (text: Characters): number[] =>
  Array.from(text, (letter, index) => (/[0-9]/.test(letter) ? index : -1)).filter((index) => index >= 0);

/** The text with what is behind this place first. */
const turned = (text: Characters, at: number): Characters =>
  characters(cut(text, { start: at, end: text.length }) + cut(text, { start: 0, end: at }));

/** The same for a text that is compared with stored ones as they were cut. */
function probesOf(text: Characters, { endIsEdited = false } = {}): Segment[] {
  const found: Segment[] = [];
  for (let length = text.length - 2; length <= text.length + 2; length++) {
    const growth = text.length - length;
    const limit = editLimit(text.length, length);
    // at the end there is another letter, or one more
    const moves = endIsEdited
      ? [...shifts(growth, limit - 1), ...shifts(growth + 1, limit - 1)]
      : shifts(growth, limit);
    const all = pieces(length);
    for (const { position, early, late } of all) {
      const isLast = position === all.length;
      if (endIsEdited && isLast) continue;
      for (const [first, second] of moves) {
        // Let an edit between two parts spoil the part before it, and an edit before the first part that one. So the first part, if unspoilt, has
        // not moved, and the last part has moved with the end.
        if (position === 1 && first !== 0) continue;
        if (isLast && second !== growth) continue;
        found.push({ length, position, segment: cut(text, early, first) + cut(text, late, second) });
      }
    }
  }
  return found;
}

/** How far both parts of a piece may have moved, if the whole name has grown by `growth` and at most `limit` edits were made around them. */
function shifts(growth: number, limit: number): [first: number, second: number][] {
  const each = [-2, -1, 0, 1, 2];
  const edits = (first: number, second: number) =>
    Math.abs(first) + Math.abs(second - first) + Math.abs(growth - second);
  return each.flatMap((first) =>
    each.filter((second) => edits(first, second) <= limit).map((second): [number, number] => [first, second]),
  );
}

/** Into how many fragments a name is cut at most. */
export const MOST_FRAGMENTS = 18;

/**
 * The name cut into as many pieces of two or more code points as it has, up to eighteen. An edit spoils at most one of them, so a name within n edits
 * has all but n of them in it.
 */
export function fragments(name: string): string[] {
  const text = characters(name);
  const count = Math.min(MOST_FRAGMENTS, Math.max(1, Math.floor(text.length / 2)));
  const start = (index: number) => Math.floor((index * text.length) / count);
  return Array.from({ length: count }, (_, index) =>
    cut(text, { start: start(index), end: start(index + 1) }),
  );
}

/**
 * The Levenshtein distance in code points where it is within `limit`, else some number above `limit`. Costs one walk along the names for each way to
 * spend the limit: at most nine for a limit of two.
 */
export function distance(a: string, b: string, limit: number): number {
  return edits(characters(a), characters(b), limit, 0, 0);
}

/**
 * The distance of the rests of both names, from these positions. Equal characters at the start are skipped: that is never longer than another way.
 */
function edits(a: Characters, b: Characters, limit: number, from: number, to: number): number {
  while (from < a.length && a[from] === b[to]) {
    from += 1;
    to += 1;
  }
  const left = a.length - from;
  const right = b.length - to;
  if (left === 0 || right === 0) return left + right;
  if (limit === 0 || Math.abs(left - right) > limit) return limit + 1;
  const changed = edits(a, b, limit - 1, from + 1, to + 1);
  const removed = edits(a, b, limit - 1, from + 1, to);
  const added = edits(a, b, limit - 1, from, to + 1);
  return 1 + Math.min(changed, removed, added);
}

/**
 * The candidate that an incoming compared name means: the smallest distance within the limit, then the oldest; null when there is none. Equal names
 * always match. Names that are addresses match only when they are equal (contract, "Upsert matching").
 */
export function closest(name: string, candidates: readonly Candidate[]): Match | null {
  const limitTo = limitFrom(name);
  let best: Match | null = null;
  for (const candidate of candidates) {
    // beyond the best so far, the exact distance does not matter
    const most = Math.min(limitTo(candidate.name), best?.distance ?? Number.POSITIVE_INFINITY);
    const found = distance(name, candidate.name, most);
    if (found > most) continue;
    if (best === null || found < best.distance || candidate.id < best.id) {
      best = { ...candidate, distance: found };
    }
  }
  return best;
}

/** The edits allowed from this compared name to another; none where either is an address. */
export function limitFrom(name: string): (other: string) => number {
  const length = codePoints(name);
  const fuzzy = !isAddress(name);
  return (other) => {
    const allowed = editLimit(length, codePoints(other));
    return fuzzy && !isAddress(other) ? allowed : 0;
  };
}

/** A name in a form whose indexes are code points: the string itself, unless it has surrogates. */
type Characters = string | string[];

function characters(name: string): Characters {
  return SURROGATE.test(name) ? Array.from(name) : name;
}

function cut(text: Characters, { start, end }: Part, shift = 0): string {
  const part = text.slice(start + shift, end + shift);
  return typeof part === 'string' ? part : part.join('');
}

interface Part {
  start: number;
  end: number;
}

/** Where a name of this length is cut. */
function pieces(length: number): { position: number; early: Part; late: Part }[] {
  if (length < 5) return [];
  const count = length < 10 ? 2 : 3;
  const head = Math.min(2, Math.floor(length / count) - 2);
  const tail = length - 2 * count;
  return Array.from({ length: count }, (_, index) => ({
    position: index + 1,
    early: { start: head * index, end: index === count - 1 ? tail : head * (index + 1) },
    late: { start: tail + 2 * index, end: tail + 2 * (index + 1) },
  }));
}
