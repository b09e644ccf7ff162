/** Upsert that explains itself: `explain`, `dryRun` and `match=email-only`, with every worked pair of the contract. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { adminSend, newKey, newTenant, type Reply, send, type TestTenant } from '../../client.ts';
import { database } from '../../store.ts';

const NIL = '00000000-0000-0000-0000-000000000000';

interface Room {
  tenant: TestTenant;
  accountId: string;
  upsert(body: object, query?: string, headers?: Record<string, string>): Promise<Reply>;
  add(body: object): Promise<string>;
}

/** A fresh account, with a way to upsert into it. */
async function newRoom(tenant?: TestTenant, number?: string): Promise<Room> {
  const own = tenant ?? (await newTenant());
  const accountId = await own.account(number);
  const path = `/accounts/${accountId}/contacts`;
  return {
    tenant: own,
    accountId,
    upsert: (body, query = '', headers = {}) => own.agent('PUT', `${path}/upsert${query}`, body, headers),
    add: async (body) => (await own.agent('POST', path, { language: 'en', ...body })).body.id,
  };
}

const roundTrips = ({ headers }: Reply) =>
  Number(/round trips: (\d+)/.exec(headers.get('Server-Timing') ?? '')?.[1]);

/** Everything that the database has of a tenant. */
async function everything(tenantId: string) {
  const tables = ['accounts', 'contacts', 'name_segments', 'history', 'addresses', 'tenants'];
  const column = (table: string) => (table === 'tenants' ? 'id' : 'tenant_id');
  const results = await env.DB.batch([
    ...tables.map((table) =>
      env.DB.prepare(`SELECT * FROM ${table} WHERE ${column(table)} = ?`).bind(tenantId),
    ),
    env.DB.prepare('SELECT * FROM idempotency_keys WHERE scope = ?').bind(tenantId),
  ]);
  return results.map(({ results }) => results);
}

type Verdict = [outcome: string, rule: string];
const MATCH: Verdict = ['updated', 'name'];
const EQUAL: Verdict = ['unchanged', 'name'];
const NONE: Verdict = ['created', 'none'];
/** Stored, sent, outcome and rule, distance, limit. */
const pairs: [stored: string, sent: string, Verdict, distance: number, limit: number][] = [
  ['John Smith', 'Jon Smith', MATCH, 1, 1],
  ['John Smith', 'JOHN  smith', MATCH, 0, 2],
  ['John Smith', 'John Smith', EQUAL, 0, 2],
  ['John Smith', 'Jonn Smyth', MATCH, 2, 2],
  ['John Smith', 'Jane Smith', NONE, 3, 2],
  ['John Smith', 'Smith John', NONE, 10, 2],
  ['Anna', 'Ann', NONE, 1, 0],
  ['Marie', 'Maria', MATCH, 1, 1],
  ['Jose Nunez', 'José Núñez', NONE, 3, 2],
  ['Renee Dubois', 'Renée Dubois', MATCH, 1, 2],
  ['李蕾', '李雷', NONE, 1, 0],
  ['Marc Martin', 'Mary Martin', MATCH, 1, 2],
  ['ap2@example.com', 'ap1@example.com', NONE, 1, 0],
];

