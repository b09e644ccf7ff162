/** A tenant with a large book goes in slices: others come in between, and a book of any size is gone in the end. */
import { env } from 'cloudflare:workers';
import { afterEach, expect, it, vi } from 'vitest';
import { adminSend, newTenant, type TestTenant } from '../client.ts';
import { database, dump } from '../store.ts';

const MANY = 2_500;

/** A tenant with so many contacts, two in an account, and what is kept for them. */
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
  return tenant;
}

const rowsOf = async ({ id }: TestTenant) =>
  Object.values(await dump())
    .flat()
    .filter((row) => row.includes(id));

afterEach(() => void vi.restoreAllMocks());

it('is removed with everything that is kept for it, and nothing of another', async () => {
  const [tenant, other] = [await largeTenant(), await largeTenant()];
  const kept = await rowsOf(other);
  expect(kept.length).toBeGreaterThan(MANY);
  const left = [MANY];
  const DB = database(async (_, go) => {
    const results = await go();
    const count = env.DB.prepare('SELECT count(*) AS n FROM contacts WHERE tenant_id = ?').bind(tenant.id);
    left.push((await count.first<number>('n'))!);
    return results;
  });
  expect((await adminSend('DELETE', `/tenants/${tenant.id}`, { bindings: { DB } })).status).toBe(204);
  const steps = left.slice(1).map((count, index) => left[index]! - count);
  expect(Math.max(...steps)).toBe(1_000);
  expect(await rowsOf(tenant)).toEqual([]);
  expect(await rowsOf(other)).toEqual(kept);
});

it('has no keys any more when the time is over, and the same request again goes on', async () => {
  const tenant = await largeTenant();
  const before = (await rowsOf(tenant)).length;
  let slices = 0;
  let late = 0;
  const { now } = Date;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + late);
  const DB = database(async (_, go) => {
    slices += 1;
    if (slices === 4) late = 60_000;
    return go();
  });
  const first = await adminSend('DELETE', `/tenants/${tenant.id}`, { bindings: { DB } });
  expect([first.status, first.headers.get('Retry-After'), first.body.code]).toEqual([
    503,
    '1',
    'tenant.removing',
  ]);
  expect((await rowsOf(tenant)).length).toBeLessThan(before);
  expect((await tenant.ingest('GET', '/contacts')).status).toBe(401);
  expect((await tenant.ingest('PUT', '/contacts/new', { name: 'Jane' })).status).toBe(401);
  expect((await adminSend('GET', `/tenants/${tenant.id}`)).status).toBe(200);
  expect((await adminSend('DELETE', `/tenants/${tenant.id}`)).status).toBe(204);
  expect(await rowsOf(tenant)).toEqual([]);
});
