/** `GET /health`: whether what the Worker stands on answers, and which version of the tables it has found. */
import type { Context } from 'hono';
import { within } from '../storage/patience.ts';
import { SCHEMA_VERSION, schemaVersion } from '../storage/schema-version.ts';
import type { Env } from './env.ts';
import { requireJsonAccepted } from './input.ts';

/** 200 when D1 and KV answer, 503 with which does not. Throws 406. 1 round trip and 1 KV read. */
export async function health(c: Context<Env>): Promise<Response> {
  requireJsonAccepted(c.req.raw.headers);
  const [database, keys] = await Promise.allSettled([
    schemaVersion({ db: c.env.DB, meter: c.get('meter') }),
    within(3_000, c.env.KEYS.get('health')),
  ]);
  const found = database.status === 'fulfilled' ? database.value : null;
  const checks = {
    database:
      database.status === 'rejected'
        ? 'unavailable'
        : found === null || found < SCHEMA_VERSION
          ? 'outdated'
          : 'ok',
    keys: keys.status === 'rejected' ? 'unavailable' : 'ok',
  };
  const healthy = checks.database === 'ok' && checks.keys === 'ok';
  const body = {
    status: healthy ? 'ok' : 'unavailable',
    schemaVersion: found,
    expectedSchemaVersion: SCHEMA_VERSION,
    checks,
  };
  return Response.json(body, {
    status: healthy ? 200 : 503,
    ...(!healthy && { headers: { 'Retry-After': '1' } }),
  });
}
