/** Who is let in: keys and the operator's token, where they are looked up, and what that costs. conformance.test.ts has the rest, for every route. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import example from '../.dev.vars.example?raw';
import { checksum, DEMO_KEY } from '../src/core/key.ts';
import type { Bindings } from '../src/platform/env.ts';
import { hashKey, type Scope } from '../src/storage/keys.ts';
import { adminSend, newKey, newTenant, type Reply, send } from './client.ts';
import { counting, database } from './store.ts';

const CONTACTS = '/api/v1/ingest/contacts';
const ACCOUNTS = '/api/public/v1/accounts';
const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });
const roundTrips = ({ headers }: Reply) =>
  Number(/round trips: (\d+)/.exec(headers.get('Server-Timing') ?? '')?.[1] ?? 0);
const code = ({ status, body }: Reply) => [status, body.code];

/** The bindings, which record what is read from KV and asked of D1. */
function listening() {
  const reads: string[] = [];
  const get = (place: string, type: 'json') => {
    reads.push(place);
    return env.KEYS.get(place, type);
  };
  const { DB, batches } = counting();
  const KEYS = new Proxy(env.KEYS, { get: () => get });
  return { reads, batches, bindings: { KEYS, DB } satisfies Partial<Bindings> };
}

describe('a key', () => {
  it('works at once, and costs one read of KV; warm, it costs none, and the request its one round trip', async () => {
    const { id } = await newTenant();
    const { key } = await newKey(id, ['ingest']);
    const { reads, batches, bindings } = listening();
    const ask = () => send('GET', CONTACTS, { key, bindings });
    expect((await ask()).status).toBe(200);
    const once = [`key:${await hashKey(key)}`];
    expect(reads).toEqual(once);
    for (let time = 0; time < 3; time += 1) {
      batches.length = 0;
      const reply = await ask();
      expect([reply.status, roundTrips(reply), batches.length, reads]).toEqual([200, 1, 1, once]);
    }
  });

  it('works when KV does not have it: D1 is the record, asked once', async () => {
    const { id } = await newTenant();
    const { key } = await newKey(id, ['ingest']);
    await env.KEYS.delete(`key:${await hashKey(key)}`);
    const replies = [await send('GET', CONTACTS, { key }), await send('GET', CONTACTS, { key })];
    expect(replies.map((reply) => [reply.status, roundTrips(reply)])).toEqual([
      [200, 2],
      [200, 1],
    ]);
  });

  it('is looked up in D1 once more when the line is lost', async () => {
    const { id } = await newTenant();
    const { key } = await newKey(id, ['ingest']);
    await env.KEYS.delete(`key:${await hashKey(key)}`);
    let asked = 0;
    const DB = database(async (_, go) => {
      asked += 1;
      if (asked === 1) throw new Error('D1_ERROR: Network connection lost.');
      return go();
    });
    expect((await send('GET', CONTACTS, { key, bindings: { DB } })).status).toBe(200);
  });

  it('is noted to be in use once a minute, however often it is looked up', async () => {
    const { id } = await newTenant();
    const { key } = await newKey(id, ['ingest']);
    const { reads, batches, bindings } = listening();
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const start = Date.now();
    const noted = [];
    for (const seconds of [0, 6, 59, 61, 119, 122]) {
      vi.setSystemTime(start + seconds * 1_000);
      batches.length = 0;
      expect((await send('GET', CONTACTS, { key, bindings })).status).toBe(200);
      noted.push(batches.length - 1); // one is the list itself
    }
    expect([noted, reads.length]).toEqual([[1, 0, 0, 1, 0, 1], 4]);
  });

  it.each([
    ['mistyped in its last letter', (key: string) => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')],
    [
      'mistyped in its middle',
      (key: string) => key.slice(0, 20) + (key[20] === '0' ? '1' : '0') + key.slice(21),
    ],
    ['of another length', (key: string) => `${key}0`],
    ['in another case', (key: string) => key.toUpperCase()],
    ['without its prefix', (key: string) => key.slice(4)],
    ['with a space', (key: string) => `${key.slice(0, 9)} ${key.slice(9)}`],
    ['that is empty', () => ' '],
    ['of one dot', () => '.'],
    ['of two dots', () => '..'],
    ['of 600 bytes', () => `dgl_${'0'.repeat(596)}`],
    ['that is not ASCII', () => 'dgl_cl\u00e9'],
    ['that is SQL', () => "' OR 1=1 --"],
  ])('%s is refused without a look-up', async (_, change) => {
    const { key } = await newTenant();
    const { reads, batches, bindings } = listening();
    for (const headers of [{ 'X-API-Key': change(key) }, bearer(change(key))]) {
      const reply = await send('GET', CONTACTS, { headers, bindings });
      expect([...code(reply), reads, batches]).toEqual([401, 'auth.unauthorized', [], []]);
    }
  });

  it('that nobody has is looked up in KV and D1, and then not again for a while', async () => {
    const random = 'NobodysKeyNobodysKeyNobodysKey00';
    const key = `dgl_${random}_${checksum(random)}`;
    const { reads, batches, bindings } = listening();
    for (let time = 0; time < 3; time += 1)
      expect(code(await send('GET', CONTACTS, { key, bindings }))).toEqual([401, 'auth.unauthorized']);
    expect([reads.length, batches.length]).toEqual([1, 1]);
  });

  it('is asked for with the challenge of the dialect, and told apart from none', async () => {
    const challengeOf = async (path: string, headers: Record<string, string>) =>
      (await send('GET', path, { headers })).headers.get('WWW-Authenticate');
    expect(await challengeOf(CONTACTS, {})).toBe('ApiKey realm="diglot"');
    expect(await challengeOf(CONTACTS, { 'X-API-Key': 'x' })).toBe(
      'ApiKey realm="diglot", error="invalid_token"',
    );
    expect(await challengeOf(ACCOUNTS, {})).toBe('Bearer realm="diglot"');
    expect(await challengeOf(ACCOUNTS, bearer('x'))).toBe('Bearer realm="diglot", error="invalid_token"');
    expect(await challengeOf('/admin/v1/tenants', {})).toMatch(/^Bearer realm="diglot admin"/);
  });

  it('is stored nowhere in clear', async () => {
    const { id, key } = await newTenant();
    await send('GET', CONTACTS, { key });
    const tables = (
      await env.DB.prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      ).all<{ name: string }>()
    ).results;
    expect(tables.map(({ name }) => name)).toContain('api_keys');
    for (const { name } of tables)
      expect(JSON.stringify((await env.DB.prepare(`SELECT * FROM "${name}"`).all()).results)).not.toContain(
        key,
      );
    const { keys } = await env.KEYS.list();
    expect(keys.map(({ name }) => name)).toContain(`key:${await hashKey(key)}`);
    for (const { name } of keys) expect(name + (await env.KEYS.get(name))).not.toContain(key);
    expect(await env.KEYS.get(`key:${await hashKey(key)}`)).toContain(id);
  });

  it('opens its own tenant, whatever the request says of another', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    await other.ingest('PUT', '/contacts/1', { name: 'Theirs' });
    const headers = { 'X-Tenant-Id': other.id, 'X-Organization-Id': other.id };
    expect(
      (
        await send('GET', `${CONTACTS}?tenant_id=${other.id}&organizationId=${other.id}`, {
          key: tenant.key,
          headers,
        })
      ).body.items,
    ).toEqual([]);
    await send('PUT', `${CONTACTS}/2`, {
      key: tenant.key,
      headers,
      json: { tenant_id: other.id, tenantId: other.id },
    });
    expect((await other.ingest('GET', '/contacts/2')).status).toBe(404);
  });

  it('keeps two tenants apart in one isolate, request by request', async () => {
    const tenants = await Promise.all([newTenant(), newTenant(), newTenant()]);
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        tenants[index % 3]!.ingest('PUT', `/contacts/${index}`, { name: `Of ${index % 3}` }),
      ),
    );
    for (const [index, { ingest }] of tenants.entries()) {
      const { items } = (await ingest('GET', '/contacts?first=100')).body;
      expect(items.map(({ name }: { name: string }) => name)).toEqual(Array(10).fill(`Of ${index}`));
    }
  });
});

