/**
 * The one place that speaks to D1. A query is built with Drizzle, its SQL kept for the life of the isolate, and only bound per
 * call: building one per request costs several times the request itself.
 */
import { fillPlaceholders, type Placeholder, type SQLWrapper, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import { Failure, type FailureCode } from '../core/failure.ts';

declare const tenant: unique symbol;
/** The id of a tenant that a credential or the operator has named: a plain string does not do. */
export type TenantId = string & { [tenant]: true };

/** One tenant's book, opened for one request: every verb takes it first, and can reach no other tenant through it. */
export interface Book {
  readonly db: D1Database;
  readonly tenantId: TenantId;
  /** Who asks: the key, for the history. */
  readonly keyId: string | null;
  readonly requestId: string;
  readonly meter: Meter;
}

/** What a request has cost so far. */
export interface Meter {
  roundTrips: number;
  rowsRead: number;
  rowsWritten: number;
  /** Milliseconds spent waiting for D1. */
  milliseconds: number;
}

export const newMeter = (): Meter => ({ roundTrips: 0, rowsRead: 0, rowsWritten: 0, milliseconds: 0 });

export type Value = string | number | null;
export type Row = Record<string, Value>;

/** Builds SQL text only: it never runs a query itself. */
export const build = drizzle({} as D1Database);
const dialect = new SQLiteSyncDialect();

interface Compiled {
  sql: string;
  params: unknown[];
}

/** Whatever has a database and pays for its use: a tenant's book, or the operator's own view of all tenants. */
export type Payer = Pick<Book, 'db' | 'meter'>;

/**
 * Keeps the SQL of a query once per isolate. Returns a function that binds values to its placeholders: no query is built per call.
 * For tables that belong to tenants use `tenantQuery`.
 */
export function query(
  make: () => SQLWrapper,
): (payer: Payer, values?: Record<string, Value>) => D1PreparedStatement {
  let compiled: Compiled | undefined;
  return (payer, values = {}) => {
    compiled ??= dialect.sqlToQuery(make().getSQL());
    return payer.db.prepare(compiled.sql).bind(...fillPlaceholders(compiled.params, values));
  };
}

/** As `query`, for a query on one tenant's rows: it is given the placeholder of the tenant, which the book fills. */
export function tenantQuery(
  make: (tenant: Placeholder) => SQLWrapper,
): (book: Book, values?: Record<string, Value>) => D1PreparedStatement {
  const bind = query(() => make(sql.placeholder('tenant')));
  return (book, values) => bind(book, { ...values, tenant: book.tenantId });
}

/** 1 round trip. Runs the statements in one transaction. Returns a result each; throws a Failure, sorted from D1's words. */
export async function run(payer: Payer, statements: D1PreparedStatement[]): Promise<D1Result<Row>[]> {
  const { meter } = payer;
  const started = Date.now();
  meter.roundTrips += 1;
  try {
    const results = await payer.db.batch<Row>(statements);
    for (const { meta } of results) {
      meter.rowsRead += meta.rows_read ?? 0;
      meter.rowsWritten += meta.rows_written ?? 0;
    }
    return results;
  } catch (error) {
    throw sorted(error);
  } finally {
    meter.milliseconds += Date.now() - started;
  }
}

/** What the tables refuse, by the words in SQLite's message, and the input fields at fault. */
const refusals: [words: string, code: FailureCode, ...fields: string[]][] = [
  ['currency.locked', 'currency.locked', 'currency'],
  ['custom_fields.too_many', 'custom_fields.too_many', 'customFields'],
  ['account.parent_flag_required', 'account.parent_flag_required', 'isParentAccount'],
  ['accounts.source_connection_id', 'source.conflict'],
  ['no such table', 'store.outdated'],
  ['no such column', 'store.outdated'],
];

function sorted(error: unknown): Failure {
  const message = error instanceof Error ? error.message : '';
  const refusal = refusals.find(([words]) => message.includes(words));
  if (!refusal) return new Failure('store.unavailable', [], { cause: error });
  const [, code, ...fields] = refusal;
  return new Failure(code, fields, { cause: error });
}
