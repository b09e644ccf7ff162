/** "Idempotency-Key on any write": a retry gives the first answer, and leaves the book as it is. */
import { createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import worker from '../src/index.ts';
import { FORM } from '../src/platform/idempotency.ts';
import { adminSend, type Call, type Reply, send } from './client.ts';
import { counting, database, dump, empty } from './store.ts';
import { AGENT, attempt, INGEST, missing, newWorld, source, type Write, writes } from './writes.ts';

const HOURS = 60 * 60 * 1_000;

let keys = 0;
const newAttempt = () => {
  keys += 1;
  return `attempt ${keys}`;
};

/** What a client sees of an answer, without what names the request. */
const seen = ({ status, text, headers }: Reply) => ({
  status,
  text: text.replace(/"requestId":"[^"]*"/, ''),
  ETag: headers.get('ETag'),
  Location: headers.get('Location'),
});
const isReplay = ({ headers }: Reply) => headers.get('Idempotent-Replayed') === 'true';

/** A kept row without what is another each time. */
const masked = (row: string) =>
  row.replaceAll(/"[-0-9a-f]{36}"/g, '"id"').replaceAll(/"\d{4}-[-:.\dT]+Z"/g, '"time"');

beforeEach(empty);

it('has every write of the document in its table', async () => {
  expect(await missing()).toEqual([]);
});

describe.each(Object.entries(writes))('%s', (_, write) => {
  it('sent again gives the first answer, and changes nothing', async () => {
    const world = await newWorld();
    const key = newAttempt();
    const first = await attempt(world, key, write(world));
    expect(first.status, first.text).toBeLessThan(300);
    expect(isReplay(first)).toBe(false);
    const before = await dump();
    for (let retry = 0; retry < 2; retry += 1) {
      const again = await attempt(world, key, write(world));
      expect(seen(again)).toEqual(seen(first));
      expect(isReplay(again)).toBe(true);
    }
    expect(await dump()).toEqual(before);
  });

  it('20 times at once is written once, with one answer', async () => {
    const world = await newWorld();
    const key = newAttempt();
    const replies = await Promise.all(Array.from({ length: 20 }, () => attempt(world, key, write(world))));
    const answers = new Set(replies.map((reply) => JSON.stringify(seen(reply))));
    expect([...answers]).toHaveLength(1);
    expect(replies[0]!.status).toBeLessThan(300);
    expect(replies.filter((reply) => !isReplay(reply))).toHaveLength(1);
  });

  it('gives the first answer even after everything has changed', async () => {
    const world = await newWorld();
    const key = newAttempt();
    const first = await attempt(world, key, write(world));
    const { tenant, account, number, reference, contact } = world;
    const overwrites: ReturnType<Write>[] = [
      ['PATCH', `${INGEST}/contacts/${reference}`, { name: 'Changed', email: null, language: 'de' }],
      ['PATCH', `${INGEST}/contacts/NEW`, { name: 'Changed', email: null, account_number: 'ELSEWHERE' }],
      ['PATCH', `${INGEST}/accounts/${number}`, { name: 'Changed', language: 'de' }],
      ['PATCH', `${AGENT}/accounts/${account}/contacts/${contact}`, { fullName: 'Changed Again' }],
      ['DELETE', `${AGENT}/accounts/${account}/source`],
      ['POST', `${AGENT}/accounts`, { fullName: 'Taker', source: { ...source } }],
      ['PATCH', `/admin/v1/tenants/${tenant.id}`, { name: 'Changed', defaultLanguage: 'de' }],
    ];
    for (const overwrite of overwrites) await attempt(world, newAttempt(), overwrite);
    expect(seen(await attempt(world, key, write(world)))).toEqual(seen(first));
    await attempt(world, newAttempt(), ['DELETE', `${INGEST}/contacts/${reference}`]);
    await attempt(world, newAttempt(), ['DELETE', `${INGEST}/contacts/NEW`]);
    await attempt(world, newAttempt(), ['DELETE', `${AGENT}/accounts/${account}`]);
    const before = await dump();
    const again = await attempt(world, key, write(world));
    expect(seen(again)).toEqual(seen(first));
    expect(isReplay(again)).toBe(true);
    expect(await dump()).toEqual(before);
  });

  it('refuses the key with another query or body: 422, and nothing is written', async () => {
    const world = await newWorld();
    const key = newAttempt();
    const [method, path, json] = write(world);
    await attempt(world, key, [method, path, json]);
    const before = await dump();
    const others: ReturnType<Write>[] = [
      [method, `${path}?other`, json],
      ...(json === undefined ? [] : [[method, path, { ...json, other: 1 }] as ReturnType<Write>]),
    ];
    for (const other of others) {
      const { status, body } = await attempt(world, key, other);
      expect([status, body.code]).toEqual([422, 'idempotency.key_reused']);
    }
    expect(await dump()).toEqual(before);
  });

  it('is not kept when the store fails: the retry runs', async () => {
    const world = await newWorld();
    const key = newAttempt();
    const DB = database(async () => {
      throw new Error('D1_ERROR: disk I/O error');
    });
    const failed = await attempt(world, key, write(world), { bindings: { DB } });
    expect([failed.status, failed.headers.get('Retry-After')]).toEqual([503, '1']);
    const { status, headers } = await attempt(world, key, write(world));
    expect(status).toBeLessThan(300);
    expect(headers.get('Idempotent-Replayed')).toBeNull();
  });
});

it('a write of the one dialect cannot be taken for one of the other, nor one method for another', async () => {
  const world = await newWorld();
  const key = newAttempt();
  await attempt(world, key, ['PATCH', `${INGEST}/contacts/${world.reference}`, { phone: '1' }]);
  for (const other of [
    ['PUT', `${INGEST}/contacts/${world.reference}`, { phone: '1' }],
    ['PATCH', `${AGENT}/accounts/${world.account}/contacts/${world.contact}`, { phone: '1' }],
    ['DELETE', `${INGEST}/contacts/${world.reference}`],
  ] as ReturnType<Write>[]) {
    const { status, body } = await attempt(world, key, other);
    expect([status, body.code]).toEqual([422, 'idempotency.key_reused']);
  }
});

describe('an outcome that another version has kept', () => {
  const named = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]));
  const body = {
    ...named('account_number', 'name', 'function', 'phone', 'mobile_phone', 'fax', 'title', 'department'),
    ...named('contact_type', 'address1', 'address2', 'city', 'state', 'zip', 'notes'),
    ...{ email: 'ann@example.com', language: 'fr', country: 'FR', is_primary: true },
  };
  const put = ['PUT', `${INGEST}/contacts/ANN`, body] as ReturnType<Write>;

  it('is not read as one of this version', async () => {
    const world = await newWorld();
    const key = newAttempt();
    await attempt(world, key, put);
    const bytes = new TextEncoder().encode(`PUT\n${INGEST}/contacts/ANN\n${JSON.stringify(body)}`);
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toBase64();
    await env.DB.prepare('UPDATE idempotency_keys SET fingerprint = ?1 WHERE key = ?2').bind(hash, key).run();
    const again = await attempt(world, key, put);
    expect([again.status, again.body.code]).toEqual([422, 'idempotency.key_reused']);
  });

  it('is known by FORM: whoever changes what is kept, or where it stands, raises it, and records the form here', async () => {
    const world = await newWorld();
    const all = {
      ...named('name', 'display_reference', 'phone', 'mobile_phone', 'fax', 'payment_terms', 'account_group'),
      ...named('parent_account_number', 'branch_name', 'description', 'vat', 'company_registration_number'),
      ...{
        currency: 'EUR',
        language: 'fr',
        email: 'ap@example.com',
        credit_limit: 5,
        is_parent_account: false,
      },
      billing_address: { city: 'billing' },
      remit_to: { city: 'remit' },
    };
    const account = ['PUT', `${INGEST}/accounts/account_number`, all] as ReturnType<Write>;
    const forms = [];
    for (const write of [put, account]) {
      const key = newAttempt();
      await attempt(world, key, write);
      const kept = env.DB.prepare('SELECT "row" AS "row" FROM idempotency_keys WHERE key = ?1').bind(key);
      forms.push(masked((await kept.first<string>('row'))!));
    }
    expect([FORM, ...forms]).toEqual([
      '1',
      '{"row":["name",null,null,"function","ann@example.com","phone","mobile_phone","fax","title","department","contact_type","fr","address1","address2","city","state","zip","FR","notes",1,"id","ANN","id","account_number","name",null,"fr",{},1,"time","time"]}',
      '{"row":["id","account_number","EUR","name","display_reference","fr","phone","mobile_phone","fax","ap@example.com","payment_terms","account_group","parent_account_number",0,"branch_name","description","vat","company_registration_number",null,{"city":"billing"},{"city":"remit"},{},null,null,null,2,"time","time"],"creditLimit":"5.0","contacts":null}',
    ]);
  });
});