describe('two credentials', () => {
  it('are fine when they are one key, and 400 when they are two', async () => {
    const { id, key } = await newTenant();
    const { key: second } = await newKey(id, ['ingest']);
    expect((await send('GET', CONTACTS, { key, headers: bearer(key) })).status).toBe(200);
    for (const Authorization of [`Bearer ${second}`, 'Bearer x', `Basic ${btoa('a:b')}`, 'Bearer']) {
      expect(code(await send('GET', CONTACTS, { key, headers: { Authorization } }))).toEqual([
        400,
        'auth.ambiguous',
      ]);
    }
    expect(code(await send('GET', CONTACTS, { key: 'x', headers: bearer(key) }))).toEqual([
      400,
      'auth.ambiguous',
    ]);
  });
});

describe('scopes', () => {
  const calls: [method: string, path: string, json?: object][] = [
    ['GET', `${CONTACTS}/1`],
    ['PUT', `${CONTACTS}/1`, {}],
    ['DELETE', `${CONTACTS}/1`],
    ['GET', ACCOUNTS],
    ['POST', ACCOUNTS, { fullName: 'Acme' }],
  ];

  it.each<[scopes: Scope[], statuses: number[]]>([
    [['accounts:read'], [404, 403, 403, 200, 403]],
    [['accounts:all'], [404, 201, 204, 200, 201]],
    [['ingest'], [404, 201, 204, 403, 403]],
    [
      ['ingest', 'accounts:read'],
      [404, 201, 204, 200, 403],
    ],
    [
      ['ingest', 'accounts:all'],
      [404, 201, 204, 200, 201],
    ],
  ])('%j: read and write in the one dialect, read and write in the other', async (scopes, statuses) => {
    const { key } = await newKey((await newTenant()).id, scopes);
    const found = [];
    for (const [method, path, json] of calls) found.push((await send(method, path, { key, json })).status);
    expect(found).toEqual(statuses);
  });

  it('a refusal names those that would do', async () => {
    const { key } = await newKey((await newTenant()).id, ['accounts:read']);
    const { body: refused } = await send('PUT', `${CONTACTS}/1`, { key, json: {} });
    expect(refused.detail).toBe(
      'The key is good, but this operation needs another scope: ingest or accounts:all.',
    );
    const { body: other } = await send('POST', ACCOUNTS, { key, json: { fullName: 'Acme' } });
    expect(other.message).toBe('The key is good, but this operation needs another scope: accounts:all.');
  });
});

