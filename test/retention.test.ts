/** What the cron trigger removes: records that are older than HISTORY_DAYS, and nothing else. */
import { createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import worker from '../src/index.ts';
import type { Bindings } from '../src/platform/env.ts';
import { adminSend, newTenant, type TestTenant } from './client.ts';
import { counting, dump, empty } from './store.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const CONTACT = { account_number: 'ACCT-001', name: 'John Smith', email: 'john.smith@acme.com' };

const clock = (bindings: Partial<Bindings>) =>
  worker.scheduled(createScheduledController(), { ...env, ...bindings });

/** Makes all records this many days old. */
async function age(days: number): Promise<void> {
  const at = new Date(Date.now() - days * DAY_MS).toISOString();
  await env.DB.batch([
    env.DB.prepare('UPDATE history SET at = ?').bind(at),
    env.DB.prepare('UPDATE events SET at = ?').bind(at),
    env.DB.prepare('UPDATE deliveries SET received_at = ?').bind(at),
    env.DB.prepare('UPDATE dead_letters SET died_at = ?').bind(at),
  ]);
}

async function bounce({ id }: TestTenant): Promise<void> {
  const json = { address: CONTACT.email, event: 'bounce' };
  const { status, text } = await adminSend('POST', `/tenants/${id}/simulate`, { json });
  expect(status, text).toBeLessThan(300);
}

const bury = (tenantId: string | null, at = new Date().toISOString()) =>
  env.DB.prepare(
    "INSERT INTO dead_letters (id, tenant_id, provider, body, reason, received_at, died_at) VALUES (?, ?, 'ses', '{}', 'unreadable', ?, ?)",
  )
    .bind(crypto.randomUUID(), tenantId, at, at)
    .run();

const records = async () => {
  const { history, events, deliveries, dead_letters } = await dump();
  return [history, events, deliveries, dead_letters].map((rows) => rows!.length);
};

let tenant: TestTenant;
beforeEach(async () => {
  await empty();
  tenant = await newTenant();
  await tenant.ingest('PUT', '/contacts/1', CONTACT);
  await bounce(tenant);
  await bury(tenant.id);
});
afterEach(() => void vi.restoreAllMocks());

it('is what is older than HISTORY_DAYS; what the book says stays', async () => {
  const before = (await tenant.ingest('GET', '/contacts/1')).text;
  for (const count of await records()) expect(count).toBeGreaterThan(0);
  await age(30.1);
  await tenant.ingest('PATCH', '/contacts/1', { title: 'Head' });
  await clock({ HISTORY_DAYS: '30' });
  expect(await records()).toEqual([1, 0, 0, 0]);
  const { items } = (await tenant.ingest('GET', '/contacts/1/history')).body;
  expect(items.map((entry: { action: string }) => entry.action)).toEqual(['updated']);
  await tenant.ingest('PATCH', '/contacts/1', { title: null });
  const after = JSON.parse((await tenant.ingest('GET', '/contacts/1')).text);
  expect({ ...after, updated_at: '' }).toEqual({ ...JSON.parse(before), updated_at: '' });
  expect(after.email_status).toBe('Bounced');
});

it('is nothing that is younger', async () => {
  const before = await records();
  await age(29.9);
  await clock({ HISTORY_DAYS: '30' });
  expect(await records()).toEqual(before);
});

it.each(['', '0', '-1', '30d', '1e1', ' 30', '100000'])(
  'is nothing where HISTORY_DAYS is %j',
  async (HISTORY_DAYS) => {
    const complained = vi.spyOn(console, 'error').mockImplementation(() => {});
    const before = await records();
    await age(3_000);
    await clock({ HISTORY_DAYS });
    await clock({});
    expect(await records()).toEqual(before);
    expect(complained.mock.calls.map(([line]) => JSON.parse(line))).toEqual(
      HISTORY_DAYS === '' ? [] : [{ level: 'error', code: 'history_days.malformed' }],
    );
  },
);

it('is what is older than 99999 days, where HISTORY_DAYS is as large as it may be', async () => {
  await age(100_000);
  await clock({ HISTORY_DAYS: '99999' });
  expect(await records()).toEqual([0, 0, 0, 0]);
});

it('is not what is younger at another tenant, where a provider has said the same to both', async () => {
  const event = (id: string, at: string) =>
    env.DB.prepare(
      "INSERT INTO deliveries (tenant_id, provider, event_id, address_key, kind, at, received_at) VALUES (?, 'ses', 'one', 'a@example.com', 'note', '', ?)",
    ).bind(id, at);
  const other = await newTenant();
  await env.DB.batch([event(tenant.id, ''), event(other.id, new Date().toISOString())]);
  await clock({ HISTORY_DAYS: '30' });
  const { deliveries } = await dump();
  expect(deliveries!.filter((row) => row.includes('"one"'))).toEqual([expect.stringContaining(other.id)]);
});

it('is not the outcome of an attempt at another tenant that has named a younger one the same', async () => {
  const other = await newTenant();
  const write = ({ ingest }: TestTenant) =>
    ingest('POST', '/contacts/2', CONTACT, { 'Idempotency-Key': 'one' });
  for (const each of [tenant, other]) await write(each);
  await env.DB.prepare("UPDATE idempotency_keys SET created_at = '2026-01-01T00:00:00.000Z' WHERE scope = ?")
    .bind(tenant.id)
    .run();
  await clock({});
  const { idempotency_keys } = await dump();
  expect(idempotency_keys).toEqual([expect.stringContaining(other.id)]);
  const copy = await write(other);
  expect([copy.status, copy.headers.get('Idempotent-Replayed')]).toEqual([201, 'true']);
});

it('is a dead letter whose tenant was never found out, too', async () => {
  await bury(null, '2026-01-01T00:00:00.000Z');
  await clock({ HISTORY_DAYS: '30' });
  const { dead_letters } = await dump();
  expect(dead_letters).toEqual([expect.stringContaining(tenant.id)]);
});

it('goes in slices, however much it is', async () => {
  await env.DB.prepare(
    `WITH numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500)
     INSERT INTO history (tenant_id, subject_id, action, changes, at) SELECT ?, n, 'updated', '{}', '' FROM numbers`,
  )
    .bind(tenant.id)
    .run();
  await age(31);
  const [history, events, deliveries, deadLetters] = await records();
  const { DB, batches } = counting();
  const told = vi.spyOn(console, 'log').mockImplementation(() => {});
  await clock({ DB, HISTORY_DAYS: '30' });
  expect(await records()).toEqual([0, 0, 0, 0]);
  expect(told.mock.calls.map(([line]) => JSON.parse(line))).toEqual([
    { level: 'info', code: 'purged', attempts: 0, history, events, deliveries, deadLetters },
  ]);
  // attempts 1, history 3 and 1, and 1 and 1 for each of events, deliveries and dead letters
  expect(batches).toHaveLength(11);
});

it('disturbs no upsert', async () => {
  const path = `/accounts/${await tenant.account()}/contacts/upsert`;
  await age(31);
  await clock({ HISTORY_DAYS: '30' });
  expect((await records())[0]).toBe(0);
  const eve = { fullName: 'Eve Stone', email: 'eve@example.com', language: 'en' };
  const made = await Promise.all(Array.from({ length: 5 }, () => tenant.agent('PUT', path, eve)));
  expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
  const { status, body } = await tenant.agent('PUT', path, { fullName: 'Jon Smith', language: 'en' });
  expect([status, body.fullName]).toEqual([200, 'Jon Smith']);
});
