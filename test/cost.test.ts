/**
 * What a call costs: round trips to D1, rows read and rows written. None of it grows with the book. Numbers are written out where a change of them
 * should be noticed; docs/performance.md says what rows cost.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { people } from '../bench/people.ts';
import { probes } from '../src/core/match.ts';
import { comparedName } from '../src/core/name.ts';
import { newTenant, type TestTenant } from './client.ts';
import { operations, pathOf, queryOf, newWorld as someWorld } from './faces.ts';
import { type Metered, measure } from './meter.ts';
import { AGENT, INGEST, newWorld, writes } from './writes.ts';

/** Makes the first requests of the isolate: the first one also looks up the key, and the first write also reads the version of the tables. */
async function warm(tenant: TestTenant): Promise<void> {
  await measure(tenant, 'PUT', `${INGEST}/contacts/WARM`, {});
  const again = await measure(tenant, 'DELETE', `${INGEST}/contacts/WARM`);
  expect([again.status, again.cost.kvReads]).toEqual([204, 0]);
}

describe('round trips of a warm isolate', () => {
  /** Matching reads before it writes. */
  const twice = /upsert|PUT account with contacts/;
  const tenantWrites = Object.entries(writes).filter(([name]) => !name.startsWith('admin'));

  it.each(tenantWrites)('%s', async (name, write) => {
    const world = await newWorld();
    await warm(world.tenant);
    const { status, text, cost } = await measure(world.tenant, ...write(world));
    expect(status, text).toBeLessThan(300);
    expect([cost.roundTrips, cost.kvReads]).toEqual([twice.test(name) ? 2 : 1, 0]);
  });

  const reads = operations.filter(({ writes, face, isPublic }) => !writes && face.scopes && !isPublic);
  it.each(reads.map((operation) => [operation.title, operation] as const))('%s', async (_, operation) => {
    const world = await someWorld();
    await warm(world.tenant);
    const path = pathOf(operation, world.values) + queryOf(operation, world, '');
    const { status, text, cost } = await measure(world.tenant, 'GET', path);
    expect(status, text).toBe(200);
    expect([cost.roundTrips, cost.kvReads, cost.rowsWritten]).toEqual([1, 0, 0]);
  });

  it('a refused key costs nothing, a forgotten one a look in KV', async () => {
    const tenant = await newTenant();
    const typo = await measure({ key: `${tenant.key.slice(0, -1)}~` }, 'GET', `${INGEST}/contacts/X`);
    expect([typo.status, typo.cost.roundTrips, typo.cost.kvReads]).toEqual([401, 0, 0]);
    const first = await measure(tenant, 'GET', `${INGEST}/contacts/X`);
    // the second round trip, after the answer, notes that the key is in use
    expect([first.status, first.cost.roundTrips, first.cost.kvReads]).toEqual([404, 2, 1]);
  });
});

it('each call has its price: round trips, statements, rows read, rows written', async () => {
  const tenant = await newTenant();
  const account = await tenant.account('A-1');
  await warm(tenant);
  const contact = { account_number: 'A-1', first_name: 'Priya', last_name: 'Raman', email: 'p@example.com' };
  const upsert = `${AGENT}/accounts/${account}/contacts/upsert`;
  const person = { fullName: 'Jordan Okafor', language: 'en', email: 'j@example.com' };
  const prices: [price: number[], method: string, path: string, json?: object][] = [
    [[1, 4, 23, 20], 'PUT', `${INGEST}/contacts/C`, contact],
    [[1, 4, 21, 20], 'PUT', `${INGEST}/contacts/D`, { ...contact, account_number: 'A-2' }],
    [[1, 4, 15, 8], 'PUT', `${INGEST}/contacts/C`, { ...contact, title: 'Buyer' }],
    [[1, 4, 15, 0], 'PUT', `${INGEST}/contacts/C`, { ...contact, title: 'Buyer' }],
    [[1, 3, 8, 5], 'PATCH', `${INGEST}/contacts/C`, { title: 'Head buyer' }],
    [[1, 2, 4, 0], 'GET', `${INGEST}/contacts/C`],
    [[1, 2, 6, 0], 'GET', `${INGEST}/contacts?first=50`],
    [[2, 9, 187, 14], 'PUT', upsert, person],
    [[2, 9, 195, 12], 'PUT', upsert, { fullName: 'Jordan Okafer', phone: '404-555-0100' }],
    [[2, 9, 21, 7], 'PUT', upsert, { email: 'J@example.com', phone: '404-555-0101' }],
    [[1, 4, 22, 10], 'DELETE', `${INGEST}/contacts/C`],
  ];
  for (const [price, method, path, json] of prices) {
    const { status, text, cost } = await measure(tenant, method, path, json);
    expect(status, text).toBeLessThan(300);
    const paid = [cost.roundTrips, cost.statements.length, cost.rowsRead, cost.rowsWritten];
    expect([method, path, ...paid]).toEqual([method, path, ...price]);
  }
});

