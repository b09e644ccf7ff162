/**
 * "A revoked or expired key is refused at once": the key's own row is read in the transaction of every answer, so nothing that an isolate remembers
 * lets anybody in.
 */
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hashKey } from '../src/storage/keys.ts';
import { adminSend, newKey, newTenant, type Reply, send } from './client.ts';
import {
  bodyOf,
  newWorld,
  type Operation,
  operations,
  pathOf,
  queryOf,
  type World,
  withNameFree,
} from './faces.ts';
import { database, dump } from './store.ts';

const INGEST = '/api/v1/ingest';
const guarded = operations.filter(({ face, isPublic }) => face.scopes && !isPublic);
const SCOPES = ['ingest', 'accounts:all'] as const;

function call(
  operation: Operation,
  world: World,
  key: string,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const fresh = withNameFree(operation, world);
  return send(operation.method, pathOf(operation, fresh.values) + queryOf(operation, fresh, ''), {
    headers: { ...operation.face.credential(key), ...headers },
    json: bodyOf(operation, fresh),
  });
}

function expectRefused({ status, body, headers }: Reply) {
  expect(status).toBe(401);
  expect(['key.revoked', 'auth.unauthorized']).toContain(body.code);
  expect(headers.get('WWW-Authenticate')).toMatch(
    /^(?:ApiKey|Bearer) realm="diglot", error="invalid_token"$/,
  );
}

/** A key that this isolate has used before, so that it remembers the key. */
async function warmKey(tenantId: string, more: object = {}) {
  const made = await newKey(tenantId, [...SCOPES], more);
  const { status } = await send('GET', `${INGEST}/contacts`, { key: made.key });
  expect(status).toBe(200);
  return made;
}

/** Every way in which a key ends, each with what still holds the key to be valid. */
const ends: Record<string, (tenant: string, id: string, key: string) => Promise<unknown>> = {
  'was revoked by the operator': (tenant, id) => adminSend('DELETE', `/tenants/${tenant}/keys/${id}`),
  'was revoked elsewhere: this isolate still remembers it': (_tenant, id) =>
    env.DB.prepare('DELETE FROM api_keys WHERE id = ?1').bind(id).run(),
  'was revoked, and KV still has it': async (tenant, id, key) => {
    const place = `key:${await hashKey(key)}`;
    const entry = await env.KEYS.get(place);
    expect(entry).toContain(id);
    await adminSend('DELETE', `/tenants/${tenant}/keys/${id}`);
    await env.KEYS.put(place, entry!);
  },
  'has expired in D1, though what is remembered has no end': (_tenant, id) =>
    env.DB.prepare('UPDATE api_keys SET expires_at = ?2 WHERE id = ?1')
      .bind(id, new Date(Date.now() - 1).toISOString())
      .run(),
  'was revoked at once with all others of the tenant': (tenant) =>
    env.DB.prepare('DELETE FROM api_keys WHERE tenant_id = ?1').bind(tenant).run(),
  'has gone with its tenant': (tenant) =>
    env.DB.prepare('DELETE FROM tenants WHERE id = ?1').bind(tenant).run(),
};

describe.each(Object.entries(ends))('a key that %s', (_, end) => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld();
  });

  it.each(guarded.map((operation) => [operation.title, operation] as const))(
    'is refused by its very next request: %s',
    async (_title, operation) => {
      const fresh =
        end === ends['has gone with its tenant'] ||
        end === ends['was revoked at once with all others of the tenant']
          ? await newWorld()
          : world;
      const { id, key } = await warmKey(fresh.tenant.id);
      await end(fresh.tenant.id, id, key);
      const before = await dump();
      expectRefused(await call(operation, fresh, key));
      expectRefused(await call(operation, fresh, key, { 'Idempotency-Key': 'x' }));
      expect(await dump()).toEqual(before);
    },
  );
});

it('a key that is gone is not told what an attempt was answered, where that is looked for first', async () => {
  const tenant = await newTenant();
  const path = `/api/public/v1/accounts/${await tenant.account()}`;
  const json = { fullName: 'Ada', language: 'en', contacts: [{ fullName: 'Bob', language: 'en' }] };
  for (const to of [path, `${path}/contacts/upsert`]) {
    const { id, key } = await warmKey(tenant.id);
    const ask = () => send('PUT', to, { key, json, headers: { 'Idempotency-Key': to } });
    const { status, text } = await ask();
    expect(status, text).toBeLessThan(300);
    expect((await ask()).headers.get('Idempotent-Replayed')).toBe('true');
    await env.DB.prepare('DELETE FROM api_keys WHERE id = ?1').bind(id).run();
    expectRefused(await ask());
  }
});

