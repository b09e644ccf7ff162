/** A PUT of an account with its contacts does the same as one upsert for each contact, one after another, but in one transaction. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newTenant, send, type TestTenant } from './client.ts';
import { database } from './store.ts';

const names = ['John Smith', 'Jon Smith', 'JOHN  smyth', 'Jane Smith', 'Ann', 'Anna', 'ap@example.com'];
const addresses = [undefined, null, 'ap@example.com', 'AP@example.com', 'john@example.com'];
const person = fc.record(
  {
    fullName: fc.constantFrom(...names),
    email: fc.constantFrom(...addresses),
    language: fc.constantFrom('en', 'fr'),
    notes: fc.constantFrom('one', 'two'),
  },
  { requiredKeys: ['fullName', 'email', 'language'] },
);

const accountWith = async ({ agent }: TestTenant, people: object[]) => {
  const { body } = await agent('POST', '/accounts', { fullName: 'Acme', contacts: people });
  return body.id as string;
};

/** What the ingest dialect shows of the contacts, in order, without the values that differ from one contact to another anyway. */
const people = async ({ agent }: TestTenant, account: string) => {
  const { body } = await agent('GET', `/accounts/${account}/contacts?first=100`);
  const contacts = await Promise.all(
    body.nodes.map(
      async ({ id }: { id: string }) =>
        (await agent('GET', `/accounts/${account}/contacts/${id}?view=ingest`)).body,
    ),
  );
  return contacts.map(({ name, email, language, notes }) => ({ name, email, language, notes }));
};

it('leaves the contacts that upserts would leave', async () => {
  const tenant = await newTenant();
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { maxLength: 4 }),
      fc.array(person, { minLength: 1, maxLength: 6 }),
      async (stored, sent) => {
        const [whole, each] = [await accountWith(tenant, stored), await accountWith(tenant, stored)];
        const { status } = await tenant.agent('PUT', `/accounts/${whole}`, {
          fullName: 'Acme',
          contacts: sent,
        });
        expect(status).toBe(200);
        for (const one of sent) await tenant.agent('PUT', `/accounts/${each}/contacts/upsert`, one);
        expect(await people(tenant, whole)).toEqual(await people(tenant, each));
      },
    ),
    { numRuns: 60 },
  );
});

it('leaves the contacts that upserts would leave of those for whom an address stands in for a name', async () => {
  const tenant = await newTenant();
  const names = ['ap@example.com', 'john@example.com', 'ann@example.com', 'Ann'];
  const person = fc.record(
    {
      fullName: fc.constantFrom(...names),
      email: fc.constantFrom(null, 'ap@example.com', 'john@example.com'),
      language: fc.constantFrom('en', 'fr'),
    },
    { requiredKeys: ['fullName', 'language'] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(['ap@example.com', 'john@example.com']),
      fc.array(person, { minLength: 2, maxLength: 5 }),
      async (emails, contacts) => {
        const accounts = [await accountWith(tenant, []), await accountWith(tenant, [])] as const;
        for (const account_number of accounts)
          for (const email of emails)
            await tenant.ingest('PUT', `/contacts/${account_number}-${email}`, { account_number, email });
        const [whole, each] = accounts;
        await tenant.agent('PUT', `/accounts/${whole}`, { fullName: 'Acme', contacts });
        for (const one of contacts) await tenant.agent('PUT', `/accounts/${each}/contacts/upsert`, one);
        expect(await people(tenant, whole)).toEqual(await people(tenant, each));
      },
    ),
    { numRuns: 60 },
  );
});

it.each(['first_name', 'last_name'])(
  'meets a contact that has only a %s by the name that it gets',
  async (part) => {
    const tenant = await newTenant();
    const account = await tenant.account();
    await tenant.ingest('PUT', '/contacts/ONE', {
      account_number: 'ACCT-001',
      [part]: 'Smith',
      email: 'ap@example.com',
    });
    const contacts = [
      { fullName: 'john@example.com', email: 'ap@example.com', language: 'en' },
      { fullName: 'john@example.com', language: 'fr' },
    ];
    await tenant.agent('PUT', `/accounts/${account}`, { fullName: 'Acme', contacts });
    expect(await people(tenant, account)).toMatchObject([{ name: 'john@example.com', language: 'fr' }]);
  },
);