it('means nothing to another tenant, nor to the operator', async () => {
  const [one, other] = [await newWorld(), await newWorld()];
  const key = newAttempt();
  const write = writes['ingest: POST contact']!;
  const replies = [await attempt(one, key, write(one)), await attempt(other, key, write(other))];
  expect(replies.map(({ status }) => status)).toEqual([201, 201]);
  expect(replies.map(isReplay)).toEqual([false, false]);
  expect(replies[0]!.body.id).not.toBe(replies[1]!.body.id);
  const tenant = await attempt(one, key, ['POST', '/admin/v1/tenants', { name: 'Third' }]);
  expect([tenant.status, isReplay(tenant)]).toEqual([201, false]);
});

it.each([
  ['empty', ''],
  ['blank', '   '],
  ['256 characters', 'k'.repeat(256)],
  ['a tab', 'a\tb'],
  ['a delete character', 'a\x7fb'],
])('an invalid key (%s) is 400, and nothing is written', async (_, key) => {
  const world = await newWorld();
  const before = await dump();
  for (const write of [
    writes['ingest: POST contact']!,
    writes['agent: POST account']!,
    writes['admin: POST tenant']!,
  ]) {
    const { status, body } = await attempt(world, key, write(world));
    expect([status, body.code]).toEqual([400, 'idempotency.invalid_key']);
  }
  expect(await dump()).toEqual(before);
});