it('a key is refused while the request that it opened is under way', async () => {
  const { id } = await newTenant();
  const { id: keyId, key } = await warmKey(id);
  const replies = await Promise.all([
    adminSend('DELETE', `/tenants/${id}/keys/${keyId}`),
    ...Array.from({ length: 20 }, (_, index) =>
      send('PUT', `${INGEST}/contacts/${index}`, { key, json: {} }),
    ),
  ]);
  expect(replies[0]!.status).toBe(204);
  const { results } = await env.DB.prepare('SELECT reference FROM contacts WHERE tenant_id = ?1')
    .bind(id)
    .all();
  const written = replies.slice(1).filter(({ status }) => status === 201);
  expect(results).toHaveLength(written.length);
  for (const reply of replies.slice(1)) if (reply.status !== 201) expectRefused(reply);
  expectRefused(await send('GET', `${INGEST}/contacts`, { key }));
});

describe('expiry', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('comes to the second, for reads and writes, though the key is remembered', async () => {
    const { id } = await newTenant();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { key } = await warmKey(id, { expiresAt });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(expiresAt) - 500 });
    expect((await send('GET', `${INGEST}/contacts`, { key })).status).toBe(200);
    vi.setSystemTime(Date.parse(expiresAt));
    expectRefused(await send('GET', `${INGEST}/contacts`, { key }));
    expectRefused(await send('PUT', `${INGEST}/contacts/ONE`, { key, json: {} }));
  });

  it('is told, and nothing of the routes, where no store is asked', async () => {
    const { id } = await newTenant();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { key } = await warmKey(id, { expiresAt });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(expiresAt) });
    for (const [method, path] of [
      ['GET', `${INGEST}/nowhere`],
      ['POST', `${INGEST}/contacts`],
    ] as const)
      expectRefused(await send(method, path, { key }));
  });

  it('may have passed before the key is first used', async () => {
    const { id } = await newTenant();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { key } = await newKey(id, ['ingest'], { expiresAt });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(expiresAt) });
    expectRefused(await send('GET', `${INGEST}/contacts`, { key }));
  });
});

describe('rotation', () => {
  it('has two keys good side by side, and ends one without the other', async () => {
    const { id } = await newTenant();
    const [old, next] = [await warmKey(id), await warmKey(id)];
    await adminSend('DELETE', `/tenants/${id}/keys/${old.id}`);
    expectRefused(await send('GET', `${INGEST}/contacts`, { key: old.key }));
    expect((await send('PUT', `${INGEST}/contacts/ONE`, { key: next.key, json: {} })).status).toBe(201);
    const { body } = await adminSend('GET', `/tenants/${id}/keys`);
    const ids = body.items.map((key: { id: string }) => key.id);
    expect(ids).toContain(next.id);
    expect(ids).not.toContain(old.id);
  });

  it('is seen in lastUsedAt: whether the old key is still in use', async () => {
    const { id } = await newTenant();
    const [used, idle] = [await newKey(id, ['ingest']), await newKey(id, ['ingest'])];
    const lastUsed = async (keyId: string) =>
      (await adminSend('GET', `/tenants/${id}/keys`)).body.items.find(
        (key: { id: string }) => key.id === keyId,
      ).lastUsedAt;
    expect([await lastUsed(used.id), await lastUsed(idle.id)]).toEqual([null, null]);
    const before = new Date().toISOString();
    let batches = 0;
    const DB = database(async (_, go) => {
      batches += 1;
      if (batches === 1) await scheduler.wait(200); // the note that the key is in use, for which the answer does not wait
      return go();
    });
    await send('GET', `${INGEST}/contacts`, { key: used.key, bindings: { DB } }); // `send` also waits for what follows the answer
    expect((await lastUsed(used.id)) >= before).toBe(true);
    expect(await lastUsed(idle.id)).toBeNull();
  });
});
