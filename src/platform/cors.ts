/** Pages of other origins may call the API only where the operator has named them in ALLOWED_ORIGINS. */
import type { Context, MiddlewareHandler } from 'hono';
import type { Env } from './env.ts';

const options = {
  origin: (origin: string, c: Context<Env>) =>
    originsOf(c.env.ALLOWED_ORIGINS).includes(origin) ? origin : null,
  allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowHeaders: [
    'Authorization',
    'Content-Type',
    'Idempotency-Key',
    'If-Match',
    'If-None-Match',
    'Prefer',
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
    'Preference-Applied',
    'WWW-Authenticate',
    'X-Diglot-Hidden',
  ],
  maxAge: 600,
};

const originsOf = (list: string | undefined) => (list ?? '').split(',').map((origin) => origin.trim());

/** An OPTIONS that is no preflight asks which methods a path takes. Hono's CORS would answer that as well, for any path and without `Allow`. */
const asksForMethods = ({ method, headers }: Request) =>
  method === 'OPTIONS' && !headers.has('Access-Control-Request-Method');

let answer: MiddlewareHandler<Env> | undefined;

/** CORS for the origins that are named, loaded only then: most operators have no callers in browsers. When none is, no answer has a CORS header. */
export const allowedOrigins: MiddlewareHandler<Env> = async (c, next) => {
  if (!c.env.ALLOWED_ORIGINS || asksForMethods(c.req.raw)) return next();
  answer ??= (await import('hono/cors')).cors(options);
  return answer(c, next);
};
