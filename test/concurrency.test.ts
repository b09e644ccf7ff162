/**
 * Two thousand operations of every kind, through both dialects at once. Afterwards the book is what the same operations would have made of it one
 * after another.
 */
import { expect, it } from 'vitest';
import { newTenant, type Reply, type TestTenant } from './client.ts';

/** How many are under way at any time. */
const AT_ONCE = 100;

/** One operation, with the check of its answer. */
type Operation = () => Promise<void>;

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const versionOf = ({ headers }: Reply) => Number(headers.get('ETag')?.split('.')[1]);

/** Shuffles the items, in the same order each time. */
function shuffled<Item>(items: Item[]): Item[] {
  let state = 42;
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state;
  };
  return items
    .map((item) => [next(), item] as const)
    .sort(([one], [other]) => one - other)
    .map(([, item]) => item);
}

async function runAll(operations: Operation[]): Promise<void> {
  const queue = [...operations];
  const worker = async () => {
    for (let next = queue.pop(); next; next = queue.pop()) await next();
  };
  await Promise.all(range(AT_ONCE).map(worker));
}

interface Fields {
  name: string | null;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
  phone: string | null;
  notes: string | null;
  custom_fields: { collections: Record<string, unknown> };
}
const nothing: Fields = {
  name: null,
  first_name: null,
  last_name: null,
  email: null,
  phone: null,
  notes: null,
  custom_fields: { collections: {} },
};

/** What the contract says of each kind of write, in the plainest form. */
const model = {
  put: (before: Fields, body: Partial<Fields>): Fields => ({
    ...nothing,
    ...body,
    custom_fields: merged(before, body),
  }),
  patch: (before: Fields, body: Partial<Fields>): Fields => ({
    ...before,
    ...(body.name != null && { first_name: null, last_name: null }),
    ...((body.first_name != null || body.last_name != null) && { name: null }),
    ...body,
    custom_fields: merged(before, body),
  }),
};
const merged = (before: Fields, { custom_fields }: Partial<Fields>) => ({
  collections: { ...before.custom_fields.collections, ...custom_fields?.collections },
});

/** Contacts that all kinds of write change at once. Each answer says which version it made, and the versions tell the order. */
function mixed({ ingest, agent }: TestTenant, account: string, reference: string, id: string) {
  const log = new Map<number, (before: Fields) => Fields>();
  const noted = (reply: Reply, change: (before: Fields) => Fields) => {
    expect(reply.status).toBe(200);
    expect(log.has(versionOf(reply)), 'two writes made one version').toBe(false);
    log.set(versionOf(reply), change);
  };
  const operations = range(30).map((index): Operation => {
    const text = `${reference} ${index}`;
    const collections = { [`f${index}`]: index };
    const kinds: Operation[] = [
      async () => {
        const body = { name: text, phone: text, custom_fields: { collections } };
        const reply = await ingest('PUT', `/contacts/${reference}`, { ...body, account_number: 'MIXED' });
        noted(reply, (before) => model.put(before, body));
      },
      async () => {
        const body =
          index % 2
            ? { first_name: text, custom_fields: { collections } }
            : { phone: text, email: `p${index}@example.com` };
        noted(await ingest('PATCH', `/contacts/${reference}`, body), (before) => model.patch(before, body));
      },
      async () => {
        const reply = await agent('PATCH', `/accounts/${account}/contacts/${id}`, {
          fullName: text,
          notes: text,
        });
        noted(reply, (before) => model.patch(before, { name: text, notes: text }));
      },
    ];
    return kinds[index % 3]!;
  });
  const check = async () => {
    const expected = range(31)
      .slice(1)
      .reduce((fields, index) => {
        const change = log.get(index + 1);
        expect(change, `version ${index + 1} of ${reference}`).toBeDefined();
        return change!(fields);
      }, nothing);
    const { body, headers } = await ingest('GET', `/contacts/${reference}`);
    expect(body).toMatchObject(expected);
    expect(Object.keys(body.custom_fields.collections).length).toBe(
      Object.keys(expected.custom_fields.collections).length,
    );
    expect(headers.get('ETag')).toMatch(new RegExp(`^"${id}\\.31\\.`));
  };
  return { operations, check };
}

