/** D1 as a test wants it: it can observe every batch, and change it. */
import { env } from 'cloudflare:workers';

/** Decides what happens to one batch. `go` runs the batch as it is, or the statements it is given. */
export type Hand = (
  statements: D1PreparedStatement[],
  go: (statements?: D1PreparedStatement[]) => Promise<D1Result[]>,
) => Promise<D1Result[]>;

/** The real database. All its batches go through this hand; nothing else is ever asked of it. */
export const database = (hand: Hand): D1Database =>
  ({
    prepare: (text: string) => env.DB.prepare(text),
    batch: (statements: D1PreparedStatement[]) =>
      hand(statements, (those = statements) => env.DB.batch(those)),
  }) as unknown as D1Database;

/** A statement that ends its batch as SQLite's own errors do, so that the transaction is really rolled back. */
export const raise = () => env.DB.prepare("INSERT INTO refusals (code) VALUES ('the disk is gone')");

export interface Counter {
  DB: D1Database;
  /** How many statements each batch had. */
  batches: number[];
}

/** The real database, with a count of what was asked of it. */
export function counting(): Counter {
  const batches: number[] = [];
  const DB = database((statements, go) => {
    batches.push(statements.length);
    return go();
  });
  return { DB, batches };
}

/** Removes everything, so that comparing the whole database stays fast. */
export const empty = () =>
  env.DB.batch([env.DB.prepare('DELETE FROM tenants'), env.DB.prepare('DELETE FROM idempotency_keys')]);

const OWN_TABLES = "name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' AND name NOT LIKE 'd1_%'";

/** Everything that D1 has, except when keys were last used. */
export async function dump(): Promise<Record<string, string[]>> {
  const { results: tables } = await env.DB.prepare(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND ${OWN_TABLES} ORDER BY name`,
  ).all<{ name: string }>();
  const rows = await env.DB.batch<Record<string, unknown>>(
    tables.map(({ name }) => env.DB.prepare(`SELECT * FROM ${name}`)),
  );
  return Object.fromEntries(
    tables.map(({ name }, index) => [
      name,
      rows[index]!.results.map(({ last_used_at: _, ...row }) => JSON.stringify(row)).sort(),
    ]),
  );
}

/** Every row of D1 that names the tenant, or whatever else has this id, by table. */
export async function rowsOf(id: string): Promise<Record<string, string[]>> {
  const tables = Object.entries(await dump());
  return Object.fromEntries(tables.map(([name, rows]) => [name, rows.filter((row) => row.includes(id))]));
}
