/** What many callers do at once ends as if they had come one after another: nothing is doubled, nothing is lost. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newTenant, type Reply, send, type TestTenant } from './client.ts';
import { database } from './store.ts';

const times = <Result>(count: number, make: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** How many of the replies have each status. */
function statuses(replies: Reply[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** The version in an ETag `"id.version.digest"`. */
const versionIn = ({ headers }: Reply): number => Number(headers.get('ETag')?.split('.')[1]);

const contactsOf = async ({ agent }: TestTenant, account: string) =>
  (await agent('GET', `/accounts/${account}/contacts?first=100`)).body.nodes as {
    id: string;
    fullName: string;
    email: { address: string } | null;
  }[];

const upsertInto = ({ agent }: TestTenant, account: string) => {
  const path = `/accounts/${account}/contacts/upsert`;
  return (json: object) => agent('PUT', path, { language: 'en', ...json });
};

/** A name that is more than two edits from every other one. */
const farName = (index: number) =>
  String.fromCharCode(97 + (index % 26), 97 + Math.floor(index / 26)).repeat(4);

describe('upserts at once', () => {
  it.each([
    ['by email', { fullName: 'John Smith', email: 'john@example.com' }],
    ['by name', { fullName: 'John Smith' }],
  ])('60 equal ones, %s, leave one contact', async (_, person) => {
    const tenant = await newTenant();
    const account = await tenant.account();
    const upsert = upsertInto(tenant, account);
    const replies = await times(60, () => upsert(person));
    expect(statuses(replies)).toEqual({ 201: 1, 200: 59 });
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(await contactsOf(tenant, account)).toHaveLength(1);
  });

  it('60 of one email in as many spellings and names leave one contact', async () => {
    const tenant = await newTenant();
    const account = await tenant.account();
    const upsert = upsertInto(tenant, account);
    const replies = await times(60, (index) =>
      upsert({ fullName: farName(index), email: index % 2 ? 'AP@Example.com' : 'ap@example.com' }),
    );
    expect(statuses(replies)).toEqual({ 201: 1, 200: 59 });
    expect(await contactsOf(tenant, account)).toHaveLength(1);
  });

  it('60 of different people in one account all succeed', async () => {
    const tenant = await newTenant();
    const account = await tenant.account();
    const upsert = upsertInto(tenant, account);
    const replies = await times(60, (index) =>
      upsert({ fullName: farName(index), email: `${index}@example.com` }),
    );
    expect(statuses(replies)).toEqual({ 201: 60 });
    // and nobody has to look again because of a stranger: two round trips are enough, except where names are near
    const trips = replies.map(({ headers }) =>
      Number(/round trips: (\d+)/.exec(headers.get('Server-Timing')!)![1]),
    );
    expect(trips.filter((count) => count > 2).length).toBeLessThan(20);
    expect(Math.max(...trips)).toBeLessThan(20);
    const found = await contactsOf(tenant, account);
    expect(found.map(({ fullName }) => fullName).sort()).toEqual(
      Array.from({ length: 60 }, (_, index) => farName(index)).sort(),
    );
  });

  it('60 of one name in spellings that are near one another leave one contact', async () => {
    const tenant = await newTenant();
    const account = await tenant.account();
    const upsert = upsertInto(tenant, account);
    const spellings = ['Johannes Smith', 'Johanes Smith', 'Johannes Smyth', 'johannes  smith'];
    const replies = await times(60, (index) => upsert({ fullName: spellings[index % 4] }));
    expect(statuses(replies)).toEqual({ 201: 1, 200: 59 });
    expect(await contactsOf(tenant, account)).toHaveLength(1);
  });

  it('and the removal of their account leave nothing', async () => {
    const tenant = await newTenant();
    const account = await tenant.account();
    const upsert = upsertInto(tenant, account);
    const replies = await times(30, (index) =>
      index === 9 ? tenant.agent('DELETE', `/accounts/${account}`) : upsert({ fullName: farName(index) }),
    );
    expect(replies[9]!.status).toBe(204);
    expect(
      replies.map(({ status }) => status).filter((status) => ![200, 201, 204, 404].includes(status)),
    ).toEqual([]);
    expect((await upsert({ fullName: 'Ann' })).status).toBe(404);
    expect((await tenant.ingest('GET', '/contacts')).body.items).toEqual([]);
  });

  it('in two accounts do not see each other', async () => {
    const tenant = await newTenant();
    const accounts = [await tenant.account('A'), await tenant.account('B')];
    const upserts = accounts.map((account) => upsertInto(tenant, account));
    const replies = await times(40, (index) =>
      upserts[index % 2]!({ fullName: 'Ann', email: 'a@example.com' }),
    );
    expect(statuses(replies)).toEqual({ 201: 2, 200: 38 });
  });
});

describe('upserts and patches of what they match on', () => {
  // The patches only take the address or the name away, so only an upsert can make a second contact.
  it.each([
    ['email', { fullName: 'Wolfgang Huber', email: 'ap@example.com' }, { email: 'gone@example.com' }],
    ['name', { fullName: 'John Smith' }, { fullName: 'Wolfgang Huber' }],
    ['name in the ingest dialect', { fullName: 'John Smith' }, { name: 'Wolfgang Huber' }],
  ])('leave one contact at most for one %s', async (_, person, change) => {
    const tenant = await newTenant();
    const { ingest, agent } = tenant;
    const account = await tenant.account();
    const first = { account_number: 'ACCT-001', name: 'John Smith', email: 'ap@example.com' };
    await ingest('POST', '/contacts/FIRST', first);
    const { id } = (await ingest('GET', '/contacts/FIRST')).body;
    const upsert = upsertInto(tenant, account);
    const patch = () =>
      'name' in change
        ? ingest('PATCH', '/contacts/FIRST', change)
        : agent('PATCH', `/accounts/${account}/contacts/${id}`, change);
    const replies = await times(22, (index) => (index === 3 || index === 11 ? patch() : upsert(person)));
    const created = replies.filter(({ status }) => status === 201).length;
    expect(statuses(replies)).toEqual(created === 0 ? { 200: 22 } : { 200: 21, 201: 1 });
    const found = await contactsOf(tenant, account);
    expect(found).toHaveLength(1 + created);
    if ('email' in person) {
      expect(found.filter(({ email }) => email?.address === person.email).length).toBeLessThanOrEqual(1);
    }
    // later upserts always find the same contact
    const [again, once] = [await upsert(person), await upsert(person)];
    expect(once.status).toBe(200);
    expect(once.body).toEqual(again.body);
  });

  it('find a contact that arrives, or moves in, at the same time', async () => {
    const tenant = await newTenant();
    const account = await tenant.account();
    const upsert = upsertInto(tenant, account);
    const person = { name: 'John Smith', email: 'ap@example.com' };
    await tenant.ingest('POST', '/contacts/MOVES', { ...person, account_number: 'ELSEWHERE' });
    const replies = await times(20, (index) =>
      index === 2
        ? tenant.ingest('PATCH', '/contacts/MOVES', { account_number: 'ACCT-001' })
        : upsert({ fullName: 'John Smith', email: 'ap@example.com' }),
    );
    const created = replies.filter(({ status }) => status === 201).length;
    expect(created).toBeLessThanOrEqual(1);
    expect(await contactsOf(tenant, account)).toHaveLength(1 + created);
  });

  it('find whoever arrives also where nothing is on record: all of it may be older than HISTORY_DAYS', async () => {
    const { account, ingest, key } = await newTenant();
    const path = `/api/public/v1/accounts/${await account()}/contacts/upsert`;
    await env.DB.prepare('DELETE FROM history').run();
    let hasRead = false;
    const DB = database(async (_, go) => {
      const results = await go();
      if (!hasRead) await ingest('PUT', '/contacts/1', { account_number: 'ACCT-001', name: 'Ann' });
      hasRead = true;
      return results;
    });
    const json = { fullName: 'Ann', language: 'en' };
    expect((await send('PUT', path, { key, json, bindings: { DB } })).status).toBe(200);
  });
});

describe('creations at once', () => {
  it('40 POSTs of one reference give one 201 and 39 409', async () => {
    const { ingest } = await newTenant();
    const replies = await times(40, (index) => ingest('POST', '/contacts/ONE', { name: farName(index) }));
    expect(statuses(replies)).toEqual({ 201: 1, 409: 39 });
    const winner = replies.find(({ status }) => status === 201)!;
    expect((await ingest('GET', '/contacts/ONE')).body).toEqual(winner.body);
  });

  it('40 POSTs of one account number give one 201 and 39 409', async () => {
    const { ingest } = await newTenant();
    const replies = await times(40, (index) => ingest('POST', '/accounts/ONE', { name: farName(index) }));
    expect(statuses(replies)).toEqual({ 201: 1, 409: 39 });
  });

  it('20 PUTs of one new reference give one 201, and the last one stands', async () => {
    const { ingest } = await newTenant();
    const replies = await times(20, (index) => ingest('PUT', '/contacts/ONE', { name: farName(index) }));
    expect(statuses(replies)).toEqual({ 201: 1, 200: 19 });
    expect(replies.map(versionIn).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    const last = replies.find((reply) => versionIn(reply) === 20)!;
    expect((await ingest('GET', '/contacts/ONE')).body).toEqual(last.body);
  });

  it('20 PUTs with If-None-Match: * give one 201 and 19 412', async () => {
    const { ingest } = await newTenant();
    const replies = await times(20, () =>
      ingest('PUT', '/contacts/ONE', { name: 'Ann' }, { 'If-None-Match': '*' }),
    );
    expect(statuses(replies)).toEqual({ 201: 1, 412: 19 });
  });

  it('30 contacts that name one new account make one stub', async () => {
    const { ingest, agent } = await newTenant();
    const replies = await times(30, (index) =>
      ingest(index % 2 ? 'POST' : 'PUT', `/contacts/${index}`, { account_number: 'NEW' }),
    );
    expect(statuses(replies)).toEqual({ 201: 30 });
    const { items } = (await ingest('GET', '/accounts')).body;
    expect(items).toHaveLength(1);
    const { nodes } = (await agent('GET', `/accounts/${items[0].id}/contacts?first=100`)).body;
    expect(nodes).toHaveLength(30);
  });

  it('30 contacts and a PUT of their new account agree on one account', async () => {
    const { ingest } = await newTenant();
    const replies = await times(31, (index) =>
      index === 15
        ? ingest('PUT', '/accounts/NEW', { name: 'New Company' })
        : ingest('PUT', `/contacts/${index}`, { account_number: 'NEW' }),
    );
    expect(replies.filter(({ status }) => status > 201)).toEqual([]);
    const { items } = (await ingest('GET', '/accounts')).body;
    expect(items).toMatchObject([{ account_number: 'NEW', name: 'New Company' }]);
    expect((await ingest('GET', '/contacts?account_number=NEW&first=100')).body.items).toHaveLength(30);
  });
});

describe('copies of a write, later than its outcome is kept', () => {
  it('are one write, also where one forgets the outcome when another has written anew', async () => {
    const { account, ingest, key } = await newTenant();
    const path = `/api/public/v1/accounts/${await account()}/contacts`;
    const json = { fullName: 'Ann', language: 'en' };
    const headers = { 'Idempotency-Key': 'late copies' };
    const write = (bindings = {}) => send('POST', path, { key, json, headers, bindings });
    await write();
    const yesterday = "UPDATE idempotency_keys SET created_at = '2026-01-31T12:00:00.000Z' WHERE key = ?";
    await env.DB.prepare(yesterday).bind(headers['Idempotency-Key']).run();
    let batches = 0;
    let other: Reply | undefined;
    const DB = database(async (_, go) => {
      batches += 1;
      if (batches === 3) other = await write(); // the first is refused, the second finds no outcome, the third forgets it
      return go();
    });
    const { status, body } = await write({ DB });
    expect([status, body.id, batches]).toEqual([201, other?.body.id, 5]);
    expect((await ingest('GET', '/contacts')).body.items).toHaveLength(2);
  });
});

describe('changes at once', () => {
  it('20 writers with one If-Match give one 200 and 19 412', async () => {
    const { ingest, agent, account } = await newTenant();
    const accountId = await account();
    const made = await ingest('POST', '/contacts/ONE', { account_number: 'ACCT-001', name: 'Ann' });
    const headers = { 'If-Match': made.headers.get('ETag')! };
    const replies = await times(20, (index) =>
      index % 2
        ? ingest('PATCH', '/contacts/ONE', { phone: String(index) }, headers)
        : agent('PATCH', `/accounts/${accountId}/contacts/${made.body.id}`, { role: String(index) }, headers),
    );
    expect(statuses(replies)).toEqual({ 200: 1, 412: 19 });
    const winner = replies.find(({ status }) => status === 200)!;
    const now = (await ingest('GET', '/contacts/ONE')).body;
    expect(now.updated_at).toBe(winner.body.updated_at ?? winner.body.updatedAt);
  });

  it('20 writers of an account with one If-Match give one 200 and 19 412', async () => {
    const { ingest } = await newTenant();
    const made = await ingest('PUT', '/accounts/ONE', { name: 'Company' });
    const headers = { 'If-Match': made.headers.get('ETag')! };
    const replies = await times(20, (index) =>
      ingest('PUT', '/accounts/ONE', { name: `Company ${index}` }, headers),
    );
    expect(statuses(replies)).toEqual({ 200: 1, 412: 19 });
  });

  it('50 PATCHes of different fields, in both dialects, all survive with versions without a gap', async () => {
    const { ingest, agent, account } = await newTenant();
    const accountId = await account();
    const made = await ingest('POST', '/contacts/ONE', { account_number: 'ACCT-001', name: 'Ann' });
    const fields: Record<string, unknown> = {
      phone: '1',
      mobile_phone: '2',
      fax: '3',
      title: '4',
      department: '5',
      contact_type: '6',
      address1: '7',
      address2: '8',
      city: '9',
      state: '10',
      zip: '11',
      country: 'US',
    };
    const agentFields = {
      email: 'ann@example.com',
      language: 'fr',
      role: 'head',
      notes: 'some',
      isPrimary: true,
      fullName: 'Ann Other',
    };
    const custom = Array.from({ length: 50 - 12 - 6 }, (_, index) => [`key ${index}`, index] as const);
    const replies = await Promise.all([
      ...Object.entries(fields).map(([name, value]) => ingest('PATCH', '/contacts/ONE', { [name]: value })),
      ...Object.entries(agentFields).map(([name, value]) =>
        agent('PATCH', `/accounts/${accountId}/contacts/${made.body.id}`, { [name]: value }),
      ),
      ...custom.map(([key, value]) =>
        ingest('PATCH', '/contacts/ONE', { custom_fields: { collections: { [key]: value } } }),
      ),
    ]);
    expect(statuses(replies)).toEqual({ 200: 50 });
    expect(replies.map(versionIn).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 2));
    expect((await ingest('GET', '/contacts/ONE')).body).toMatchObject({
      ...fields,
      email: 'ann@example.com',
      language: 'fr',
      function: 'head',
      notes: 'some',
      is_primary: true,
      name: 'Ann Other',
      custom_fields: { collections: Object.fromEntries(custom) },
    });
  });

  it('a removal and patches: after the 204 nothing brings the contact back', async () => {
    const { ingest, agent, account } = await newTenant();
    const accountId = await account();
    const made = await ingest('POST', '/contacts/ONE', { account_number: 'ACCT-001', name: 'Ann' });
    const one = `/accounts/${accountId}/contacts/${made.body.id}`;
    const replies = await times(30, (index) =>
      index === 12
        ? ingest('DELETE', '/contacts/ONE')
        : index % 2
          ? ingest('PATCH', '/contacts/ONE', { phone: String(index) })
          : agent('PATCH', one, { notes: String(index) }),
    );
    expect(replies[12]!.status).toBe(204);
    const patches = replies.filter((_, index) => index !== 12);
    expect(patches.filter(({ status }) => status !== 200 && status !== 404)).toEqual([]);
    for (const reply of [
      await ingest('GET', '/contacts/ONE'),
      await agent('GET', one),
      await ingest('PATCH', '/contacts/ONE', { phone: '1' }),
      await agent('DELETE', one),
      await ingest('DELETE', '/contacts/ONE'),
    ]) {
      expect(reply.status).toBe(404);
    }
  });

  it('20 removals of one contact give one 204 and 19 404', async () => {
    const { ingest } = await newTenant();
    await ingest('POST', '/contacts/ONE', {});
    const replies = await times(20, () => ingest('DELETE', '/contacts/ONE'));
    expect(statuses(replies)).toEqual({ 204: 1, 404: 19 });
  });

  it('a removal of the account and contacts that arrive in it leave no contact without its account', async () => {
    const { ingest, agent, account } = await newTenant();
    const accountId = await account();
    const replies = await times(30, (index) =>
      index === 10
        ? agent('DELETE', `/accounts/${accountId}`)
        : index % 2
          ? ingest('PUT', `/contacts/${index}`, { account_number: 'ACCT-001' })
          : agent('POST', `/accounts/${accountId}/contacts`, { fullName: farName(index), language: 'en' }),
    );
    expect(replies[10]!.status).toBe(204);
    expect(replies.filter(({ status }) => status >= 500)).toEqual([]);
    const { items: left } = (await ingest('GET', '/accounts')).body;
    const { items } = (await ingest('GET', '/contacts?first=100')).body;
    for (const contact of items) expect(contact.account_number).toBe('ACCT-001');
    expect(left).toHaveLength(items.length === 0 ? 0 : 1);
  });
});
