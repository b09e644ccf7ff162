/** Every answer of every test must be one that the OpenAPI document describes: its status, its headers, the form of its body. */
import { env } from 'cloudflare:workers';
import { type Schema, Validator } from '@cfworker/json-schema';

// biome-ignore lint/suspicious/noExplicitAny: a document, as JSON
type Json = any;

const document: Json = closed(await (await env.ASSETS.fetch('https://diglot.test/openapi.json')).json());

/** With no room for what is not documented: a field too many is a fault as well. */
function closed(part: Json): Json {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== 'object' || part === null) return part;
  const copy = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, closed(value)]));
  const isObject =
    [part.type].flat().includes('object') && part.properties && !('additionalProperties' in part);
  return isObject ? { ...copy, additionalProperties: false } : copy;
}

/** Paths with fewer parameters first: `…/contacts/upsert` is no `…/contacts/{contactId}`. */
const paths = Object.entries<Json>(document.paths)
  .map(([path, item]) => ({ path, item, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }))
  .sort((one, other) => one.path.split('{').length - other.path.split('{').length);

const validators = new Map<Json, Validator>();

function validatorOf(schema: Json): Validator {
  const known = validators.get(schema);
  if (known) return known;
  const validator = new Validator({ ...schema, components: document.components } as Schema, '2020-12', false);
  validators.set(schema, validator);
  return validator;
}

const followed = (part: Json): Json =>
  part?.$ref
    ? part.$ref
        .split('/')
        .slice(1)
        .reduce((place: Json, name: string) => place[name], document)
    : part;

/** Headers that an answer carries only where the document says so. */
const TOLD = [
  'ETag',
  'Location',
  'Retry-After',
  'WWW-Authenticate',
  'X-RateLimit-Limit',
  'Idempotent-Replayed',
  'Preference-Applied',
  'X-Diglot-Hidden',
];

/** Throws when the document does not describe this answer. What is at no documented path, or takes no such method, is only held to be a problem. */
export function requireDocumented(method: string, path: string, answer: Response, body: unknown): void {
  const { pathname } = new URL(path, 'https://diglot.test');
  const { status, headers } = answer;
  const type = headers.get('Content-Type')?.replace(/;\s*charset=[^;]*/, '');
  const operation = paths.find(({ pattern }) => pattern.test(pathname))?.item[
    method.toLowerCase().replace('head', 'get')
  ];
  const where = `${method} ${operation?.operationId ?? 'of no operation'}: ${status}`;
  if (!operation) {
    if (type === 'application/problem+json' && method !== 'HEAD')
      requireValid(document.components.schemas.Problem, body, where);
    return;
  }
  const described = followed(operation.responses[status]);
  if (!described) throw new Error(`${where} is not documented; it answered ${JSON.stringify(body)}`);
  for (const [name, header] of Object.entries(described.headers ?? {}))
    if (followed(header).required && !headers.has(name)) throw new Error(`${where} lacks ${name}`);
  for (const name of TOLD)
    if (headers.has(name) && !(name in (described.headers ?? {})))
      throw new Error(`${where} has ${name}, which is not documented`);
  const content = described.content?.[type ?? ''];
  if (!described.content) {
    if (body !== null) throw new Error(`${where} has a body, which is not documented`);
  } else if (method !== 'HEAD') {
    if (!content) throw new Error(`${where} is of type ${type}, which is not documented`);
    requireValid(content.schema, body, where);
  }
}

function requireValid(schema: Json, body: unknown, where: string): void {
  const { valid, errors } = validatorOf(schema).validate(body);
  if (valid) return;
  const reasons = errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`).join('\n');
  throw new Error(`${where} is not as documented:\n${reasons}\n${JSON.stringify(body)}`);
}
