/** D1 as a test wants it: with an ear on every batch, and a hand in it. */
import { env } from 'cloudflare:workers';

/** What becomes of one batch: `go` runs it as it is, or as it is given. */
export type Hand = (
  statements: D1PreparedStatement[],
  go: (statements?: D1PreparedStatement[]) => Promise<D1Result[]>,
) => Promise<D1Result[]>;

/** The real database, whose batches (nothing else is ever asked of it) go through this hand. */
export const database = (hand: Hand): D1Database =>
  ({
    prepare: (text: string) => env.DB.prepare(text),
    batch: (statements: D1PreparedStatement[]) =>
      hand(statements, (those = statements) => env.DB.batch(those)),
  }) as unknown as D1Database;

/** A statement that ends its batch as SQLite's own errors do, so that the transaction really is rolled back. */
export const raise = () => env.DB.prepare("INSERT INTO refusals (code) VALUES ('the disk is gone')");

export interface Counter {
  DB: D1Database;
  /** How many statements each batch had. */
  batches: number[];
}

/** The real database, and what was asked of it. */
export function counting(): Counter {
  const batches: number[] = [];
  const DB = database((statements, go) => {
    batches.push(statements.length);
    return go();
  });
  return { DB, batches };
}

/** Removes everything, so that comparing all of it stays quick. */
export const empty = () =>
  env.DB.batch([env.DB.prepare('DELETE FROM tenants'), env.DB.prepare('DELETE FROM idempotency_keys')]);

const OWN_TABLES = "name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' AND name NOT LIKE 'd1_%'";

/** Everything that D1 holds, but for when keys were last used. */
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
