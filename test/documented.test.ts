/** Tests the check that every answer of every test must pass, with answers that are wrong in one thing each. */
import { expect, it } from 'vitest';
import { fetchWorker, newTenant, ORIGIN, send } from './client.ts';
import { documentedBy } from './documented.ts';

const requireDocumented = documentedBy((await send('GET', '/openapi.json')).body);

const { key, ingest } = await newTenant();
await ingest('PUT', '/contacts/C', { name: 'Ada' });
const request = () =>
  new Request(`${ORIGIN}/api/v1/ingest/contacts/C`, { headers: { 'X-API-Key': key, 'X-Request-Id': 'a' } });
const good = await fetchWorker(request());
const body: object = await good.json();

const LIMITS = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit-Policy',
  'RateLimit',
];

interface Wrong {
  status?: number;
  headers?: Record<string, string>;
  without?: string[];
  body?: BodyInit | null;
  isCounted?: boolean;
}

/** Checks the good answer with one thing changed. */
function checked({ status = 200, headers = {}, without = [], isCounted, ...other }: Wrong = {}) {
  const sent = new Headers(good.headers);
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  for (const name of without) sent.delete(name);
  const text = 'body' in other ? other.body : JSON.stringify(body);
  return requireDocumented(request(), new Response(text, { status, headers: sent }), isCounted);
}

it('takes what is as documented', async () => {
  await checked();
  await checked({ headers: { Vary: 'Origin', 'Access-Control-Allow-Origin': 'https://example.com' } });
  await checked({ status: 304, body: null, without: ['Content-Type', 'X-Diglot-Hidden'] });
  await checked({ without: LIMITS, isCounted: false });
});

it.each<[string, Wrong]>([
  ['200 is not as documented', { body: JSON.stringify({ ...body, name: 5 }) }],
  ['200 is not as documented', { body: JSON.stringify({ ...body, more: 5 }) }],
  ['200 is not as documented', { body: '{}' }],
  ['202 is not documented', { status: 202 }],
  ['403 is not documented', { status: 403 }],
  ['200 is of type text/plain, which is not documented', { headers: { 'Content-Type': 'text/plain' } }],
  ['200 lacks X-Request-Id', { without: ['X-Request-Id'] }],
  ['200 lacks ETag', { without: ['ETag'] }],
  ['200 has location, which is not documented', { headers: { Location: '/' } }],
  ['200 has x-more, which is not documented', { headers: { 'X-More': '1' } }],
  ['200 has allow, which is not documented', { headers: { Allow: 'GET' } }],
  ...LIMITS.map((name): [string, Wrong] => [`200 lacks ${name}`, { without: [name] }]),
  [`200 lacks ${LIMITS.join(', ')}`, { without: LIMITS }],
  ['200 lacks RateLimit', { without: ['RateLimit'], isCounted: false }],
])('refuses what is not: %s', async (reason, wrong) => {
  await expect(checked(wrong)).rejects.toThrow(`GET ingestGetContact: ${reason}`);
});

it('asks an answer to nobody for no limit', async () => {
  const problem = await fetchWorker(new Request(request().url));
  expect(problem.status).toBe(401);
  const limited = new Response(problem.body, problem);
  limited.headers.set('RateLimit', '"key";r=1;t=60');
  await expect(requireDocumented(request(), limited)).rejects.toThrow('401 has ratelimit');
});

it('holds hooks to it, too', async () => {
  const hook = { method: 'POST', url: `${ORIGIN}/hooks/${crypto.randomUUID()}/postmark` };
  const answered = (answer: object) =>
    requireDocumented(hook, Response.json(answer, { headers: { 'X-Request-Id': 'a' } }));
  await answered({ queued: 1 });
  await expect(answered({ queued: '1' })).rejects.toThrow('hooksReceiveEvents: 200 is not as documented');
});

it.each([
  ['GET', '/api/v1/ingest/more'],
  ['POST', '/api/v1/ingest/contacts'],
  ['GET', '/admin/v1'],
  ['GET', '/hooks/x/y'],
])('takes no success for %s %s, which is not documented', async (method, path) => {
  const asked = { method, url: ORIGIN + path };
  await expect(requireDocumented(asked, Response.json({}))).rejects.toThrow(
    `${method} of no operation: 200 at ${path}, which is not documented`,
  );
});