describe('explain', () => {
  it.each(pairs)(
    '%s, then %s: %j, distance %i of %i',
    async (stored, sent, [outcome, rule], distance, limit) => {
      const { upsert, add } = await newRoom();
      const id = await add({ fullName: stored });
      const body = { fullName: sent, language: 'en' };
      const taken = rule === 'name';
      const explanation = {
        outcome,
        rule,
        distance: taken ? distance : null,
        limit: taken ? limit : null,
        candidates: [{ id, fullName: stored, sameEmail: false, distance, limit }],
      };
      const rehearsed = await upsert(body, '?dryRun=true');
      expect([rehearsed.status, rehearsed.body.explanation]).toEqual([200, explanation]);
      const done = await upsert(body, '?explain=true');
      expect([done.status, done.body.explanation]).toEqual([taken ? 200 : 201, explanation]);
      expect(rehearsed.body.id).toBe(taken ? id : NIL);
      if (taken) expect(done.body.id).toBe(id);
      const withoutOwn = ({ id, createdAt, updatedAt, ...rest }: Record<string, unknown>) => rest;
      expect(withoutOwn(rehearsed.body)).toEqual(withoutOwn(done.body));
    },
  );

  it('says that the address decided, before any name, and the oldest of several', async () => {
    const { upsert, add } = await newRoom();
    const oldest = await add({ fullName: 'Office', email: 'Office@example.com' });
    const second = await add({ fullName: 'Reception', email: 'office@example.com' });
    const named = await add({ fullName: 'Jon Smith' });
    const { body } = await upsert({ fullName: 'John Smith', email: 'OFFICE@example.com' }, '?explain=true');
    expect(body.id).toBe(oldest);
    expect(body.explanation).toEqual({
      outcome: 'updated',
      rule: 'email',
      distance: null,
      limit: null,
      candidates: [
        { id: oldest, fullName: 'Office', sameEmail: true, distance: 8, limit: 1 },
        { id: second, fullName: 'Reception', sameEmail: true, distance: 9, limit: 1 },
        { id: named, fullName: 'Jon Smith', sameEmail: false, distance: 1, limit: 1 },
      ],
    });
  });

  it('has no distance where no name was sent', async () => {
    const { upsert, add } = await newRoom();
    const id = await add({ fullName: 'Office', email: 'office@example.com' });
    const { body } = await upsert({ email: 'office@example.com', language: 'fr' }, '?explain=true');
    expect(body.explanation.candidates).toEqual([
      { id, fullName: 'Office', sameEmail: true, distance: null, limit: null },
    ]);
  });

  it('lists ten at most, the one that was taken first, in an account of any size', async () => {
    const { upsert, tenant } = await newRoom();
    const account_number = 'ACCT-001';
    for (let start = 0; start < 120; start += 30)
      await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          tenant.ingest('PUT', `/contacts/C-${start + index}`, {
            account_number,
            name: `Somebody ${String.fromCharCode(97 + (index % 26)).repeat(12)} ${start + index}`,
          }),
        ),
      );
    const late = await tenant.ingest('PUT', '/contacts/LATE', {
      account_number,
      name: 'Friederike Oberschelp',
      email: 'late@example.com',
    });
    const met = await upsert({ fullName: 'Ada', email: 'late@example.com' }, '?dryRun=true');
    expect(met.body.explanation.candidates[0].id).toBe(late.body.id);
    const short = await tenant.ingest('PUT', '/contacts/SHORT', { account_number, name: 'Ada' });
    const same = await upsert({ fullName: 'Ada' }, '?dryRun=true');
    expect(same.body.explanation.candidates[0]).toMatchObject({ id: short.body.id, distance: 0 });
    const { body } = await upsert({ fullName: 'Friederike Oberschelb' }, '?explain=true');
    expect(body.explanation).toMatchObject({ rule: 'name', distance: 1, limit: 2 });
    expect(body.explanation.candidates).toHaveLength(10);
    expect(body.explanation.candidates[0].id).toBe(late.body.id);
    const distances = body.explanation.candidates
      .slice(1)
      .map(({ distance }: { distance: number }) => distance);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
  });

  it('shows nothing of another account, or of another tenant', async () => {
    const { upsert, tenant, add } = await newRoom();
    const here = await add({ fullName: 'Ada Lovelace' });
    const person = { fullName: 'John Smith', email: 'john@example.com', language: 'en' };
    await (await newRoom(tenant, 'ACCT-002')).add(person);
    await (await newRoom()).add(person);
    await tenant.ingest('PUT', '/contacts/NOWHERE', { name: person.fullName, email: person.email });
    for (const query of ['?dryRun=true', '?explain=true']) {
      const { body } = await upsert(person, query);
      expect(body.explanation.rule).toBe('none');
      expect(body.explanation.candidates.map(({ id }: { id: string }) => id)).toEqual([here]);
    }
  });

  it('is asked for with Prefer as well, and says so', async () => {
    const { upsert, add } = await newRoom();
    await add({ fullName: 'John Smith' });
    const sent = { fullName: 'John Smith' };
    for (const Prefer of ['explain', 'respond-async, Explain', 'explain; foo="bar", wait=1', 'explain=""']) {
      const reply = await upsert(sent, '', { Prefer });
      expect(reply.headers.get('Preference-Applied'), Prefer).toBe('explain');
      expect(reply.body.explanation.rule).toBe('name');
    }
    for (const [Prefer, query] of [
      ['explained', ''],
      ['explain=no', ''],
      ['wait=10', ''],
      ['explain', '?explain=false'],
    ] as const) {
      const reply = await upsert(sent, query, { Prefer });
      expect(reply.headers.get('Preference-Applied'), Prefer).toBeNull();
      expect(reply.body).not.toHaveProperty('explanation');
    }
    const asked = await upsert(sent, '?explain=true');
    expect(asked.headers.get('Preference-Applied')).toBeNull();
    expect((await upsert(sent)).body).not.toHaveProperty('explanation');
  });

  it('is looked for in a Prefer of any length in no time', async () => {
    const { upsert } = await newRoom();
    const started = Date.now();
    for (const Prefer of [`explain${' '.repeat(250_000)}x`, `explain="" ${', '.repeat(100_000)}x`]) {
      const { status, headers } = await upsert({ fullName: 'John Smith', language: 'en' }, '', { Prefer });
      expect([status < 300, headers.get('Preference-Applied')]).toEqual([
        true,
        Prefer.includes('=') ? 'explain' : null,
      ]);
    }
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  it('costs the same two round trips', async () => {
    const { upsert } = await newRoom();
    const sent = { fullName: 'John Smith', language: 'en' };
    for (const query of ['', '?explain=true', '?dryRun=true', '?match=email-only&dryRun=true'])
      expect(roundTrips(await upsert({ ...sent, email: 'john@example.com' }, query)), query).toBe(2);
  });

  it.each<[string, object]>([
    ['made a contact', { fullName: 'Maria Callas', email: 'maria@example.com' }],
    ['changed one by its address', { email: 'john@example.com', fullName: 'Wolfgang Huber' }],
    ['changed one by a name that it then has no more', { fullName: 'Jon Smith' }],
    ['changed nothing', { fullName: 'John Smith' }],
  ])('is of what was done, also where the line to the store is lost after that: it %s', async (_, sent) => {
    for (const after of [false, true]) {
      const { upsert, add, tenant, accountId } = await newRoom();
      await add({ fullName: 'John Smith', email: 'john@example.com' });
      const { explanation } = (await upsert({ language: 'en', ...sent }, '?dryRun=true')).body;
      let batches = 0;
      const DB = database(async (_statements, go) => {
        batches += 1;
        if (batches !== 2) return go();
        if (after) await go();
        throw new Error('D1_ERROR: Network connection lost.');
      });
      const path = `/api/public/v1/accounts/${accountId}/contacts/upsert?explain=true`;
      const json = { language: 'en', ...sent };
      const reply = await send('PUT', path, { key: tenant.key, json, bindings: { DB } });
      expect([reply.status, reply.body.explanation]).toEqual([
        explanation.outcome === 'created' ? 201 : 200,
        explanation,
      ]);
    }
  });

  it('is repeated with the rest of the answer to a retry', async () => {
    const { upsert } = await newRoom();
    const sent = { fullName: 'John Smith', language: 'en' };
    const key = { 'Idempotency-Key': 'once' };
    const first = await upsert(sent, '?explain=true', key);
    await upsert({ fullName: 'Johan Smith', language: 'fr' });
    const again = await upsert(sent, '?explain=true', key);
    expect(again.headers.get('Idempotent-Replayed')).toBe('true');
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    const plain = await upsert(sent, '', { 'Idempotency-Key': 'twice' });
    const preferring = await upsert(sent, '', { 'Idempotency-Key': 'twice', Prefer: 'explain' });
    expect(preferring.text).toBe(plain.text);
    expect(preferring.headers.get('Preference-Applied')).toBeNull();
  });

  it('does not outlive, in what is kept for retries, the erasure of a person it names', async () => {
    const { upsert, add, tenant } = await newRoom();
    await add({ fullName: 'Ada Lovelace-Byron', email: 'ada@example.com' });
    const key = { 'Idempotency-Key': 'once' };
    const sent = { fullName: 'Bob Stone', language: 'en' };
    expect((await upsert(sent, '?explain=true', key)).text).toContain('Lovelace');
    await adminSend('POST', `/tenants/${tenant.id}/erasures`, { json: { email: 'ada@example.com' } });
    expect(JSON.stringify(await everything(tenant.id))).not.toContain('Lovelace');
  });
});

