/** The counts that triggers keep are what counting would give, whatever is done to contacts, accounts and addresses. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adminSend, newTenant, type TestTenant } from '../client.ts';

type Row = Record<string, unknown>;
const rows = async (sql: string, ...values: unknown[]) =>
  (
    await env.DB.prepare(sql)
      .bind(...values)
      .all<Row>()
  ).results;

/** Counted from contacts and addresses, with the rule for the state written a second time. */
const counted = (tenantId: string) =>
  rows(
    `SELECT account_id, steady, wavering, bounced, complained, silent, primaries_lost,
       CASE WHEN valid = 0 THEN 'dark' WHEN primaries_lost > 0 OR steady = 0 OR (valid = 1 AND lost > 0) THEN 'at_risk' ELSE 'reachable' END AS state
     FROM (
       SELECT accounts.id AS account_id,
         count(*) FILTER (WHERE email_key IS NOT NULL AND status = 'Valid' AND soft = 0) AS steady,
         count(*) FILTER (WHERE email_key IS NOT NULL AND status = 'Valid' AND soft > 0) AS wavering,
         count(*) FILTER (WHERE email_key IS NOT NULL AND status = 'Bounced') AS bounced,
         count(*) FILTER (WHERE email_key IS NOT NULL AND status = 'Complained') AS complained,
         count(*) FILTER (WHERE contact_id IS NOT NULL AND email_key IS NULL) AS silent,
         count(*) FILTER (WHERE email_key IS NOT NULL AND status <> 'Valid' AND is_primary = 1) AS primaries_lost,
         count(*) FILTER (WHERE email_key IS NOT NULL AND status = 'Valid') AS valid,
         count(*) FILTER (WHERE email_key IS NOT NULL AND status <> 'Valid') AS lost
       FROM accounts LEFT JOIN (
         SELECT c.tenant_id, c.account_id, c.id AS contact_id, c.email_key, c.is_primary,
           coalesce(a.status, 'Valid') AS status, coalesce(a.soft_bounces, 0) AS soft
         FROM contacts c LEFT JOIN addresses a ON a.tenant_id = c.tenant_id AND a.address_key = c.email_key
       ) AS c ON c.tenant_id = accounts.tenant_id AND c.account_id = accounts.id
       WHERE accounts.tenant_id = ?1 GROUP BY accounts.id
     ) ORDER BY account_id`,
    tenantId,
  );
const kept = (tenantId: string) =>
  rows(
    `SELECT account_id, steady, wavering, bounced, complained, silent, primaries_lost, state FROM reachability
     WHERE tenant_id = ?1 ORDER BY account_id`,
    tenantId,
  );
const totals = (tenantId: string) =>
  rows(
    'SELECT state, accounts FROM reachability_totals WHERE tenant_id = ?1 AND accounts <> 0 ORDER BY state',
    tenantId,
  );
const countedTotals = (tenantId: string) =>
  rows(
    `SELECT state, count(*) AS accounts FROM reachability WHERE tenant_id = ?1 GROUP BY state ORDER BY state`,
    tenantId,
  );

const REFERENCES = ['R-1', 'R-2', 'R-3', 'R-4', 'R-5'];
const NUMBERS = ['A-1', 'A-2', 'A-3'];
const ADDRESSES = ['ann@example.com', 'bob@example.com', 'cy@example.com'];

