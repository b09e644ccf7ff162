/**
 * Finds the names of an account that may be near an incoming one by the index of their pieces (core/match.ts), and reads as few of them as it can.
 */
import { type Placeholder, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { isAddress } from '../core/address.ts';
import { editLimit, fragments, MOST_FRAGMENTS, probes } from '../core/match.ts';
import { codePoints } from '../core/text.ts';
import { p, type Value } from './database.ts';
import { nameSegments } from './schema.ts';

const perFragment = <Of>(each: (index: number) => Of): Of[] =>
  Array.from({ length: MOST_FRAGMENTS }, (_, index) => each(index));

/** The names of what `nearValues` returns. */
export const nearFields = ['probes', ...perFragment((index) => `fragment${index}`), 'intact'];

/**
 * What `nearNames` binds for this compared name. Fragments with a digit come first, then the last ones, because names that are alike differ there.
 * Missing fragments are the empty text, which is in every name. Nothing is near null, and nothing is near a name that is an address.
 */
export function nearValues(name: string | null): Record<string, Value> {
  const looked = name !== null && !isAddress(name);
  const hasDigit = (text: string) => Number(/\d/.test(text));
  const parts = looked
    ? fragments(name)
        .reverse()
        .sort((one, other) => hasDigit(other) - hasDigit(one))
    : [];
  return {
    probes: JSON.stringify(
      looked ? probes(name).map(({ length, position, segment }) => [length, position, segment]) : [],
    ),
    ...Object.fromEntries(perFragment((index) => [`fragment${index}`, parts[index] ?? ''])),
    intact: MOST_FRAGMENTS + (looked ? -editLimit(codePoints(name), Number.POSITIVE_INFINITY) : 1),
  };
}

/**
 * True for a name that has enough of the fragments to be near. At most two may be missing, so of any five at least three are there: the first five
 * are tested first.
 */
export const mayBeNear = (name: SQLWrapper, value: (field: string) => SQL = p) => {
  const found = perFragment((index) => sql`(instr(${name}, ${value(`fragment${index}`)}) > 0)`);
  return sql`(${sql.join(found.slice(0, 5), sql` + `)} >= 3 AND ${sql.join(found, sql` + `)} >= ${value('intact')})`;
};

/** CROSS JOIN keeps this order of loops. */
const alike = (tenant: Placeholder, probes: SQL, value: (field: string) => SQL) =>
  sql`json_each(${probes}) AS probe
CROSS JOIN ${nameSegments} ON ${nameSegments.tenantId} = ${tenant} AND ${nameSegments.accountId} = ${p('accountId')}
  AND ${nameSegments.length} = probe.value ->> 0 AND ${nameSegments.position} = probe.value ->> 1 AND ${nameSegments.segment} = probe.value ->> 2
WHERE ${mayBeNear(nameSegments.name, value)}`;

/** Names that share a segment and have enough of the fragments. A name may come twice. Nothing is selected where `unless` holds. */
export const nearNames = (tenant: Placeholder, unless = sql`FALSE`) =>
  sql`FROM ${alike(tenant, sql`iif(${unless}, '[]', ${p('probes')})`, p)}`;

/** The same for every row of a table, or of a query, of this name. Its columns are those of `nearFields`. */
export const nearNamesOfEach = (tenant: Placeholder, table: SQL) => {
  const column = (field: string) => sql`${table}.${sql.identifier(field)}`;
  return sql`FROM ${table} CROSS JOIN ${alike(tenant, column('probes'), column)}`;
};