it.each(['k', 'k'.repeat(255), '{"any":"thing"}', 'two words'])('a key may be %s', async (key) => {
  const world = await newWorld();
  const write = writes['ingest: POST contact']!(world);
  expect((await attempt(world, key, write)).status).toBe(201);
  expect(isReplay(await attempt(world, key, write))).toBe(true);
});

it('is ignored on reads', async () => {
  const world = await newWorld();
  const key = newAttempt();
  const get = () => attempt(world, key, ['GET', `${INGEST}/contacts/${world.reference}`]);
  await get();
  await world.tenant.ingest('PATCH', `/contacts/${world.reference}`, { phone: '2' });
  const { body, headers } = await get();
  expect([body.phone, headers.get('Idempotent-Replayed')]).toEqual(['2', null]);
});

describe('what is kept of a refusal', () => {
  it('nothing of a 422: the corrected request runs under the same key', async () => {
    const world = await newWorld();
    const key = newAttempt();
    const path = `${INGEST}/contacts/NEW`;
    expect((await attempt(world, key, ['POST', path, { email: 'not an address' }])).status).toBe(422);
    const corrected = await attempt(world, key, ['POST', path, { email: 'ann@example.com' }]);
    expect([corrected.status, isReplay(corrected)]).toEqual([201, false]);
  });

  it('nothing of a 422 that the tables give', async () => {
    const world = await newWorld();
    const path = `${INGEST}/accounts/${world.number}`;
    await attempt(world, newAttempt(), ['PATCH', path, { currency: 'EUR' }]);
    const key = newAttempt();
    expect((await attempt(world, key, ['PATCH', path, { currency: 'USD' }])).status).toBe(422);
    expect((await attempt(world, key, ['PATCH', path, { currency: 'EUR' }])).status).toBe(200);
  });

  it.each<[string, Write, number, Call, Write]>([
    [
      '404',
      () => ['PATCH', `${INGEST}/contacts/LATER`, { phone: '1' }],
      404,
      {},
      () => ['POST', `${INGEST}/contacts/LATER`, {}],
    ],
    [
      '404 of a removal',
      () => ['DELETE', `${INGEST}/contacts/LATER`],
      404,
      {},
      () => ['POST', `${INGEST}/contacts/LATER`, {}],
    ],
    [
      '409',
      ({ reference }) => ['POST', `${INGEST}/contacts/${reference}`, { phone: '1' }],
      409,
      {},
      ({ reference }) => ['DELETE', `${INGEST}/contacts/${reference}`],
    ],
    [
      '409 of an account',
      ({ number }) => ['POST', `${INGEST}/accounts/${number}`, { name: 'Twice' }],
      409,
      {},
      ({ account }) => ['DELETE', `${AGENT}/accounts/${account}`],
    ],
    [
      '412',
      () => ['PUT', `${INGEST}/contacts/LATER`, { phone: '1' }],
      412,
      { headers: { 'If-Match': '*' } },
      () => ['POST', `${INGEST}/contacts/LATER`, {}],
    ],
  ])('a %s is given again, though it would be otherwise by now', async (_, write, status, call, change) => {
    const world = await newWorld();
    const key = newAttempt();
    const first = await attempt(world, key, write(world), call);
    expect(first.status).toBe(status);
    expect((await attempt(world, newAttempt(), change(world))).status).toBeLessThan(300);
    const before = await dump();
    const again = await attempt(world, key, write(world), call);
    expect(seen(again)).toEqual(seen(first));
    expect(isReplay(again)).toBe(true);
    expect(await dump()).toEqual(before);
  });

  it.each<[string, Write]>([
    ['PUT of a contact', ({ reference }) => ['PUT', `${INGEST}/contacts/${reference}`, { phone: '1' }]],
    ['PATCH of a contact', ({ reference }) => ['PATCH', `${INGEST}/contacts/${reference}`, { phone: '1' }]],
    ['DELETE of a contact', ({ reference }) => ['DELETE', `${INGEST}/contacts/${reference}`]],
    ['PUT of an account', ({ number }) => ['PUT', `${INGEST}/accounts/${number}`, { name: 'New' }]],
    ['PATCH of an account', ({ number }) => ['PATCH', `${INGEST}/accounts/${number}`, { name: 'New' }]],
    ['PUT of a source', ({ account }) => ['PUT', `${AGENT}/accounts/${account}/source`, source]],
    ['DELETE of a source', ({ linked }) => ['DELETE', `${AGENT}/accounts/${linked}/source`]],
    [
      'PATCH of a contact by ids',
      ({ account, contact }) => [
        'PATCH',
        `${AGENT}/accounts/${account}/contacts/${contact}`,
        { role: 'CFO' },
      ],
    ],
  ])('a 412 of a %s stays one, whatever the copy asks for: nothing was written', async (_, write) => {
    const world = await newWorld();
    const key = newAttempt();
    const first = await attempt(world, key, write(world), { headers: { 'If-Match': '"stale"' } });
    expect(first.status, first.text).toBe(412);
    const before = await dump();
    for (const headers of [{}, { 'If-Match': '*' }] as Record<string, string>[]) {
      const again = await attempt(world, key, write(world), { headers });
      expect(seen(again)).toEqual(seen(first));
      expect(isReplay(again)).toBe(true);
    }
    expect(await dump()).toEqual(before);
  });

  it('a PUT that was done stays so, though its copy asks that there be nothing', async () => {
    const world = await newWorld();
    const key = newAttempt();
    const put: ReturnType<Write> = ['PUT', `${INGEST}/contacts/${world.reference}`, { phone: '1' }];
    const first = await attempt(world, key, put);
    const again = await attempt(world, key, put, { headers: { 'If-None-Match': '*' } });
    expect(seen(again)).toEqual(seen(first));
  });
});