const optional = <T>(...values: T[]) => fc.constantFrom(...values, null);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('put' as const),
      reference: fc.constantFrom(...REFERENCES),
      account: optional(...NUMBERS),
      email: optional(...ADDRESSES),
      primary: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('patch' as const),
      reference: fc.constantFrom(...REFERENCES),
      change: fc.record(
        {
          account_number: optional(...NUMBERS),
          email: optional(...ADDRESSES),
          is_primary: fc.constantFrom(true, false, null),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('patch' as const),
      reference: fc.constantFrom(...REFERENCES),
      change: fc.record({ is_primary: fc.boolean() }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('delete' as const), reference: fc.constantFrom(...REFERENCES) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('drop' as const), number: fc.constantFrom(...NUMBERS) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('event' as const),
      address: fc.constantFrom(...ADDRESSES),
      event: fc.constantFrom('bounce', 'soft', 'complain', 'delivered'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('revalidate' as const),
      address: fc.constantFrom(...ADDRESSES),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('forget' as const), address: fc.constantFrom(...ADDRESSES) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(tenant: TestTenant, it: Step): Promise<void> {
  if (it.does === 'put')
    await tenant.ingest('PUT', `/contacts/${it.reference}`, {
      account_number: it.account,
      email: it.email,
      is_primary: it.primary,
    });
  else if (it.does === 'patch') await tenant.ingest('PATCH', `/contacts/${it.reference}`, it.change);
  else if (it.does === 'delete') await tenant.ingest('DELETE', `/contacts/${it.reference}`);
  else if (it.does === 'drop') {
    const { body } = await tenant.ingest('GET', `/accounts/${it.number}`);
    if (body.id) await tenant.agent('DELETE', `/accounts/${body.id}`);
  } else if (it.does === 'event')
    await adminSend('POST', `/tenants/${tenant.id}/simulate`, {
      json: { address: it.address, event: it.event },
    });
  else if (it.does === 'revalidate')
    await adminSend('POST', `/tenants/${tenant.id}/addresses/revalidate`, {
      json: { address: it.address, force: true },
    });
  else
    await env.DB.prepare('DELETE FROM addresses WHERE tenant_id = ?1 AND address_key = ?2')
      .bind(tenant.id, it.address)
      .run();
}

describe('reachability', () => {
  it('is what counting gives, after any steps', async () => {
    const reached = new Set<unknown>();
    const tenants: string[] = [];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const tenant = await newTenant();
        tenants.push(tenant.id);
        for (const it of steps) {
          await take(tenant, it);
          const found = await kept(tenant.id);
          for (const { state } of found) reached.add(state);
          expect(found).toEqual(await counted(tenant.id));
          expect(await totals(tenant.id)).toEqual(await countedTotals(tenant.id));
        }
      }),
      { numRuns: 60 },
    );
    expect(reached).toEqual(new Set(['reachable', 'at_risk', 'dark']));
    // all tenants have the same addresses, and none was affected by what happened to them at another
    for (const id of tenants) expect(await kept(id)).toEqual(await counted(id));
  }, 60_000);

  it('writes one event for each change of a status or a state, in order, and none to another tenant', async () => {
    const tenant = await newTenant();
    const other = await newTenant();
    await other.ingest('PUT', '/contacts/ANN', { account_number: 'A-1', email: 'ann@example.com' });
    const ann = await tenant.ingest('PUT', '/contacts/ANN', {
      account_number: 'A-1',
      email: 'ann@example.com',
    });
    const also = await tenant.ingest('PUT', '/contacts/ALSO', { email: 'ANN@example.com' });
    const { body: account } = await tenant.ingest('GET', '/accounts/A-1');
    const simulate = (event: string) =>
      adminSend('POST', `/tenants/${tenant.id}/simulate`, { json: { address: 'ann@example.com', event } });
    await simulate('soft');
    await simulate('delivered');
    await simulate('soft');
    await env.DB.prepare('DELETE FROM addresses WHERE tenant_id = ?1').bind(tenant.id).run();
    await simulate('bounce');
    await simulate('bounce');
    await tenant.ingest('PATCH', '/contacts/ANN', { email: 'new@example.com' });
    await tenant.ingest('PATCH', '/contacts/ANN', { phone: '1' });
    await tenant.agent('DELETE', `/accounts/${account.id}`);
    await other.ingest('PATCH', '/contacts/ANN', { email: 'new@example.com' });
    await other.ingest('PATCH', '/contacts/ANN', { email: 'ann@example.com' });
    const eventsOf = (id: string) =>
      rows(
        'SELECT type, account_id, contact_id, data FROM events WHERE tenant_id = ?1 ORDER BY sequence',
        id,
      );
    expect(await eventsOf(other.id)).toEqual([]);
    const events = await eventsOf(tenant.id);
    const change = (from: string, to: string) => JSON.stringify({ from, to });
    const ofAccount = { type: 'account.reachability_changed', account_id: account.id, contact_id: null };
    const wavering = [
      { ...ofAccount, data: change('reachable', 'at_risk') },
      { ...ofAccount, data: change('at_risk', 'reachable') },
    ];
    expect(events).toEqual([
      ...wavering,
      ...wavering,
      { ...ofAccount, data: change('reachable', 'dark') },
      {
        type: 'contact.email_status_changed',
        account_id: account.id,
        contact_id: ann.body.id,
        data: change('Valid', 'Bounced'),
      },
      {
        type: 'contact.email_status_changed',
        account_id: null,
        contact_id: also.body.id,
        data: change('Valid', 'Bounced'),
      },
      { ...ofAccount, data: change('dark', 'reachable') },
      {
        type: 'contact.email_status_changed',
        account_id: account.id,
        contact_id: ann.body.id,
        data: change('Bounced', 'Valid'),
      },
    ]);
  });
});
