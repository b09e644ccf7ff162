import { describe, expect, it } from 'vitest';
import { newTenant } from './client.ts';

describe('history of a contact', () => {
  it('tells who, when, in which request, and each field before and after, newest first', async () => {
    const { ingest, agent, id: _, ...tenant } = await newTenant();
    const made = await ingest(
      'POST',
      '/contacts/C1',
      {
        account_number: 'A1',
        first_name: 'Ada',
        email: 'ada@example.com',
        is_primary: true,
        custom_fields: { collections: { tier: 'gold' } },
      },
      { 'X-Request-Id': 'first' },
    );
    await ingest('PATCH', '/contacts/C1', {
      phone: '1',
      account_number: 'A2',
      custom_fields: { collections: { tier: '' } },
    });
    const account = (await ingest('GET', '/accounts/A2')).body.id;
    await agent('PATCH', `/accounts/${account}/contacts/${made.body.id}`, { fullName: 'Ada Byron' });
    const { body } = await ingest('GET', '/contacts/C1/history');
    expect(body.next).toBeNull();
    expect(
      body.items.map(({ action, changes }: { action: string; changes: unknown }) => ({ action, changes })),
    ).toEqual([
      {
        action: 'updated',
        changes: [
          { field: 'name', old: null, new: 'Ada Byron' },
          { field: 'first_name', old: 'Ada', new: null },
        ],
      },
      {
        action: 'updated',
        changes: [
          { field: 'account_number', old: 'A1', new: 'A2' },
          { field: 'phone', old: null, new: '1' },
          { field: 'custom_fields', old: { tier: 'gold' }, new: {} },
        ],
      },
      {
        action: 'created',
        changes: [
          { field: 'reference', old: null, new: 'C1' },
          { field: 'account_number', old: null, new: 'A1' },
          { field: 'first_name', old: null, new: 'Ada' },
          { field: 'email', old: null, new: 'ada@example.com' },
          { field: 'is_primary', old: null, new: true },
          { field: 'custom_fields', old: null, new: { tier: 'gold' } },
        ],
      },
    ]);
    expect(body.items[2]).toMatchObject({ request_id: 'first', at: made.body.created_at });
    expect(body.items[2].key_id).toMatch(/^[0-9a-f-]{36}$/);
    const theirs = await agent('GET', `/accounts/${account}/contacts/${made.body.id}/history`);
    expect(theirs.body.nodes[0]).toMatchObject({
      action: 'updated',
      changes: [{ field: 'name' }, { field: 'firstName' }],
    });
    expect(tenant.key).toBeDefined();
  });

  it('is paged without a gap, and an equal write leaves no line', async () => {
    const { ingest } = await newTenant();
    for (let n = 0; n < 5; n += 1) await ingest('PUT', '/contacts/C1', { notes: `note ${n}` });
    await ingest('PUT', '/contacts/C1', { notes: 'note 4' });
    const seen: string[] = [];
    let after = '';
    do {
      const { body } = await ingest('GET', `/contacts/C1/history?first=2${after}`);
      seen.push(
        ...body.items.flatMap(({ changes }: { changes: { field: string; new: string }[] }) =>
          changes.filter(({ field }) => field === 'notes').map((change) => change.new),
        ),
      );
      after = body.next ? `&after=${body.next}` : '';
    } while (after);
    expect(seen).toEqual(['note 4', 'note 3', 'note 2', 'note 1', 'note 0']);
    const { next } = (await ingest('GET', '/contacts/C1/history?first=2')).body;
    await ingest('PUT', '/contacts/C2', {});
    expect((await ingest('GET', `/contacts/C2/history?after=${next}`)).status).toBe(422);
    expect((await ingest('GET', '/contacts/C1/history?after=zzzz')).status).toBe(422);
    expect((await ingest('GET', '/contacts/unknown/history')).status).toBe(404);
  });

  it('is in the batch of the write: one that is refused leaves no line', async () => {
    const { ingest } = await newTenant();
    await ingest('PUT', '/contacts/C1', { notes: 'one' });
    await ingest('PATCH', '/contacts/C1', { notes: 'two' }, { 'If-Match': '"nothing"' });
    await ingest('POST', '/contacts/C1', { notes: 'three' });
    expect((await ingest('GET', '/contacts/C1/history')).body.items).toHaveLength(1);
  });
});