describe('matching', () => {
  it('reads as few rows in a large book as in a small one', async () => {
    let rows = 0;
    const DB = new Proxy(env.DB, {
      get: (database, name) =>
        name === 'batch'
          ? async (statements: D1PreparedStatement[]) => {
              const results = await database.batch(statements);
              rows += results.reduce((sum, { meta }) => sum + meta.rows_read, 0);
              return results;
            }
          : Reflect.get(database, name).bind(database),
    });
    const { tenant, accountId } = await newRoom();
    const upsert = (query: string, json: object) =>
      send('PUT', `/api/public/v1/accounts/${accountId}/contacts/upsert${query}`, {
        key: tenant.key,
        json: { fullName: 'Friederike Oberschelp', email: 'f@example.com', ...json },
        bindings: { DB },
      });
    const measured = async () => {
      const counts: number[] = [];
      for (const query of ['?dryRun=true', '?dryRun=true&match=email-only', '']) {
        rows = 0;
        expect((await upsert(query, { language: 'en' })).status).toBeLessThan(300);
        counts.push(rows);
      }
      return counts;
    };
    await upsert('', { language: 'en' });
    const small = await measured();
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT INTO contacts (tenant_id, id, reference, reference_key, name, name_key, email, email_key, created_at, updated_at)
SELECT ?1, printf('019a7c1e-5b00-7cc2-b7a1-%012d', i), 'R-' || i, 'r-' || i, 'Somebody ' || i, 'somebody ' || i, i || '@example.com', i || '@example.com', '2026-01-31T12:00:00.000Z', '2026-01-31T12:00:00.000Z' FROM n`,
    )
      .bind(tenant.id)
      .run();
    expect(await measured()).toEqual(small);
  });
});

describe('dryRun', () => {
  const person = { fullName: 'John Smith', email: 'john@example.com', language: 'fr' };

  it.each<[string, object, object]>([
    ['a new person', {}, person],
    ['a new person without an address', {}, { fullName: 'John Smith', language: 'DE' }],
    ['the same again', person, person],
    ['the same address in other letters', person, { email: 'JOHN@example.com' }],
    ['another name', person, { email: 'john@example.com', fullName: 'Johann Schmidt' }],
    ['a name in place of two parts', { first_name: 'John', last_name: 'Smith' }, { fullName: 'Jon Smith' }],
    ['the name of two parts', { first_name: 'John', last_name: 'Smith' }, { fullName: 'John Smith' }],
    ['an address where there was only one', { email: 'john@example.com' }, { email: 'John@example.com' }],
    ['an address that stands in for a name', { email: 'john@example.com' }, { fullName: 'john@example.com' }],
    ['such an address in other letters', { email: 'john@example.com' }, { fullName: 'John@example.com' }],
    [
      'such an address as the name, once it is no address any more',
      { email: 'john@example.com' },
      { fullName: 'john@example.com', email: null },
    ],
    [
      'another address as a name, where only an address was',
      { email: 'john@example.com' },
      { fullName: 'old@example.com', email: 'john@example.com' },
    ],
    [
      'the last name, where there is no other',
      { last_name: 'Smith', email: 'john@example.com' },
      { fullName: 'Smith', email: 'john@example.com' },
    ],
    ['no address', person, { fullName: 'John Smith', email: null }],
    ['an address that is known to bounce', person, { fullName: 'John Smith', email: 'gone@example.com' }],
    [
      'an address that bounces, and stays',
      { name: 'Gone', email: 'gone@example.com' },
      { fullName: 'Gone', language: 'it' },
    ],
    ['a language where there was none', { name: 'John Smith' }, { fullName: 'John Smith', language: 'es' }],
    ['no language where there was none', { name: 'John Smith' }, { fullName: 'Jon Smith' }],
    [
      'nothing but fields that are not shown',
      person,
      { email: 'john@example.com', role: 'CFO', notes: 'Calls\nback' },
    ],
    [
      'fields that are not shown, again',
      { ...person, function: 'CFO' },
      { email: 'john@example.com', role: 'CFO' },
    ],
    ['nothing that is there', person, {}],
  ])('foretells what is done: %s', async (_, stored, sent) => {
    const { upsert, tenant } = await newRoom();
    await tenant.ingest('PATCH', '/accounts/ACCT-001', { language: 'nl' });
    await env.DB.prepare(
      "INSERT INTO addresses (tenant_id, address_key, status, updated_at) VALUES (?, 'gone@example.com', 'Bounced', '2026-01-31T12:00:00.000Z')",
    )
      .bind(tenant.id)
      .run();
    const { fullName, ...rest } = stored as { fullName?: string };
    if (Object.keys(stored).length > 0)
      await tenant.ingest('PUT', '/contacts/C-1', {
        account_number: 'ACCT-001',
        ...(fullName && { name: fullName }),
        ...rest,
      });
    const before = await everything(tenant.id);
    const rehearsed = await upsert(sent, '?dryRun=true');
    expect(await everything(tenant.id)).toEqual(before);
    const done = await upsert(sent, '?explain=true');
    if (done.status === 422) {
      expect([rehearsed.status, rehearsed.body.errors]).toEqual([422, done.body.errors]);
      return;
    }
    expect(rehearsed.status).toBe(200);
    const { id, createdAt, updatedAt, ...foretold } = rehearsed.body;
    const { id: ownId, createdAt: made, updatedAt: changed, ...told } = done.body;
    expect(foretold).toEqual(told);
    const isNew = done.status === 201;
    expect(told.explanation.outcome === 'created').toBe(isNew);
    expect(id).toBe(isNew ? NIL : ownId);
    if (!isNew) expect(createdAt).toBe(made);
    if (told.explanation.outcome === 'unchanged') expect(updatedAt).toBe(changed);
    for (const name of ['ETag', 'Location']) expect(rehearsed.headers.get(name)).toBeNull();
  });

  it('refuses what would be refused', async () => {
    const { upsert, tenant } = await newRoom();
    const refusals = async (body: object, path?: string) => {
      const replies = path
        ? await Promise.all(['', '?dryRun=true'].map((query) => tenant.agent('PUT', path + query, body)))
        : [await upsert(body), await upsert(body, '?dryRun=true')];
      return replies.map(({ status, body: { code, errors } }) => ({ status, code, errors }));
    };
    for (const [body, status, path] of [
      [{ fullName: 'John Smith' }, 422],
      [{ email: 'no address' }, 422],
      [{ fullName: 'John Smith', language: 'en' }, 404, `/accounts/${NIL}/contacts/upsert`],
    ] as const) {
      const [real, dry] = await refusals(body, path);
      expect(real!.status).toBe(status);
      expect(dry).toEqual(real);
    }
  });

  it('knows nothing of what other tenants have met at an address', async () => {
    const [{ upsert }, other] = [await newRoom(), await newTenant()];
    await adminSend('POST', `/tenants/${other.id}/simulate`, {
      json: { address: person.email, event: 'bounce' },
    });
    expect((await upsert(person, '?dryRun=true')).body.email.status).toBe('Valid');
  });

  it.each([
    ['the contact', 200, 'contacts'],
    ['the account', 404, 'accounts'],
  ])('foretells what would be done now that %s has gone since the match', async (_, status, table) => {
    const { tenant, accountId, add } = await newRoom();
    if (table === 'contacts') await add(person);
    let batches = 0;
    const DB = database(async (_, go) => {
      batches += 1;
      if (batches === 2)
        await env.DB.prepare(`DELETE FROM ${table} WHERE tenant_id = ?`).bind(tenant.id).run();
      return go();
    });
    const { body, ...reply } = await send(
      'PUT',
      `/api/public/v1/accounts/${accountId}/contacts/upsert?dryRun=true`,
      {
        key: tenant.key,
        json: person,
        bindings: { DB },
      },
    );
    expect(reply.status).toBe(status);
    if (status === 200) expect([body.id, body.explanation.rule]).toEqual([NIL, 'none']);
  });

  it('needs the scope that the write needs', async () => {
    const { tenant, accountId } = await newRoom();
    const { key } = await newKey(tenant.id, ['accounts:read']);
    const reply = await send('PUT', `/api/public/v1/accounts/${accountId}/contacts/upsert?dryRun=true`, {
      key,
      json: { fullName: 'John Smith', language: 'en' },
    });
    expect([reply.status, reply.body.code]).toEqual([403, 'auth.forbidden']);
  });

  it('does not use up an Idempotency-Key', async () => {
    const { upsert } = await newRoom();
    const sent = { fullName: 'John Smith', language: 'en' };
    const key = { 'Idempotency-Key': 'first' };
    expect((await upsert(sent, '?dryRun=true', key)).status).toBe(200);
    expect((await upsert(sent, '', key)).status).toBe(201);
    const rehearsed = await upsert(sent, '?dryRun=true', key);
    expect([rehearsed.status, rehearsed.body.explanation.outcome]).toEqual([200, 'unchanged']);
  });
});

describe('match=email-only', () => {
  it('lets no name decide: neither one alike nor the very same', async () => {
    const { upsert, add } = await newRoom();
    const marc = await add({ fullName: 'Marc Martin', email: 'marc@example.com' });
    const mary = { fullName: 'Mary Martin', email: 'mary@example.com', language: 'en' };
    const made = await upsert(mary, '?match=email-only&explain=true');
    expect([made.status, made.body.explanation.rule]).toEqual([201, 'none']);
    expect(made.body.explanation.candidates).toEqual([
      { id: marc, fullName: 'Marc Martin', sameEmail: false, distance: 1, limit: 2 },
    ]);
    const again = await upsert(mary, '?match=email-only');
    expect([again.status, again.body.id]).toEqual([200, made.body.id]);
    const namesake = await upsert({ ...mary, email: 'mary.martin@example.com' }, '?match=email-only');
    expect(namesake.status).toBe(201);
    expect((await upsert({ ...mary, email: 'else@example.com' })).body.id).toBe(made.body.id);
  });

  it('requires an address where none matches, among all that is missing', async () => {
    const { upsert, add } = await newRoom();
    await add({ fullName: 'John Smith' });
    const missing = async (body: object) => {
      const { status, body: problem } = await upsert(body, '?match=email-only');
      expect(status).toBe(422);
      return problem.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`);
    };
    expect(await missing({ fullName: 'John Smith', language: 'en' })).toEqual(['/email contact.incomplete']);
    expect(await missing({ fullName: 'John Smith', language: 'en', email: null })).toEqual([
      '/email contact.incomplete',
    ]);
    expect(await missing({})).toEqual([
      '/fullName contact.incomplete',
      '/email contact.incomplete',
      '/language contact.incomplete',
    ]);
    expect(await missing({ email: 'new@example.com' })).toEqual([
      '/fullName contact.incomplete',
      '/language contact.incomplete',
    ]);
  });
});