const AT = '2026-01-31T12:00:00.000Z';

/** A tenant with these people in account BIG, each also with an account of its own. Written in one statement each. */
async function filled(names: string[]): Promise<{ tenant: TestTenant; big: string }> {
  const tenant = await newTenant();
  const big = await tenant.account('BIG');
  const rows = names.map((name, index) => {
    const end = String(index).padStart(12, '0');
    return [`019a0000-0000-7000-8000-${end}`, name, comparedName(name), `p${index}@example.com`];
  });
  const insert = (sql: string) => env.DB.prepare(sql).bind(tenant.id, big, AT, JSON.stringify(rows));
  await env.DB.batch([
    insert(`INSERT INTO contacts (tenant_id, id, reference, reference_key, account_id, name, name_key, email, email_key, created_at, updated_at)
      SELECT ?1, value ->> 0, value ->> 0, value ->> 0, ?2, value ->> 1, value ->> 2, value ->> 3, value ->> 3, ?3, ?3 FROM json_each(?4)`),
    insert(`INSERT INTO accounts (tenant_id, id, number, name, created_at, updated_at)
      SELECT ?1, value ->> 0, coalesce(value ->> 0, ?2), value ->> 1, ?3, ?3 FROM json_each(?4)`),
  ]);
  await warm(tenant);
  return { tenant, big };
}