it.each([
  0.1 + 0.2,
  1234567.891234567,
  5e-324,
  4503599627370495.5,
  9007199254740991,
  -0.000123456789,
  50_000,
  -1,
  0,
])('a credit limit of %d is replayed to the last digit', async (credit_limit) => {
  const world = await newWorld();
  const key = newAttempt();
  const write = ['PUT', `${INGEST}/accounts/${world.number}`, { name: 'X', credit_limit }] as const;
  const first = await attempt(world, key, [...write]);
  expect(first.body.credit_limit).toBe(credit_limit);
  expect(seen(await attempt(world, key, [...write]))).toEqual(seen(first));
});

describe('keys of tenants', () => {
  it('a replayed creation shows the same key, which works and stands nowhere in D1', async () => {
    const world = await newWorld();
    const write = writes['admin: POST key']!(world);
    const attemptKey = newAttempt();
    const first = await attempt(world, attemptKey, write);
    const again = await attempt(world, attemptKey, write);
    expect(again.body.key).toBe(first.body.key);
    expect(again.body.key).toMatch(/^dgl_/);
    expect((await send('GET', `${INGEST}/accounts`, { key: again.body.key })).status).toBe(200);
    const [, random] = again.body.key.split('_');
    expect(JSON.stringify(await dump())).not.toContain(random);
  });

  it('another operator’s token makes no key of a kept outcome', async () => {
    const world = await newWorld();
    const write = writes['admin: POST key']!(world);
    const attemptKey = newAttempt();
    await attempt(world, attemptKey, write);
    const { status, body } = await attempt(world, attemptKey, write, {
      bindings: { ADMIN_TOKEN: 'rotated' },
      headers: { Authorization: 'Bearer rotated' },
    });
    expect([status, body.code]).toEqual([422, 'idempotency.key_reused']);
  });

  it('a revoked key replays nothing', async () => {
    const world = await newWorld();
    const made = await adminSend('POST', `/tenants/${world.tenant.id}/keys`, {
      json: { name: 'short-lived', scopes: ['ingest'] },
    });
    const write = () =>
      send('POST', `${INGEST}/contacts/NEW`, {
        key: made.body.key,
        json: { name: 'Ann' },
        headers: { 'Idempotency-Key': 'the same' },
      });
    expect((await write()).status).toBe(201);
    await adminSend('DELETE', `/tenants/${world.tenant.id}/keys/${made.body.id}`);
    expect((await write()).status).toBe(401);
  });
});