describe('the demo key', () => {
  it('is good on a developer’s machine, and nowhere else', async () => {
    const { id } = await newTenant();
    await env.DB.prepare(
      "INSERT INTO api_keys (id, tenant_id, name, hash, scopes, created_at) VALUES ('demo', ?, 'demo', ?, '[\"ingest\"]', '')",
    )
      .bind(id, await hashKey(DEMO_KEY))
      .run();
    const ask = (LOCAL: string | undefined) =>
      send('GET', CONTACTS, { key: DEMO_KEY, bindings: { LOCAL } as Partial<Bindings> });
    for (const LOCAL of [undefined, '', 'false', 'TRUE', '1'])
      expect(code(await ask(LOCAL))).toEqual([401, 'auth.unauthorized']);
    // an isolate is either deployed or local: this one must forget what it remembered as the other
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect((await ask('true')).status).toBe(200);
  });
});

describe('the operator’s token', () => {
  it.each([
    '',
    ' ',
    'x',
    `${env.ADMIN_TOKEN}x`,
    env.ADMIN_TOKEN.slice(0, -1),
    env.ADMIN_TOKEN.toUpperCase(),
    'undefined',
    'null',
  ])('is not %j', async (token) => {
    for (const headers of [
      bearer(token),
      { Authorization: token },
      { Authorization: `Basic ${token}` },
      { 'X-API-Key': token },
    ]) {
      const reply = await send('GET', '/admin/v1/tenants', { headers });
      expect(code(reply)).toEqual([401, 'auth.unauthorized']);
      expect(reply.body.detail).toBe('Send the ADMIN_TOKEN of this service, as Authorization: Bearer.');
    }
  });

  it('lets nobody in where there is none', async () => {
    for (const ADMIN_TOKEN of [undefined, '']) {
      const bindings = { ADMIN_TOKEN } as Partial<Bindings>;
      for (const headers of [{}, bearer(''), bearer('undefined'), bearer(env.ADMIN_TOKEN)]) {
        expect((await send('GET', '/admin/v1/tenants', { headers, bindings })).status).toBe(401);
      }
    }
  });

  it('is not the one that is published, but on a developer’s machine: the Deploy button offers it', async () => {
    const [, ADMIN_TOKEN = ''] = /^ADMIN_TOKEN=(.+)$/m.exec(example) ?? [];
    const ask = (LOCAL: string | undefined) =>
      send('GET', '/admin/v1/tenants', {
        headers: bearer(ADMIN_TOKEN),
        bindings: { ADMIN_TOKEN, LOCAL } as Partial<Bindings>,
      });
    expect((await ask('true')).status).toBe(200);
    for (const LOCAL of [undefined, '', 'false', 'TRUE', '1'])
      expect(code(await ask(LOCAL))).toEqual([401, 'auth.unauthorized']);
  });

  it('opens no dialect, and a tenant’s key no admin face', async () => {
    const { key } = await newTenant();
    expect((await send('GET', CONTACTS, { key: env.ADMIN_TOKEN })).status).toBe(401);
    expect((await send('GET', ACCOUNTS, { headers: bearer(env.ADMIN_TOKEN) })).status).toBe(401);
    for (const headers of [bearer(key), { 'X-API-Key': key }])
      expect((await send('GET', '/admin/v1/tenants', { headers })).status).toBe(401);
    expect((await adminSend('GET', '/tenants', { key })).status).toBe(200);
  });
});
