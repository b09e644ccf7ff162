/** Which migration the database has. A Worker whose database lacks one refuses writes, so that none is half done. */
import { sql } from 'drizzle-orm';
import { Failure } from '../core/failure.ts';
import { type Payer, query, run } from './database.ts';

/** The last migration that this code was written for. */
export const SCHEMA_VERSION = '0019_pieces_of_many_parts.sql';

const select = query(() => sql`SELECT name AS "name" FROM d1_migrations ORDER BY name DESC LIMIT 1`);

/** 1 round trip. The name of the last migration applied; null when there is none. */
export async function schemaVersion(payer: Payer): Promise<string | null> {
  try {
    const [last] = await run(payer, [select(payer)], { again: true });
    return (last.results[0]?.name as string | undefined) ?? null;
  } catch (error) {
    // a database to which no migration was ever applied has not even the table that names them
    if (error instanceof Failure && error.code === 'store.outdated') return null;
    throw error;
  }
}

/** True when the database lacks a migration that this code needs. Their names sort by number. */
export const isOutdated = (version: string | null): boolean => (version ?? '') < SCHEMA_VERSION;

let verified = false;

/**
 * 1 round trip for each write until the isolate has found the tables up to date, then none: migrations are only ever added. Throws `store.outdated`.
 */
export async function requireSchema(payer: Payer): Promise<void> {
  if (verified) return;
  if (isOutdated(await schemaVersion(payer))) throw new Failure('store.outdated');
  verified = true;
}