describe('24 hours', () => {
  const age = (key: string, milliseconds: number) =>
    env.DB.prepare('UPDATE idempotency_keys SET created_at = ?1 WHERE key = ?2')
      .bind(new Date(Date.now() - milliseconds).toISOString(), key)
      .run();

  it('later the same request runs again', async () => {
    const world = await newWorld();
    const key = newAttempt();
    const write = writes['agent: POST contact']!(world);
    const first = await attempt(world, key, write);
    await age(key, 23.9 * HOURS);
    expect(isReplay(await attempt(world, key, write))).toBe(true);
    await age(key, 24.1 * HOURS);
    const late = await Promise.all([attempt(world, key, write), attempt(world, key, write)]);
    expect(late.map(({ status }) => status)).toEqual([201, 201]);
    expect(late[0]!.body.id).not.toBe(first.body.id);
    expect(late[1]!.body.id).toBe(late[0]!.body.id);
    expect(late.map(isReplay).sort()).toEqual([false, true]);
  });

  it('later the same key may stand for another request', async () => {
    const world = await newWorld();
    const key = newAttempt();
    await attempt(world, key, writes['agent: POST contact']!(world));
    await age(key, 24.1 * HOURS);
    const other = await attempt(world, key, writes['ingest: POST contact']!(world));
    expect([other.status, isReplay(other)]).toEqual([201, false]);
  });

  it('later nothing is kept: the clock purges it', async () => {
    const world = await newWorld();
    const [young, old] = [newAttempt(), newAttempt()];
    await attempt(world, young, writes['ingest: POST contact']!(world));
    await attempt(world, old, writes['agent: POST contact']!(world));
    await age(young, 23.9 * HOURS);
    await age(old, 24.1 * HOURS);
    await worker.scheduled(createScheduledController(), env);
    const { results } = await env.DB.prepare('SELECT key FROM idempotency_keys WHERE key IN (?1, ?2)')
      .bind(young, old)
      .all();
    expect(results).toEqual([{ key: young }]);
  });
});

it.each(Object.entries(writes))('costs no second round trip: %s', async (name, write) => {
  const [one, other] = [await newWorld(), await newWorld()];
  const [plain, kept] = [counting(), counting()];
  await attempt(one, null, write(one), { bindings: { DB: plain.DB } });
  await attempt(other, newAttempt(), write(other), { bindings: { DB: kept.DB } });
  // A write that reads before it writes must not read its own first attempt, so it looks for that attempt first.
  const asksFirst = /upsert|agent: PUT account with|revalidation|simulation|dead letter again/.test(name);
  expect(kept.batches.length).toBe(plain.batches.length + Number(asksFirst));
});
