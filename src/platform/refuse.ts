import type { Context } from 'hono';
import { Failure } from '../core/failure.ts';
import type { Env } from './env.ts';
import { log, loggedId } from './log.ts';
import { Problem, problemOf, problemResponse, type Wording } from './problem.ts';

/** The one place where an error becomes an answer. Unexpected errors are logged, without a word of what the caller sent. */
export function refuse(error: unknown, c: Context<Env>, wording: Wording): Response {
  const requestId = c.get('requestId');
  const problem =
    error instanceof Problem
      ? error
      : error instanceof Failure
        ? problemOf(error, wording)
        : new Problem('internal');
  if (problem.code === 'internal' || problem.code === 'store.unavailable')
    logError(loggedId(c), problem.code, error);
  c.set('problem', problem);
  const response = problemResponse(problem, requestId, wording);
  if (problem.code === 'key.revoked') {
    const { challenge } = c.var;
    if (challenge) response.headers.set('WWW-Authenticate', challenge);
    c.set('limit', undefined); // as with every 401: without a valid key there is no limit to tell
  }
  return response;
}

function logError(requestId: string | undefined, code: string, error: unknown): void {
  const cause = error instanceof Failure ? error.cause : error;
  const { name, message, stack } =
    cause instanceof Error ? cause : { name: typeof cause, message: '', stack: '' };
  const frames = stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
  // SQLite's own words name tables and columns; any other message could hold what somebody sent.
  const words = /^D1_ERROR: [^:]*: SQLITE_\w+/.exec(message)?.[0];
  log('error', { requestId, code, name, words, frames });
}
