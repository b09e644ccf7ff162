/** The delivery status of an address: one verdict for each address within a tenant, shown by every contact that has it, in both dialects. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { adminSend, newTenant, send, type TestTenant } from '../client.ts';
import { database } from '../store.ts';

const simulate = ({ id }: TestTenant, json: object) => adminSend('POST', `/tenants/${id}/simulate`, { json });
const revalidate = ({ id }: TestTenant, json: object) =>
  adminSend('POST', `/tenants/${id}/addresses/revalidate`, { json });
const statusOf = async ({ ingest }: TestTenant, reference: string) =>
  (await ingest('GET', `/contacts/${reference}`)).body.email_status;

describe('the status of an address', () => {
  it('shows on every contact with it, however typed, in both dialects and in no other tenant', async () => {
    const tenant = await newTenant();
    const other = await newTenant();
    const accountId = await tenant.account('A-1');
    const person = { account_number: 'A-1', email: 'Ann@Example.com' };
    const { body: contact } = await tenant.ingest('PUT', '/contacts/ONE', person);
    await tenant.ingest('PUT', '/contacts/TWO', { email: 'ann@EXAMPLE.com' });
    await other.ingest('PUT', '/contacts/ONE', person);
    expect((await simulate(tenant, { address: 'ANN@example.com', event: 'bounce' })).body).toEqual({
      address: 'ANN@example.com',
      status: 'Bounced',
      softBounces: 0,
    });
    expect([
      await statusOf(tenant, 'ONE'),
      await statusOf(tenant, 'TWO'),
      await statusOf(other, 'ONE'),
    ]).toEqual(['Bounced', 'Bounced', 'Valid']);
    const { body } = await tenant.agent('GET', `/accounts/${accountId}/contacts/${contact.id}`);
    expect(body.email).toEqual({ address: 'Ann@Example.com', status: 'Bounced' });
  });

  it('waits for a contact that is added later, and changes with the address', async () => {
    const tenant = await newTenant();
    await simulate(tenant, { address: 'lost@example.com', event: 'bounce' });
    const { body } = await tenant.ingest('PUT', '/contacts/C', { email: 'lost@example.com' });
    expect(body.email_status).toBe('Bounced');
    expect(
      (await tenant.ingest('PATCH', '/contacts/C', { email: 'fine@example.com' })).body.email_status,
    ).toBe('Valid');
    expect(
      (await tenant.ingest('PATCH', '/contacts/C', { email: 'LOST@example.com' })).body.email_status,
    ).toBe('Bounced');
  });

  it('can never be written', async () => {
    const tenant = await newTenant();
    const { body } = await tenant.ingest('PUT', '/contacts/C', {
      email: 'a@example.com',
      email_status: 'Complained',
    });
    expect(body.email_status).toBe('Valid');
  });

  it('goes by the numbers of the tenant', async () => {
    const tenant = await newTenant();
    const settings = `/tenants/${tenant.id}/delivery-settings`;
    const other = await newTenant();
    const others = `/tenants/${other.id}/delivery-settings`;
    const json = { softBounces: 5, senderDomains: [`${other.id}.example.com`] };
    const { body: kept } = await adminSend('PATCH', others, { json });
    expect((await adminSend('GET', settings)).body).toEqual({
      softBounces: 3,
      withinDays: 30,
      test: false,
      senderDomains: [],
    });
    const soft = { address: 'a@example.com', event: 'soft' };
    expect((await simulate(tenant, soft)).body).toMatchObject({ status: 'Valid', softBounces: 1 });
    expect((await simulate(tenant, soft)).body).toMatchObject({ status: 'Valid', softBounces: 1 });
    expect((await adminSend('PATCH', settings, { json: { softBounces: 1 } })).body).toMatchObject({
      softBounces: 1,
      withinDays: 30,
    });
    expect((await simulate(tenant, soft)).body).toMatchObject({ status: 'Bounced' });
    const senderDomains = [`${tenant.id}.example.com`];
    await adminSend('PATCH', settings, { json: { senderDomains, withinDays: 7 } });
    expect((await adminSend('PATCH', settings, { json: { test: true } })).body).toEqual({
      softBounces: 1,
      withinDays: 7,
      test: true,
      senderDomains,
    });
    expect((await adminSend('GET', others)).body).toEqual(kept);
    expect((await simulate(tenant, { address: 'a@example.com', event: 'delivered' })).body).toMatchObject({
      status: 'Valid',
      softBounces: 0,
    });
    for (const wrong of [{ softBounces: 0 }, { withinDays: 1.5 }, { test: 'yes' }])
      expect((await adminSend('PATCH', settings, { json: wrong })).status).toBe(422);
  });
});

describe('revalidation', () => {
  it('sets a bounced address back to Valid, and stands in the history', async () => {
    const tenant = await newTenant();
    await tenant.ingest('PUT', '/contacts/C', { email: 'a@example.com' });
    await simulate(tenant, { address: 'a@example.com', event: 'bounce' });
    const reply = await revalidate(tenant, { address: 'A@example.com' });
    expect([reply.status, reply.body.status]).toEqual([200, 'Valid']);
    expect(await statusOf(tenant, 'C')).toBe('Valid');
    const { body: history } = await tenant.ingest('GET', '/contacts/C/history');
    const requestId = reply.headers.get('X-Request-Id');
    expect(JSON.stringify(history.items[0])).toContain(requestId);
    expect(history.items[0]).toMatchObject({
      action: 'updated',
      changes: [{ field: 'email_status', old: 'Bounced', new: 'Valid' }],
    });
    const { body } = await tenant.ingest('GET', '/contacts/C/deliveries');
    expect(body.items.map(({ kind }: { kind: string }) => kind)).toEqual(['revalidated', 'hard_bounce']);
    expect(body.verdict).toMatchObject({
      provider: 'admin',
      kind: 'revalidated',
      reason: `Request ${requestId}`,
    });
    expect((await simulate(tenant, { address: 'a@example.com', event: 'bounce' })).body.status).toBe(
      'Bounced',
    );
  });

  it('sets a complaint aside only by force', async () => {
    const tenant = await newTenant();
    await tenant.ingest('PUT', '/contacts/C', { email: 'a@example.com' });
    await simulate(tenant, { address: 'a@example.com', event: 'complain' });
    for (const json of [{ address: 'a@example.com' }, { address: 'a@example.com', force: false }]) {
      const refused = await revalidate(tenant, json);
      expect([refused.status, refused.body.code]).toEqual([409, 'address.complained']);
    }
    expect(await statusOf(tenant, 'C')).toBe('Complained');
    expect((await simulate(tenant, { address: 'a@example.com', event: 'delivered' })).body.status).toBe(
      'Complained',
    );
    expect((await revalidate(tenant, { address: 'a@example.com', force: true })).body.status).toBe('Valid');
    expect(await statusOf(tenant, 'C')).toBe('Valid');
    const { items } = (await tenant.ingest('GET', '/contacts/C/history')).body;
    expect(items.map(({ changes }: { changes: object[] }) => changes)).toMatchObject([
      [{ field: 'email_status', old: 'Complained', new: 'Valid' }],
      expect.anything(), // the contact's creation: what the simulator says is no change of a contact
    ]);
  });

  it('leaves no line at a contact of another tenant that has the address too', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    for (const { ingest } of [tenant, other]) await ingest('PUT', '/contacts/C', { email: 'a@example.com' });
    await simulate(tenant, { address: 'a@example.com', event: 'bounce' });
    await revalidate(tenant, { address: 'a@example.com' });
    expect((await other.ingest('GET', '/contacts/C/history')).body.items).toHaveLength(1);
  });

  /** Revalidates a bounced address; `meanwhile` happens when it has been read, and is about to be written. */
  async function revalidateWhile(meanwhile: (tenant: TestTenant, address: string) => Promise<unknown>) {
    const tenant = await newTenant();
    const address = 'a@example.com';
    await simulate(tenant, { address, event: 'bounce' });
    let batches = 0;
    const DB = database(async (_, go) => {
      batches += 1;
      if (batches === 2) await meanwhile(tenant, address);
      return go();
    });
    const path = `/tenants/${tenant.id}/addresses/revalidate`;
    const { status, body } = await adminSend('POST', path, { json: { address }, bindings: { DB } });
    return { status, body, batches };
  }

  it('holds when another event comes in between', async () => {
    const { body } = await revalidateWhile((tenant, address) => simulate(tenant, { address, event: 'soft' }));
    expect(body.status).toBe('Valid');
  });

  it('looks again when the address is erased in between: nothing of it comes back', async () => {
    const { status, batches } = await revalidateWhile(({ id }, email) =>
      adminSend('POST', `/tenants/${id}/erasures`, { json: { email } }),
    );
    expect([status, batches]).toEqual([200, 4]);
  });

  it('leaves no line where nothing changed, and knows its tenants and addresses', async () => {
    const tenant = await newTenant();
    await tenant.ingest('PUT', '/contacts/C', { email: 'a@example.com' });
    expect((await revalidate(tenant, { address: 'a@example.com' })).body.status).toBe('Valid');
    expect((await tenant.ingest('GET', '/contacts/C/history')).body.items).toHaveLength(1);
    expect((await revalidate(tenant, { address: 'nobody' })).status).toBe(422);
    expect(
      (await revalidate({ ...tenant, id: crypto.randomUUID() }, { address: 'a@example.com' })).status,
    ).toBe(404);
  });
});

