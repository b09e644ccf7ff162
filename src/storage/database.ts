/**
 * The one place that speaks to D1. A query is built with Drizzle once per isolate, and each call only binds its values: building a query for each
 * request would cost several times as much as the request itself.
 */
import { type Column, fillPlaceholders, type Placeholder, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { CasingCache } from 'drizzle-orm/casing';
import { Failure } from '../core/failure.ts';
import { failureOf, isPassing } from './d1-errors.ts';
import { within } from './patience.ts';
import { apiKeys } from './schema.ts';

declare const tenant: unique symbol;
/** The id of a tenant that a credential or the operator has named. The brand keeps other strings from being passed as one. */
export type TenantId = string & { [tenant]: true };

/** A database, and the meter that counts what its use costs. */
export interface Payer {
  readonly db: D1Database;
  readonly meter: Meter;
}

/** A write that its caller may send again: the Idempotency-Key, and the SHA-256 of method, path and body. */
export interface Attempt {
  readonly key: string;
  readonly fingerprint: string;
}

/** A caller that may write. Within its `scope` (the tenant's id, or 'admin') an Idempotency-Key stands for one attempt. */
export interface Writer extends Payer {
  readonly scope: string;
  readonly attempt: Attempt | null;
}

/** One tenant's book, opened for one request: every verb takes it first, and can reach no other tenant through it. */
export interface Book extends Writer {
  readonly tenantId: TenantId;
  /** The id of the key that the request came with, for the history. */
  readonly keyId: string;
  readonly requestId: string;
}

/** Whatever reads or writes within one tenant, with or without a caller's key: a book, or a queue's consumer. */
export type TenantPayer = Payer & Pick<Book, 'tenantId'>;

/** What a request has cost so far. */
interface Meter {
  roundTrips: number;
  rowsRead: number;
  rowsWritten: number;
  /** Milliseconds spent waiting for D1. */
  milliseconds: number;
  /** True when the answer is that of an earlier attempt. */
  replayed: boolean;
}

/** A meter at zero. */
export const newMeter = (): Meter => ({
  roundTrips: 0,
  rowsRead: 0,
  rowsWritten: 0,
  milliseconds: 0,
  replayed: false,
});

export type Value = string | number | null;
export type Row = Record<string, Value>;

/** One result for each of the statements. */
type Results<Statements extends D1PreparedStatement[]> = { [Place in keyof Statements]: D1Result<Row> };

/** The columns of a SELECT, each under its own name: D1 answers by name, and two tables have columns of the same name. */
export const columnsOf = (selection: Record<string, SQLWrapper>): SQL =>
  sql.join(
    Object.entries(selection).map(([name, value]) => sql`${value} AS ${sql.identifier(name)}`),
    sql`, `,
  );

/**
 * The same columns as one JSON array, in this order. D1 answers a row value by value, each with its name: of a wide row, that costs the Worker more
 * than the query does (docs/performance.md). At most 32 columns, because D1 takes no more arguments to a function.
 */
export const packed = (selection: Record<string, SQLWrapper>): SQL =>
  sql`json_array(${sql.join(Object.values(selection), sql`, `)})`;

/** The value of a JSON column. D1 answers it as text; a row that a write has kept (writing.ts) holds the value itself. */
export const parsed = (json: unknown) => (typeof json === 'string' ? JSON.parse(json) : json);

/** The values of a packed row, which the query names "row". */
export const unpacked = ({ row }: Row) => parsed(row);

/** A placeholder in a query: each call binds there the value of this name. */
export const p = (name: string): SQL => sql`${sql.placeholder(name)}`;

/** How the parts of a template are written for SQLite. Drizzle's dialect does the same, but brings its query builder: a seventh of the Worker. */
const inSqlite = {
  // the schema names every column
  casing: { getColumnCasing: (column: Column) => column.name } as CasingCache,
  escapeName: (name: string) => `"${name}"`,
  escapeParam: () => '?',
  escapeString: (text: string) => `'${text.replaceAll("'", "''")}'`,
};

interface Compiled {
  sql: string;
  params: unknown[];
}

/**
 * Compiles the SQL of a query once per isolate. Returns a function that binds values to its placeholders, and throws `store.unavailable` when there
 * is no database. For tables that belong to tenants use `tenantQuery`.
 */
export function query(
  make: () => SQL,
): (payer: Payer, values?: Record<string, Value>) => D1PreparedStatement {
  let compiled: Compiled | undefined;
  return (payer, values = {}) => {
    if (!payer.db) throw new Failure('store.unavailable');
    compiled ??= make().toQuery(inSqlite);
    return payer.db.prepare(compiled.sql).bind(...fillPlaceholders(compiled.params, values));
  };
}

/** Like `query`, for the rows of one tenant. `make` gets the placeholder of the tenant's id, which the book fills. */
export function tenantQuery(
  make: (tenant: Placeholder) => SQL,
): (book: TenantPayer, values?: Record<string, Value>) => D1PreparedStatement {
  const bind = query(() => make(sql.placeholder('tenant')));
  return (book, values) => bind(book, { ...values, tenant: book.tenantId });
}

/** How long one round trip may take before the caller is told that the store is away. */
const PATIENCE_MS = 3_000;

/**
 * 1 round trip; 2 when the first fails for a passing reason and `again` says that the statements may run twice. Runs them in one transaction. Returns
 * one result for each. Throws the Failure that D1's message stands for.
 */
export async function run<Statements extends D1PreparedStatement[]>(
  payer: Payer,
  statements: [...Statements],
  { again = false, patience = PATIENCE_MS } = {},
): Promise<Results<Statements>> {
  try {
    return await once(payer, statements, patience);
  } catch (error) {
    if (!again || !isPassing(error)) throw failureOf(error);
  }
  await scheduler.wait(20 + Math.random() * 80);
  return once(payer, statements, patience).catch((error) => {
    throw failureOf(error);
  });
}

async function once<Statements extends D1PreparedStatement[]>(
  { db, meter }: Payer,
  statements: [...Statements],
  patience: number,
): Promise<Results<Statements>> {
  const started = Date.now();
  meter.roundTrips += 1;
  try {
    const results = await within(patience, () => db.batch<Row>(statements));
    for (const { meta } of results) {
      meter.rowsRead += meta.rows_read ?? 0;
      meter.rowsWritten += meta.rows_written ?? 0;
    }
    return results as Results<Statements>;
  } finally {
    meter.milliseconds += Date.now() - started;
  }
}

/** True while the key is the tenant's and has not expired. It is read in the same transaction as the data, so a revocation takes effect at once. */
const keyIsLive = (tenant: Placeholder) =>
  sql`EXISTS (SELECT 1 FROM ${apiKeys} WHERE ${apiKeys.id} = ${p('keyId')} AND ${apiKeys.tenantId} = ${tenant} AND (${apiKeys.expiresAt} IS NULL OR ${apiKeys.expiresAt} > ${p('now')}))`;
const selectLive = tenantQuery((tenant) => sql`SELECT ${keyIsLive(tenant)} AS "live"`);
const refuseDead = tenantQuery(
  (tenant) => sql`INSERT INTO refusals (code) SELECT 'key.revoked' WHERE NOT ${keyIsLive(tenant)}`,
);
const liveness = ({ keyId }: Book) => ({ keyId, now: new Date().toISOString() });

/** 1 round trip. Reads from the book. Returns one result for each statement. Throws `key.revoked`. */
export async function read<Statements extends D1PreparedStatement[]>(
  book: Book,
  statements: [...Statements],
): Promise<Results<Statements>> {
  const [live, ...results] = await run(book, [selectLive(book, liveness(book)), ...statements], {
    again: true,
  });
  if (!live.results[0]!.live) throw new Failure('key.revoked');
  return results;
}

/** The statement that ends a batch of writes when the key is no longer good. */
export const requireLiveKey = (book: Book) => refuseDead(book, liveness(book));
