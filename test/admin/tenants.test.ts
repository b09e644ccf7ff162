/** The operator's tenants. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { hashKey, lookup } from '../../src/storage/keys.ts';
import { adminSend, newTenant, type Reply, send } from '../client.ts';
import { newDeadLetter } from '../faces.ts';
import { faultsOf } from '../refusals.ts';
import { rowsOf } from '../store.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const NOBODY = '019a0000-0000-7000-8000-000000000000';
const post = (json: unknown) => adminSend('POST', '/tenants', { json });

describe('POST /tenants', () => {
  it('creates a tenant: 201 with its id', async () => {
    const { status, headers, body } = await post({ name: 'Acme Receivables', defaultLanguage: 'FR' });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(UUID_V7),
      name: 'Acme Receivables',
      defaultLanguage: 'fr',
      createdAt: expect.stringMatching(TIME),
      updatedAt: body.createdAt,
    });
    expect(headers.get('Location')).toBe(`/admin/v1/tenants/${body.id}`);
    expect((await adminSend('GET', `/tenants/${body.id}`)).body).toEqual(body);
  });

  it('takes en for the language when none is said', async () => {
    expect((await post({ name: 'Acme' })).body.defaultLanguage).toBe('en');
  });

  it('may give two tenants one name', async () => {
    const [one, two] = [await post({ name: 'Acme' }), await post({ name: 'Acme' })];
    expect([one.status, two.status, one.body.id === two.body.id]).toEqual([201, 201, false]);
  });

  it.each([
    {},
    { name: null },
    { name: '' },
    { name: ' ' },
    { name: 5 },
    { name: 'x'.repeat(321) },
    { name: 'a\u0000' },
    { name: '\ud800' },
    { name: 'a\nb' },
  ])('requires a name: %j', async (body) => {
    expect((await post(body)).body.errors).toEqual([expect.objectContaining({ pointer: '/name' })]);
  });

  it('tells every fault at once', async () => {
    expect(faultsOf(await post({ defaultLanguage: 'xx' }))).toEqual([
      422,
      [
        ['/name', 'field.required'],
        ['/defaultLanguage', 'language.unknown'],
      ],
    ]);
  });
});

describe('GET /tenants', () => {
  it('lists them oldest first, each once, whatever the size of a page', async () => {
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) made.push((await post({ name: `Tenant ${index}` })).body.id);
    for (const first of [2, 3, 100]) {
      const found: string[] = [];
      for (let after: string | null = ''; after !== null; ) {
        const { status, body }: Reply = await adminSend(
          'GET',
          `/tenants?first=${first}${after && `&after=${after}`}`,
        );
        expect(status).toBe(200);
        found.push(...body.items.map(({ id }: { id: string }) => id));
        after = body.next;
      }
      expect(found).toEqual(found.toSorted());
      expect(found.filter((id) => made.includes(id))).toEqual(made);
    }
  });

  it.each(['first=0', 'first=101', 'first=x', 'first=1&first=1', 'after=x', 'after='])(
    'refuses ?%s',
    async (query) => {
      expect((await adminSend('GET', `/tenants?${query}`)).status).toBe(422);
    },
  );

  it('takes no cursor of a tenant’s list', async () => {
    const { ingest } = await newTenant();
    await ingest('PUT', '/contacts/1', {});
    await ingest('PUT', '/contacts/2', {});
    const { next } = (await ingest('GET', '/contacts?first=1')).body;
    expect(faultsOf(await adminSend('GET', `/tenants?after=${next}`))).toEqual([
      422,
      [['after', 'cursor.invalid']],
    ]);
  });
});

describe('PATCH /tenants/{id}', () => {
  it('changes what is sent and keeps what is not', async () => {
    const { body: made } = await post({ name: 'Acme', defaultLanguage: 'fr' });
    const patch = async (json: object) => (await adminSend('PATCH', `/tenants/${made.id}`, { json })).body;
    expect(await patch({ name: 'Acme Receivables' })).toEqual({
      ...made,
      name: 'Acme Receivables',
      updatedAt: expect.stringMatching(TIME),
    });
    expect(await patch({ defaultLanguage: 'DE' })).toMatchObject({
      id: made.id,
      name: 'Acme Receivables',
      defaultLanguage: 'de',
    });
    expect(await patch({})).toMatchObject({
      name: 'Acme Receivables',
      defaultLanguage: 'de',
      createdAt: made.createdAt,
    });
    expect(
      (await adminSend('PATCH', `/tenants/${made.id}`, { json: { name: '', defaultLanguage: '' } })).status,
    ).toBe(422);
  });
});

it.each(['GET', 'PATCH', 'DELETE'])('%s answers 404 for what there is not', async (method) => {
  for (const id of [NOBODY, 'x', '%00', '%FF', "'%20OR%201=1--"]) {
    const { status, body } = await adminSend(
      method,
      `/tenants/${id}`,
      method === 'PATCH' ? { json: { name: 'x' } } : {},
    );
    expect([status, body.code]).toEqual([404, 'tenant.not_found']);
  }
});

describe('DELETE /tenants/{id}', () => {
  it('removes the tenant with everything that is kept for it, and nothing of another', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    for (const { id, agent, ingest } of [tenant, other]) {
      await ingest('PUT', '/contacts/1', {
        account_number: 'ACCT-001',
        name: 'John Smith',
        email: 'john.smith@acme.com',
      });
      await agent('POST', '/accounts', {
        fullName: 'Acme',
        contacts: [{ fullName: 'Jane', language: 'en' }],
      });
      await ingest('DELETE', '/contacts/1', undefined, { 'Idempotency-Key': 'one' });
      await newDeadLetter(id);
      const about = `/tenants/${id}`;
      await adminSend('PUT', `${about}/hooks/mailgun`, { json: { secret: 'mailgun-signing-key' } });
      await adminSend('POST', `${about}/erasures`, { json: { email: 'ada@example.com' } });
      await adminSend('POST', `${about}/simulate`, {
        json: { address: 'jane@example.com', event: 'bounce' },
      });
      await ingest('PUT', '/contacts/2', { account_number: 'ACCT-001', email: 'jane@example.com' });
      await adminSend('POST', `${about}/addresses/revalidate`, { json: { address: 'jane@example.com' } });
      // what goes away with a bounced address must not be told to a tenant that is gone
      await adminSend('POST', `${about}/simulate`, {
        json: { address: 'jane@example.com', event: 'bounce' },
      });
      await adminSend('PATCH', `${about}/delivery-settings`, {
        json: { senderDomains: [`${id}.example.com`] },
      });
      await env.DB.prepare("INSERT INTO hook_receipts VALUES (?, 'mailgun', 'nonce', '')").bind(id).run();
    }
    const kept = await rowsOf(other.id);
    // the one table without a tenant in it, which never has a row
    for (const [table, rows] of Object.entries(kept))
      expect(rows.length > 0, table).toBe(table !== 'refusals');
    const removed = await adminSend('DELETE', `/tenants/${tenant.id}`);
    expect([removed.status, removed.text]).toEqual([204, '']);
    for (const [table, rows] of Object.entries(await rowsOf(tenant.id))) expect(rows, table).toEqual([]);
    expect(await rowsOf(other.id)).toEqual(kept);
    expect((await tenant.ingest('GET', '/contacts')).status).toBe(401);
    expect((await other.ingest('GET', '/contacts')).status).toBe(200);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/keys'],
    ] as const) {
      expect((await adminSend(method, `/tenants/${tenant.id}${path}`)).status).toBe(404);
    }
    expect(await env.KEYS.get(lookup(await hashKey(tenant.key)))).toBeNull();
    expect((await send('GET', '/api/public/v1/organizations', { key: tenant.key })).status).toBe(401);
  });
});
