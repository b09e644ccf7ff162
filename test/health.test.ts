/**
 * `GET /health`, and what a Worker does whose database lacks a migration. The order of the tests matters: once an isolate has found the tables up to
 * date, it does not check them again.
 */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { checksum } from '../src/core/key.ts';
import type { Bindings } from '../src/platform/env.ts';
import { hashKey } from '../src/storage/keys.ts';
import { SCHEMA_VERSION } from '../src/storage/schema-version.ts';
import { adminSend, send } from './client.ts';
import { post, postmark } from './hooks/signing.ts';
import { database } from './store.ts';

const TENANT = '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4a01';
const random = 'HealthHealthHealthHealthHealth00';
const key = `dgl_${random}_${checksum(random)}`;

/** A tenant with a key, made before the Worker was replaced by one that needs another migration. */
await env.DB.batch([
  env.DB.prepare("INSERT INTO tenants (id, name, created_at, updated_at) VALUES (?, 'Test', '', '')").bind(
    TENANT,
  ),
  env.DB.prepare(
    "INSERT INTO api_keys (id, tenant_id, name, hash, scopes, created_at) VALUES ('key', ?, 'test', ?, '[\"ingest\",\"accounts:all\"]', '')",
  ).bind(TENANT, await hashKey(key)),
]);

const noDatabase = database(() => Promise.reject(new Error('D1 is away')));
const noKeys = new Proxy({}, { get: () => () => Promise.reject(new Error('KV is away')) }) as never;
const migrations = (
  await env.DB.prepare('SELECT id, name FROM d1_migrations ORDER BY name').all<{ id: number; name: string }>()
).results;
const last = migrations.at(-1)!;

it('knows the last of the migrations there are', () => {
  expect(SCHEMA_VERSION).toBe(last.name);
});

it('answers 200 with the version of the tables when D1 and KV answer', async () => {
  const { status, body, headers } = await send('GET', '/health');
  expect([status, body]).toEqual([
    200,
    {
      status: 'ok',
      schemaVersion: last.name,
      expectedSchemaVersion: last.name,
      checks: { database: 'ok', keys: 'ok' },
    },
  ]);
  expect(headers.get('Cache-Control')).toBe('no-store');
  expect(headers.get('Content-Type')).toMatch(/^application\/json/);
  expect((await send('HEAD', '/health')).status).toBe(200);
});

it.each([
  ['text/html', 406],
  ['text/html, */*;q=0.8', 200],
  ['application/json', 200],
])('speaks JSON alone: Accept %s is %i', async (accept, expected) => {
  const { status, body } = await send('GET', '/health', { headers: { Accept: accept } });
  expect([status, body.code]).toEqual([expected, expected === 406 ? 'not_acceptable' : undefined]);
});

