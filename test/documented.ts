/** Every answer of every test must be one that the OpenAPI document describes: its status, its headers, the form of its body. */
import { type Schema, Validator } from '@cfworker/json-schema';

// biome-ignore lint/suspicious/noExplicitAny: a document, as JSON
type Json = any;

/** What HTTP itself brings along, what stands on every answer there is, and what answers a page of another origin. */
const EVERYWHERE =
  /^(?:cache-control|content-(?:encoding|length|type)|transfer-encoding|server-timing|strict-transport-security|x-content-type-options|vary|access-control-(?:allow-origin|expose-headers))$/;

/** The statuses of what can happen before a request is counted. */
const BEFORE_COUNTING = [400, 429, 500, 503];

/** With no room for what is not documented: a field too many is a fault as well. */
function closed(part: Json): Json {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== 'object' || part === null) return part;
  const copy = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, closed(value)]));
  const isObject =
    [part.type].flat().includes('object') && part.properties && !('additionalProperties' in part);
  return isObject ? { ...copy, additionalProperties: false } : copy;
}

/**
 * What throws when this document does not describe an answer to a request. What is at no documented path, or takes no such method,
 * is only held to be a problem. With another limiter than the real one, which can be away, a limit may be missing.
 */
export function documentedBy(open: Json) {
  const document = closed(open);

  /** Paths with fewer parameters first: `…/contacts/upsert` is no `…/contacts/{contactId}`. */
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
    /** Of a file of tests: what test/node/seen.ts is told. */
    seen?: Set<string>;
  }
}

/** How many answers may lack their limits: as many as the log says that the limiter was too slow for. */
export const uncounted = { answers: 0 };
const excused = () => uncounted.answers > 0 && uncounted.answers-- > 0;

/** Which operations have answered with which documented status. */
export const seen = new Set<string>();

/** What was thrown so far: a test may catch it, as whatever tries again does. */
export const undocumented: unknown[] = [];

/** Throws as the check does, and remembers it. */
export const remembering =
  (check: ReturnType<typeof documentedBy>): ReturnType<typeof documentedBy> =>
  (...given) =>
    check(...given).catch((error) => {
      undocumented.push(error);
      throw error;
    });
