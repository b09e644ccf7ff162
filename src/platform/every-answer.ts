/** What every answer carries and every request leaves in the log, whatever the outcome. */
import type { Context, MiddlewareHandler } from 'hono';
import { v7 as uuidv7 } from 'uuid';
import { newMeter } from '../storage/database.ts';
import type { Env } from './env.ts';
import { log, loggedId } from './log.ts';
import { limitHeaders } from './rate-limit.ts';

/** The form of a caller's own request id that is kept: 1–128 visible ASCII characters. */
const KEPT = /^[\x21-\x7e]{1,128}$/;

/** Gives the request its id, sets the headers that every answer has, and logs one line. */
export const everyAnswer: MiddlewareHandler<Env> = async (c, next) => {
  const started = Date.now();
  const given = c.req.raw.headers.get('X-Request-Id') ?? '';
  c.set('requestId', KEPT.test(given) ? given : uuidv7());
  c.set('payer', { db: c.env.DB, meter: newMeter() });
  await next();
  const limit = await c.get('limit');
  const { meter } = c.get('payer');
  const { headers } = c.res;
  headers.set('X-Request-Id', c.get('requestId'));
  headers.set('X-Content-Type-Options', 'nosniff');
  headers.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
  if (limit) for (const [name, value] of Object.entries(limitHeaders(limit))) headers.set(name, value);
  if (meter.replayed) headers.set('Idempotent-Replayed', 'true');
  if (meter.roundTrips > 0) {
    headers.set('Server-Timing', `db;dur=${meter.milliseconds};desc="round trips: ${meter.roundTrips}"`);
  }
  logRequest(c, Date.now() - started);
};

/** Ids, the route's pattern, the outcome, why it was refused, and its cost. */
function logRequest(c: Context<Env>, ms: number): void {
  const principal = c.get('principal');
  const { roundTrips, rowsRead, rowsWritten } = c.get('payer').meter;
  const { code, errors = [] } = c.get('problem') ?? {};
  log('info', {
    requestId: loggedId(c),
    tenant: principal?.tenantId,
    key: principal?.keyId,
    method: c.req.method,
    route: c.get('route') ?? 'none',
    status: c.res.status,
    code,
    faults: errors.length > 0 ? [...new Set(errors.map((fault) => fault.code))] : undefined,
    ms,
    roundTrips,
    rowsRead,
    rowsWritten,
  });
}