it('revalidation is answered again as it was, whatever has happened since', async () => {
  const tenant = await newTenant();
  await simulate(tenant, { address: 'a@example.com', event: 'bounce' });
  const path = `/tenants/${tenant.id}/addresses/revalidate`;
  const call = { json: { address: 'a@example.com' }, headers: { 'Idempotency-Key': tenant.id } };
  const { status, text } = await adminSend('POST', path, call);
  await simulate(tenant, { address: 'a@example.com', event: 'complain' });
  const again = await adminSend('POST', path, call);
  expect([again.status, again.text]).toEqual([status, text]);
  expect((await adminSend('POST', path, { json: call.json })).status).toBe(409);
});

describe('the simulator', () => {
  it('is for tenants marked as test, away from a developer’s machine', async () => {
    const tenant = await newTenant();
    const deployed = () =>
      send('POST', `/admin/v1/tenants/${tenant.id}/simulate`, {
        json: { address: 'a@example.com', event: 'bounce' },
        headers: { Authorization: `Bearer ${env.ADMIN_TOKEN}` },
        bindings: { LOCAL: '' },
      });
    const refused = await deployed();
    expect([refused.status, refused.body.code]).toEqual([409, 'simulator.unavailable']);
    await adminSend('PATCH', `/tenants/${tenant.id}/delivery-settings`, { json: { test: true } });
    expect((await deployed()).body).toMatchObject({ status: 'Bounced' });
  });

  it('goes by the address where no event is named', async () => {
    const tenant = await newTenant();
    const answered = async (address: string) => (await simulate(tenant, { address })).body.status;
    expect(await answered('bounce@simulator.test')).toBe('Bounced');
    expect(await answered('complain@simulator.test')).toBe('Complained');
    expect(await answered('delivered@simulator.test')).toBe('Valid');
    expect((await simulate(tenant, { address: 'SOFT@simulator.test' })).body).toMatchObject({
      status: 'Valid',
      softBounces: 1,
    });
    const named = { address: 'delivered@simulator.test', event: 'bounce' };
    expect((await simulate(tenant, named)).body.status).toBe('Bounced');
    for (const address of ['other@simulator.test', 'bounce@example.com', 'bounce@simulator.test.example.com'])
      expect((await simulate(tenant, { address })).body.errors).toMatchObject([
        { pointer: '/event', code: 'field.required' },
      ]);
  });
});

