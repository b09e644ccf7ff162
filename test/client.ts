/** The Worker as tests call it: through the front door, with a fresh tenant each and a key of every scope. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import worker from '../src/index.ts';
import type { Bindings } from '../src/platform/env.ts';
import type { Scope } from '../src/storage/keys.ts';
import { documentedBy, remembering } from './documented.ts';
import { notePath, noteRaw, noteSent } from './sent.ts';

export const ORIGIN = 'https://diglot.test';
const ADMIN = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };

// biome-ignore lint/suspicious/noExplicitAny: what a test reads of a body, it asserts
type Json = any;

export interface Reply {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON; null when it is empty. */
  body: Json;
  text: string;
}

export interface Call {
  key?: string | null;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, as application/json unless the headers say otherwise. */
  raw?: BodyInit;
  /** Used in place of the real bindings: they fail on purpose, or record what is asked of them. */
  bindings?: Partial<Bindings> | undefined;
}

const requireDocumented = remembering(
  documentedBy(await (await env.ASSETS.fetch(`${ORIGIN}/openapi.json`)).json()),
);

/** Calls the Worker as the platform does; with other bindings, directly with those. */
async function answerTo(request: Request, bindings: Call['bindings']): Promise<Response> {
  if (!bindings) return exports.default.fetch(request);
  const context = createExecutionContext();
  const response = await worker.fetch(request, { ...env, ...bindings }, context);
  await waitOnExecutionContext(context);
  return response;
}

/** Calls the Worker through the front door. Fails for an answer that the OpenAPI document does not describe. */
export async function fetchWorker(request: Request, bindings?: Call['bindings']): Promise<Response> {
  const answer = await answerTo(request, bindings);
  await requireDocumented(request, answer, !bindings?.LIMITER);
  return answer;
}

/** Sends a request through the front door. */
export async function send(
  method: string,
  path: string,
  { key, headers = {}, json, raw, bindings }: Call = {},
): Promise<Reply> {
  const body = raw ?? (json === undefined ? undefined : JSON.stringify(json));
  notePath(path);
  noteSent(json);
  noteRaw(raw);
  noteSent(key);
  const response = await fetchWorker(
    new Request(`${ORIGIN}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(key && { 'X-API-Key': key }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    }),
    bindings,
  );
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('Content-Type') ?? '');
  const answer = isJson && text !== '' ? JSON.parse(text) : null;
  return { status: response.status, headers: response.headers, text, body: answer };
}

export const adminSend = (method: string, path: string, call: Call = {}) =>
  send(method, `/admin/v1${path}`, { ...call, headers: { ...ADMIN, ...call.headers } });

/** A new key of a tenant. */
export async function newKey(
  tenantId: string,
  scopes: Scope[],
  more: object = {},
): Promise<{ id: string; key: string }> {
  const { body } = await adminSend('POST', `/tenants/${tenantId}/keys`, {
    json: { name: 'test', scopes, rateLimit: { limit: 1_000_000, windowSeconds: 60 }, ...more },
  });
  return body;
}

export interface TestTenant {
  id: string;
  /** A key with the scopes of both dialects. */
  key: string;
  /** Calls under the ingest dialect's base, with the key. */
  ingest(method: string, path: string, json?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Calls under the agent dialect's base, with the key. */
  agent(method: string, path: string, json?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** An account made in the ingest dialect; returns its id. */
  account(number?: string): Promise<string>;
}

/** A fresh tenant. */
export async function newTenant(more: object = {}): Promise<TestTenant> {
  const { body: tenant } = await adminSend('POST', '/tenants', { json: { name: 'Test', ...more } });
  const { key } = await newKey(tenant.id, ['ingest', 'accounts:all']);
  const ingest: TestTenant['ingest'] = (method, path, json, headers = {}) =>
    send(method, `/api/v1/ingest${path}`, { key, json, headers });
  const agent: TestTenant['agent'] = (method, path, json, headers = {}) =>
    send(method, `/api/public/v1${path}`, { json, headers: { Authorization: `Bearer ${key}`, ...headers } });
  const account = async (number = 'ACCT-001') =>
    (await ingest('PUT', `/accounts/${encodeURIComponent(number)}`, { name: `Company ${number}` })).body
      .id as string;
  return { id: tenant.id, key, ingest, agent, account };
}
