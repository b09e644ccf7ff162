/** Explains to people why an upsert took a contact, or none. match.ts decides without it. */
import { distance as levenshtein } from 'fastest-levenshtein';
import { limitFrom } from './match.ts';

/** A stored contact of the account that an upsert looked at. */
export interface Neighbour {
  id: string;
  fullName: string;
  /** Its compared name. */
  name: string;
  /** It has the address that was sent. */
  sameEmail: boolean;
}

/** A neighbour compared with what was sent. Without a name sent, `distance` and `limit` are null. */
interface Compared {
  id: string;
  fullName: string;
  sameEmail: boolean;
  distance: number | null;
  limit: number | null;
}

/** Why an upsert took a contact, or none. */
export interface Explanation {
  /** What decided: the address, the name, or neither. */
  rule: 'email' | 'name' | 'none';
  /** The distance and the limit of the name that decided; null when no name did. */
  distance: number | null;
  limit: number | null;
  /** At most ten: first the contact that was taken, then those with the same address, then the nearest. */
  candidates: Compared[];
}

const MOST_CANDIDATES = 10;

/** Explains a decision: the compared name that was sent, the neighbours, and the id of the one that was taken. */
export function explain(
  name: string | null,
  neighbours: readonly Neighbour[],
  taken: string | null,
): Explanation {
  const limitTo = name === null ? null : limitFrom(name);
  const compared = neighbours.map(({ id, fullName, name: other, sameEmail }) => ({
    id,
    fullName,
    sameEmail,
    distance: name === null ? null : distance(name, other),
    limit: limitTo?.(other) ?? null,
  }));
  const rank = ({ id, sameEmail, distance }: Compared) =>
    id === taken ? -2 : sameEmail ? -1 : (distance ?? Number.POSITIVE_INFINITY);
  const candidates = compared
    .sort((one, other) => compare(rank(one), rank(other)) || compare(one.id, other.id))
    .slice(0, MOST_CANDIDATES);
  const winner = taken === null ? undefined : candidates[0];
  if (!winner) return { rule: 'none', distance: null, limit: null, candidates };
  if (winner.sameEmail) return { rule: 'email', distance: null, limit: null, candidates };
  return { rule: 'name', distance: winner.distance, limit: winner.limit, candidates };
}

/**
 * The Levenshtein distance in code points, without a limit. The library counts UTF-16 units, so each code point of the two names is given one unit of
 * its own.
 */
function distance(a: string, b: string): number {
  const units = new Map<string, string>();
  const unit = (character: string): string => {
    const known = units.get(character) ?? String.fromCharCode(units.size);
    units.set(character, known);
    return known;
  };
  return levenshtein(Array.from(a, unit).join(''), Array.from(b, unit).join(''));
}

const compare = <Value extends number | string>(one: Value, other: Value) =>
  one < other ? -1 : one > other ? 1 : 0;
