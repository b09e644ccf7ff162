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
  const applied = async () => {
    const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
    return results.map((row) => row.name);
  };
  const before = await applied();
  const known = migrationFiles();
  const newer = before.findLast((name) => !known.includes(name));
  if (newer)
    console.warn(`The database is of a newer version, with ${newer}: what this one asks of it may fail.`);
  const missing = known.filter((name) => !before.includes(name));
  for (const name of missing) {
    // One batch is one transaction: a migration is applied and recorded, or neither.
    const statements = splitSqlQuery(readFileSync(join(MIGRATIONS, name), 'utf8')).map((sql) =>
      db.prepare(sql),
    );
    const record = db.prepare('INSERT INTO d1_migrations (name) VALUES (?1)').bind(name);
    await db.batch([...statements, record]).catch(async (error: unknown) => {
      // workerd drops the answer to what has kept it busy for long, as among a million contacts
      if (!(await applied()).includes(name)) throw error;
    });
  }
  return missing;
}

/** The names of the migrations, in the order in which they apply. */
export function migrationFiles(): string[] {
  return readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .sort();
}