describe('among 10 000', () => {
  const COUNT = 10_000;
  const names = people(COUNT);
  let small: Awaited<ReturnType<typeof filled>>;
  let large: Awaited<ReturnType<typeof filled>>;
  beforeAll(async () => {
    [small, large] = [await filled(names.slice(0, 10)), await filled(names)];
  }, 120_000);

  const id = (index: number) => `019a0000-0000-7000-8000-${String(index).padStart(12, '0')}`;
  /** The cost of the same call in the small book and in the large one. */
  async function both(call: (book: { tenant: TestTenant; big: string }) => Promise<Metered>) {
    const [one, other] = [await call(small), await call(large)];
    expect([one.status, other.status], one.text + other.text).toEqual([one.status, one.status]);
    expect(one.status).toBeLessThan(300);
    return [one.cost, other.cost] as const;
  }

  const lists: Record<string, (big: string) => string> = {
    'ingest: contacts': () => `${INGEST}/contacts?`,
    'ingest: contacts of an account': () => `${INGEST}/contacts?account_number=BIG&`,
    'ingest: contacts by time of change': () => `${INGEST}/contacts?updated_since=2026-01-01T00:00:00Z&`,
    'ingest: accounts': () => `${INGEST}/accounts?`,
    'agent: contacts': (big) => `${AGENT}/accounts/${big}/contacts?`,
    'agent: accounts': () => `${AGENT}/accounts?`,
  };

  it('an account’s changes cost what that account has contacts, however many the book has', async () => {
    const [one, other] = await both(async ({ tenant }) => {
      for (const reference of ['A', 'B', 'C'])
        await tenant.ingest('PUT', `/contacts/${reference}`, { account_number: 'SMALL' });
      return measure(
        tenant,
        'GET',
        `${INGEST}/contacts?account_number=SMALL&updated_since=2026-01-01T00:00:00Z`,
      );
    });
    expect(other.rowsRead).toBeLessThanOrEqual(one.rowsRead);
    expect(one.rowsRead).toBeLessThan(20);
  });

  it.each(Object.entries(lists))(
    '%s: page 500 costs what page 1 costs',
    { timeout: 120_000 },
    async (_, of) => {
      const { tenant, big } = large;
      const path = of(big);
      const page = (first: number, after: string) =>
        measure(tenant, 'GET', `${path}first=${first}${after && `&after=${after}`}`);
      const first = await page(20, '');
      expect(first.status, first.text).toBe(200);
      let after = '';
      // to the end of page 499, a hundred contacts at a time
      for (const size of [...Array<number>(99).fill(100), 60]) {
        const { body } = await page(size, after);
        after = body.next ?? body.pageInfo.endCursor;
      }
      const deep = await page(20, after);
      expect((deep.body.items ?? deep.body.nodes).length).toBe(20);
      // where many contacts changed at the same time, the row that the cursor names is read once more
      const cursor = path.includes('updated_since') ? 1 : 0;
      expect([deep.cost.roundTrips, deep.cost.rowsRead]).toEqual([1, first.cost.rowsRead + cursor]);
    },
  );

  const calls: Record<string, (book: { tenant: TestTenant; big: string }) => Promise<Metered>> = {
    'GET, ingest': ({ tenant }) => measure(tenant, 'GET', `${INGEST}/contacts/${id(7)}`),
    'GET, agent': ({ tenant, big }) => measure(tenant, 'GET', `${AGENT}/accounts/${big}/contacts/${id(7)}`),
    'PATCH, ingest': ({ tenant }) =>
      measure(tenant, 'PATCH', `${INGEST}/contacts/${id(7)}`, { title: 'Head' }),
    'PATCH of a name': ({ tenant, big }) =>
      measure(tenant, 'PATCH', `${AGENT}/accounts/${big}/contacts/${id(6)}`, {
        fullName: 'Somebody Else Entirely',
      }),
    PUT: ({ tenant }) =>
      measure(tenant, 'PUT', `${INGEST}/contacts/${id(5)}`, { account_number: 'BIG', name: 'X' }),
    POST: ({ tenant, big }) =>
      measure(tenant, 'POST', `${AGENT}/accounts/${big}/contacts`, { fullName: 'Quite New', language: 'en' }),
    DELETE: ({ tenant }) => measure(tenant, 'DELETE', `${INGEST}/contacts/${id(4)}`),
    'move to another account': ({ tenant }) =>
      measure(tenant, 'PATCH', `${INGEST}/contacts/${id(3)}`, { account_number: id(1) }),
    'GET account': ({ tenant }) => measure(tenant, 'GET', `${AGENT}/accounts/${id(1)}`),
    'PUT account': ({ tenant }) => measure(tenant, 'PUT', `${INGEST}/accounts/${id(1)}`, { name: 'Renamed' }),
    'DELETE account': ({ tenant }) => measure(tenant, 'DELETE', `${AGENT}/accounts/${id(2)}`),
    'upsert by email': ({ tenant, big }) =>
      measure(tenant, 'PUT', `${AGENT}/accounts/${big}/contacts/upsert`, {
        email: 'P8@example.com',
        language: 'fr',
      }),
    'upsert by the very name': ({ tenant, big }) =>
      measure(tenant, 'PUT', `${AGENT}/accounts/${big}/contacts/upsert`, {
        fullName: names[9],
        language: 'fr',
      }),
  };

  it.each(Object.entries(calls))('%s reads as many rows as among 10', async (_, call) => {
    const [one, other] = await both(call);
    expect(one.rowsRead).toBeGreaterThan(0);
    expect([other.rowsRead, other.rowsWritten]).toEqual([one.rowsRead, one.rowsWritten]);
  });

  it('an upsert that compares names reads few besides the rows of its look-up', {
    timeout: 120_000,
  }, async () => {
    const known = new Set(names);
    const strangers = people(400, 7)
      .filter((name) => !known.has(name) && name.length >= 10)
      .slice(0, 100);
    const rowsOf = async ({ tenant, big }: typeof large) => {
      const rows: number[] = [];
      for (const fullName of strangers) {
        const path = `${AGENT}/accounts/${big}/contacts/upsert`;
        const { status, text, cost } = await measure(tenant, 'PUT', path, {
          fullName,
          language: 'en',
        });
        expect(status, text).toBeLessThan(300);
        expect(cost.roundTrips).toBe(2);
        expect(cost.rowsRead).toBeLessThan(500);
        rows.push(cost.rowsRead - probes(comparedName(fullName)).length);
      }
      return rows.sort((one, other) => one - other);
    };
    const [one, other] = [await rowsOf(small), await rowsOf(large)];
    expect(other[50]! - one[50]!).toBeLessThan(20);
    expect(other[99]).toBeLessThan(150);
  });

  it('an upsert into an account of one name for all looks at one', async () => {
    const alike = await filled(Array<string>(COUNT).fill('Accounts Payable'));
    const path = `${AGENT}/accounts/${alike.big}/contacts/upsert`;
    const { status, cost } = await measure(alike.tenant, 'PUT', path, {
      fullName: 'Account Payable',
      phone: '1',
    });
    expect(status).toBe(200);
    expect(cost.rowsRead).toBeLessThan(50 + probes('account payable').length);
    const changed = await measure(alike.tenant, 'PUT', `${AGENT}/accounts/${alike.big}`, {
      fullName: 'Alike',
      contacts: [{ fullName: 'Acounts Payable', language: 'en', email: null }],
    });
    expect(changed.status).toBe(200);
    // the answer shows a hundred of them
    expect(changed.cost.rowsRead).toBeLessThan(1_000);
  }, 120_000);

  it('an upsert by an address that every account has looks at one, and their list at no more than all who have it', async () => {
    const { tenant } = await filled(names);
    const share = `UPDATE contacts SET account_id = id, email = 'ap@example.com', email_key = 'ap@example.com' WHERE tenant_id = ?`;
    await env.DB.prepare(share).bind(tenant.id).run();
    const body = { email: 'AP@example.com', fullName: 'Accounts Payable' };
    const changed = await measure(tenant, 'PUT', `${AGENT}/accounts/${id(9_990)}/contacts/upsert`, body);
    expect(changed.status, changed.text).toBe(200);
    expect(changed.cost.rowsRead).toBeLessThan(100);
    const { status, cost } = await measure(tenant, 'GET', `${INGEST}/contacts?email=ap@example.com&first=20`);
    expect(status).toBe(200);
    // each contact is read from the index, and sorted
    expect(cost.rowsRead).toBeLessThan(2 * COUNT + 200);
  }, 120_000);
});

