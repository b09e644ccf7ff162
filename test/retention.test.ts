/** What the cron trigger removes: records that are older than HISTORY_DAYS, and nothing else. */
import { createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import worker from '../src/index.ts';
import type { Bindings } from '../src/platform/env.ts';
import { adminSend, newTenant, type TestTenant } from './client.ts';
import { database, dump, empty } from './store.ts';

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

it('is not what is younger and differs in one thing only: tenant, provider, event or address', async () => {
  const other = await newTenant();
  const now = new Date().toISOString();
  const event = (id: string, provider: string, eventId: string, address: string, at = now) =>
    env.DB.prepare(
      "INSERT INTO deliveries (tenant_id, provider, event_id, address_key, kind, at, received_at) VALUES (?, ?, ?, ?, 'note', '', ?)",
    ).bind(id, provider, eventId, `${address}@example.com`, at);
  await env.DB.prepare('DELETE FROM deliveries').run();
  const younger = [
    event(other.id, 'ses', 'one', 'a'),
    event(tenant.id, 'resend', 'one', 'a'),
    event(tenant.id, 'ses', 'two', 'a'),
    event(tenant.id, 'ses', 'one', 'b'),
  ];
  await env.DB.batch(younger);
  const { deliveries: kept } = await dump();
  await event(tenant.id, 'ses', 'one', 'a', '').run();
  await clock({ HISTORY_DAYS: '30' });
  expect((await dump()).deliveries).toEqual(kept);
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

it('is a dead letter whose tenant was never found out, too, behind however many that are younger', async () => {
  await bury(null, '2026-01-01T00:00:00.000Z');
  await env.DB.prepare(
    `INSERT INTO dead_letters (id, tenant_id, provider, body, reason, received_at, died_at)
     WITH numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000) SELECT format('x%04d', n), ?1, 'ses', '{}', '', ?2, ?2 FROM numbers`,
  )
    .bind(tenant.id, new Date().toISOString())
    .run();
  await clock({ HISTORY_DAYS: '30' });
  const { dead_letters } = await dump();
  expect(dead_letters).toHaveLength(1_001);
  for (const row of dead_letters!) expect(row).toContain(tenant.id);
});

/** Puts so many rows into each table that is purged, all of them old. */
const many = (rows: number) =>
  env.DB.batch(
    [
      "history (tenant_id, subject_id, action, changes, at) SELECT ?1, n, 'updated', '{}', ''",
      "events (tenant_id, type, data, at) SELECT ?1, '', '{}', ''",
      "deliveries (tenant_id, provider, event_id, address_key, kind, at, received_at) SELECT ?1, 'ses', n, '', 'note', '', ''",
      "dead_letters (id, tenant_id, provider, body, reason, received_at, died_at) SELECT format('0-%05d', n), ?1, 'ses', '{}', '', '', ''",
      "idempotency_keys (scope, key, fingerprint, seed, changed, created_at) SELECT ?1, n, '', '{}', 0, ''",
    ].map((into) =>
      env.DB.prepare(
        `INSERT INTO ${into} FROM (WITH numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2) SELECT n FROM numbers)`,
      ).bind(tenant.id, rows),
    ),
  );

it('tells how many answers to writes it took, also where records are kept for ever', async () => {
  await many(2);
  const told = vi.spyOn(console, 'log').mockImplementation(() => {});
  await clock({});
  expect(told.mock.calls.map(([line]) => JSON.parse(line))).toEqual([
    { level: 'info', code: 'purged', attempts: 2 },
  ]);
});

it('goes in slices, however much it is', async () => {
  await many(2_500);
  await age(31);
  const [history, events, deliveries, deadLetters] = await records();
  const removed: number[] = [];
  const DB = database(async (_, go) => {
    const results = await go();
    removed.push(results[0]!.meta.changes);
    return results;
  });
  const told = vi.spyOn(console, 'log').mockImplementation(() => {});
  await clock({ DB, HISTORY_DAYS: '30' });
  expect(await records()).toEqual([0, 0, 0, 0]);
  expect(told.mock.calls.map(([line]) => JSON.parse(line))).toEqual([
    { level: 'info', code: 'purged', attempts: 2_500, history, events, deliveries, deadLetters },
  ]);
  // three slices and the one that finds nothing, for each of five tables
  expect(removed).toHaveLength(20);
  expect(Math.max(...removed)).toBe(1_000);
});

it('is 200,000 of each table in one run: D1 takes a thousand statements from one', async () => {
  let batches = 0;
  let slice: D1Result[] = [];
  await many(1);
  // the first batch removes one row, and here there is always one more like it
  const DB = database(async (_, go) => {
    batches += 1;
    if (batches === 1) slice = await go();
    return slice;
  });
  const told = vi.spyOn(console, 'log').mockImplementation(() => {});
  await clock({ DB, HISTORY_DAYS: '30' });
  expect(batches).toBe(5 * 200);
  expect(told).toHaveBeenCalledTimes(1);
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
