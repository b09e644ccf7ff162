/** The calls that model.test.ts makes in any order. Each is made to the service and to the model, and the answers are compared. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Reply, TestTenant } from './client.ts';
import type { Body, Book, ModelAccount, ModelContact, Outcome } from './model.ts';

type Run<Input> = (book: Book, tenant: TestTenant, input: Input) => Promise<void>;
type Condition = (book: Readonly<Book>) => boolean;

/** A call of this name with any such input. It is made only where the condition holds. */
const call = <Input>(
  name: string,
  inputs: fc.Arbitrary<Input>,
  run: Run<Input>,
  check: Condition = () => true,
): fc.Arbitrary<fc.AsyncCommand<Book, TestTenant>> =>
  inputs.map((input) => ({
    check,
    run: (book: Book, tenant: TestTenant) => run(book, tenant, input),
    toString: () => `${name} ${JSON.stringify(input)}`,
  }));

/** On an empty book most calls would end in a 404, which tests little. */
const somebody: Condition = ({ contacts }) => contacts.length > 0;
const someAccount: Condition = ({ accounts }) => accounts.length > 0;
const someone: Condition = (book) => somebody(book) && someAccount(book);

// ——— Small pools, so that collisions happen

const references = fc.constantFrom('C-1', 'C-2', 'john smith', 'Ann', 'a/b ü%41', 'ap1@example.com');
const numbers = fc.constantFrom('ACCT-1', 'ACCT-2', 'S-1');
/** Half of the names are near each other, so that the matching has a choice. */
const names = fc.oneof(
  fc.constantFrom('John Smith', 'Jon Smith', 'JOHN  smith', 'Jonn Smyth', 'Johan Smith'),
  fc.constantFrom(
    ...[
      'Jane Smith',
      'Smith John',
      'Ann',
      'Anna',
      'Maria',
      'Marie',
      'José Núñez',
      'Jose Nunez',
      '李雷',
      '李蕾',
    ],
    ...['Renée Dubois', 'Renee Dubois', 'ap1@example.com', 'AP1@Example.com', 'ap2@example.com'],
    ...['Straße 𝔘nit 1', 'strasse unit 1'],
    ...['Store 12345 Ulm', 'Store 12345', 'Store l2345 U1m', 'Store 1234 Ulm'],
  ),
);
const parts = fc.constantFrom('John', 'Smith', 'Jon', 'Ann', 'Renée', 'Dubois');
const emails = fc.constantFrom(
  ...['ap1@example.com', 'AP1@Example.com', 'ap2@example.com', 'josé@example.com', 'JOSÉ@EXAMPLE.COM'],
);
const languages = fc.constantFrom('en', 'FR', 'de');
const unset = fc.constantFrom(null, '');
const orUnset = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: arbitrary as fc.Arbitrary<T | null> }, { weight: 1, arbitrary: unset });
const some = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Body> =>
  fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Body>;

const customFields = fc
  .dictionary(
    fc.constantFrom('a', 'b', '__proto__', 'constructor', 'quo"te\\'),
    fc.constantFrom('x', 'y', 1, 0.1, -5e-7, true, false, null, ''),
    { maxKeys: 3, noNullPrototype: false },
  )
  .map((collections) => ({ collections }));

const contactTexts = {
  email: orUnset(emails),
  language: orUnset(languages),
  phone: orUnset(fc.constantFrom('1', '2')),
  notes: orUnset(fc.constantFrom('line\nline', 'x')),
  country: orUnset(fc.constantFrom('us', 'DE')),
  is_primary: fc.constantFrom(true, false, null),
  account_number: orUnset(numbers),
  custom_fields: customFields,
};
const contactBody = fc.oneof(
  { weight: 3, arbitrary: some({ ...contactTexts, name: orUnset(names) }) },
  { weight: 3, arbitrary: some({ ...contactTexts, first_name: orUnset(parts), last_name: orUnset(parts) }) },
  { weight: 1, arbitrary: some({ name: orUnset(names), first_name: orUnset(parts) }) },
);

