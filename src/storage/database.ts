/**
 * The one place that speaks to D1. A query is built with Drizzle, its SQL kept for the life of the isolate, and only bound per
 * call: building one per request costs several times the request itself.
 */
import { type Column, fillPlaceholders, type Placeholder, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { CasingCache } from 'drizzle-orm/casing';
import { Failure } from '../core/failure.ts';
import { failureOf, isPassing } from './d1-errors.ts';
import { within } from './patience.ts';
import { apiKeys } from './schema.ts';

declare const tenant: unique symbol;
/** The id of a tenant that a credential or the operator has named: a plain string does not do. */
export type TenantId = string & { [tenant]: true };

/** Whatever has a database and pays for its use. */
export interface Payer {
  readonly db: D1Database;
  readonly meter: Meter;
}

/** A write that its caller may send again: the Idempotency-Key, and the SHA-256 of method, path and body. */
export interface Attempt {
  readonly key: string;
  readonly fingerprint: string;
}

/** Whoever may write. `scope` is the tenant's id, or 'admin': within it an Idempotency-Key means one attempt. */
export interface Writer extends Payer {
  readonly scope: string;
  readonly attempt: Attempt | null;
}

/** One tenant's book, opened for one request: every verb takes it first, and can reach no other tenant through it. */
export interface Book extends Writer {
  readonly tenantId: TenantId;
  /** Who asks: the key, for the history. */
  readonly keyId: string;
  readonly requestId: string;
}

/** Whatever reads or writes within one tenant, with or without a caller's key: a book, or a queue's consumer. */
export type TenantPayer = Payer & Pick<Book, 'tenantId'>;

/** What a request has cost so far. */
export interface Meter {
  roundTrips: number;
  rowsRead: number;
  rowsWritten: number;
  /** Milliseconds spent waiting for D1. */
  milliseconds: number;
  /** The answer is that of an earlier attempt. */
  replayed: boolean;
}

/** Nothing so far. */
export const newMeter = (): Meter => ({
  roundTrips: 0,
  rowsRead: 0,
  rowsWritten: 0,
  milliseconds: 0,
  replayed: false,
});

export type Value = string | number | null;
export type Row = Record<string, Value>;

/** The columns of a SELECT, each under its own name: D1 answers by name, and two tables have columns of the same name. */
export const columnsOf = (selection: Record<string, SQLWrapper>): SQL =>
  sql.join(
    Object.entries(selection).map(([name, value]) => sql`${value} AS ${sql.identifier(name)}`),
    sql`, `,
  );

/**
 * The same in one column "row", as a JSON array in this order: a wide row that D1 answers value by value, each with its name, costs the
 * Worker more than the query (docs/performance.md). D1 takes 32 of them.
 */
export const packed = (selection: Record<string, SQLWrapper>): SQL =>
  sql`json_array(${sql.join(Object.values(selection), sql`, `)}) AS "row"`;

/** What a column of JSON holds: D1 answers a text, and in a row that a write has kept stands the value itself. */
export const parsed = (json: unknown) => (typeof json === 'string' ? JSON.parse(json) : json);

/** The values of a packed row. */
export const unpacked = ({ row }: Row) => parsed(row);

/** The place of a value in a query: what has this name is bound there per call. */
export const p = (name: string): SQL => sql`${sql.placeholder(name)}`;

/** How SQLite writes what a template holds. Drizzle's dialect says the same, and brings its query builder: a seventh of the Worker. */
const inSqlite = {
  // every column has its name in the schema
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
 * Keeps the SQL of a query once per isolate. Returns a function that binds values to its placeholders: no query is built per call.
 * For tables that belong to tenants use `tenantQuery`.
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

/** As `query`, for a query on one tenant's rows: it is given the placeholder of the tenant, which the book fills. */
export function tenantQuery(
  make: (tenant: Placeholder) => SQL,
): (book: TenantPayer, values?: Record<string, Value>) => D1PreparedStatement {
  const bind = query(() => make(sql.placeholder('tenant')));
  return (book, values) => bind(book, { ...values, tenant: book.tenantId });
}

/** How long one round trip may take before the caller is told that the store is away. */
const PATIENCE_MS = 3_000;

/**
 * 1 round trip; 2 where the first is lost for a passing reason and `again` says that the statements may run twice. Runs them in one
 * transaction. Returns a result each; throws a Failure, sorted from D1's words.
 */
export async function run(
  payer: Payer,
  statements: D1PreparedStatement[],
  { again = false, patience = PATIENCE_MS } = {},
): Promise<D1Result<Row>[]> {
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

async function once(
  { db, meter }: Payer,
  statements: D1PreparedStatement[],
  patience: number,
): Promise<D1Result<Row>[]> {
  const started = Date.now();
  meter.roundTrips += 1;
  try {
    const results = await within(patience, () => db.batch<Row>(statements));
    for (const { meta } of results) {
      meter.rowsRead += meta.rows_read ?? 0;
      meter.rowsWritten += meta.rows_written ?? 0;
    }
    return results;
  } finally {
    meter.milliseconds += Date.now() - started;
  }
}

/** True while the key is the tenant's, and not expired: read in the same transaction as the data, so revocation holds at once. */
const keyIsLive = (tenant: Placeholder) =>
  sql`EXISTS (SELECT 1 FROM ${apiKeys} WHERE ${apiKeys.id} = ${p('keyId')} AND ${apiKeys.tenantId} = ${tenant} AND (${apiKeys.expiresAt} IS NULL OR ${apiKeys.expiresAt} > ${p('now')}))`;
const selectLive = tenantQuery((tenant) => sql`SELECT ${keyIsLive(tenant)} AS "live"`);
const refuseDead = tenantQuery(
  (tenant) => sql`INSERT INTO refusals (code) SELECT 'key.revoked' WHERE NOT ${keyIsLive(tenant)}`,
);
const liveness = ({ keyId }: Book) => ({ keyId, now: new Date().toISOString() });

/** 1 round trip. Reads from the book; a result for each statement. Throws `key.revoked`. */
export async function read(book: Book, statements: D1PreparedStatement[]): Promise<D1Result<Row>[]> {
  const [live, ...results] = await run(book, [selectLive(book, liveness(book)), ...statements], {
    again: true,
  });
  if (!live!.results[0]!.live) throw new Failure('key.revoked');
  return results;
}

/** The statement that ends a batch of writes when the key is no longer good. */
export const requireLiveKey = (book: Book) => refuseDead(book, liveness(book));
