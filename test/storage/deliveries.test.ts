/** "One event touches the index by address, never a scan." */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { DeliveryEvent } from '../../src/core/delivery.ts';
import { newMeter, type TenantId } from '../../src/storage/database.ts';
import { applyEvents } from '../../src/storage/delivery-events.ts';
import { adminSend, newTenant } from '../client.ts';
import { database } from '../store.ts';

const event = (
  address: string,
  eventId: string,
  kind: DeliveryEvent['kind'] = 'hard_bounce',
): DeliveryEvent => ({
  addressKey: address,
  provider: 'sendgrid',
  eventId,
  kind,
  at: new Date().toISOString(),
  code: null,
  reason: null,
});

async function withContacts(count: number) {
  const tenant = await newTenant();
  const number = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
  const now = new Date().toISOString();
  await env.DB.batch([
    env.DB.prepare(
      `${number} INSERT INTO accounts (tenant_id, id, number, created_at, updated_at) SELECT ?1, 'a' || i, 'A' || i, ?2, ?2 FROM n`,
    ).bind(tenant.id, now),
    env.DB.prepare(
      `${number} INSERT INTO contacts (tenant_id, id, reference, reference_key, account_id, email, email_key, created_at, updated_at)
       SELECT ?1, 'c' || i, 'C' || i, 'c' || i, 'a' || i, 'p' || i || '@example.com', 'p' || i || '@example.com', ?2, ?2 FROM n`,
    ).bind(tenant.id, now),
    env.DB.prepare(
      `${number} INSERT INTO addresses (tenant_id, address_key, status, updated_at) SELECT ?1, 'p' || i || '@example.com', 'Bounced', ?2 FROM n WHERE i % 3 = 0`,
    ).bind(tenant.id, now),
    env.DB.prepare(
      `${number} INSERT INTO deliveries (tenant_id, provider, event_id, address_key, kind, at, received_at) SELECT ?1, 'sendgrid', 'old' || i, 'p' || i || '@example.com', 'hard_bounce', ?2, ?2 FROM n`,
    ).bind(tenant.id, now),
  ]);
  return { db: env.DB, tenantId: tenant.id as TenantId };
}

describe('what an event costs', () => {
  it('is the same among 30 contacts and among 6 000', async () => {
    const costs: number[][] = [];
    for (const count of [30, 6_000]) {
      const book = await withContacts(count);
      const cost = async (...events: DeliveryEvent[]) => {
        const meter = newMeter();
        await applyEvents({ ...book, meter }, events);
        expect(meter.roundTrips).toBe(2);
        return [meter.rowsRead, meter.rowsWritten];
      };
      costs.push([
        ...(await cost(event('p1@example.com', 'e1'))),
        ...(await cost(event('p1@example.com', 'e1'))),
        ...(await cost(event('p1@example.com', 'e2', 'complaint'))),
        ...(await cost(event('p3@example.com', 'e3', 'delivered'))),
        ...(await cost(event('nobody@example.com', 'e4'))),
      ]);
    }
    expect(costs[1]).toEqual(costs[0]);
    expect(costs[0]![0]).toBeLessThan(40);
  });
});

it('brings nothing back of an address that is erased while an event is applied', async () => {
  const { id } = await newTenant();
  const address = 'ada@example.com';
  const book = { db: env.DB, tenantId: id as TenantId, meter: newMeter() };
  await applyEvents(book, [event(address, 'e1', 'complaint')]);
  let batches = 0;
  const db = database(async (_, go) => {
    const results = await go();
    batches += 1;
    if (batches === 1) await adminSend('POST', `/tenants/${id}/erasures`, { json: { email: address } });
    return results;
  });
  await applyEvents({ ...book, db }, [event(address, 'e2', 'soft_bounce')]);
  const { results } = await env.DB.prepare('SELECT status, version FROM addresses WHERE tenant_id = ?')
    .bind(id)
    .all();
  expect(results).toEqual([{ status: 'Valid', version: 1 }]);
  const { body } = await adminSend('GET', `/tenants/${id}/dossier?email=${address}`);
  expect(body.deliveries).toMatchObject([{ eventId: 'e2' }]);
});

it('keeps apart what two providers call the same, or one provider of two addresses', async () => {
  const { id } = await newTenant();
  const book = { db: env.DB, tenantId: id as TenantId, meter: newMeter() };
  const soft = (address: string, provider: string, day: number) => ({
    ...event(address, 'e1', 'soft_bounce'),
    provider,
    at: `2026-01-0${day}T00:00:00.000Z`,
  });
  const events = [soft('a@example.com', 'ses', 1), soft('b@example.com', 'ses', 2)];
  await applyEvents(book, [...events, soft('a@example.com', 'sendgrid', 3)]);
  const { results } = await env.DB.prepare(
    'SELECT address_key, evidence FROM addresses WHERE tenant_id = ? ORDER BY address_key',
  )
    .bind(id)
    .all<{ evidence: string }>();
  const days = results.map(({ evidence }) => evidence.match(/2026-01-0\d(?=")/g));
  expect(days).toEqual([['2026-01-01', '2026-01-03'], ['2026-01-02']]);
});

it('notes the time of what changes an address, and of nothing else', async () => {
  const { id } = await newTenant();
  const address = 'ada@example.com';
  const book = { db: env.DB, tenantId: id as TenantId, meter: newMeter() };
  const known = async () => (await adminSend('GET', `/tenants/${id}/dossier?email=${address}`)).body.address;
  await applyEvents(book, [event(address, 'e1', 'note')]);
  expect(await known()).toBeNull();
  const bounce = event(address, 'e2');
  await applyEvents(book, [bounce]);
  const long = '2026-01-01T00:00:00.000Z';
  await env.DB.prepare('UPDATE addresses SET updated_at = ? WHERE tenant_id = ?').bind(long, id).run();
  await applyEvents(book, [bounce]);
  expect(await known()).toMatchObject({ status: 'Bounced', updatedAt: long });
  await applyEvents(book, [event(address, 'e3', 'complaint')]);
  const { status, updatedAt } = await known();
  expect([status, updatedAt > long]).toEqual(['Complained', true]);
});