const accountTexts = {
  language: orUnset(languages),
  phone: orUnset(fc.constantFrom('1', '2')),
  credit_limit: fc.constantFrom(0, 1.5, null),
  billing_address: fc.oneof(
    some({ address1: orUnset(fc.constantFrom('Street 1')), city: orUnset(fc.constantFrom('A', 'B')) }),
    some({ city: orUnset(fc.constantFrom('A', 'B')), country: orUnset(fc.constantFrom('us', 'DE')) }),
    fc.constant(null),
  ),
  custom_fields: customFields,
};
const accountBody = fc.oneof(
  some({ ...accountTexts, name: names, currency: fc.constantFrom('USD', 'eur') }),
  some({
    ...accountTexts,
    name: names,
    parent_account_number: orUnset(numbers),
    is_parent_account: fc.constantFrom(true, false, 0, 1),
  }),
);

const agentTexts = {
  email: orUnset(emails),
  role: orUnset(fc.constantFrom('head', 'clerk')),
  notes: orUnset(fc.constantFrom('x', 'y')),
  isPrimary: fc.constantFrom(true, false, null),
};
const agentBody = some({ fullName: names, language: languages, ...agentTexts });
const person = fc.record({ fullName: names, language: languages, email: orUnset(emails) });
const source = fc.record({
  connectionId: fc.constantFrom('erp', 'crm'),
  sourceId: fc.constantFrom('S-1', 'S-2', 'ACCT-1'),
});
const agentAccountBody = fc
  .tuple(
    names,
    some({
      currencyCode: fc.constantFrom('USD', 'eur'),
      billingAddress: fc.oneof(
        fc.constant({}),
        some({ street: fc.constant('Street 2'), city: fc.constant('B') }),
      ),
      contacts: fc.array(person, { maxLength: 2 }),
      source,
    }),
  )
  .map(([fullName, body]): Body => ({ fullName, ...body }));

// ——— Comparing answers with the model

/** The answer, with unordered items in the model's order. */
function plain(body: Body): Body {
  const { custom_fields, source, ...rest } = body as Body & {
    custom_fields?: { collections: Body };
    source?: Body;
  };
  const { lastUpdate, ...pair } = source ?? {};
  if (source) expect(lastUpdate).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/);
  return {
    ...rest,
    ...('source' in body && { source: source ? pair : null }),
    ...(custom_fields && { custom_fields: Object.entries(custom_fields.collections).sort() }),
  };
}

/** Takes over what only the service can know, once. It must stay the same afterwards, except the time of a change. */
function learn({ learned, version }: ModelContact | ModelAccount, body: Body): void {
  const createdAt = String(body.createdAt ?? body.created_at);
  const updatedAt = String(body.updatedAt ?? body.updated_at);
  learned.id ??= String(body.id);
  learned.createdAt ??= createdAt;
  if (learned.seen !== version) {
    expect(updatedAt >= (learned.updatedAt ?? createdAt)).toBe(true);
    Object.assign(learned, { updatedAt, seen: version });
  }
}

type Shown<R> = { [View in 'ingest' | 'agent']: (book: Book, record: R) => Body };
const contactViews: Shown<ModelContact> = {
  ingest: (book, contact) => book.ingestContact(contact),
  agent: (book, contact) => book.agentContact(contact),
};
const accountViews: Shown<ModelAccount> = {
  ingest: (book, account) => book.ingestAccount(account),
  agent: (book, account) => book.agentAccount(account),
};

type Dialect = 'ingest' | 'agent';

async function checkContact(
  book: Book,
  tenant: TestTenant,
  dialect: Dialect,
  contact: ModelContact,
  body: Body,
) {
  learn(contact, body);
  if (contact.account && !contact.account.learned.id) await meet(book, tenant, contact.account);
  expect(plain(body)).toEqual(contactViews[dialect](book, contact));
}

