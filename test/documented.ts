/** Every answer of every test must be one that the OpenAPI document describes: its status, its headers, the form of its body. */
import { type Schema, Validator } from '@cfworker/json-schema';

// biome-ignore lint/suspicious/noExplicitAny: a document, as JSON
type Json = any;

/** Headers that need no documentation: those of HTTP itself, those of every answer, and those for a page of another origin. */
const EVERYWHERE =
  /^(?:cache-control|content-(?:encoding|length|type)|transfer-encoding|server-timing|strict-transport-security|x-content-type-options|vary|access-control-(?:allow-origin|expose-headers))$/;

/** Where there are only operations, no pages or files but the documents. */
const OPERATIONS_ONLY = /^\/(?:api|admin|hooks)\/(?!.*\/openapi\.json$)/;

/** The statuses of answers that may be given before a request is counted. */
const BEFORE_COUNTING = [400, 429, 500, 503];

/** A copy of the schema that allows no undocumented field. */
function closed(part: Json): Json {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== 'object' || part === null) return part;
  const copy = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, closed(value)]));
  const isObject =
    [part.type].flat().includes('object') && part.properties && !('additionalProperties' in part);
  return isObject ? { ...copy, additionalProperties: false } : copy;
}

/**
 * Returns a check that throws when this document does not describe an answer to a request. An answer at no documented path, or to a method that the
 * path does not take, must only be a problem, and where there are only operations it must be one. Limits may be missing where the test has replaced the
 * real limiter, which can be away then.
 */
export function documentedBy(open: Json) {
  const document = closed(open);

  /** Paths with fewer parameters come first: `…/contacts/upsert` must not match as `…/contacts/{contactId}`. */
  const paths = Object.entries<Json>(document.paths)
    .map(([path, item]) => ({
      item,
      pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      parameters: path.split('{').length,
    }))
    .sort((one, other) => one.parameters - other.parameters);

  const validators = new Map<Json, Validator>();

  function validatorOf(schema: Json): Validator {
    const known = validators.get(schema);
    if (known) return known;
    const validator = new Validator(
      { ...schema, components: document.components } as Schema,
      '2020-12',
      false,
    );
    validators.set(schema, validator);
    return validator;
  }

  function requireValid(schema: Json, text: string, where: string): void {
    const { valid, errors } = validatorOf(schema).validate(JSON.parse(text));
    if (valid) return;
    const reasons = errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`).join('\n');
    throw new Error(`${where} is not as documented:\n${reasons}\n${text}`);
  }

  const followed = (part: Json): Json =>
    part?.$ref
      ? part.$ref
          .split('/')
          .slice(1)
          .reduce((place: Json, name: string) => place[name], document)
      : part;

  function requireHeaders(
    { status, headers }: Response,
    documented: Json,
    where: string,
    isCounted: boolean,
  ): void {
    const names = Object.keys(documented);
    for (const name of names)
      if (followed(documented[name]).required && !headers.has(name))
        throw new Error(`${where} lacks ${name}`);
    const known = new Set(names.map((name) => name.toLowerCase()));
    for (const name of headers.keys())
      if (!known.has(name) && !EVERYWHERE.test(name))
        throw new Error(`${where} has ${name}, which is not documented`);
    const limits = names.filter((name) => /RateLimit/.test(name));
    const lacking = limits.filter((name) => !headers.has(name));
    if (lacking.length === 0) return;
    const mayBeUncounted = !isCounted || BEFORE_COUNTING.includes(status) || excused();
    if (!(mayBeUncounted && lacking.length === limits.length))
      throw new Error(`${where} lacks ${lacking.join(', ')}`);
  }

  return async (
    { method, url }: { method: string; url: string },
    answer: Response,
    isCounted = true,
  ): Promise<void> => {
    const { pathname } = new URL(url);
    const { status, headers } = answer;
    const type = headers.get('Content-Type')?.replace(/;\s*charset=[^;]*/, '');
    const text = await answer.clone().text();
    const operation = paths.find(({ pattern }) => pattern.test(pathname))?.item[
      method.toLowerCase().replace('head', 'get')
    ];
    const where = `${method} ${operation?.operationId ?? 'of no operation'}: ${status}`;
    if (!operation) {
      if (type === 'application/problem+json' && method !== 'HEAD')
        requireValid(document.components.schemas.Problem, text, where);
      else if (status < 400 && method !== 'OPTIONS' && OPERATIONS_ONLY.test(pathname))
        throw new Error(`${where} at ${pathname}, which is not documented`);
      return;
    }
    const described = followed(operation.responses[status]);
    if (!described) throw new Error(`${where} is not documented; it answered ${text}`);
    seen.add(`${operation.operationId} ${status}`);
    requireHeaders(answer, described.headers ?? {}, where, isCounted);
    const content = described.content?.[type ?? ''];
    if (!described.content) {
      if (text !== '') throw new Error(`${where} has a body, which is not documented`);
    } else if (method !== 'HEAD') {
      if (!content) throw new Error(`${where} is of type ${type}, which is not documented`);
      requireValid(content.schema, text, where);
    }
  };
}

declare module 'vitest' {
  interface TaskMeta {
    /** In the metadata of a test file: what the file reports to test/node/seen.ts. */
    seen?: Set<string>;
  }
}

/** How many answers may lack their limits: as many as the log says that the limiter was too slow for. */
export const uncounted = { answers: 0 };
const excused = () => uncounted.answers > 0 && uncounted.answers-- > 0;

/** Which operations have answered with which documented status. */
export const seen = new Set<string>();

/** Everything thrown so far: a test that tries again may have caught it. */
export const undocumented: unknown[] = [];

/** Throws as the check does, and records what it throws. */
export const remembering =
  (check: ReturnType<typeof documentedBy>): ReturnType<typeof documentedBy> =>
  (...given) =>
    check(...given).catch((error) => {
      undocumented.push(error);
      throw error;
    });
