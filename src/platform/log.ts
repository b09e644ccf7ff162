/** The log. Each line is one JSON object, and contains nothing that a caller sent but the method, and a request id that looks like one. */
import type { Context } from 'hono';
import type { Env } from './env.ts';

/** Writes one line. */
export const log = (level: 'info' | 'warn' | 'error', line: object) =>
  console[level === 'info' ? 'log' : level](JSON.stringify({ level, ...line }));

/** The request's id for the log. A caller's own id is left out unless it looks like one, because it could be any text. */
export function loggedId(c: Context<Env>): string | undefined {
  const id = c.get('requestId');
  return /^[\w.:-]{1,64}$/.test(id) ? id : undefined;
}
