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

interface Counter {
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

/** The tables of D1, each with its columns, except when keys were last used. */
const tables = async () =>
  (
    await env.DB.prepare(
      `SELECT name, (SELECT group_concat(c.name) FROM pragma_table_info(t.name) AS c WHERE c.name <> 'last_used_at') AS columns
       FROM sqlite_schema AS t WHERE type = 'table' AND ${OWN_TABLES} ORDER BY name`,
    ).all<{ name: string; columns: string }>()
  ).results;

/** The rows of every table, as JSON texts: all, or those in which this text is somewhere. */
async function rows(text = ''): Promise<Record<string, string[]>> {
  const all = await tables();
  const found = await env.DB.batch<{ row: string }>(
    all.map(({ name, columns }) =>
      env.DB.prepare(
        `SELECT row FROM (SELECT json_array(${columns}) AS row FROM ${name}) WHERE instr(row, ?1) ORDER BY row`,
      ).bind(text),
    ),
  );
  return Object.fromEntries(
    all.map(({ name }, index) => [name, found[index]!.results.map(({ row }) => row)]),
  );
}

/** Everything that D1 has. */
export const dump = () => rows();

/** Every row of D1 that names the tenant, or whatever else has this id, by table. */
export const rowsOf = (id: string) => rows(id);
