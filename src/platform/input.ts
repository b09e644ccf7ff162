/** Reading what an operation takes: path, query, headers and body, checked at once. */
import type { Context } from 'hono';
import type { z } from 'zod/mini';
import type { Attempt } from '../storage/database.ts';
import type { Precondition } from '../storage/precondition.ts';
import { readBody } from './body.ts';
import { preconditionOf } from './conditional.ts';
import type { Operation } from './dialect.ts';
import type { Env } from './env.ts';
import { checkBody, checkParameters } from './faults.ts';
import { attemptOf } from './idempotency.ts';
import { isId, notUtf8 } from './parameters.ts';
import { type Fault, Problem } from './problem.ts';

/** What an operation takes of a request, checked. */
interface Input {
  params: unknown;
  query: unknown;
  body: unknown;
  precondition: Precondition;
  attempt: Attempt | null;
  /** The operation's preference, if the caller has stated it. */
  preferred: string | undefined;
}

/** The names of the parameters, by their place in the path. */
export const parameterNames = (path: string) =>
  path.split('/').map((segment) => /^\{(\w+)\}$/.exec(segment)?.[1]);

/** Throws 406 for an Accept header that admits no JSON. Of the ranges that fit, the most specific decides (RFC 9110, section 12.5.1). */
export function requireJsonAccepted(headers: Headers): void {
  const accept = headers.get('Accept');
  if (!accept || accept === '*/*') return;
  const admitted = new Map<string, boolean>();
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const admits = !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    admitted.set(type, admits || admitted.get(type) === true);
  }
  const decides = ['application/json', 'application/*', '*/*'].find((type) => admitted.has(type));
  const isAdmitted = (type = '') => admitted.get(type) === true;
  if (!isAdmitted(decides) && !isAdmitted('application/problem+json')) throw new Problem('not_acceptable');
}

/**
 * Everything that the operation takes, checked at once: all faults of path, query and body in one answer. Throws 406, 400 for a
 * header, what `readBody` throws, or 422 `validation.failed`.
 */
export async function readInput(
  c: Context<Env>,
  operation: Operation,
  names: (string | undefined)[],
): Promise<Input> {
  const { raw } = c.req;
  const writes = operation.method !== 'get';
  requireJsonAccepted(raw.headers);
  const precondition = writes ? preconditionOf(raw.headers, 201 in operation.answers) : {};
  const body = operation.body ? await readBody(raw) : null;
  const attempt = writes ? await attemptOf(raw, body?.bytes ?? null) : null;
  const faults: Fault[] = [];
  const checked = <Value>(result: { value: Value; faults: Fault[] }) => {
    faults.push(...result.faults);
    return result.value;
  };
  const query = operation.query && queryParameters(c.req.url, operation.query, faults);
  const preferred = preferenceIn(raw.headers, operation.preference, query);
  const input = {
    params:
      operation.params &&
      checked(checkParameters(operation.params, pathParameters(c.req.path, names, operation.params, faults))),
    query:
      operation.query &&
      checked(checkParameters(operation.query, preferred ? { ...query, [preferred]: 'true' } : query!)),
    body: operation.body && checked(checkBody(operation.body, body?.value)),
  };
  faults.push(...contradiction(operation.repeats, input.params, body?.value, faults));
  if (faults.length > 0) throw new Problem('validation.failed', { errors: faults });
  return { ...input, precondition, attempt, preferred };
}

/** The fault of a reference in the body that differs from the one in the path; none where the one in the path has a fault of its own. */
function contradiction(
  name: string | undefined,
  params: unknown,
  body: unknown,
  faults: readonly Fault[],
): Fault[] {
  if (name === undefined || faults.some(({ pointer }) => pointer === name)) return [];
  const inPath = (params as Record<string, unknown> | undefined)?.[name];
  const inBody = (body as Record<string, unknown> | null)?.[name];
  if (typeof inBody !== 'string' || inBody === '' || inBody === inPath) return [];
  return [{ pointer: `/${name}`, code: 'reference.mismatch', message: 'This differs from the path.' }];
}

/** The fault of a path parameter that is not percent-encoded UTF-8. */
export const undecodable = (pointer: string): Fault => {
  const [code, message] = notUtf8;
  return { pointer, code, message };
};

/** The path parameters, percent-decoded exactly once. One that does not decode to UTF-8 is a fault, or, where it is an id, names nothing. */
function pathParameters(
  path: string,
  names: (string | undefined)[],
  { shape }: z.ZodMiniObject,
  faults: Fault[],
): Record<string, string> {
  const segments = path.split('/');
  const parameters: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    if (name === undefined) continue;
    try {
      parameters[name] = decodeURIComponent(segments[index] ?? '');
    } catch {
      parameters[name] = '\uFFFD';
      if (!isId(shape[name]!)) faults.push(undecodable(name));
    }
  }
  return parameters;
}

/** The preference, if `Prefer` (RFC 7240) states it and the query, which takes precedence, does not. */
function preferenceIn(
  headers: Headers,
  name: string | undefined,
  query: Record<string, string> | undefined,
): string | undefined {
  if (name === undefined || query?.[name] !== undefined) return undefined;
  const preferred = new RegExp(`(?:^|,)\\s*${name}\\s*(?:=\\s*""\\s*)?(?:[;,]|$)`, 'i');
  return preferred.test(headers.get('Prefer') ?? '') ? name : undefined;
}

/** Half of a surrogate pair, which no text has: it stands for octets that are not UTF-8. URLSearchParams has U+FFFD for them, and so may a name. */
const NOT_UTF8 = '\udfff';

/** A name or a value of a query, as URLSearchParams decodes it but for `NOT_UTF8`. */
const fromQuery = (text: string): string =>
  text.replaceAll('+', ' ').replaceAll(/(?:%[\da-f]{2})+/gi, (octets) => {
    try {
      return decodeURIComponent(octets);
    } catch {
      return NOT_UTF8;
    }
  });

function queryParameters(url: string, schema: z.ZodMiniObject, faults: Fault[]): Record<string, string> {
  const start = url.indexOf('?');
  const parameters: Record<string, string> = {};
  if (start < 0) return parameters;
  const pairs = url
    .slice(start + 1)
    .split('&')
    .map((pair) => /^([^=]*)=?(.*)$/s.exec(pair)!);
  const given = Map.groupBy(pairs, ([, name]) => fromQuery(name!));
  for (const name of Object.keys(schema.shape)) {
    const values = (given.get(name) ?? []).map(([, , value]) => fromQuery(value!));
    if (values.length > 1)
      faults.push({ pointer: name, code: 'parameter.repeated', message: 'This is given more than once.' });
    else if (values[0] !== undefined) parameters[name] = values[0];
  }
  return parameters;
}