it.each([
  ['name', { fullName: 'Accounts Payable' }],
  ['address', { fullName: 'Somebody Else', email: 'ap@example.com' }],
])('means the oldest of many that have the %s', async (_, sent) => {
  const tenant = await newTenant();
  const alike = { fullName: 'Accounts Payable', email: 'ap@example.com', language: 'en' };
  const account = await accountWith(tenant, Array(5).fill(alike));
  const path = `/accounts/${account}`;
  await tenant.agent('PUT', path, { fullName: 'Acme', contacts: [{ ...sent, language: 'fr' }] });
  expect((await people(tenant, account)).map(({ language }) => language)).toEqual([
    'fr',
    ...Array(4).fill('en'),
  ]);
});

it('changes nothing when the source is another account’s, or the version another', async () => {
  const tenant = await newTenant();
  const source = { connectionId: 'erp', sourceId: 'S-1' };
  const account = await accountWith(tenant, []);
  const linked = (await tenant.agent('POST', '/accounts', { fullName: 'Linked', source })).body.id;
  const before = (await tenant.agent('GET', `/accounts/${account}`)).text;
  const contacts = [{ fullName: 'Ann', language: 'en' }];
  const taken = await tenant.agent('PUT', `/accounts/${account}`, { fullName: 'New', source, contacts });
  expect([taken.status, taken.body.code]).toEqual([409, 'source.conflict']);
  for (const other of [
    { connectionId: 'erp', sourceId: 'S-2' },
    { connectionId: 'crm', sourceId: 'S-1' },
  ]) {
    const json = { fullName: 'New', source: other, contacts };
    const relinked = await tenant.agent('PUT', `/accounts/${linked}`, json);
    expect([relinked.status, relinked.body.code]).toEqual([409, 'source.conflict']);
  }
  const headers = { 'If-Match': `"${account}.7.x"` };
  const stale = await tenant.agent('PUT', `/accounts/${account}`, { fullName: 'New', contacts }, headers);
  expect([stale.status, stale.body.code]).toEqual([412, 'precondition.failed']);
  expect((await tenant.agent('GET', `/accounts/${account}`)).text).toBe(before);
});

it.each<[what: string, letter: (index: number) => string]>([
  ['letters of two bytes', () => 'Ж'],
  ['letters of three bytes', (index) => String.fromCharCode(0x4e00 + index)],
  ['letters that are compared as eighteen', () => '\ufdfa'],
])(
  'takes a hundred names of 320 letters, and asks the store of no value near 2 MB, and of few MB in all: %s',
  async (_, letter) => {
    const { agent, key } = await newTenant();
    const contacts = Array.from({ length: 100 }, (_, index) => ({
      fullName: Array.from({ length: 317 }, (_, at) => letter(at)).join('') + String(index).padStart(3, '0'),
      language: 'en',
    }));
    const { body: account } = await agent('POST', '/accounts', {
      fullName: 'Acme',
      contacts: contacts.slice(50),
    });
    let longest = 0;
    let all = 0;
    const prepare = (text: string) => ({
      bind(...values: unknown[]) {
        const sizes = values.map((value) => new TextEncoder().encode(String(value)).length);
        longest = Math.max(longest, ...sizes);
        all += sizes.reduce((sum, size) => sum + size, 0);
        return env.DB.prepare(text).bind(...values);
      },
    });
    const DB = Object.assign(
      database((_statements, go) => go()),
      { prepare },
    );
    const path = `/api/public/v1/accounts/${account.id}`;
    const json = { fullName: 'Acme', contacts };
    const { status, text } = await send('PUT', path, { key, json, bindings: { DB } });
    expect(status, text).toBe(200);
    expect(longest).toBeLessThan(1_000_000);
    expect(all).toBeLessThan(25_000_000);
  },
);

it('meets the last of a hundred people with long names, too', async () => {
  const tenant = await newTenant();
  const contacts = Array.from({ length: 100 }, (_, index) => ({
    fullName: String.fromCodePoint(0x4e00 + index).repeat(320),
    language: 'en',
  }));
  const path = `/accounts/${await accountWith(tenant, contacts.slice(90))}`;
  expect((await tenant.agent('PUT', path, { fullName: 'Acme', contacts })).status).toBe(200);
  const { body } = await tenant.agent('GET', `${path}/contacts?first=100`);
  expect([body.nodes.length, body.pageInfo.endCursor]).toEqual([100, null]);
});

