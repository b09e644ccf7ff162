/**
 * What every face of the book (each dialect, and admin) shares: operations that are their own documentation, input checked whole,
 * one form of errors, 404 and 405. A face adds its operations, its words and its way to open the store.
 */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, Handler, Hono } from 'hono';
import type { z } from 'zod';
import { Failure } from '../core/failure.ts';
import type { Precondition } from '../storage/precondition.ts';
import type { Revision } from './answer.ts';
import { readBody } from './body.ts';
import { etagOf, isKnown, preconditionOf } from './conditional.ts';
import type { Env } from './env.ts';
import { checkBody, checkParameters } from './faults.ts';
import { type Documentation, document, register } from './openapi.ts';
import {
  type Fault,
  invalid,
  Problem,
  type ProblemCode,
  problemOf,
  problemResponse,
  type Wording,
} from './problem.ts';
import { requireSchema } from './schema-version.ts';

/** One operation of a face: what it takes, what it answers, and what the documentation says of it. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Under the face's base, with `{parameters}`. */
  path: string;
  operationId: string;
  summary: string;
  description?: string;
  /** Needs no credential. */
  public?: true;
  params?: z.ZodObject;
  /** The path parameter that a body may repeat, and must not contradict. */
  repeats?: string;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Status → what it means, and the schema of its body where it has one. */
  answers: Record<number, { description: string; schema?: z.ZodType }>;
  /** The refusals of its own, beside those that every operation can give. */
  refusals?: readonly ProblemCode[];
}

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** A request as a handler sees it: authorised, checked whole, and opened on the right store. */
export interface Call<Opened, O extends Operation> {
  opened: Opened;
  params: Output<O['params']>;
  query: Output<O['query']>;
  body: Output<O['body']>;
  precondition: Precondition;
}

type AnswerWith<Status, A> = A extends { schema: infer S extends z.ZodType }
  ? { status: Status; body: z.input<S>; revision?: Revision; location?: string }
  : { status: Status };

/** One of the answers that the operation documents; the compiler holds the body to its schema. */
export type Answer<O extends Operation> = {
  [Status in keyof O['answers']]: AnswerWith<Status, O['answers'][Status]>;
}[keyof O['answers']];

export interface DialectOptions<Opened> {
  /** The path that all of its operations stand under. */
  base: string;
  documentation: Documentation;
  wording: Wording;
  /** Authorises the request and opens the store for it. Throws a Problem. */
  open(c: Context<Env>, writes: boolean): Promise<Opened>;
}

export interface Dialect<Opened> extends DialectOptions<Opened> {
  app: OpenAPIHono<Env>;
  /** Answers what no operation has taken: OPTIONS, 405 or 404, and to those without a credential only 401. */
  fallback(c: Context<Env>): Promise<Response>;
  /** Answers an operation with a handler, and documents it. */
  serve<const O extends Operation>(
    operation: O,
    handler: (call: Call<Opened, O>) => Promise<Answer<O>>,
  ): void;
}

interface Route {
  methods: string[];
  pattern: RegExp;
}

/** A face of the book, with no operations yet. */
export function defineDialect<Opened>(options: DialectOptions<Opened>): Dialect<Opened> {
  const { base, documentation, wording, open } = options;
  const app = new OpenAPIHono<Env>();
  const routes = new Map<string, Route>();

  app.onError((error, c) => refuse(error, c, wording));

  const fallback = async (c: Context<Env>) => {
    const matching = [...routes.values()].filter(({ pattern }) => pattern.test(c.req.path));
    const methods = new Set(matching.flatMap((route) => route.methods));
    if (methods.has('GET')) methods.add('HEAD');
    const Allow = [...methods, 'OPTIONS'].sort().join(', ');
    if (methods.size > 0 && c.req.method === 'OPTIONS')
      return new Response(null, { status: 204, headers: { Allow } });
    await open(c, false);
    throw methods.size > 0
      ? new Problem('method.not_allowed', { headers: { Allow } })
      : new Problem('route.not_found');
  };

  const serve: Dialect<Opened>['serve'] = (operation, handler) => {
    const method = operation.method.toUpperCase();
    const writes = method !== 'GET';
    register(app.openAPIRegistry, base, documentation, operation);
    const route = routes.get(operation.path) ?? {
      methods: [],
      pattern: patternOf(`${base}${operation.path}`),
    };
    route.methods.push(method);
    routes.set(operation.path, route);
    const names = `${base}${operation.path}`.split('/').map((segment) => /^\{(\w+)\}$/.exec(segment)?.[1]);
    app.on(method, operation.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
      const { headers } = c.req.raw;
      const opened = operation.public ? undefined : await open(c, writes);
      if (!acceptsJson(headers.get('Accept'))) throw new Problem('not_acceptable');
      const precondition = writes ? preconditionOf(headers) : {};
      const input = await readInput(c, operation, names);
      if (writes) await requireSchema({ db: c.env.DB, meter: c.get('meter') });
      const answer = await handler({ opened, ...input, precondition } as Call<Opened, typeof operation>);
      return respond(headers, answer as PlainAnswer, writes);
    });
  };

  return { ...options, app, serve, fallback };
}

/** Any face, whatever it opens. */
// biome-ignore lint/suspicious/noExplicitAny: what a face opens concerns its own handlers alone
export type AnyDialect = Dialect<any>;

