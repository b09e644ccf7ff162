/** What a contact is linked to: its account, by number, and the delivery status of its address. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { addressKey } from '../../../src/core/address.ts';
import { newTenant, type TestTenant } from '../../client.ts';
import { faultsOf } from '../../refusals.ts';
import { accountsOf, JOHN } from './fixtures.ts';

describe('account_number', () => {
  it('that names no account yet makes one: a stub, with a number and nothing else', async () => {
    const { ingest } = await newTenant();
    const { body: contact } = await ingest('POST', '/contacts/1', JOHN);
    expect(contact.account_number).toBe('ACCT-001');
    const { status, body } = await ingest('GET', '/accounts/ACCT-001');
    expect([status, body.account_number, body.name]).toEqual([200, 'ACCT-001', null]);
    await ingest('POST', '/contacts/2', JOHN);
    expect((await ingest('GET', '/accounts')).body.items).toEqual([body]);
    const named = await ingest('PUT', '/accounts/ACCT-001', { name: 'Acme Corporation' });
    expect([named.status, named.body.id, named.body.created_at]).toEqual([200, body.id, body.created_at]);
  });

  it('links to the account that has it, byte for byte', async () => {
    const tenant = await newTenant();
    const { ingest } = tenant;
    await tenant.account('ACCT-001');
    await ingest('PUT', '/contacts/1', { account_number: 'ACCT-001' });
    await ingest('PUT', '/contacts/2', { account_number: 'acct-001' });
    await ingest('PUT', '/contacts/3', { account_number: 'é/😀' });
    expect(await accountsOf(tenant)).toEqual(['ACCT-001', 'acct-001', 'é/😀']);
  });

  it('that was the id of an account, before it had a source, goes on to name it', async () => {
    const tenant = await newTenant();
    const { ingest, agent } = tenant;
    const contacts = [{ fullName: 'Bob Jones', language: 'en' }];
    const { body: account } = await agent('POST', '/accounts', { fullName: 'Acme', contacts });
    const { body: list } = await ingest('GET', `/contacts?account_number=${account.id}`);
    const { account_number, reference, name } = list.items[0];
    expect(account_number).toBe(account.id);
    await agent('PUT', `/accounts/${account.id}/source`, { connectionId: 'erp', sourceId: 'ERP-77' });
    const written = await ingest('PUT', `/contacts/${reference}`, { account_number, name });
    expect([written.status, written.body.account_number]).toEqual([200, 'ERP-77']);
    expect((await ingest('GET', `/contacts?account_number=${account.id}`)).body.items).toEqual([
      written.body,
    ]);
    expect(await accountsOf(tenant)).toEqual(['ERP-77']);
  });

  it('makes no stub when the write is refused', async () => {
    const tenant = await newTenant();
    const { ingest } = tenant;
    await ingest('PUT', '/contacts/1', {});
    const stray = { account_number: 'STRAY' };
    const replies = [
      await ingest('POST', '/contacts/1', stray),
      await ingest('PATCH', '/contacts/none', stray),
      await ingest('PUT', '/contacts/1', stray, { 'If-Match': '"x"' }),
      await ingest('PUT', '/contacts/none', stray, { 'If-Match': '*' }),
      await ingest('PUT', '/contacts/1', stray, { 'If-None-Match': '*' }),
      await ingest('PATCH', '/contacts/1', stray, { 'If-Match': '"x"' }),
      await ingest('PUT', '/contacts/1', { ...stray, email: 'x' }),
      await ingest('PATCH', '/contacts/1', { ...stray, name: 'x', first_name: 'x' }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([409, 404, 412, 412, 412, 412, 422, 422]);
    expect(await accountsOf(tenant)).toEqual([]);
  });

  it('that changes moves the contact, null and "" leave it without an account', async () => {
    const tenant = await newTenant();
    const { ingest, agent } = tenant;
    const [one, two] = [await tenant.account('ONE'), await tenant.account('TWO')];
    const { id } = (await ingest('PUT', '/contacts/1', { account_number: 'ONE', name: 'John' })).body;
    const whereabouts = async () =>
      Promise.all(
        [one, two].map(async (account) => (await agent('GET', `/accounts/${account}/contacts/${id}`)).status),
      );
    expect(await whereabouts()).toEqual([200, 404]);
    expect((await ingest('PATCH', '/contacts/1', { account_number: 'TWO' })).body.account_number).toBe('TWO');
    expect(await whereabouts()).toEqual([404, 200]);
    expect((await ingest('PATCH', '/contacts/1', { title: 'x' })).body.account_number).toBe('TWO');
    expect((await ingest('PATCH', '/contacts/1', { account_number: null })).body.account_number).toBeNull();
    expect(await whereabouts()).toEqual([404, 404]);
    expect((await ingest('PUT', '/contacts/1', { account_number: 'ONE' })).body.account_number).toBe('ONE');
    expect((await ingest('PUT', '/contacts/1', { account_number: '' })).body.account_number).toBeNull();
    expect((await ingest('PATCH', '/contacts/1', { account_number: 'THREE' })).body.account_number).toBe(
      'THREE',
    );
    expect(await accountsOf(tenant)).toEqual(['ONE', 'TWO', 'THREE']);
  });

  it.each([
    ['.', 'reference.invalid'],
    ['..', 'reference.invalid'],
    ['a\u0000', 'reference.invalid'],
    ['a\nb', 'reference.invalid'],
    ['x'.repeat(256), 'reference.length'],
  ])('%j is no number that a path could name', async (account_number, code) => {
    const { ingest } = await newTenant();
    expect(faultsOf(await ingest('PUT', '/contacts/1', { account_number }))).toEqual([
      422,
      [['/account_number', code]],
    ]);
  });

  it('never reaches another tenant’s account', async () => {
    const [owner, stranger] = [await newTenant(), await newTenant()];
    const id = await owner.account('ACCT-001');
    await stranger.ingest('PUT', '/contacts/1', JOHN);
    expect((await stranger.ingest('GET', '/accounts/ACCT-001')).body.id).not.toBe(id);
    expect((await owner.agent('GET', `/accounts/${id}/contacts`)).body.nodes).toEqual([]);
  });
});

describe('email_status', () => {
  const bounce = (tenant: TestTenant, email: string, status = 'Bounced') =>
    env.DB.prepare('INSERT INTO addresses (tenant_id, address_key, status, updated_at) VALUES (?, ?, ?, ?)')
      .bind(tenant.id, addressKey(email), status, new Date().toISOString())
      .run();

  it('is null without an address, and Valid while nothing is known of it', async () => {
    const { ingest } = await newTenant();
    expect((await ingest('PUT', '/contacts/1', {})).body.email_status).toBeNull();
    expect((await ingest('PUT', '/contacts/1', { email: 'a@example.com' })).body.email_status).toBe('Valid');
  });

  it.each(['Bounced', 'Complained'])(
    '%s is kept by a write that sends the same address again, in any case',
    async (status) => {
      const tenant = await newTenant();
      const { ingest } = tenant;
      await ingest('PUT', '/contacts/1', JOHN);
      await bounce(tenant, JOHN.email, status);
      expect((await ingest('GET', '/contacts/1')).body.email_status).toBe(status);
      expect((await ingest('PUT', '/contacts/1', JOHN)).body.email_status).toBe(status);
      expect((await ingest('PATCH', '/contacts/1', { email: JOHN.email })).body.email_status).toBe(status);
      expect((await ingest('PATCH', '/contacts/1', { email: 'JDOE@AcmeCorp.com' })).body).toMatchObject({
        email: 'JDOE@AcmeCorp.com',
        email_status: status,
      });
      expect((await ingest('PUT', '/contacts/1', { ...JOHN, email_status: 'Valid' })).body.email_status).toBe(
        status,
      );
    },
  );

  it('of a new address is what the tenant knows of it, else Valid', async () => {
    const tenant = await newTenant();
    const { ingest } = tenant;
    await ingest('PUT', '/contacts/1', JOHN);
    await bounce(tenant, JOHN.email);
    expect((await ingest('PATCH', '/contacts/1', { email: 'jdoe.new@acmecorp.com' })).body.email_status).toBe(
      'Valid',
    );
    expect((await ingest('PATCH', '/contacts/1', { email: null })).body.email_status).toBeNull();
    expect((await ingest('PATCH', '/contacts/1', { email: JOHN.email })).body.email_status).toBe('Bounced');
    expect((await ingest('POST', '/contacts/2', JOHN)).body.email_status).toBe('Bounced');
    const other = await newTenant();
    expect((await other.ingest('POST', '/contacts/1', JOHN)).body.email_status).toBe('Valid');
  });
});
