import { describe, expect, it } from 'vitest';
import { adminSend, newTenant, type TestTenant } from '../../client.ts';

const simulate = ({ id }: TestTenant, address: string, event: string) =>
  adminSend('POST', `/tenants/${id}/simulate`, { json: { address, event } });

async function withAccount(contacts: Record<string, object>): Promise<TestTenant & { accountId: string }> {
  const tenant = await newTenant();
  const accountId = await tenant.account('ACCT-001');
  for (const [reference, contact] of Object.entries(contacts))
    await tenant.ingest('PUT', `/contacts/${reference}`, { account_number: 'ACCT-001', ...contact });
  return { ...tenant, accountId };
}

const reachability = async ({ agent, accountId }: TestTenant & { accountId: string }) =>
  (await agent('GET', `/accounts/${accountId}/reachability`)).body;

describe('GET /accounts/{accountId}/reachability', () => {
  it('is no longer at risk once the primary contact that bounced is removed', async () => {
    const [primary, ...others] = ['a@example.com', 'b@example.com', 'c@example.com'];
    const tenant = await withAccount({
      A: { email: primary, is_primary: true },
      ...Object.fromEntries(others.map((email) => [email, { email }])),
    });
    await simulate(tenant, primary!, 'bounce');
    expect(await reachability(tenant)).toMatchObject({ state: 'at_risk' });
    await tenant.ingest('DELETE', '/contacts/A');
    expect(await reachability(tenant)).toMatchObject({ state: 'reachable', reasons: [] });
  });

  it('is dark without contacts, and says so', async () => {
    const tenant = await withAccount({});
    expect(await reachability(tenant)).toEqual({
      accountId: tenant.accountId,
      fullName: 'Company ACCT-001',
      state: 'dark',
      reasons: ['no_contacts'],
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      recipients: [],
    });
  });

  it.each<
    [
      name: string,
      contacts: Record<string, object>,
      events: [string, string][],
      state: string,
      reasons: string[],
    ]
  >([
    ['one valid address', { A: { email: 'a@example.com' } }, [], 'reachable', []],
    ['contacts without an address', { A: { phone: '1' } }, [], 'dark', ['no_addresses']],
    [
      'its only address bounced',
      { A: { email: 'a@example.com' } },
      [['a@example.com', 'bounce']],
      'dark',
      ['addresses_bounced'],
    ],
    [
      'its only address complained',
      { A: { email: 'a@example.com' } },
      [['a@example.com', 'complain']],
      'dark',
      ['addresses_complained'],
    ],
    [
      'its only address bounces softly',
      { A: { email: 'a@example.com' } },
      [['a@example.com', 'soft']],
      'at_risk',
      ['soft_bounces'],
    ],
    [
      'and is delivered again',
      { A: { email: 'a@example.com' } },
      [
        ['a@example.com', 'soft'],
        ['a@example.com', 'delivered'],
      ],
      'reachable',
      [],
    ],
    [
      'one of two bounced',
      { A: { email: 'a@example.com' }, B: { email: 'b@example.com' } },
      [['a@example.com', 'bounce']],
      'at_risk',
      ['last_address'],
    ],
    [
      'one of three bounced',
      { A: { email: 'a@example.com' }, B: { email: 'b@example.com' }, C: { email: 'c@example.com' } },
      [['a@example.com', 'bounce']],
      'reachable',
      [],
    ],
    [
      'the primary one of three bounced',
      {
        A: { email: 'a@example.com', is_primary: true },
        B: { email: 'b@example.com' },
        C: { email: 'c@example.com' },
      },
      [['a@example.com', 'bounce']],
      'at_risk',
      ['primary_lost'],
    ],
  ])('%s', async (_, contacts, events, state, reasons) => {
    const tenant = await withAccount(contacts);
    for (const [address, event] of events) await simulate(tenant, address, event);
    expect(await reachability(tenant)).toMatchObject({ state, reasons });
  });

  it('says since when: that moves with the state, and with nothing else', async () => {
    const tenant = await withAccount({ ANN: { email: 'ann@example.com' } });
    const since = async () => (await reachability(tenant)).since;
    const reachable = await since();
    await scheduler.wait(5);
    await tenant.ingest('PUT', '/contacts/BOB', { account_number: 'ACCT-001', email: 'bob@example.com' });
    expect(await since()).toBe(reachable);
    await simulate(tenant, 'ann@example.com', 'bounce');
    const atRisk = await since();
    expect(atRisk > reachable).toBe(true);
    await scheduler.wait(5);
    await simulate(tenant, 'ann@example.com', 'complain');
    expect(await since()).toBe(atRisk);
  });

  it('goes by what the tenant has heard of an address, not by what another has', async () => {
    const tenants = [];
    for (const _ of [1, 2]) tenants.push(await withAccount({ A: { email: 'a@example.com' } }));
    await simulate(tenants[1]!, 'a@example.com', 'bounce');
    const { state, recipients } = await reachability(tenants[0]!);
    expect([state, recipients]).toMatchObject(['reachable', [{ usable: true, why: ['valid'] }]]);
    const { body } = await tenants[0]!.ingest('GET', '/contacts/A/deliveries');
    expect(body).toMatchObject({ email_status: 'Valid', verdict: null, items: [] });
  });

  it('lists recipients in the order to use: usable first, of these primary, steady, latest', async () => {
    const tenant = await withAccount({
      OLD: { name: 'Old', email: 'old@example.com' },
      NEW: { name: 'New', email: 'new@example.com' },
      SOFT: { name: 'Soft', email: 'soft@example.com' },
      PRIME: { name: 'Prime', email: 'prime@example.com', is_primary: true, language: 'fr' },
      LOST: { name: 'Lost', email: 'lost@example.com', is_primary: true },
      GONE: { name: 'Gone', email: 'gone@example.com' },
      ANGRY: { name: 'Angry', email: 'angry@example.com' },
      NONE: { name: 'None', phone: '1' },
    });
    await tenant.ingest('PATCH', '/contacts/NEW', { phone: '2' });
    await simulate(tenant, 'soft@example.com', 'soft');
    await simulate(tenant, 'lost@example.com', 'bounce');
    await simulate(tenant, 'gone@example.com', 'bounce');
    await simulate(tenant, 'angry@example.com', 'complain');
    await tenant.ingest('PATCH', '/contacts/ANGRY', { phone: '2' });
    const { recipients } = await reachability(tenant);
    const shown = recipients.map((it: Record<string, never>) => [it.fullName, it.usable, it.why]);
    expect(shown).toEqual([
      ['Prime', true, ['primary', 'valid']],
      ['New', true, ['valid']],
      ['Old', true, ['valid']],
      ['Soft', true, ['soft_bounces']],
      ['Lost', false, ['primary', 'bounced']],
      ['Gone', false, ['bounced']],
      ['Angry', false, ['complained']],
    ]);
    expect([recipients[0].language, recipients[1].language]).toEqual(['fr', 'en']);
    expect(recipients[0].email).toEqual({ address: 'prime@example.com', status: 'Valid' });
    const { id } = (await tenant.ingest('GET', '/contacts/LOST')).body;
    expect(recipients[4]).toEqual({
      contactId: id,
      fullName: 'Lost',
      email: { address: 'lost@example.com', status: 'Bounced' },
      language: 'en',
      isPrimary: true,
      usable: false,
      why: ['primary', 'bounced'],
    });
    const { body } = await tenant.ingest('GET', '/accounts/ACCT-001/reachability');
    expect(body).toMatchObject({
      account_number: 'ACCT-001',
      name: 'Company ACCT-001',
      state: 'at_risk',
      reasons: ['primary_lost'],
    });
    expect(body.recipients.map(({ reference }: { reference: string }) => reference)).toEqual([
      'PRIME',
      'NEW',
      'OLD',
      'SOFT',
      'LOST',
      'GONE',
      'ANGRY',
    ]);
    expect(body.recipients[4]).toEqual({
      reference: 'LOST',
      id,
      name: 'Lost',
      email: 'lost@example.com',
      email_status: 'Bounced',
      is_primary: true,
      usable: false,
      why: ['primary', 'bounced'],
    });
  });

  it('shows the number of a stub for its fullName, which the ingest dialect has no name for', async () => {
    const tenant = await newTenant();
    await tenant.ingest('PUT', '/contacts/C', { account_number: 'ACCT-9' });
    const { nodes } = (await tenant.agent('GET', '/reachability')).body;
    expect(nodes).toMatchObject([{ fullName: 'ACCT-9' }]);
    const own = await reachability({ ...tenant, accountId: nodes[0].accountId });
    expect(own).toEqual({ ...nodes[0], recipients: [] });
    const { body } = await tenant.ingest('GET', '/accounts/ACCT-9/reachability');
    expect([body.name, body.since]).toEqual([null, own.since]);
  });
});

