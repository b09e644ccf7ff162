/** Pages of other origins may call the API only where the operator has named them in ALLOWED_ORIGINS. */
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { Env } from './env.ts';

const answer = cors({
  origin: (origin, c) => (originsOf(c.env.ALLOWED_ORIGINS).includes(origin) ? origin : null),
  allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowHeaders: [
    'Authorization',
    'Content-Type',
    'Idempotency-Key',
    'If-Match',
    'If-None-Match',
    'X-API-Key',
    'X-Request-Id',
  ],
  exposeHeaders: [
    'ETag',
    'Location',
    'Retry-After',
    'Idempotent-Replayed',
    'X-Request-Id',
    'X-RateLimit-Limit',
    'X-RateLimit-Remaining',
    'X-RateLimit-Reset',
    'RateLimit',
    'RateLimit-Policy',
  ],
  maxAge: 600,
});

const originsOf = (list: string | undefined) =>
  (list ?? '')
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean);

/** CORS for the origins that are named; without any, not a header of it. */
export const allowedOrigins: MiddlewareHandler<Env> = (c, next) =>
  c.env.ALLOWED_ORIGINS ? answer(c, next) : next();
