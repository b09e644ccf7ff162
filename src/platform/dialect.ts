/**
 * What every face of the book (each dialect, and admin) shares: operations that are their own documentation, input that is checked as a whole, one
 * form of errors, 404 and 405. A face adds its operations, its words and its way to open the store.
 */
import type { Context } from 'hono';
import type { z } from 'zod/mini';
import type { Contact } from '../core/contact.ts';
import type { Writer } from '../storage/database.ts';
import type { Scope } from '../storage/keys.ts';
import type { Precondition } from '../storage/precondition.ts';
import { requireSchema } from '../storage/schema-version.ts';
import { type PlainAnswer, type Revision, respond } from './answer.ts';
import type { Env } from './env.ts';
import { parameterNames, readInput } from './input.ts';
import { getOnly } from './methods.ts';
import type { Documentation } from './openapi/index.ts';
import { page } from './pages.ts';
import { Problem, type Wording } from './problem.ts';
import type { ProblemCode } from './problems.ts';
import { orOverLimit, requireWithinLimit } from './rate-limit.ts';
import { refuse } from './refuse.ts';
import { newRouter, type Router } from './router.ts';
import { type ContactView, queryOf, registerView, viewed } from './views.ts';

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
  params?: z.ZodMiniObject;
  /** The path parameter that a body may repeat, and must not contradict. */
  repeats?: string;
  query?: z.ZodMiniObject;
  /** The flag of the query that `Prefer` (RFC 7240) sets as well. */
  preference?: string;
  body?: z.ZodMiniType;
  /** Its answers show one contact, the revision unless they name another: `?view=` and `X-Diglot-Hidden` apply. */
  contact?: true;
  /**
   * By status: what the answer means, the name of its body's schema if it has a body, whether an ETag names its version, and an example for an answer
   * that no recorded call has.
   */
  answers: Record<
    number,
    { description: string; schema?: string; etag?: true | 'usually'; example?: unknown }
  >;
  /** Its own refusals, besides those that every operation can give. */
  refusals?: readonly ProblemCode[];
}

type Output<S> = S extends z.ZodMiniType ? z.output<S> : undefined;

/** A request as a handler sees it: authorized, fully checked, with the store opened for it. */
interface Call<Opened, O extends Operation> {
  opened: Opened;
  params: Output<O['params']>;
  query: Output<O['query']>;
  body: Output<O['body']>;
  precondition: Precondition;
}

/** The schemas of a face's answers, by name. Only the compiler and the documents need them, so the Worker does not load them. */
export type Answers = Record<string, z.ZodMiniType>;

type AnswerWith<Status, A, All, Shown> = A extends { schema: infer Name extends keyof All }
  ? { status: Status; body: z.input<All[Name]>; revision?: Shown; contact?: Contact; location?: string }
  : A extends { schema: string }
    ? never
    : { status: Status };

/** One of the answers that the operation documents; the compiler holds the body to its schema. */
type Answer<O extends Operation, All> = {
  [Status in keyof O['answers']]: AnswerWith<
    Status,
    O['answers'][Status],
    All,
    O extends { contact: true } ? Contact : Revision
  >;
}[keyof O['answers']];

/** What a face says of itself. */
interface DialectOptions<Opened extends Writer, All extends Answers> {
  /** The path that all of its operations stand under. */
  base: string;
  documentation: Documentation;
  /** Loads the schemas of its answers. */
  answers: () => Promise<All>;
  wording: Wording;
  /** How it shows a contact, if it does. */
  view?: ContactView;
  /** Which scopes of a tenant's key suffice; absent where something other than such a key opens the face. */
  scopes?: { reads: readonly Scope[]; writes: readonly Scope[] };
  /** Authorizes the request and opens the store for it. Any one of these scopes suffices. Throws a Problem, or a Failure while the store is away. */
  open(c: Context<Env>, scopes: readonly Scope[]): Promise<Opened>;
}

/** A face with its operations. */
interface Dialect<Opened extends Writer, All extends Answers> extends DialectOptions<Opened, All> {
  app: Router;
  /** Its operations in the order of the documentation. */
  operations: Operation[];
  /** Answers what no operation has taken: OPTIONS, 405 or 404. Without a credential all but OPTIONS is 401. */
  fallback(c: Context<Env>): Promise<Response>;
  /** Answers an operation with a handler, and documents it. */
  serve<const O extends Operation>(
    operation: O,
    handler: (call: Call<Opened, O>) => Promise<Answer<O, All>>,
  ): void;
}

/** A face of the book, with no operations yet. */
export function defineDialect<Opened extends Writer, All extends Answers>(
  options: DialectOptions<Opened, All>,
): Dialect<Opened, All> {
  const { base, wording, open, view, scopes = { reads: [], writes: [] } } = options;
  const app = newRouter();
  const operations: Operation[] = [];
  const routes: { method: string; pattern: RegExp }[] = [];

  app.onError(async (error, c) => refuse(await orOverLimit(error, c), c, wording));

  const fallback = async (c: Context<Env>) => {
    const matching = routes.filter(({ pattern }) => pattern.test(c.req.path));
    const methods = new Set(matching.map(({ method }) => method));
    if (methods.has('GET')) methods.add('HEAD');
    const Allow = [...methods, 'OPTIONS'].sort().join(', ');
    if (methods.size > 0 && c.req.method === 'OPTIONS')
      return new Response(null, { status: 204, headers: { Allow } });
    await open(c, scopes.reads);
    throw methods.size > 0
      ? new Problem('method.not_allowed', { headers: { Allow } })
      : new Problem('route.not_found');
  };

  const serve: Dialect<Opened, All>['serve'] = (operation, handler) => {
    const method = operation.method.toUpperCase();
    const writes = method !== 'GET';
    const path = `${base}${operation.path}`;
    operations.push(operation);
    routes.push({ method, pattern: patternOf(path) });
    const names = parameterNames(path);
    let complete: Operation | undefined;
    app.on(method, operation.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
      c.set('route', path);
      const opened = operation.public ? undefined : await open(c, writes ? scopes.writes : scopes.reads);
      complete ??= { ...operation, query: queryOf(operation) };
      const { attempt, preferred, ...input } = await readInput(c, complete, names);
      if (writes) await Promise.all([requireWithinLimit(c), requireSchema(c.get('payer'))]);
      const call = { opened: { ...opened, attempt }, ...input } as Call<Opened, typeof operation>;
      const [given] = await Promise.all([handler(call), requireWithinLimit(c)]);
      const answer = given as PlainAnswer;
      const shown =
        view && operation.contact ? viewed(answer, view, (input.query as { view?: string })?.view) : answer;
      const response = respond(c.req.raw.headers, shown, writes);
      // a replay repeats the first answer, whatever the repeated request prefers
      if (preferred && !c.get('payer').meter.replayed) response.headers.set('Preference-Applied', preferred);
      return response;
    });
  };

  return { ...options, app, operations, serve, fallback };
}

/** Any face, whatever it opens. */
// biome-ignore lint/suspicious/noExplicitAny: what a face opens concerns its own handlers alone
export type AnyDialect = Dialect<any, any>;

/** Mounts a complete face in the Worker, with its OpenAPI document, which the build has made, beside its operations. */
export function mount(root: Router, dialect: AnyDialect): void {
  const { app, base, fallback, view } = dialect;
  if (view) registerView(view);
  app.all('/openapi.json', getOnly, page);
  app.all('*', fallback);
  root.route(base, app);
}

const patternOf = (path: string) =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