/** Puts a face, complete, into the Worker, with the document of its own operations beside them. */
export function mount(root: Hono<Env>, dialect: AnyDialect): void {
  const { app, base, fallback } = dialect;
  app.get('/openapi.json', documentRoute(dialect.documentation.title, [dialect]));
  app.all('*', fallback);
  root.route(base, app);
}

/** Answers with the OpenAPI document of these faces, built at the first request for it. */
export function documentRoute(title: string, dialects: readonly AnyDialect[]): Handler<Env> {
  let text: string | undefined;
  return (c) => {
    text ??= document(
      title,
      dialects.map(({ documentation, app }) => ({ documentation, registry: app.openAPIRegistry })),
    );
    return c.body(text, 200, { 'Content-Type': 'application/json; charset=utf-8' });
  };
}

const patternOf = (path: string) =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);

/** "406": an Accept header that names neither JSON nor anything that JSON is. */
const acceptsJson = (accept: string | null) =>
  accept === null ||
  accept === '' ||
  /(?:^|,)\s*(?:\*\/\*|application\/(?:\*|json|problem\+json))\s*(?:[;,]|$)/i.test(accept);

/** Everything that the operation takes, checked at once: all faults of path, query and body in one answer. */
async function readInput(c: Context<Env>, operation: Operation, names: (string | undefined)[]) {
  const body = operation.body && (await readBody(c.req.raw));
  const faults: Fault[] = [];
  const checked = <Value>(result: { value: Value; faults: Fault[] }) => {
    faults.push(...result.faults);
    return result.value;
  };
  const input = {
    params:
      operation.params &&
      checked(checkParameters(operation.params, pathParameters(c.req.path, names, faults))),
    query:
      operation.query &&
      checked(checkParameters(operation.query, queryParameters(c.req.url, operation.query, faults))),
    body: operation.body && checked(checkBody(operation.body, body)),
  };
  faults.push(...contradiction(operation.repeats, input.params, body));
  if (faults.length > 0) throw new Problem('validation.failed', { errors: faults });
  return input;
}

/** "A reference in the body that differs from the path is 422; equal is ignored." */
function contradiction(name: string | undefined, params: unknown, body: unknown): Fault[] {
  if (name === undefined || typeof body !== 'object' || body === null) return [];
  const inPath = (params as Record<string, unknown> | undefined)?.[name];
  const inBody = (body as Record<string, unknown>)[name] ?? undefined;
  if (inPath === undefined || inBody === undefined || inBody === '' || inBody === inPath) return [];
  return [{ pointer: `/${name}`, code: 'reference.mismatch', message: 'This differs from the path.' }];
}

/** Percent-decoded exactly once; what does not decode to UTF-8 is left out. */
function pathParameters(
  path: string,
  names: (string | undefined)[],
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
      if (!/id$/i.test(name))
        faults.push(invalid(name, 'parameter.encoding', 'This is not percent-encoded UTF-8.').errors[0]!);
    }
  }
  return parameters;
}

function queryParameters(url: string, schema: z.ZodObject, faults: Fault[]): Record<string, string> {
  const start = url.indexOf('?');
  const parameters: Record<string, string> = {};
  if (start < 0) return parameters;
  const given = new URLSearchParams(url.slice(start));
  for (const name of Object.keys(schema.shape)) {
    const values = given.getAll(name);
    if (values.length > 1)
      faults.push({ pointer: name, code: 'parameter.repeated', message: 'This is given more than once.' });
    else if (values[0] !== undefined) parameters[name] = values[0];
  }
  return parameters;
}

interface PlainAnswer {
  status: number;
  body?: unknown;
  revision?: Revision;
  location?: string;
}

function respond(
  requestHeaders: Headers,
  { status, body, revision, location }: PlainAnswer,
  writes: boolean,
): Response {
  if (body === undefined) return new Response(null, { status });
  const text = JSON.stringify(body);
  const headers: Record<string, string> = { 'Content-Type': 'application/json; charset=utf-8' };
  if (location) headers.Location = location;
  if (revision) {
    headers.ETag = etagOf(revision, text);
    if (!writes && isKnown(requestHeaders, headers.ETag))
      return new Response(null, { status: 304, headers: { ETag: headers.ETag } });
  }
  return new Response(text, { status, headers });
}

/** The one place where an error becomes an answer. What nobody expected is logged, without a word of what the caller sent. */
export function refuse(error: unknown, c: Context<Env>, wording: Wording): Response {
  const requestId = c.get('requestId');
  const problem =
    error instanceof Problem
      ? error
      : error instanceof Failure
        ? problemOf(error, wording)
        : new Problem('internal');
  if (problem.code === 'internal' || problem.code === 'store.unavailable')
    logError(requestId, problem.code, error);
  return problemResponse(problem, requestId, wording);
}

function logError(requestId: string, code: string, error: unknown): void {
  const cause = error instanceof Failure ? error.cause : error;
  const { name, message, stack } =
    cause instanceof Error ? cause : { name: typeof cause, message: '', stack: '' };
  const frames = stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
  // SQLite's own words name tables and columns; any other message could hold what somebody sent.
  const words = /^D1_ERROR: [^:]*: SQLITE_\w+/.exec(message)?.[0];
  console.error(JSON.stringify({ level: 'error', requestId, code, name, words, frames }));
}