it('shows a hundred recipients of an account', async () => {
  const tenant = await newTenant();
  const contacts = Array.from({ length: 100 }, (_, index) => ({
    fullName: `Person ${index}`,
    email: `p${index}@example.com`,
    language: 'en',
  }));
  const { body } = await tenant.agent('POST', '/accounts', { fullName: 'Acme', contacts });
  const one = { fullName: 'One more', email: 'more@example.com', language: 'en' };
  await tenant.agent('POST', `/accounts/${body.id}/contacts`, one);
  expect((await reachability({ ...tenant, accountId: body.id })).recipients).toHaveLength(100);
});

describe('GET /reachability', () => {
  it('pages by state, with totals whatever the filter', async () => {
    const tenant = await newTenant();
    const ids: string[] = [];
    for (let number = 0; number < 7; number += 1) {
      ids.push(await tenant.account(`A-${number}`));
      await tenant.ingest('PUT', `/contacts/C-${number}`, {
        account_number: `A-${number}`,
        email: `c${number}@example.com`,
      });
      if (number < 5) await simulate(tenant, `c${number}@example.com`, number < 4 ? 'bounce' : 'soft');
    }
    const get = async (query: string) => (await tenant.agent('GET', `/reachability?${query}`)).body;
    const seen: string[] = [];
    let after = '';
    for (let page = 0; page < 4; page += 1) {
      const { nodes, pageInfo, totals } = await get(`state=dark&first=2${after}`);
      expect(totals).toEqual({ reachable: 2, at_risk: 1, dark: 4 });
      seen.push(...nodes.map(({ accountId }: { accountId: string }) => accountId));
      if (pageInfo.endCursor === null) break;
      after = `&after=${pageInfo.endCursor}`;
    }
    expect(seen).toEqual(ids.slice(0, 4));
    expect((await get('state=at_risk')).nodes).toMatchObject([
      { accountId: ids[4], fullName: 'Company A-4', state: 'at_risk', reasons: ['soft_bounces'] },
    ]);
    expect((await get(`organizationId=${tenant.id.toUpperCase()}`)).nodes).toHaveLength(7);
    expect((await tenant.agent('GET', `/reachability?organizationId=${crypto.randomUUID()}`)).status).toBe(
      404,
    );
    expect((await tenant.agent('GET', '/reachability?state=gone')).status).toBe(422);
    const { pageInfo } = await get('state=dark&first=2');
    expect(
      (await tenant.agent('GET', `/reachability?state=at_risk&after=${pageInfo.endCursor}`)).status,
    ).toBe(422);
    const other = await newTenant();
    expect((await other.agent('GET', '/reachability')).body).toEqual({
      nodes: [],
      pageInfo: { endCursor: null },
      totals: { reachable: 0, at_risk: 0, dark: 0 },
    });
  });
});