it('leaves what one after the other would have left', async () => {
  const tenant = await newTenant();
  const { ingest, agent } = tenant;
  const account = await tenant.account('MIXED');
  const people = await tenant.account('PEOPLE');
  const kept = await tenant.account('KEPT');
  const operations: Operation[] = [];
  const checks: (() => Promise<void>)[] = [];
  let expectedContacts = 0;

  // 600: PUT, PATCH and the agent's PATCH of the same 20 contacts
  for (const index of range(20)) {
    const { body } = await ingest('POST', `/contacts/MIXED-${index}`, { account_number: 'MIXED' });
    const { operations: some, check } = mixed(tenant, account, `MIXED-${index}`, body.id);
    operations.push(...some);
    checks.push(check);
    expectedContacts += 1;
  }

  // 400: PATCHes of 40 different fields of the same 10 contacts, every other one in the agent dialect where it has the field
  for (const index of range(10)) {
    await ingest('POST', `/contacts/FIELDS-${index}`, {});
    expectedContacts += 1;
    const versions = new Set<number>();
    for (const field of range(40))
      operations.push(async () => {
        const custom_fields = { collections: { [`field ${field}`]: field } };
        const reply = await ingest('PATCH', `/contacts/FIELDS-${index}`, { custom_fields });
        expect(reply.status).toBe(200);
        versions.add(versionOf(reply));
      });
    checks.push(async () => {
      const { body } = await ingest('GET', `/contacts/FIELDS-${index}`);
      const all = Object.fromEntries(range(40).map((field) => [`field ${field}`, field]));
      expect(body.custom_fields.collections).toEqual(all);
      expect([...versions].sort((a, b) => a - b)).toEqual(range(40).map((version) => version + 2));
    });
  }

  // 400: equal upserts of 20 people, by email and by name
  for (const index of range(20)) {
    const letters = String.fromCharCode(97 + index).repeat(6);
    const person = {
      fullName: `${letters} person`,
      language: 'en',
      ...(index % 2 && { email: `${letters}@example.com` }),
    };
    const replies: Reply[] = [];
    for (const _ of range(20))
      operations.push(async () => {
        replies.push(await agent('PUT', `/accounts/${people}/contacts/upsert`, person));
      });
    checks.push(async () => {
      expect(replies.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
      expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    });
    expectedContacts += 1;
  }

  // 200: POSTs of one reference, 10 times each
  for (const index of range(20)) {
    const replies: Reply[] = [];
    for (const attempt of range(10))
      operations.push(async () => {
        replies.push(
          await ingest('POST', `/contacts/POSTED-${index}`, { name: `${attempt}`, notes: `${attempt}` }),
        );
      });
    checks.push(async () => {
      expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
      const winner = replies.find(({ status }) => status === 201)!;
      expect((await ingest('GET', `/contacts/POSTED-${index}`)).body).toEqual(winner.body);
    });
    expectedContacts += 1;
  }

  // 200: writers who have all read the same version, in both dialects
  for (const index of range(10)) {
    const { body, headers } = await ingest('POST', `/contacts/MATCHED-${index}`, {
      account_number: 'KEPT',
      name: 'x',
    });
    const match = { 'If-Match': headers.get('ETag')! };
    const replies: Reply[] = [];
    for (const writer of range(20))
      operations.push(async () => {
        replies.push(
          writer % 2
            ? await ingest('PATCH', `/contacts/MATCHED-${index}`, { notes: `${writer}` }, match)
            : await agent('PATCH', `/accounts/${kept}/contacts/${body.id}`, { notes: `${writer}` }, match),
        );
      });
    checks.push(async () => {
      expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(412)]);
      const winner = replies.find(({ status }) => status === 200)!;
      const now = await ingest('GET', `/contacts/MATCHED-${index}`);
      expect(versionOf(now)).toBe(2);
      expect(now.body.updated_at).toBe(winner.body.updated_at ?? winner.body.updatedAt);
    });
    expectedContacts += 1;
  }

  // 200: POSTs under one Idempotency-Key, 10 times each
  for (const index of range(20)) {
    const replies: Reply[] = [];
    for (const _ of range(10))
      operations.push(async () => {
        const key = { 'Idempotency-Key': `kept ${index}` };
        const person = { fullName: `Kept ${index}`, language: 'en' };
        replies.push(await agent('POST', `/accounts/${kept}/contacts`, person, key));
      });
    checks.push(async () => {
      expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect(replies[0]!.status).toBe(201);
    });
    expectedContacts += 1;
  }

  expect(operations).toHaveLength(2_000);
  await runAll(shuffled(operations));
  for (const check of checks) await check();

  const ids = new Set<string>();
  let after = '';
  do {
    const { body } = await ingest('GET', `/contacts?first=100${after && `&after=${after}`}`);
    for (const { id } of body.items) {
      expect(ids.has(id)).toBe(false);
      ids.add(id);
    }
    after = body.next;
  } while (after);
  expect(ids.size).toBe(expectedContacts);
}, 120_000);
