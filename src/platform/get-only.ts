import type { MiddlewareHandler } from 'hono';
import type { Env } from './env.ts';
import { Problem } from './problem.ts';

const Allow = 'GET, HEAD, OPTIONS';

/** For paths that can only be read: answers OPTIONS, and throws `method.not_allowed` for every method but GET and HEAD. */
export const getOnly: MiddlewareHandler<Env> = async (c, next) => {
  const { method } = c.req;
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { Allow } });
  if (method !== 'GET' && method !== 'HEAD') throw new Problem('method.not_allowed', { headers: { Allow } });
  return next();
};
