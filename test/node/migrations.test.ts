/** Migrating a database with rows in it gives the same result as inserting the same rows after the migration. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, vi } from 'vitest';
import type { LocalDatabase } from '../../scripts/local.ts';
import { MIGRATIONS, migrate, migrationFiles } from '../../scripts/migrate.ts';

const text = (value: string | null) => (value === null ? 'NULL' : `'${value}'`);
const contact = (id: number, account: string | null, name: string, email: string | null, isPrimary: number) =>
  `INSERT INTO contacts (tenant_id, id, reference, reference_key, account_id, name, name_key, email, email_key, is_primary, created_at, updated_at)
   VALUES ('t', ${[id, id, id, ...[account, name, name, email, email].map(text), isPrimary]}, '', '')`;

/** Rows that were possible since the third migration: contacts of an account and of none, two with one name, and an address that bounced. */
const ROWS = [
  "INSERT INTO tenants (id, name, created_at, updated_at) VALUES ('t', 'Test', '', '')",
  ...['a', 'b', 'c'].map(
    (id) =>
      `INSERT INTO accounts (tenant_id, id, number, created_at, updated_at) VALUES ('t', '${id}', '${id}', '', '')`,
  ),
  "INSERT INTO addresses (tenant_id, address_key, status, updated_at) VALUES ('t', 'lost@example.com', 'Bounced', '')",
  contact(1, 'a', 'john smith', 'john@example.com', 1),
  contact(2, 'a', 'john smith', null, 0),
  contact(3, 'a', 'anna', 'lost@example.com', 1),
  contact(4, 'b', 'jane doe', null, 0),
  contact(5, null, 'nobody at all', 'john@example.com', 0),
  contact(6, 'a', 'customer 12345 gmbh', null, 0),
];

/**
 * The tables after all migrations, with these rows inserted after the first `after` of them; without times and the history, which did not record
 * them.
 */
function migrated(after: number): Record<string, unknown[]> {
  const db = new DatabaseSync(':memory:');
  for (const [index, name] of migrationFiles().entries()) {
    if (index === after) for (const row of ROWS) db.exec(row);
    db.exec(readFileSync(join(MIGRATIONS, name), 'utf8'));
  }
  if (after >= migrationFiles().length) for (const row of ROWS) db.exec(row);
  const tables = ['contacts', 'addresses', 'name_segments', 'reachability', 'reachability_totals'];
  return Object.fromEntries(
    tables.map((table) => [
      table,
      db
        .prepare(`SELECT * FROM ${table}`)
        .all()
        .filter(({ accounts }) => accounts !== 0) // rows of states that were only passed through
        .map(({ changed_at: _, ...row }) => row),
    ]),
  );
}

/**
 * `wrangler d1 migrations apply --remote` sends a file as it is, and D1 cuts it into statements on its side. D1 has mistaken a quotation mark or a
 * semicolon in a comment for one of SQL, `begin` for the end of a statement, and the END of a CASE for that of its trigger (workers-sdk 4713, 3892,
 * 10998, 4326). No local run shows that.
 */
it.each(migrationFiles())('%s is the same statements to whoever cuts it', (name) => {
  const text = readFileSync(join(MIGRATIONS, name), 'utf8');
  expect(text.match(/--.*/g)?.filter((comment) => /['"`;]/.test(comment)) ?? []).toEqual([]);
  expect(text).not.toMatch(/\/\*|\r/);
  const triggers = text.match(/^CREATE TRIGGER [^;]*\nBEGIN\n( .*\n)*END;$/gm) ?? [];
  expect(triggers).toHaveLength(text.match(/create\s(temp\w*\s)?trigger/gi)?.length ?? 0);
  expect(triggers.filter((trigger) => /\bCASE\b/i.test(trigger))).toEqual([]);
});

it('makes the same of what is there as of what comes later', () => {
  const later = migrated(migrationFiles().length);
  expect(later.reachability).toHaveLength(3);
  expect(later.name_segments).toHaveLength(3 + 2 + 3);
  for (let after = 3; after < migrationFiles().length; after += 1)
    expect(migrated(after), migrationFiles()[after]!).toEqual(later);
});

/**
 * The database with its tables made in the order of the migrations (0), of their names (1) or in the opposite one (-1), as a restored dump may have
 * them. The order decides what SQLite removes first of what belongs to a removed row.
 */
function remade(direction: 0 | 1 | -1): DatabaseSync {
  const first = new DatabaseSync(':memory:');
  for (const name of migrationFiles()) first.exec(readFileSync(join(MIGRATIONS, name), 'utf8'));
  const parts = first
    .prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    .all() as { type: string; name: string; sql: string }[];
  const tables = parts.filter(({ type }) => type === 'table');
  tables.sort((one, other) => direction * (one.name < other.name ? -1 : 1));
  const db = new DatabaseSync(':memory:');
  for (const { sql } of [...tables, ...parts.filter(({ type }) => type !== 'table')]) db.exec(sql);
  return db;
}

describe.each([0, 1, -1] as const)('whatever SQLite removes first (%i), nobody is told', (direction) => {
  const removed = (statement: string) => {
    const db = remade(direction);
    for (const row of [...ROWS, contact(7, null, 'nobody too', 'lost@example.com', 0)]) db.exec(row);
    db.exec('DELETE FROM events');
    db.exec(statement);
    return (table: string) => db.prepare(`SELECT count(*) AS count FROM ${table}`).get()!.count;
  };

  it('of what the removal of an account takes along', () => {
    const count = removed("DELETE FROM accounts WHERE id = 'a'");
    expect([count('events'), count('reachability'), count('contacts')]).toEqual([0, 2, 3]);
  });

  it('of what the removal of a tenant takes along', () => {
    const count = removed("DELETE FROM tenants WHERE id = 't'");
    for (const table of ['events', 'reachability', 'reachability_totals', 'history', 'name_segments'])
      expect([table, count(table)]).toEqual([table, 0]);
  });
});

/** A database whose batches are done, or not, before the line to it is lost. */
function losingTheLine(done: boolean, db = new DatabaseSync(':memory:')) {
  const prepare = (sql: string) => {
    const bound = (...values: string[]) => ({
      bind: bound,
      run: () => db.prepare(sql).run(...values),
      all: () => ({ results: db.prepare(sql).all(...values) }),
    });
    return bound();
  };
  const batch = async (statements: ReturnType<typeof prepare>[]) => {
    if (done) for (const statement of statements) statement.run();
    throw new TypeError('fetch failed');
  };
  return { prepare, batch } as unknown as LocalDatabase;
}

describe('a migration whose answer is lost', () => {
  it('is applied if it is recorded', async () => {
    expect(await migrate(losingTheLine(true))).toEqual(migrationFiles());
  });

  it('has failed if it is not', async () => {
    await expect(migrate(losingTheLine(false))).rejects.toThrow('fetch failed');
  });
});

it('says that a database is of a newer version, and of which', async () => {
  const said = vi.spyOn(console, 'warn').mockReturnValue();
  const db = new DatabaseSync(':memory:');
  await migrate(losingTheLine(true, db));
  await migrate(losingTheLine(true, db));
  expect(said).not.toHaveBeenCalled();
  db.exec("INSERT INTO d1_migrations (name) VALUES ('9999_later.sql')");
  await migrate(losingTheLine(true, db));
  expect(said).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('9999_later.sql'));
  said.mockRestore();
});
