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
 * The pieces under which a compared name is stored: one more than the edits it allows, so that one of them survives (Pass-Join, Li et al. 2011). Each
 * has every second or third part of the name, and most parts are single letters, so that it has something of what thousands of names differ in: a
 * piece from one place could be a first name, or what all of them begin with. None below 5 code points, where only equality counts. The view
 * `contact_segments` of the migrations cuts alike.
 */
export function segments(name: string): Segment[] {
  const text = characters(name);
  return pieces(text.length).map(({ position, parts }) => ({
    length: text.length,
    position,
    segment: parts.map((part) => cut(text, part)).join(''),
  }));
}

/**
 * What to look up: every stored name within the limit of this compared name has at least one of these segments. Not every name that has one is within
 * the limit. Some two hundred for a name of 15 letters, at most 471.
 */
export function probes(name: string): Segment[] {
  const text = characters(name);
  const found: Segment[] = [];
  for (let length = text.length - 2; length <= text.length + 2; length++) {
    const limit = editLimit(text.length, length);
    for (const { position, parts } of pieces(length)) {
      for (const segment of survivals(text, parts, length, limit)) found.push({ length, position, segment });
    }
  }
  return found;
}

/**
 * How a piece of a stored name of this length may stand in the text, if at most `limit` edits were made around its parts. Each part has moved by what
 * was added or removed before it. An edit between two parts is taken to spoil the part before it, and an edit before the first part to spoil that one.
 * So an unspoilt part at the beginning of the name has not moved, and one at the end of the name has moved with the end.
 */
function survivals(text: Characters, parts: Part[], length: number, limit: number): Set<string> {
  const growth = text.length - length;
  const found = new Set<string>();
  const place = (index: number, before: number, left: number, segment: string) => {
    const part = parts[index];
    if (!part) {
      found.add(segment);
      return;
    }
    for (let shift = before - left; shift <= before + left; shift++) {
      const rest = left - Math.abs(shift - before);
      if (Math.abs(growth - shift) > rest) continue;
      if ((part.start === 0 && shift !== 0) || (part.end === length && shift !== growth)) continue;
      place(index + 1, shift, rest, segment + cut(text, part, shift));
    }
  };
  place(0, 0, limit, '');
  return found;
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
  return evenParts(0, text.length, count).map((part) => cut(text, part));
}

/**
 * The Levenshtein distance in code points where it is within `limit`, else some number above `limit`. Costs one walk along the names for each way to
 * spend the limit: at most nine for a limit of two.
 */
export function distance(a: string, b: string, limit: number): number {
  return edits(characters(a), characters(b), limit, 0, 0);
}

/** The distance between the rest of `a` and the rest of `b`, from these positions on. Equal characters are skipped first: no other way is shorter. */
function edits(a: Characters, b: Characters, limit: number, inA: number, inB: number): number {
  while (inA < a.length && a[inA] === b[inB]) {
    inA += 1;
    inB += 1;
  }
  const restOfA = a.length - inA;
  const restOfB = b.length - inB;
  if (restOfA === 0 || restOfB === 0) return restOfA + restOfB;
  if (limit === 0 || Math.abs(restOfA - restOfB) > limit) return limit + 1;
  const changed = edits(a, b, limit - 1, inA + 1, inB + 1);
  const removed = edits(a, b, limit - 1, inA + 1, inB);
  const added = edits(a, b, limit - 1, inA, inB + 1);
  return 1 + Math.min(changed, removed, added);
}

/**
 * The candidate that an incoming compared name means: the smallest distance within the limit, then the oldest; null when there is none. Equal names
 * always match. Names that are addresses match only when they are equal (docs/matching.md).
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

/**
 * A name has at most this many parts: each part of a piece may have moved on its own, so with more parts there would be many more ways to look up. In
 * a longer name the first six and the last six code points still have a part each, because that is where numbers are. The other parts share what is
 * in between, up to its first 240 code points: the look-ups of a name of thousands would take too much memory.
 */
const MOST = { parts: 24, ends: 6, between: 240 };

/** Where a name of this length is cut. The pieces take the parts in turns. */
function pieces(length: number): { position: number; parts: Part[] }[] {
  if (length < 5) return [];
  const count = length < 10 ? 2 : 3;
  const parts = length <= MOST.parts ? evenParts(0, length, length) : partsOfLong(length);
  return Array.from({ length: count }, (_, piece) => ({
    position: piece + 1,
    parts: parts.filter((_, index) => index % count === piece),
  }));
}

/** Cuts a range of a name into this many parts, as equal as they can be. As many parts as code points have one code point each. */
function evenParts(from: number, length: number, count: number): Part[] {
  const start = (index: number) => from + Math.floor((index * length) / count);
  return Array.from({ length: count }, (_, index) => ({ start: start(index), end: start(index + 1) }));
}

function partsOfLong(length: number): Part[] {
  const { parts, ends, between } = MOST;
  return [
    ...evenParts(0, ends, ends),
    ...evenParts(ends, Math.min(length - 2 * ends, between), parts - 2 * ends),
    ...evenParts(length - ends, ends, ends),
  ];
}
