/** A tenant with a large book is removed in slices: other requests run in between, and a book of any size is gone in the end. */
import { env } from 'cloudflare:workers';
import { afterEach, expect, it, vi } from 'vitest';
import { hashKey, lookup } from '../../src/storage/keys.ts';
import { adminSend, newTenant, type TestTenant } from '../client.ts';
import { counting, database, rowsOf } from '../store.ts';

const MANY = 2_500;

/** The other tables in which a tenant may have very many rows, and the n-th row of the tenant `?1` in each. */
const rows: Record<string, string> = {
  accounts: "tenant_id, id, number, created_at, updated_at) SELECT ?1, 'a-' || n, n, '', ''",
  addresses: "tenant_id, address_key, status, updated_at) SELECT ?1, n, 'Valid', ''",
  deliveries:
    "tenant_id, provider, event_id, address_key, kind, at, received_at) SELECT ?1, 'ses', n, '', 'note', '', ''",
  hook_receipts: "tenant_id, provider, nonce, at) SELECT ?1, 'ses', n, ''",
  dead_letters:
    "tenant_id, id, provider, body, reason, received_at, died_at) SELECT ?1, ?1 || n, 'ses', '{}', '', '', ''",
  idempotency_keys: "scope, key, fingerprint, seed, changed, created_at) SELECT ?1, n, '', '{}', 0, ''",
  events: "tenant_id, type, data, at) SELECT ?1, '', '{}', ''",
  history: "tenant_id, subject_id, action, changes, at) SELECT ?1, n, 'updated', '{}', ''",
};

/** A tenant with this many contacts, two in each account, and with what is kept for them. */
async function largeTenant(): Promise<TestTenant> {
  const tenant = await newTenant();
  const contact = { account_number: 'ACCT-001', name: 'John Smith', email: 'john.smith@acme.com' };
  await tenant.ingest('PUT', '/contacts/1', contact, { 'Idempotency-Key': 'one' });
  const { results } = await env.DB.prepare('PRAGMA table_info(contacts)').all<{ name: string }>();
  const columns = results.map(({ name }) => name);
  const own: Record<string, string> = { id: "format('x-%05d', n)", reference: 'n', reference_key: 'n' };
  await env.DB.prepare(
    `WITH numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
     INSERT INTO contacts (${columns}) SELECT ${columns.map((name) => own[name] ?? name)} FROM contacts, numbers WHERE tenant_id = ?2`,
  )
    .bind(MANY, tenant.id)
    .run();
  await env.DB.batch(
    Object.entries(rows).map(([table, row]) =>
      env.DB.prepare(
        `INSERT INTO ${table} (${row} FROM (WITH numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1500) SELECT n FROM numbers)`,
      ).bind(tenant.id),
    ),
  );
  return tenant;
}

const allOf = async ({ id }: TestTenant) => Object.values(await rowsOf(id)).flat();

afterEach(() => void vi.restoreAllMocks());

it('is removed with everything that is kept for it, and nothing of another', async () => {
  const [tenant, other] = [await largeTenant(), await largeTenant()];
  for (const { id } of [tenant, other])
    await adminSend('PUT', `/tenants/${id}/hooks/mailgun`, { json: { secret: 'mailgun-signing-key' } });
  const lookupOf = async ({ key }: TestTenant) => env.KEYS.get(lookup(await hashKey(key)));
  const known = await lookupOf(other);
  const kept = await allOf(other);
  expect(kept.length).toBeGreaterThan(MANY);
  const tables = ['contacts', ...Object.keys(rows)];
  const count = async () => {
    const counts = tables.map((table) =>
      env.DB.prepare(
        `SELECT count(*) AS n FROM ${table} WHERE ${table === 'idempotency_keys' ? 'scope' : 'tenant_id'} = ?`,
      ).bind(tenant.id),
    );
    return (await env.DB.batch<{ n: number }>(counts)).map(({ results }) => results[0]!.n);
  };
  const left = [await count()];
  const lost = new Set([1, 2, 5]); // what reads, what takes the keys, and a slice
  const DB = database(async (_, go) => {
    if (lost.delete(left.length)) {
      throw new Error('D1_ERROR: Network connection lost.');
    }
    const results = await go();
    left.push(await count());
    return results;
  });
  expect((await adminSend('DELETE', `/tenants/${tenant.id}`, { bindings: { DB } })).status).toBe(204);
  for (const [at, table] of tables.entries()) {
    const steps = left.slice(1).map((counts, index) => left[index]![at]! - counts[at]!);
    expect(Math.max(...steps), table).toBe(1_000);
  }
  expect(await allOf(tenant)).toEqual([]);
  expect(await allOf(other)).toEqual(kept);
  expect(known).not.toBeNull();
  expect([await lookupOf(tenant), await lookupOf(other)]).toEqual([null, known]);
});

