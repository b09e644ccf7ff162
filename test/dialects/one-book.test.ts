import { describe, expect, it } from 'vitest';
import { newTenant } from '../client.ts';

describe('one book', () => {
  it('shows in one dialect what the other has just written, and keeps what it cannot show', async () => {
    const { ingest, agent } = await newTenant();
    const made = await ingest('POST', '/contacts/CONTACT-001', {
      account_number: 'ACCT-001',
      first_name: 'John',
      last_name: 'Doe',
      email: 'jdoe@acmecorp.com',
      phone: '404-555-0100',
      is_primary: true,
    });
    expect(made.status).toBe(201);
    const { body: accounts } = await agent('GET', '/accounts');
    const [account] = accounts.nodes;
    expect(account.fullName).toBe('ACCT-001');
    const { body: contacts } = await agent('GET', `/accounts/${account.id}/contacts?first=10`);
    expect(contacts.nodes).toEqual([
      {
        id: made.body.id,
        fullName: 'John Doe',
        email: { address: 'jdoe@acmecorp.com', status: 'Valid' },
        language: 'en',
        createdAt: made.body.created_at,
        updatedAt: made.body.updated_at,
      },
    ]);
    const upserted = await agent('PUT', `/accounts/${account.id}/contacts/upsert`, {
      fullName: 'Jon Doe',
      email: 'JDOE@acmecorp.com',
      language: 'fr',
    });
    expect([upserted.status, upserted.body.id]).toEqual([200, made.body.id]);
    const { body: after } = await ingest('GET', '/contacts/CONTACT-001');
    expect(after).toMatchObject({
      name: 'Jon Doe',
      first_name: null,
      phone: '404-555-0100',
      is_primary: true,
      language: 'fr',
    });
  });

  it('says in both dialects when something was made, and when it last changed', async () => {
    const { ingest, agent, account } = await newTenant();
    const ofAccount = `/accounts/${await account('ACCT-001')}`;
    const { body } = await ingest('PUT', '/contacts/C-1', { account_number: 'ACCT-001' });
    await scheduler.wait(5);
    for (const [inIngest, inAgent] of [
      ['/accounts/ACCT-001', ofAccount],
      ['/contacts/C-1', `${ofAccount}/contacts/${body.id}`],
    ] as const) {
      await ingest('PATCH', inIngest, { phone: '1' });
      const { created_at: createdAt, updated_at: updatedAt } = (await ingest('GET', inIngest)).body;
      expect(updatedAt > createdAt).toBe(true);
      expect((await agent('GET', inAgent)).body).toMatchObject({ createdAt, updatedAt });
    }
  });
});