it.each<[string, Partial<Bindings>, object]>([
  ['D1', { DB: noDatabase }, { database: 'unavailable', keys: 'ok' }],
  ['KV', { KEYS: noKeys }, { database: 'ok', keys: 'unavailable' }],
  ['no D1 bound', { DB: undefined as never }, { database: 'unavailable', keys: 'ok' }],
  ['no KV bound', { KEYS: undefined as never }, { database: 'ok', keys: 'unavailable' }],
  ['both', { DB: noDatabase, KEYS: noKeys }, { database: 'unavailable', keys: 'unavailable' }],
])('answers 503 and says which does not answer: %s', async (_, bindings, checks) => {
  const { status, body, headers, text } = await send('GET', '/health', { bindings });
  expect([status, body.status, body.checks]).toEqual([503, 'unavailable', checks]);
  expect(headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
  expect(text).not.toContain('away');
});

it('asks D1 once more when the line is lost, before it calls it away', async () => {
  let asked = 0;
  const DB = database(async (_, go) => {
    asked += 1;
    if (asked === 1) throw new Error('D1_ERROR: Network connection lost.');
    return go();
  });
  expect((await send('GET', '/health', { bindings: { DB } })).status).toBe(200);
});

it('does not wait for a KV that never answers', async () => {
  const KEYS = { get: () => new Promise<never>(() => {}) } as unknown as KVNamespace;
  const { status, body } = await send('GET', '/health', { bindings: { KEYS } });
  expect([status, body.checks]).toEqual([503, { database: 'ok', keys: 'unavailable' }]);
});

it.each([
  ['D1', { DB: undefined as never }],
  ['KV', { KEYS: undefined as never }],
])('lets nobody in with 503 where %s is not bound', async (_, bindings) => {
  const random = `Unbound${_}`.padEnd(32, '0');
  const unknown = `dgl_${random}_${checksum(random)}`;
  const { status, body } = await send('GET', '/api/v1/ingest/contacts', { key: unknown, bindings });
  expect([status, body.code]).toEqual([503, 'store.unavailable']);
});

it.each(['table: name_segments', 'column: contacts.compared_name'])(
  'a read that misses what a migration would have made says which it is: no such %s',
  async (what) => {
    const DB = database(() => Promise.reject(new Error(`D1_ERROR: no such ${what}: SQLITE_ERROR`)));
    const { status, body } = await send('GET', '/api/v1/ingest/contacts', { key, bindings: { DB } });
    expect([status, body.code]).toEqual([503, 'store.outdated']);
  },
);

it.each(['/health', '/openapi.json', '/api/v1/ingest/openapi.json', '/api/public/v1/openapi.json'])(
  '%s is public, takes no other method than GET, and says so',
  async (path) => {
    const Allow = 'GET, HEAD, OPTIONS';
    const got = await send('GET', path);
    expect([got.status, typeof got.body]).toEqual([200, 'object']);
    const head = await send('HEAD', path);
    expect([head.status, head.text]).toEqual([200, '']);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
      const { status, body, headers } = await send(method, path);
      expect([status, body.code, headers.get('Allow')]).toEqual([405, 'method.not_allowed', Allow]);
    }
    const options = await send('OPTIONS', path);
    expect([options.status, options.headers.get('Allow')]).toEqual([204, Allow]);
  },
);

it('calls a database that never had a migration outdated: the operator deploys, and does not wait', async () => {
  await env.DB.prepare('ALTER TABLE d1_migrations RENAME TO away').run();
  const { status, body } = await send('GET', '/health');
  await env.DB.prepare('ALTER TABLE away RENAME TO d1_migrations').run();
  expect([status, body.checks.database, body.schemaVersion]).toEqual([503, 'outdated', null]);
});

it('writes are refused with 503 while the database lacks a migration, and reads go on', async () => {
  await env.DB.prepare('DELETE FROM d1_migrations WHERE id = ?').bind(last.id).run();
  const health = await send('GET', '/health');
  expect([health.status, health.body.checks.database, health.body.schemaVersion]).toEqual([
    503,
    'outdated',
    migrations.at(-2)!.name,
  ]);
  for (const [method, path] of [
    ['PUT', '/api/v1/ingest/contacts/1'],
    ['POST', '/api/v1/ingest/contacts/1'],
    ['PUT', '/api/v1/ingest/accounts/1'],
    ['POST', '/api/public/v1/accounts'],
  ] as const) {
    const { status, body, headers } = await send(method, path, { key, json: { name: 'x', fullName: 'x' } });
    expect([status, body.code]).toEqual([503, 'store.outdated']);
    expect(headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
  }
  expect((await adminSend('POST', '/tenants', { json: { name: 'x' } })).body.code).toBe('store.outdated');
  const provider = postmark();
  await env.DB.prepare("INSERT INTO hooks VALUES (?, 'postmark', ?, NULL, '', '')")
    .bind(TENANT, provider.secret)
    .run();
  expect((await post(TENANT, 'postmark', provider.sign({}))).body.code).toBe('store.outdated');
  const list = await send('GET', '/api/v1/ingest/contacts', { key });
  expect([list.status, list.body.items]).toEqual([200, []]);
  expect((await send('PUT', '/api/v1/ingest/contacts/1', { key, raw: '{' })).status).toBe(400);
});

it('writes go on once the migration is applied, and those of a later one do not matter', async () => {
  await env.DB.prepare('INSERT INTO d1_migrations (id, name) VALUES (?, ?)').bind(last.id, last.name).run();
  // there before the first write that is not refused: after it an isolate looks no more
  await env.DB.prepare("INSERT INTO d1_migrations (name) VALUES ('9999_later.sql')").run();
  expect((await send('GET', '/health')).status).toBe(200);
  expect((await send('PUT', '/api/v1/ingest/contacts/1', { key, json: {} })).status).toBe(201);
});
