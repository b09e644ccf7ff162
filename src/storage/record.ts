/**
 * What contacts and accounts have in common as records: one natural key (reference, number), a version, and custom fields that merge. A write that
 * changes nothing writes no row, so a nightly sync of an unchanged book costs no rows written.
 */
import { getTableColumns, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Book, p, tenantQuery, type Value } from './database.ts';

type Columns = Record<string, SQLiteColumn>;

/** The expression for a column that is not plainly replaced, made of what is stored (`'{}'` in an insert) and what is sent. */
type Merge = (stored: SQL, sent: SQL) => SQL;

const bare = (column: SQLiteColumn): SQL => sql`${sql.identifier(column.name)}`;
const list = (parts: SQL[]): SQL => sql.join(parts, sql`, `);

/** Custom fields merge: a key that is left out keeps its value, also in a PUT, and a key that is sent as null is removed. */
export const mergePatch: Merge = (stored, patch) => sql`json_patch(${stored}, ${patch})`;

/** True where the row's ETag is among the tags of `If-Match` (a JSON array, in which `*` is any row), or none was sent. */
export const ifMatches = (table: SQLiteTable): SQL => {
  const { id, version } = getTableColumns(table) as Columns;
  return sql`(${p('ifMatch')} IS NULL OR ${id} || '.' || ${version} IN (SELECT value FROM json_each(${p('ifMatch')})) OR '*' IN (SELECT value FROM json_each(${p('ifMatch')})))`;
};

/** What `putStatement` needs to know of a table. */
interface Writable {
  table: SQLiteTable;
  /** The property of the natural key within the tenant. */
  key: string;
  /** The properties that a whole write replaces. */
  replaced: string[];
  merges: Record<string, Merge>;
  /** Values that are computed instead of bound, such as the id of the account with a given number. */
  computed: Record<string, SQL>;
  /** What must hold for anything to be written. */
  guard?: SQL;
}

/**
 * The one statement behind POST and PUT: inserts the row, or replaces what is stored when `replace` is 1 and something differs.
 * With `ifMatch` it touches only a row that carries one of those tags.
 */
export function putStatement(
  { table, key, replaced, merges, computed, guard = sql`TRUE` }: Writable,
  tenant: Placeholder,
): SQL {
  const columns = getTableColumns(table) as Columns;
  const value = (name: string): SQL => {
    const plain = computed[name] ?? p(name);
    return merges[name] ? merges[name](sql`'{}'`, plain) : plain;
  };
  const next = (name: string): SQL =>
    merges[name] ? merges[name](sql`${columns[name]}`, p(name)) : sql`excluded.${bare(columns[name]!)}`;
  const given = ['id', key, ...replaced];
  return sql`INSERT INTO ${table} (tenant_id, ${list(given.map((name) => bare(columns[name]!)))}, created_at, updated_at, changed_by, request_id)
SELECT ${tenant}, ${list(given.map(value))}, ${p('now')}, ${p('now')}, ${p('changedBy')}, ${p('requestId')}
WHERE ${guard} AND (${p('ifMatch')} IS NULL OR EXISTS (SELECT 1 FROM ${table} WHERE ${columns.tenantId} = ${tenant} AND ${columns[key]} = ${value(key)} AND ${ifMatches(table)}))
ON CONFLICT (tenant_id, ${bare(columns[key]!)}) DO UPDATE SET ${list(replaced.map((name) => sql`${bare(columns[name]!)} = ${next(name)}`))}, ${revised(columns)}
WHERE ${p('replace')} AND (${list(replaced.map((name) => sql`${columns[name]}`))}) IS NOT (${list(replaced.map(next))})`;
}

/** Who changes something, when, and in which request: what `revised` binds. */
export const authorship = (book: Book) => ({
  now: new Date().toISOString(),
  changedBy: book.keyId,
  requestId: book.requestId,
});

/** The assignments that every change of a row makes: the next version, and when, by whom and in which request. */
export function revised(columns: Columns): SQL {
  return sql`version = ${columns.version} + 1, updated_at = ${p('now')}, changed_by = ${p('changedBy')}, request_id = ${p('requestId')}`;
}

/** What `patchQueries` needs to know of a table. */
interface Patchable {
  table: SQLiteTable;
  /** The row that is meant. */
  where: (tenant: Placeholder) => SQL;
  /** Each column's new value, when these fields are sent. */
  assign: (names: string[], tenant: Placeholder) => Record<string, SQL>;
}

/** How many statements are kept for one condition, so that a caller who sends ever new sets of fields does not fill the isolate's memory. */
const MOST_PATCHES = 1_000;

/**
 * The statements behind PATCH, made once for each set of fields that is sent together. A statement sets the columns of these fields, and writes
 * nothing when all of them hold these values already.
 */
export function patchQueries({ table, where, assign }: Patchable) {
  const known = new Map<string, ReturnType<typeof tenantQuery>>();
  return (names: string[]) => {
    const shape = names.join();
    let patch = known.get(shape);
    if (!patch) {
      patch = tenantQuery((tenant) => patchStatement(table, assign(names, tenant), where(tenant)));
      if (known.size >= MOST_PATCHES) known.clear();
      known.set(shape, patch);
    }
    return patch;
  };
}

function patchStatement(table: SQLiteTable, assignments: Record<string, SQL>, where: SQL): SQL {
  const columns = getTableColumns(table) as Columns;
  const names = Object.keys(assignments);
  return sql`UPDATE ${table} SET ${list(names.map((name) => sql`${bare(columns[name]!)} = ${assignments[name]}`))}, ${revised(columns)}
WHERE ${where} AND ${ifMatches(table)} AND (${list(names.map((name) => sql`${columns[name]}`))}) IS NOT (${list(names.map((name) => sql`${assignments[name]}`))})`;
}

/** A value as D1 keeps it: 1 or 0 for a boolean, JSON for an object, null for undefined. */
export function toValue(value: unknown): Value {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return (value ?? null) as Value;
}