describe('the parameters', () => {
  it.each([
    ['dryRun', ['', '1', 'TRUE', 'yes', ' true', 'True']],
    ['explain', ['', '0', 'FALSE', 'on', 'null']],
    ['match', ['', 'email', 'name', 'Email-Only', 'email-only ']],
  ])('%s takes nothing but its values', async (name, wrong) => {
    const { upsert, tenant } = await newRoom();
    const before = await everything(tenant.id);
    for (const value of wrong) {
      const query = `?${name}=${encodeURIComponent(value)}`;
      const { status, body } = await upsert({ fullName: 'John Smith', language: 'en' }, query);
      expect([status, body.errors], query).toEqual([
        422,
        [expect.objectContaining({ pointer: name, code: 'field.value' })],
      ]);
    }
    const twice = await upsert({ fullName: 'John Smith', language: 'en' }, `?${name}=true&${name}=true`);
    expect(twice.body.errors).toEqual([
      expect.objectContaining({ pointer: name, code: 'parameter.repeated' }),
    ]);
    expect(await everything(tenant.id)).toEqual(before);
  });

  it('are false where they say false', async () => {
    const { upsert } = await newRoom();
    const { status, body } = await upsert(
      { fullName: 'John Smith', language: 'en' },
      '?dryRun=false&explain=false',
    );
    expect([status, body.explanation]).toEqual([201, undefined]);
  });
});