async function checkAccount(book: Book, dialect: Dialect, account: ModelAccount, body: Body) {
  learn(account, body);
  if (dialect === 'agent') {
    const people = book.contactsOf(account);
    const shown = body.contacts as Body[];
    expect(shown).toHaveLength(people.length);
    for (const [index, contact] of people.entries()) learn(contact, shown[index]!);
  }
  expect(plain(body)).toEqual(accountViews[dialect](book, account));
}

/** Reads a stub for the first time: only the service knows its id. */
async function meet(book: Book, { ingest }: TestTenant, account: ModelAccount): Promise<void> {
  const { body } = await ingest('GET', `/accounts/${encodeURIComponent(String(account.number))}`);
  await checkAccount(book, 'ingest', account, body);
}

async function check(
  book: Book,
  tenant: TestTenant,
  dialect: Dialect,
  reply: Reply,
  expected: Outcome,
): Promise<void> {
  const { status, contact, account, faults } = expected;
  expect(reply.status, reply.text).toBe(status);
  if (faults)
    expect(reply.body.errors.map((fault: Body) => fault.pointer).sort()).toEqual([...faults].sort());
  const record = contact ?? account;
  if (!record) return;
  if (contact) await checkContact(book, tenant, dialect, contact, reply.body);
  if (account) await checkAccount(book, dialect, account, reply.body);
  const text = reply.headers.get('ETag');
  expect(text).toMatch(/^"[^"]+"$/);
  book.tags.push({ text: text!, of: record, version: record.version });
}

/** Some calls are made twice: the second time everything is equal, and nothing changes. */
const again = fc.nat(3).map((number) => number === 0);

async function checkAgain(first: Reply, repeat: () => Promise<Reply>): Promise<void> {
  if (first.status > 201) return;
  const second = await repeat();
  expect(second.status, second.text).toBe(200);
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('ETag')).toBe(first.headers.get('ETag'));
}

// ——— Choosing what a call is about

const pick = <T>(items: readonly T[], index: number): T | undefined =>
  items[index % Math.max(items.length, 1)];
const index = fc.nat(11);
const UNKNOWN = '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4a01';

/** An account by its place, rarely one that does not exist. Its id is learned first. */
async function accountAt(book: Book, tenant: TestTenant, place: number) {
  const account = place === 11 ? undefined : pick(book.accounts, place);
  if (account && !account.learned.id) await meet(book, tenant, account);
  return { account, path: `/accounts/${account?.learned.id ?? UNKNOWN}` };
}

/** One of the account's contacts, rarely one of another account or one that does not exist. */
function contactAt(book: Book, account: ModelAccount | undefined, place: number) {
  const here = place > 8 || !account ? book.contacts : book.contactsOf(account);
  const contact = pick(here, place);
  return { contact, id: contact?.learned.id ?? UNKNOWN };
}

/** The place of the ETag to send as If-Match, counted from the latest. Most calls send none. */
const condition = fc.option(fc.nat(3), { freq: 2 });
function ifMatch(book: Book, place: number | null) {
  const tag = place === null ? undefined : book.tags.at(-1 - place);
  return { tag, headers: (tag ? { 'If-Match': tag.text } : {}) as Record<string, string> };
}
/** A reference of the pool, or that of a contact: a contact that was made in the agent dialect has its id as reference. */
const target = fc.tuple(references, fc.option(index, { freq: 2 }));
function referenceOf(book: Book, [reference, place]: [string, number | null]): string {
  const contact = place === null ? undefined : pick(book.contacts, place);
  return contact ? String(contact.reference ?? contact.learned.id) : reference;
}

// ——— Ingest dialect

const at = (reference: string) => `/contacts/${encodeURIComponent(reference)}`;

