/** `GET /health`: whether D1 and KV answer, and which version of the tables the database has. */
import type { Context } from 'hono';
import { KV_PATIENCE_MS } from '../storage/keys.ts';
import { within } from '../storage/patience.ts';
import { isOutdated, SCHEMA_VERSION, schemaVersion } from '../storage/schema-version.ts';
import { respond } from './answer.ts';
import type { Env } from './env.ts';
import { requireJsonAccepted } from './input.ts';

/** The body of the answer: each check, and whether all is well. `found` is the last migration that the database has. */
export function healthOf(
  database: 'ok' | 'outdated' | 'unavailable',
  keys: 'ok' | 'unavailable',
  found: string | null,
) {
  return {
    status: database === 'ok' && keys === 'ok' ? ('ok' as const) : ('unavailable' as const),
    schemaVersion: found,
    expectedSchemaVersion: SCHEMA_VERSION,
    checks: { database, keys },
  };
}

/** 200 when D1 and KV answer and the tables are up to date; 503 otherwise, with the result of each check. Throws 406. 1 round trip and 1 KV read. */
export async function health(c: Context<Env>): Promise<Response> {
  requireJsonAccepted(c.req.raw.headers);
  const [database, keys] = await Promise.allSettled([
    schemaVersion(c.get('payer')),
    within(KV_PATIENCE_MS, () => c.env.KEYS.get('health')),
  ]);
  const found = database.status === 'fulfilled' ? database.value : null;
  const body = healthOf(
    database.status === 'rejected' ? 'unavailable' : isOutdated(found) ? 'outdated' : 'ok',
    keys.status === 'rejected' ? 'unavailable' : 'ok',
    found,
  );
  const answer =
    body.status === 'ok' ? { status: 200, body } : { status: 503, body, headers: { 'Retry-After': '1' } };
  return respond(c.req.raw.headers, answer, false);
}
