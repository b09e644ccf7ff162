/** Makes the calls of calls.ts, and returns them as examples, with ids, times and keys that are the same in every run. */
import type { Example } from '../../src/platform/openapi/examples.ts';
import { calls } from './calls.ts';

// biome-ignore lint/suspicious/noExplicitAny: documents and answers, as JSON
type Json = any;

export interface Caller {
  /** Sends a request; `token` is the operator's. */
  send(request: Request): Promise<Response>;
  /** Delivers a batch from the queue of what another queue has given up. */
  bury(letters: object[]): Promise<unknown>;
  origin: string;
  adminToken: string;
}

/** Throws when a call is not answered 2xx. */
export async function record(document: Json, { send, bury, origin, adminToken }: Caller): Promise<Example[]> {
  const kept: Record<string, string> = {};
  const mask = newMask();
  const examples: Example[] = [];
  for (const { operation, name = 'example', params, query, headers, body, deadLetters, keep = {} } of calls) {
    const { method, path, security } = find(document, operation);
    if (deadLetters) await bury(filled(deadLetters, kept));
    const sent = filled({ params, query, body }, kept);
    const url = new URL(
      path.replaceAll(/\{(\w+)\}/g, (_, key) => encodeURIComponent(sent.params[key])),
      origin,
    );
    for (const [key, value] of Object.entries<string>(sent.query ?? {})) url.searchParams.set(key, value);
    const answer = await send(
      new Request(url, {
        method,
        headers: {
          ...credential(security, kept.key, adminToken),
          ...(sent.body && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(sent.body && { body: JSON.stringify(sent.body) }),
      }),
    );
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${operation} (${name}) was answered ${answer.status}: ${text}`);
    const type = answer.headers.get('Content-Type')?.replace(/;\s*charset=[^;]*/, '');
    const answered = text === '' ? undefined : JSON.parse(text);
    for (const [key, place] of Object.entries(keep))
      kept[key] = place.split('.').reduce((at, step) => at[step], answered);
    examples.push(
      mask({
        operation,
        name: name.replaceAll(/\W+/g, '-'),
        request: {
          ...(sent.params && { params: sent.params }),
          ...(sent.query && { query: sent.query }),
          ...(headers && { headers }),
          ...(sent.body && { body: sent.body }),
        },
        status: answer.status,
        ...(type && type !== 'application/json' && { type }),
        ...(answered !== undefined && { body: answered }),
      }),
    );
  }
  return examples;
}

function find(document: Json, operationId: string): { method: string; path: string; security: Json[] } {
  for (const [path, item] of Object.entries<Json>(document.paths))
    for (const [method, operation] of Object.entries<Json>(item))
      if (operation.operationId === operationId)
        return { method: method.toUpperCase(), path, security: operation.security };
  throw new Error(`There is no operation ${operationId}.`);
}

/** Replaces `$name` in every text by the value kept under that name. */
function filled(value: Json, kept: Record<string, string>): Json {
  return JSON.parse(JSON.stringify(value), (_, part) =>
    typeof part === 'string' && part.startsWith('$') ? kept[part.slice(1)] : part,
  );
}

function credential([scheme]: Json[], key: string | undefined, adminToken: string): Record<string, string> {
  if (!scheme) return {};
  if ('adminToken' in scheme) return { Authorization: `Bearer ${adminToken}` };
  return 'apiKey' in scheme ? { 'X-API-Key': key! } : { Authorization: `Bearer ${key}` };
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const KEY = /dgl_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}/g;
/** `next`, `endCursor`, and what else a dialect may call it. */
const CURSOR = /"(next\w*|\w*cursor)":"[^"]+"/gi;

/** Replaces ids, in the order in which they occur: the same id always becomes the same other one. */
function newMask() {
  const ids = new Map<string, string>();
  const idFor = (id: string) => {
    if (!ids.has(id)) ids.set(id, `019a7c1e-5b00-7cc2-b7a1-3f1d5c1f${(0x4a00 + ids.size + 1).toString(16)}`);
    return ids.get(id)!;
  };
  return (example: Example): Example =>
    JSON.parse(
      JSON.stringify(example)
        .replaceAll(ID, idFor)
        .replaceAll(TIME, '2026-01-31T12:00:00.000Z')
        .replaceAll(KEY, 'dgl_ShownOnceAndStoredNowhere0000000_0A1b2C')
        .replaceAll(CURSOR, '"$1":"OXFtVmhSZ09MNmw3MDE5YTdjMWU"'),
    );
}