const ingestWrites = fc.oneof(
  call('POST contact', fc.tuple(target, contactBody), async (book, tenant, [to, body]) => {
    const reference = referenceOf(book, to);
    const reply = await tenant.ingest('POST', at(reference), body);
    await check(book, tenant, 'ingest', reply, book.postContact(reference, body));
  }),
  call(
    'PUT contact',
    fc.tuple(target, contactBody, condition, again),
    async (book, tenant, [to, body, place, twice]) => {
      const reference = referenceOf(book, to);
      const { tag, headers } = ifMatch(book, place);
      const reply = await tenant.ingest('PUT', at(reference), body, headers);
      await check(book, tenant, 'ingest', reply, book.putContact(reference, body, tag));
      if (twice) await checkAgain(reply, () => tenant.ingest('PUT', at(reference), body));
    },
  ),
  call('PUT contact, if new', fc.tuple(target, contactBody), async (book, tenant, [to, body]) => {
    const reference = referenceOf(book, to);
    const reply = await tenant.ingest('PUT', at(reference), body, { 'If-None-Match': '*' });
    await check(book, tenant, 'ingest', reply, book.putContact(reference, body, undefined, true));
  }),
  call(
    'PATCH contact',
    fc.tuple(target, contactBody, condition, again),
    async (book, tenant, [to, body, place, twice]) => {
      const reference = referenceOf(book, to);
      const { tag, headers } = ifMatch(book, place);
      const reply = await tenant.ingest('PATCH', at(reference), body, headers);
      await check(book, tenant, 'ingest', reply, book.patchContact(reference, body, tag));
      if (twice) await checkAgain(reply, () => tenant.ingest('PATCH', at(reference), body));
    },
    somebody,
  ),
);

const ingestOthers = fc.oneof(
  call(
    'DELETE contact',
    fc.tuple(target, condition),
    async (book, tenant, [to, place]) => {
      const reference = referenceOf(book, to);
      const { tag, headers } = ifMatch(book, place);
      const reply = await tenant.ingest('DELETE', at(reference), undefined, headers);
      await check(book, tenant, 'ingest', reply, book.deleteContact(reference, tag));
    },
    somebody,
  ),
  call(
    'GET contact',
    target,
    async (book, tenant, to) => {
      const reference = referenceOf(book, to);
      const reply = await tenant.ingest('GET', at(reference));
      await check(book, tenant, 'ingest', reply, book.getContact(reference));
    },
    somebody,
  ),
  call(
    'list contacts',
    fc.tuple(some({ account_number: numbers, email: emails }), fc.integer({ min: 1, max: 3 })),
    async (book, tenant, [filter, first]) => {
      const query = new URLSearchParams({ ...(filter as Record<string, string>), first: String(first) });
      const shown = await allOf(tenant, 'ingest', `/contacts?${query}`);
      const expected = book.listContacts(filter);
      expect(shown).toHaveLength(expected.length);
      for (const [place, contact] of expected.entries())
        await checkContact(book, tenant, 'ingest', contact, shown[place]!);
    },
    somebody,
  ),
);

const ingestAccounts = call(
  'account',
  fc.tuple(fc.constantFrom('POST', 'PUT', 'PATCH'), numbers, accountBody, condition, again),
  async (book, tenant, [method, number, body, place, twice]) => {
    const { tag, headers } = ifMatch(book, method === 'POST' ? null : place);
    const path = `/accounts/${encodeURIComponent(number)}`;
    const reply = await tenant.ingest(method, path, body, headers);
    const expected = {
      POST: () => book.postAccount(number, body),
      PUT: () => book.putAccount(number, body, tag),
      PATCH: () => book.patchAccount(number, body, tag),
    }[method]!();
    await check(book, tenant, 'ingest', reply, expected);
    if (twice && method !== 'POST') await checkAgain(reply, () => tenant.ingest(method, path, body));
  },
);

// ——— Agent dialect

