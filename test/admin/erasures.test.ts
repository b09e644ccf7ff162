import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { adminSend, newTenant } from '../client.ts';

const TABLES = [
  'contacts',
  'accounts',
  'history',
  'idempotency_keys',
  'addresses',
  'deliveries',
  'name_segments',
  'erasures',
  'events',
  'dead_letters',
];

/** Everything that the database holds of a tenant, as one text. */
async function everythingOf(tenant: string): Promise<string> {
  const rows = await Promise.all(TABLES.map((table) => env.DB.prepare(`SELECT * FROM ${table}`).all()));
  return JSON.stringify(
    rows.flatMap(({ results }) => results.filter((row) => Object.values(row).includes(tenant))),
  );
}

async function withAda() {
  const tenant = await newTenant();
  const { ingest, agent } = tenant;
  await ingest(
    'POST',
    '/contacts/ADA',
    { account_number: 'A1', name: 'Ada Lovelace-Byron', email: 'Ada@Example.com', phone: '555-0177' },
    { 'Idempotency-Key': 'ada-1' },
  );
  await ingest('PATCH', '/contacts/ADA', { notes: 'prefers mornings, 555-0178' });
  await ingest('PUT', '/contacts/BOB', { account_number: 'A1', name: 'Bob Stone', email: 'ada@example.com' });
  await ingest('PATCH', '/contacts/BOB', { email: 'bob@example.com' });
  const account = await tenant.account('A1');
  await ingest('PATCH', '/accounts/A1', { email: 'ADA@example.com' });
  await agent('PUT', `/accounts/${account}/contacts/upsert`, {
    fullName: 'Carla Mendes',
    email: 'carla@example.com',
    language: 'pt',
  });
  await env.DB.prepare(
    'INSERT INTO addresses (tenant_id, address_key, status, updated_at) VALUES (?, ?, ?, ?)',
  )
    .bind(tenant.id, 'ada@example.com', 'Bounced', '2026-01-01T00:00:00.000Z')
    .run();
  for (const email of ['Ada@Example.com', 'bob@example.com'])
    await env.DB.prepare(
      "INSERT INTO dead_letters (id, tenant_id, provider, body, reason, received_at, died_at) VALUES (?, ?, 'ses', ?, 'unreadable', '', '')",
    )
      .bind(crypto.randomUUID(), tenant.id, JSON.stringify({ payload: { email } }))
      .run();
  return tenant;
}

describe('dossier', () => {
  it('exports everything that is held about an address', async () => {
    const { id } = await withAda();
    const { status, body } = await adminSend('GET', `/tenants/${id}/dossier?email=ADA%40example.com`);
    expect(status).toBe(200);
    expect(body.contacts).toMatchObject([
      { reference: 'ADA', email: 'Ada@Example.com', phone: '555-0177', emailStatus: 'Bounced' },
    ]);
    expect(body.accounts).toMatchObject([{ number: 'A1', email: 'ADA@example.com' }]);
    expect(body.history.map(({ action }: { action: string }) => action)).toEqual([
      'created',
      'updated',
      'created',
      'updated',
      'updated',
    ]);
    expect(body.address).toMatchObject({ status: 'Bounced' });
    expect(body.idempotencyAnswers).toBe(1);
  });

  it('is of one tenant, and 404 for an unknown one', async () => {
    await withAda();
    const other = await newTenant();
    expect((await adminSend('GET', `/tenants/${other.id}/dossier?email=ada@example.com`)).body).toMatchObject(
      { contacts: [], history: [], address: null },
    );
    expect(
      (await adminSend('GET', `/tenants/${crypto.randomUUID()}/dossier?email=ada@example.com`)).status,
    ).toBe(404);
    expect((await adminSend('GET', `/tenants/${other.id}/dossier`)).status).toBe(422);
  });
});

describe('erasure', () => {
  it('removes the person everywhere, answers with what it removed, and leaves a count', async () => {
    const { id, ingest } = await withAda();
    const { status, body } = await adminSend('POST', `/tenants/${id}/erasures`, {
      json: { email: 'ada@EXAMPLE.com' },
    });
    expect(status).toBe(201);
    expect(body.removed).toEqual({
      contacts: 1,
      accounts: 1,
      history: 7,
      idempotencyAnswers: 1,
      deliveries: 0,
      addresses: 1,
      deadLetters: 1,
    });
    const left = await everythingOf(id);
    expect(left).toContain('Bob Stone');
    for (const trace of [/ada@example/i, /lovelace/i, /555-0177/, /555-0178/])
      expect(left).not.toMatch(trace);
    expect((await ingest('GET', '/contacts/ADA')).status).toBe(404);
    expect((await ingest('GET', '/contacts/BOB')).body).toMatchObject({
      name: 'Bob Stone',
      email: 'bob@example.com',
    });
    expect((await ingest('GET', '/contacts/BOB/history')).body.items).toMatchObject([
      { action: 'updated', changes: [] },
      { action: 'created', changes: [] },
    ]);
    expect((await adminSend('GET', `/tenants/${id}/dossier?email=ada@example.com`)).body).toMatchObject({
      contacts: [],
      accounts: [],
      history: [],
      address: null,
      idempotencyAnswers: 0,
    });
    expect(
      (await adminSend('POST', `/tenants/${id}/erasures`, { json: { email: 'ada@example.com' } })).body
        .removed.contacts,
    ).toBe(0);
  });

  it('touches no other tenant', async () => {
    const { ingest } = await withAda();
    const other = await withAda();
    await adminSend('POST', `/tenants/${other.id}/erasures`, { json: { email: 'ada@example.com' } });
    expect((await ingest('GET', '/contacts/ADA')).status).toBe(200);
    expect((await ingest('GET', '/contacts/ADA/history')).body.items).toHaveLength(2);
  });
});
