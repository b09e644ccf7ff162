/** What every answer carries, whatever it is the answer to. */
import type { MiddlewareHandler } from 'hono';
import { uuidv7 } from 'uuidv7';
import { newMeter } from '../storage/database.ts';
import type { Env } from './env.ts';

/** "A caller's own, when it is 1–128 visible ASCII characters, is kept." */
const KEPT = /^[\x21-\x7e]{1,128}$/;

/** Names the request, and sets the headers that no answer goes without. */
export const everyAnswer: MiddlewareHandler<Env> = async (c, next) => {
  const given = c.req.raw.headers.get('X-Request-Id') ?? '';
  const requestId = KEPT.test(given) ? given : uuidv7();
  const meter = newMeter();
  c.set('requestId', requestId);
  c.set('meter', meter);
  await next();
  const { headers } = c.res;
  headers.set('X-Request-Id', requestId);
  headers.set('X-Content-Type-Options', 'nosniff');
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
  if (meter.roundTrips > 0) {
    const desc = `${meter.roundTrips} round trips, ${meter.rowsRead} rows read, ${meter.rowsWritten} written`;
    headers.set('Server-Timing', `db;dur=${meter.milliseconds};desc="${desc}"`);
  }
};
