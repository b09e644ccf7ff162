import type { MiddlewareHandler } from 'hono';
import type { Env } from './env.ts';
import { Problem } from './problem.ts';

/** For paths of no face: answers OPTIONS, and throws `method.not_allowed` for every method that is not one of these. */
export function only(...methods: string[]): MiddlewareHandler<Env> {
  const Allow = [...methods, 'OPTIONS'].sort().join(', ');
  return async ({ req: { method } }, next) => {
    if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { Allow } });
    if (!methods.includes(method)) throw new Problem('method.not_allowed', { headers: { Allow } });
    return next();
  };
}

/** For paths that can only be read. */
export const getOnly = only('GET', 'HEAD');
