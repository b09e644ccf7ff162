/** The operator's keys. What a key opens is in auth.test.ts, how it ends in revocation.test.ts. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isWellFormedKey } from '../../src/core/key.ts';
import { hashKey } from '../../src/storage/keys.ts';
import { adminSend, newTenant, send } from '../client.ts';
import { faultsOf } from '../refusals.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const NOBODY = '019a0000-0000-7000-8000-000000000000';
const SYNC = { name: 'Nightly sync', scopes: ['ingest'] };

/** A tenant that has no key yet. */
async function newOwner() {
  const { id } = (await adminSend('POST', '/tenants', { json: { name: 'Test' } })).body;
  const keys = `/tenants/${id}/keys`;
  return {
    id,
    keys,
    post: (json: unknown) => adminSend('POST', keys, { json }),
    list: async () => (await adminSend('GET', keys)).body.items,
  };
}

describe('POST /tenants/{id}/keys', () => {
  it('creates a key and shows it: dgl_<random>_<checksum>', async () => {
    const { post } = await newOwner();
    const { status, body } = await post(SYNC);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...SYNC,
      id: expect.stringMatching(UUID_V7),
      key: expect.stringMatching(/^dgl_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/),
      rateLimit: null,
      expiresAt: null,
      createdAt: expect.stringMatching(TIME),
      lastUsedAt: null,
    });
    expect(isWellFormedKey(body.key)).toBe(true);
    expect((await send('GET', '/api/v1/ingest/contacts', { key: body.key })).status).toBe(200);
  });

  it('shows it for the only time', async () => {
    const { keys, post, list } = await newOwner();
    const { body } = await post(SYNC);
    const { key, ...rest } = body;
    expect(await list()).toEqual([rest]);
    expect((await adminSend('GET', keys)).text).not.toContain(key.slice(4, 36));
  });

  it('never makes the same key twice', async () => {
    const { post } = await newOwner();
    const made = new Set<string>();
    for (let time = 0; time < 20; time += 1) made.add((await post(SYNC)).body.key);
    expect(made.size).toBe(20);
  });

  it('keeps name, scopes, rate limit and expiry', async () => {
    const { id, post, list } = await newOwner();
    const sent = {
      name: 'Reader 😀',
      scopes: ['accounts:read', 'ingest'],
      rateLimit: { limit: 5, windowSeconds: 10 },
      expiresAt: '2099-01-31T01:00:00+01:00',
    };
    const { body } = await post({
      ...sent,
      scopes: [...sent.scopes, 'ingest'],
      id: NOBODY,
      key: 'mine',
      tenantId: NOBODY,
    });
    expect(body).toMatchObject({ ...sent, expiresAt: '2099-01-31T00:00:00.000Z' });
    const { key, ...rest } = body;
    expect(await list()).toEqual([rest]);
    expect(JSON.parse((await env.KEYS.get(`key:${await hashKey(key)}`))!)).toEqual({
      tenantId: id,
      keyId: rest.id,
      scopes: sent.scopes,
      rateLimit: sent.rateLimit,
      expiresAt: rest.expiresAt,
    });
  });

  it('takes null for what is optional, and means the default', async () => {
    const { status, body } = await (await newOwner()).post({ ...SYNC, rateLimit: null, expiresAt: null });
    expect(status).toBe(201);
    expect(body).toMatchObject({ rateLimit: null, expiresAt: null });
  });

  it.each([
    [{ scopes: ['ingest'] }, '/name'],
    [{ ...SYNC, name: ' ' }, '/name'],
    [{ ...SYNC, name: 'x'.repeat(321) }, '/name'],
    [{ name: 'x' }, '/scopes'],
    [{ ...SYNC, scopes: [] }, '/scopes'],
    [{ ...SYNC, scopes: 'ingest' }, '/scopes'],
    [{ ...SYNC, scopes: ['ingest', 'admin'] }, '/scopes/1'],
    [{ ...SYNC, scopes: [null] }, '/scopes/0'],
    [{ ...SYNC, rateLimit: 5 }, '/rateLimit'],
    [{ ...SYNC, rateLimit: { limit: 0, windowSeconds: 60 } }, '/rateLimit/limit'],
    [{ ...SYNC, rateLimit: { limit: 1.5, windowSeconds: 60 } }, '/rateLimit/limit'],
    [{ ...SYNC, rateLimit: { limit: 1_000_001, windowSeconds: 60 } }, '/rateLimit/limit'],
    [{ ...SYNC, rateLimit: { limit: 5 } }, '/rateLimit/windowSeconds'],
    [{ ...SYNC, rateLimit: { limit: 5, windowSeconds: 86_401 } }, '/rateLimit/windowSeconds'],
    [{ ...SYNC, expiresAt: 'tomorrow' }, '/expiresAt'],
    [{ ...SYNC, expiresAt: '2027-02-30T00:00:00Z' }, '/expiresAt'],
    [{ ...SYNC, expiresAt: 1_800_000_000 }, '/expiresAt'],
    [{ ...SYNC, expiresAt: '2020-01-31T00:00:00Z' }, '/expiresAt'],
  ])('refuses %j at %s', async (body, pointer) => {
    const { post, list } = await newOwner();
    const reply = await post(body);
    expect([reply.status, reply.body.errors.map((fault: { pointer: string }) => fault.pointer)]).toEqual([
      422,
      [pointer],
    ]);
    expect(await list()).toEqual([]);
  });

  it('says which values there are, and how far a number may go', async () => {
    const { post } = await newOwner();
    const { errors } = (
      await post({ name: 'x', scopes: ['admin'], rateLimit: { limit: 0, windowSeconds: 86_401 } })
    ).body;
    expect(errors.map(({ code, message }: Record<string, string>) => [code, message])).toEqual([
      ['field.value', 'This must be one of accounts:read, accounts:all, ingest.'],
      ['field.invalid', 'This must be at least 1.'],
      ['field.invalid', 'This must be at most 86400.'],
    ]);
    expect((await post({ name: 'x', scopes: [] })).body.errors[0].message).toBe(
      'This must have at least 1 item.',
    );
  });
});

