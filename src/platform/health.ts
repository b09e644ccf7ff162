/** `GET /health`: whether what the Worker stands on answers, and which version of the tables it has found. */
import type { Context } from 'hono';
import * as z from 'zod';
import { within } from '../storage/patience.ts';
import { SCHEMA_VERSION, schemaVersion } from '../storage/schema-version.ts';
import type { Env } from './env.ts';

const version = (description: string) => z.string().meta({ description, example: SCHEMA_VERSION });
export const healthOutput = z
  .object({
    status: z.enum(['ok', 'unavailable']).meta({ description: 'Whether all checks are ok.', example: 'ok' }),
    schemaVersion: version('The last migration that the database has; null when it does not say.').nullable(),
    expectedSchemaVersion: version('The last migration that this version was written for.'),
    checks: z
      .object({
        database: z.enum(['ok', 'outdated', 'unavailable']).meta({ description: 'D1.', example: 'ok' }),
        keys: z.enum(['ok', 'unavailable']).meta({ description: 'KV.', example: 'ok' }),
      })
      .meta({ description: 'What the Worker stands on.' }),
  })
  .meta({ id: 'Health' });

/** 200 when D1 and KV answer, 503 with which does not. 1 round trip and 1 KV read. */
export async function health(c: Context<Env>): Promise<Response> {
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
