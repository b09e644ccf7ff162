/** The log: each line is one JSON object, and has nothing that anybody sent. */
import type { Context } from 'hono';
import type { Env } from './env.ts';

/** Writes one line. */
export const log = (level: 'info' | 'warn' | 'error', line: object) =>
  console[level === 'info' ? 'log' : level](JSON.stringify({ level, ...line }));

/** The request's id as the log may have it. A caller's own is left out unless it looks like an id: it could be anything. */
export function loggedId(c: Context<Env>): string | undefined {
  const id = c.get('requestId');
  return /^[\w.:-]{1,64}$/.test(id) ? id : undefined;
}