const agentContacts = fc.oneof(
  call(
    'agent: POST contact',
    fc.tuple(index, agentBody),
    async (book, tenant, [place, body]) => {
      const { account, path } = await accountAt(book, tenant, place);
      const reply = await tenant.agent('POST', `${path}/contacts`, body);
      await check(book, tenant, 'agent', reply, book.postAgentContact(account, body));
    },
    someAccount,
  ),
  call(
    'agent: PATCH contact',
    fc.tuple(index, index, agentBody, condition, again),
    async (book, tenant, [place, who, body, tagPlace, twice]) => {
      const { account, path } = await accountAt(book, tenant, place);
      const { contact, id } = contactAt(book, account, who);
      const { tag, headers } = ifMatch(book, tagPlace);
      const reply = await tenant.agent('PATCH', `${path}/contacts/${id}`, body, headers);
      await check(book, tenant, 'agent', reply, book.patchAgentContact(account, contact, body, tag));
      if (twice) await checkAgain(reply, () => tenant.agent('PATCH', `${path}/contacts/${id}`, body));
    },
    someone,
  ),
);

const agentOthers = fc.oneof(
  call(
    'agent: DELETE contact',
    fc.tuple(index, index, condition),
    async (book, tenant, [place, who, tagPlace]) => {
      const { account, path } = await accountAt(book, tenant, place);
      const { contact, id } = contactAt(book, account, who);
      const { tag, headers } = ifMatch(book, tagPlace);
      const reply = await tenant.agent('DELETE', `${path}/contacts/${id}`, undefined, headers);
      await check(book, tenant, 'agent', reply, book.deleteAgentContact(account, contact, tag));
    },
    someone,
  ),
  call(
    'agent: GET contact',
    fc.tuple(index, index),
    async (book, tenant, [place, who]) => {
      const { account, path } = await accountAt(book, tenant, place);
      const { contact, id } = contactAt(book, account, who);
      const reply = await tenant.agent('GET', `${path}/contacts/${id}`);
      await check(book, tenant, 'agent', reply, book.getAgentContact(account, contact));
    },
    someone,
  ),
  call(
    'agent: list contacts',
    fc.tuple(index, fc.integer({ min: 1, max: 3 })),
    async (book, tenant, [place, first]) => {
      const { account, path } = await accountAt(book, tenant, place);
      if (!account) return;
      const shown = await allOf(tenant, 'agent', `${path}/contacts?first=${first}`);
      const expected = book.contactsOf(account);
      expect(shown).toHaveLength(expected.length);
      for (const [at, contact] of expected.entries())
        await checkContact(book, tenant, 'agent', contact, shown[at]!);
    },
    someAccount,
  ),
);

const upserts = call(
  'agent: upsert',
  fc.tuple(index, fc.oneof(agentBody, person), again, again),
  async (book, tenant, [place, body, twice, previews]) => {
    const { account, path } = await accountAt(book, tenant, place);
    const dryRun = `${path}/contacts/upsert?dryRun=true`;
    const preview = previews ? await tenant.agent('PUT', dryRun, body) : null;
    const reply = await tenant.agent('PUT', `${path}/contacts/upsert`, body);
    if (preview) expect(promised(preview.body)).toEqual(promised(reply.body));
    await check(book, tenant, 'agent', reply, book.upsert(account, body));
    // without a name or an address the rule means no contact
    const says = Boolean(body.fullName || body.email);
    if (twice && says) await checkAgain(reply, () => tenant.agent('PUT', `${path}/contacts/upsert`, body));
  },
  someAccount,
);

/** What a preview can know of the answer: not what only the write decides. */
const promised = ({ id, createdAt, updatedAt, requestId, explanation, ...rest }: Body) => rest;

