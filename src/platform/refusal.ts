/** Errors on the wire: RFC 9457 problem details, one form for every face. */
import type { Context } from 'hono';
import { Failure } from '../core/failure.ts';
import type { Env } from './env.ts';
import { log, loggedId } from './log.ts';
import { Problem, type Wording } from './problem.ts';
import { problems } from './problems.ts';

/** The one place where an error becomes an answer. Unexpected errors are logged, without a word of what the caller sent. */
export function answerTo(error: unknown, c: Context<Env>, wording: Wording): Response {
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
  const cause = error instanceof Failure ? (error.cause ?? error) : error;
  const { name, message, stack } =
    cause instanceof Error ? cause : { name: typeof cause, message: '', stack: '' };
  // without the message, a line of which may look like a frame
  const frames = stack
    ?.replace(message, '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
  // SQLite's own words name tables and columns; any other message, or one that quotes something, could hold what somebody sent.
  const words = /^D1_ERROR: [\w. ]+(?:: [\w., ]+)?: SQLITE_\w+/.exec(message)?.[0];
  log('error', { requestId, code, name, words, frames });
}

/** The refusal with which a failure of core or storage is answered. */
function problemOf(failure: Failure, wording: Wording): Problem {
  if (failure.fields.length === 0) return new Problem(failure.code);
  const errors = [failure, ...failure.others].flatMap(({ code, fields }) =>
    fields.map((field) => ({
      pointer: wording.pointers[field] ?? `/${field}`,
      code,
      message: problems[code][2],
    })),
  );
  return new Problem('validation.failed', { errors });
}

/** The body of a refusal. `message` repeats `detail`, because public clients of the agent vendor read it. */
export function problemBody(problem: Problem, requestId: string, wording: Wording) {
  const { code, errors } = problem;
  const [status, title, words] = problems[code];
  const detail = wording.detail(status, problem.detail ?? words);
  return {
    type: `/docs/errors#${code}`,
    title,
    status,
    detail,
    message: detail,
    code,
    requestId,
    ...(errors.length > 0 && { errors }),
  };
}

/** The answer to a refusal. */
function problemResponse(problem: Problem, requestId: string, wording: Wording): Response {
  const body = problemBody(problem, requestId, wording);
  const { status } = body;
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'Content-Type': 'application/problem+json; charset=utf-8',
      ...(status === 503 && { 'Retry-After': '1' }),
      ...problem.headers,
    },
  });
}