describe('rows written', () => {
  it('an equal write writes none', async () => {
    const tenant = await newTenant();
    const account = await tenant.account('ACCT-001');
    await warm(tenant);
    const contact = {
      account_number: 'ACCT-001',
      first_name: 'John',
      email: 'J@example.com',
      custom_fields: { collections: { a: 1 } },
    };
    const company = { name: 'Acme', currency: 'EUR', billing_address: { city: 'Paris' }, credit_limit: 0.1 };
    const { body } = await tenant.ingest('PUT', '/contacts/C', contact);
    await tenant.ingest('PUT', '/accounts/ACCT-001', company);
    const shown = { fullName: 'John', email: 'J@example.com' };
    const equal: [string, string, object][] = [
      ['PUT', `${INGEST}/contacts/C`, contact],
      ['PATCH', `${INGEST}/contacts/C`, contact],
      ['PATCH', `${INGEST}/contacts/C`, {}],
      ['PUT', `${INGEST}/accounts/ACCT-001`, company],
      ['PATCH', `${INGEST}/accounts/ACCT-001`, company],
      ['PATCH', `${AGENT}/accounts/${account}/contacts/${body.id}`, shown],
      ['PUT', `${AGENT}/accounts/${account}/contacts/upsert`, shown],
      ['PUT', `${AGENT}/accounts/${account}`, { fullName: 'Acme' }],
    ];
    for (const [method, path, json] of equal) {
      const { status, text, cost } = await measure(tenant, method, path, json);
      expect([method, path, status, cost.rowsWritten], text).toEqual([method, path, 200, 0]);
    }
  });

  it('a contact is some, each of which is billed', async () => {
    const tenant = await newTenant();
    await tenant.account('ACCT-001');
    await warm(tenant);
    const rows = async (method: string, json: object) =>
      (await measure(tenant, method, `${INGEST}/contacts/C`, json)).cost.rowsWritten;
    const contact = {
      account_number: 'ACCT-001',
      first_name: 'John',
      last_name: 'Smith',
      email: 'j@example.com',
    };
    expect({
      created: await rows('PUT', contact),
      'one field changed': await rows('PATCH', { title: 'Head' }),
      renamed: await rows('PATCH', { last_name: 'Smythe' }),
    }).toEqual({ created: 20, 'one field changed': 5, renamed: 12 });
  });
});
