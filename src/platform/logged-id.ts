import type { Context } from 'hono';
import type { Env } from './env.ts';

/** The request's id as the log may have it. A caller's own is left out unless it looks like an id: it could be anything. */
export function loggedId(c: Context<Env>): string | undefined {
  const id = c.get('requestId');
  return /^[\w.:-]{1,64}$/.test(id) ? id : undefined;
}