it('knows a contact by its new name, where people who could mean it are too many for one look-up', async () => {
  const tenant = await newTenant();
  const renamed = { fullName: 'Accounts Payable', email: 'ap@example.com', language: 'en' };
  const account = await accountWith(tenant, [renamed]);
  const long = Array.from({ length: 98 }, (_, index) => ({
    fullName: String.fromCodePoint(0x4e00 + index).repeat(320),
    language: 'en',
  }));
  const contacts = [{ ...renamed, fullName: 'Wolfgang Huber' }, ...long, { ...renamed, email: null }];
  await tenant.agent('PUT', `/accounts/${account}`, { fullName: 'Acme', contacts });
  const found = (await people(tenant, account)).map(({ name, email }) => [name, email]);
  expect([found.length, found[0], found.at(-1)]).toEqual([
    100,
    ['Wolfgang Huber', 'ap@example.com'],
    ['Accounts Payable', null],
  ]);
});

it('20 at once leave each contact once', async () => {
  const tenant = await newTenant();
  const account = await accountWith(tenant, []);
  const contacts = ['Alice Example', 'Bob Sample', 'Carol Specimen'].map((fullName) => ({
    fullName,
    email: `${fullName.split(' ')[0]}@example.com`,
    language: 'en',
  }));
  const replies = await Promise.all(
    Array.from({ length: 20 }, () =>
      tenant.agent('PUT', `/accounts/${account}`, { fullName: 'Acme', contacts }),
    ),
  );
  expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(await people(tenant, account)).toHaveLength(3);
});

it.each([
  ['moves to another account', 'ELSEWHERE'],
  ['leaves every account', null],
])('makes another contact where the one that it means %s meanwhile', async (_, account_number) => {
  const tenant = await newTenant();
  await tenant.account('ELSEWHERE');
  const account = await tenant.account();
  const ann = { account_number: 'ACCT-001', name: 'Ann', email: 'ann@example.com' };
  await tenant.ingest('PUT', '/contacts/ANN', ann);
  let trips = 0;
  const DB = database(async (_, go) => {
    trips += 1;
    const hasDecided = trips === 1;
    const results = await go();
    if (hasDecided) await tenant.ingest('PATCH', '/contacts/ANN', { account_number });
    return results;
  });
  const contacts = [{ fullName: 'Ann', email: 'ann@example.com', language: 'fr' }];
  const { status, body } = await send('PUT', `/api/public/v1/accounts/${account}`, {
    key: tenant.key,
    json: { fullName: 'Acme', contacts },
    bindings: { DB },
  });
  expect([status, trips]).toEqual([200, 4]);
  expect(body.contacts).toMatchObject([{ fullName: 'Ann', language: 'fr' }]);
  expect((await tenant.ingest('GET', '/contacts/ANN')).body).toMatchObject({
    account_number,
    language: null,
  });
});

it('reads each contact once, where all people could be meant by it', async () => {
  const tenant = await newTenant();
  const alike = Array.from({ length: 100 }, (_, index) => ({
    fullName: `Customer ${String(index).padStart(5, '0')}`,
    language: 'en',
  }));
  const path = `/accounts/${await accountWith(tenant, alike)}`;
  let rows = 0;
  const DB = database(async (_, go) => {
    const answers = await go();
    rows += answers.reduce((sum, { results }) => sum + results.length, 0);
    return answers;
  });
  const contacts = alike.map((person) => ({ ...person, language: 'fr' }));
  const { status } = await send('PUT', `/api/public/v1${path}`, {
    key: tenant.key,
    json: { fullName: 'Acme', contacts },
    bindings: { DB },
  });
  const { body } = await tenant.agent('GET', `${path}/contacts?first=100`);
  const stored = body.nodes.map(({ fullName, language }: (typeof alike)[0]) => ({ fullName, language }));
  expect([status, body.pageInfo.endCursor]).toEqual([200, null]);
  expect(stored).toEqual(contacts);
  expect(rows).toBeLessThan(200);
});