it('goes at once when it is small, whatever others have; but one table is enough to make it large', async () => {
  await largeTenant();
  const [small, long] = [await newTenant(), await newTenant()];
  for (const { ingest } of [small, long]) await ingest('PUT', '/contacts/1', { name: 'John Smith' });
  await env.DB.prepare(
    `INSERT INTO history (${rows.history} FROM (WITH numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1500) SELECT n FROM numbers)`,
  )
    .bind(long.id)
    .run();
  const batchesFor = async ({ id }: TestTenant) => {
    const { DB, batches } = counting();
    expect((await adminSend('DELETE', `/tenants/${id}`, { bindings: { DB } })).status).toBe(204);
    return batches.length;
  };
  expect(await batchesFor(small)).toBe(2);
  // three, one for each of nine tables, and one for each slice: a contact, and twice history
  expect(await batchesFor(long)).toBe(15);
});

it('has no keys and no hooks any more when the time is over, and the same request again goes on', async () => {
  const tenant = await largeTenant();
  await adminSend('PUT', `/tenants/${tenant.id}/hooks/mailgun`, { json: { secret: 'mailgun-signing-key' } });
  const before = (await allOf(tenant)).length;
  let slices = 0;
  let late = 0;
  const now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now + late);
  // the time begins once its keys are gone, with the second batch
  const times = [0, 1_000, 26_000, 26_001];
  const DB = database(async (_, go) => {
    late = times[slices] ?? late;
    slices += 1;
    return go();
  });
  const first = await adminSend('DELETE', `/tenants/${tenant.id}`, { bindings: { DB } });
  expect(slices).toBe(times.length);
  expect([first.status, first.headers.get('Retry-After'), first.body.code]).toEqual([
    503,
    '1',
    'tenant.removing',
  ]);
  expect((await allOf(tenant)).length).toBeLessThan(before);
  expect((await tenant.ingest('GET', '/contacts')).status).toBe(401);
  expect((await tenant.ingest('PUT', '/contacts/new', { name: 'Jane' })).status).toBe(401);
  expect((await adminSend('GET', `/tenants/${tenant.id}/hooks`)).body.items).toEqual([]);
  expect((await adminSend('GET', `/tenants/${tenant.id}`)).status).toBe(200);
  expect((await adminSend('DELETE', `/tenants/${tenant.id}`)).status).toBe(204);
  expect(await allOf(tenant)).toEqual([]);
});

it('ends before one request has asked more of D1 than that takes', async () => {
  const tenant = await largeTenant();
  let batches = 0;
  let slice: D1Result[] = [];
  // the third batch removes the first slice, and here there is always one more like it
  const DB = database(async (_, go) => {
    batches += 1;
    if (batches <= 3) slice = await go();
    return slice;
  });
  const { status, body } = await adminSend('DELETE', `/tenants/${tenant.id}`, { bindings: { DB } });
  expect([status, body.code]).toEqual([503, 'tenant.removing']);
  expect(batches).toBeGreaterThan(900);
  expect(batches).toBeLessThan(1_000);
});