const agentAccounts = fc.oneof(
  call('agent: POST account', agentAccountBody, async (book, tenant, body) => {
    const reply = await tenant.agent('POST', '/accounts', body);
    await check(book, tenant, 'agent', reply, book.postAgentAccount(body));
  }),
  call(
    'agent: PUT account',
    fc.tuple(index, agentAccountBody, fc.boolean(), condition),
    async (book, tenant, [place, { source, ...rest }, unlinks, tagPlace]) => {
      const body = { ...rest, ...(source !== undefined && { source: unlinks ? null : source }) };
      const { account, path } = await accountAt(book, tenant, place);
      const { tag, headers } = ifMatch(book, tagPlace);
      const reply = await tenant.agent('PUT', path, body, headers);
      await check(book, tenant, 'agent', reply, book.putAgentAccount(account, body, tag));
    },
    someAccount,
  ),
  call(
    'agent: DELETE account',
    fc.tuple(index, condition),
    async (book, tenant, [place, tagPlace]) => {
      const { account, path } = await accountAt(book, tenant, place);
      const { tag, headers } = ifMatch(book, tagPlace);
      const reply = await tenant.agent('DELETE', path, undefined, headers);
      await check(book, tenant, 'agent', reply, book.deleteAccount(account, tag));
    },
    someAccount,
  ),
  call(
    'agent: PUT source',
    fc.tuple(index, source, condition),
    async (book, tenant, [place, body, tagPlace]) => {
      const { account, path } = await accountAt(book, tenant, place);
      const { tag, headers } = ifMatch(book, tagPlace);
      const reply = await tenant.agent('PUT', `${path}/source`, body, headers);
      await check(book, tenant, 'agent', reply, book.putSource(account, body, tag));
    },
    someAccount,
  ),
  call(
    'agent: DELETE source',
    fc.tuple(index, condition),
    async (book, tenant, [place, tagPlace]) => {
      const { account, path } = await accountAt(book, tenant, place);
      const { tag, headers } = ifMatch(book, tagPlace);
      const reply = await tenant.agent('DELETE', `${path}/source`, undefined, headers);
      await check(book, tenant, 'agent', reply, book.deleteSource(account, tag));
    },
    someAccount,
  ),
);

/** No dialect writes a status, so the table is set to what delivery events would say. */
const deliveries = call(
  'delivery',
  fc.tuple(emails, fc.constantFrom('Bounced', 'Complained', 'Valid')),
  async (book, { id }, [email, status]) => {
    book.deliver(email, status);
    await env.DB.prepare(
      'INSERT INTO addresses (tenant_id, address_key, status, updated_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET status = ?3',
    )
      .bind(id, email.toLowerCase(), status, new Date().toISOString())
      .run();
  },
);

/** Any call. */
export const anyCall = fc.oneof(
  { weight: 9, arbitrary: ingestWrites },
  { weight: 3, arbitrary: ingestOthers },
  { weight: 3, arbitrary: ingestAccounts },
  { weight: 4, arbitrary: agentContacts },
  { weight: 3, arbitrary: agentOthers },
  { weight: 8, arbitrary: upserts },
  { weight: 4, arbitrary: agentAccounts },
  { weight: 1, arbitrary: deliveries },
);

// ——— The whole book

/** Every item of a list, over all of its pages. */
async function allOf(tenant: TestTenant, dialect: Dialect, path: string): Promise<Body[]> {
  const items: Body[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const reply: Reply = await tenant[dialect]('GET', after === '' ? path : `${path}&after=${after}`);
    expect(reply.status, reply.text).toBe(200);
    const { body } = reply;
    items.push(...(body.items ?? body.nodes));
    after = dialect === 'ingest' ? body.next : body.pageInfo.endCursor;
  }
  return items;
}

/** Reads the whole book in both dialects. */
export async function checkWhole(book: Book, tenant: TestTenant): Promise<void> {
  const accounts = await allOf(tenant, 'ingest', '/accounts?first=100');
  expect(accounts).toHaveLength(book.accounts.length);
  for (const [at, account] of book.accounts.entries())
    await checkAccount(book, 'ingest', account, accounts[at]!);
  const shown = await allOf(tenant, 'agent', '/accounts?first=100');
  expect(shown).toHaveLength(book.accounts.length);
  for (const [at, account] of book.accounts.entries()) await checkAccount(book, 'agent', account, shown[at]!);
  const contacts = await allOf(tenant, 'ingest', '/contacts?first=100');
  expect(contacts).toHaveLength(book.contacts.length);
  for (const [at, contact] of book.contacts.entries())
    await checkContact(book, tenant, 'ingest', contact, contacts[at]!);
}