describe('GET /tenants/{id}/keys', () => {
  it('lists the keys of this tenant, oldest first', async () => {
    const [one, two] = [await newOwner(), await newOwner()];
    const ids = [];
    for (const name of ['a', 'b', 'c']) ids.push((await one.post({ ...SYNC, name })).body.id);
    await two.post(SYNC);
    expect((await one.list()).map(({ id }: { id: string }) => id)).toEqual(ids);
  });

  it('says when a key was last used, give or take a minute', async () => {
    const { post, list } = await newOwner();
    const { id, key } = (await post(SYNC)).body;
    const started = Date.now();
    const longAgo = "UPDATE api_keys SET last_used_at = '2026-01-31T12:00:00.000Z' WHERE id = ?"; // by another isolate
    await env.DB.prepare(longAgo).bind(id).run();
    await send('GET', '/api/v1/ingest/contacts', { key, bindings: {} });
    const [{ lastUsedAt }] = await list();
    expect(Math.abs(Date.parse(lastUsedAt) - started)).toBeLessThan(60_000);
  });

  it('says it anew after a minute, and not with every request', async () => {
    const { post, list } = await newOwner();
    const { key } = (await post(SYNC)).body;
    const started = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: started });
    onTestFinished(() => void vi.useRealTimers());
    const told = [];
    for (const passed of [0, 59_000, 60_000, 61_000]) {
      vi.setSystemTime(started + passed);
      await send('GET', '/api/v1/ingest/contacts', { key, bindings: {} });
      const [{ lastUsedAt }] = await list();
      told.push(Date.parse(lastUsedAt) - started);
    }
    expect(told).toEqual([0, 0, 60_000, 60_000]);
  });
});

describe('DELETE /tenants/{id}/keys/{keyId}', () => {
  it('revokes: 204, the key is refused, and it is in the list no more', async () => {
    const { keys, post, list } = await newOwner();
    const [one, two] = [(await post(SYNC)).body, (await post(SYNC)).body];
    for (const { key } of [one, two])
      expect((await send('GET', '/api/v1/ingest/contacts', { key })).status).toBe(200);
    const revoked = await adminSend('DELETE', `${keys}/${one.id}`);
    expect([revoked.status, revoked.text]).toEqual([204, '']);
    expect((await send('GET', '/api/v1/ingest/contacts', { key: one.key })).status).toBe(401);
    expect((await send('GET', '/api/v1/ingest/contacts', { key: two.key })).status).toBe(200);
    expect((await list()).map(({ id }: { id: string }) => id)).toEqual([two.id]);
    expect(await env.KEYS.get(`key:${await hashKey(one.key)}`)).toBeNull();
    const again = await adminSend('DELETE', `${keys}/${one.id}`);
    expect([again.status, again.body.code]).toEqual([404, 'key.not_found']);
  });

  it('takes an id, not the key itself', async () => {
    const { keys, post, list } = await newOwner();
    const { key } = (await post(SYNC)).body;
    for (const id of [key, NOBODY, '%00', '%FF']) {
      const { status, body } = await adminSend('DELETE', `${keys}/${id}`);
      expect([status, body.code]).toEqual([404, 'key.not_found']);
    }
    expect(await list()).toHaveLength(1);
  });

  it('does not reach a key through another tenant', async () => {
    const [owner, other] = [await newOwner(), await newOwner()];
    const { id, key } = (await owner.post(SYNC)).body;
    expect((await adminSend('DELETE', `${other.keys}/${id}`)).status).toBe(404);
    expect((await send('GET', '/api/v1/ingest/contacts', { key })).status).toBe(200);
  });
});

it.each(['POST', 'GET', 'DELETE'])('%s answers 404 where there is no such tenant', async (method) => {
  const { id } = (await (await newOwner()).post(SYNC)).body;
  for (const tenant of [NOBODY, 'x', '%FF']) {
    const path = `/tenants/${tenant}/keys${method === 'DELETE' ? `/${id}` : ''}`;
    const { status, body } = await adminSend(method, path, method === 'POST' ? { json: SYNC } : {});
    expect([status, body.code]).toEqual([404, method === 'DELETE' ? 'key.not_found' : 'tenant.not_found']);
  }
});

it('a tenant has the keys that it was given, and no others', async () => {
  const { id } = await newTenant();
  const { items } = (await adminSend('GET', `/tenants/${id}/keys`)).body;
  expect(items).toHaveLength(1);
  expect(faultsOf(await adminSend('POST', `/tenants/${id}/keys`, { json: {} }))[0]).toBe(422);
});