describe('deliveries', () => {
  it('are paged, latest first, in both dialects', async () => {
    const tenant = await newTenant();
    const accountId = await tenant.account('A-1');
    const { body: contact } = await tenant.ingest('PUT', '/contacts/C', {
      account_number: 'A-1',
      email: 'a@example.com',
    });
    const events = ['bounce', 'soft', 'delivered', 'soft', 'complain'];
    for (const event of events) await simulate(tenant, { address: 'a@example.com', event });
    const kinds = ['complaint', 'soft_bounce', 'delivered', 'soft_bounce', 'hard_bounce'];
    const kindsOf = (items: { kind: string }[]) => items.map(({ kind }) => kind);
    const { body: all } = await tenant.ingest('GET', '/contacts/C/deliveries');
    expect([kindsOf(all.items), all.next, all.verdict]).toEqual([kinds, null, all.items[0]]);
    const note = env.DB.prepare(
      "INSERT INTO deliveries (tenant_id, provider, event_id, address_key, kind, at, received_at) VALUES (?, 'ses', '1', 'a@example.com', 'note', ?, '')",
    ).bind(tenant.id, all.verdict.at);
    await note.run();
    expect((await tenant.ingest('GET', '/contacts/C/deliveries')).body.verdict).toEqual(all.verdict);
    await env.DB.prepare("DELETE FROM deliveries WHERE tenant_id = ? AND kind = 'note'")
      .bind(tenant.id)
      .run();
    const { event_id: eventId, ...verdict } = all.verdict;
    const path = `/accounts/${accountId}/contacts/${contact.id}/deliveries`;
    const seen: string[] = [];
    let after = '';
    for (let page = 0; page < 3; page += 1) {
      const { body } = await tenant.agent('GET', `${path}?first=2${after}`);
      expect(body.email).toEqual({ address: 'a@example.com', status: 'Complained' });
      expect(body.verdict).toEqual({ ...verdict, eventId });
      seen.push(...kindsOf(body.nodes));
      after = `&after=${body.pageInfo.endCursor}`;
      expect(body.pageInfo.endCursor === null).toBe(page === 2);
    }
    expect(seen).toEqual(kinds);
    for (const wrong of ['x', ''])
      expect((await tenant.agent('GET', `${path}?after=${wrong}`)).status).toBe(422);
    const { endCursor } = (await tenant.agent('GET', `${path}?first=2`)).body.pageInfo;
    const { body: other } = await tenant.ingest('PUT', '/contacts/D', { account_number: 'A-1' });
    const others = `/accounts/${accountId}/contacts/${other.id}/deliveries`;
    expect((await tenant.agent('GET', `${others}?after=${endCursor}`)).status).toBe(422);
    const { next } = (await tenant.ingest('GET', '/contacts/C/deliveries?first=2')).body;
    expect((await tenant.ingest('GET', `/contacts/D/deliveries?after=${next}`)).status).toBe(422);
    const stranger = await newTenant();
    await stranger.ingest('PUT', '/contacts/C', { email: 'a@example.com' });
    expect((await stranger.ingest('GET', `/contacts/C/deliveries?after=${next}`)).status).toBe(422);
  });

  it('are paged by the longest ids that are kept', async () => {
    const tenant = await newTenant();
    await tenant.ingest('PUT', '/contacts/C', { email: 'a@example.com' });
    const ids = ['b', 'a'].map((letter) => letter.repeat(96));
    await env.DB.batch(
      ids.map((id) =>
        env.DB.prepare(
          "INSERT INTO deliveries (tenant_id, provider, event_id, address_key, kind, at, received_at) VALUES (?, 'cloudflare', ?, 'a@example.com', 'note', '2026-01-01T00:00:00.000Z', '')",
        ).bind(tenant.id, id),
      ),
    );
    const path = '/contacts/C/deliveries?first=1';
    const { body: first } = await tenant.ingest('GET', path);
    const { body: last } = await tenant.ingest('GET', `${path}&after=${first.next}`);
    expect([first, last].map(({ items }) => items[0].event_id)).toEqual(ids);
  });

  it('of a contact without an address are none; of one that is missing, 404', async () => {
    const tenant = await newTenant();
    const accountId = await tenant.account('A-1');
    const { body: contact } = await tenant.ingest('PUT', '/contacts/C', {
      account_number: 'A-1',
      phone: '1',
    });
    expect((await tenant.ingest('GET', '/contacts/C/deliveries')).body).toEqual({
      email: null,
      email_status: null,
      verdict: null,
      items: [],
      next: null,
    });
    const path = `/accounts/${accountId}/contacts/${contact.id}/deliveries`;
    expect((await tenant.agent('GET', path)).body).toEqual({
      email: null,
      verdict: null,
      nodes: [],
      pageInfo: { endCursor: null },
    });
    expect((await tenant.ingest('GET', '/contacts/D/deliveries')).status).toBe(404);
    const other = await newTenant();
    expect((await other.ingest('GET', '/contacts/C/deliveries')).status).toBe(404);
  });
});
