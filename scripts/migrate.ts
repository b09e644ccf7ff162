import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unstable_splitSqlQuery as splitSqlQuery } from 'wrangler';
import type { LocalDatabase } from './local.ts';

/** The folder of the migrations. */
export const MIGRATIONS = join(import.meta.dirname, '../migrations');

/** Applies the migrations that the local database lacks, and records them where `wrangler d1 migrations` does. Returns their names. */
export async function migrate(db: LocalDatabase): Promise<string[]> {
  await db
    .prepare(
      `CREATE TABLE IF NOT EXISTS d1_migrations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT UNIQUE,
        applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
      )`,
    )
    .run();
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const applied = new Set(results.map((row) => row.name));
  const missing = migrationFiles().filter((name) => !applied.has(name));
  for (const name of missing) {
    // One batch is one transaction: a migration is applied and recorded, or neither.
    const statements = splitSqlQuery(readFileSync(join(MIGRATIONS, name), 'utf8')).map((sql) =>
      db.prepare(sql),
    );
    await db.batch([...statements, db.prepare('INSERT INTO d1_migrations (name) VALUES (?1)').bind(name)]);
  }
  return missing;
}

/** The names of the migrations, in the order in which they apply. */
export function migrationFiles(): string[] {
  return readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .sort();
}
