import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newKey, newTenant, send } from './client.ts';

describe('history of a contact', () => {
  it('tells who, when, in which request, and each field before and after, newest first', async () => {
    const { ingest, agent } = await newTenant();
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
  });

  it.each(['POST', 'PUT', 'PATCH'])(
    'says of an account that a %s of a contact brings along who made it, too',
    async (method) => {
      const { id, ingest } = await newTenant();
      if (method === 'PATCH') await ingest('PUT', '/contacts/C1', {});
      const by = { 'X-Request-Id': 'one' };
      const contact = (await ingest(method, '/contacts/C1', { account_number: 'A1' }, by)).body.id;
      const { results } = await env.DB.prepare(
        "SELECT key_id, request_id FROM history WHERE tenant_id = ?1 AND request_id = 'one' AND key_id = (SELECT id FROM api_keys WHERE tenant_id = ?1) ORDER BY subject_id = ?2",
      )
        .bind(id, contact)
        .all();
      expect(results).toHaveLength(2);
    },
  );

  it.each(['PUT', 'PATCH'])(
    'names the key and the request of a later %s, not those of the first',
    async (method) => {
      const { id, ingest } = await newTenant();
      await ingest('PUT', '/contacts/C1', { name: 'Ada' }, { 'X-Request-Id': 'first' });
      const { key } = await newKey(id, ['ingest']);
      const json = { phone: '1' };
      await send(method, '/api/v1/ingest/contacts/C1', { key, json, headers: { 'X-Request-Id': 'second' } });
      const [later, first] = (await ingest('GET', '/contacts/C1/history')).body.items;
      expect([later.request_id, first.request_id]).toEqual(['second', 'first']);
      expect(later.key_id).not.toBe(first.key_id);
    },
  );

  it('has of custom fields those that changed, whatever they are called, with every digit', async () => {
    const { ingest } = await newTenant();
    const kept = { tier: 'gold', limit: 0.1 };
    const old = { '[0]': 'x', 'a"b': true, 'a\\b': 'x', 'a.b': 0.30000000000000004, é: 1e-7, 客户: '' };
    const write = async (collections: object) => {
      const body = { custom_fields: { collections } };
      expect((await ingest('PATCH', '/contacts/C1', body)).status).toBe(200);
    };
    const changes = async () =>
      (await ingest('GET', '/contacts/C1/history?first=1')).body.items[0].changes as object[];
    const set = { ...kept, ...old, 客户: 'x' };
    await ingest('PUT', '/contacts/C1', {});
    await write(set);
    expect(await changes()).toEqual([{ field: 'custom_fields', old: {}, new: set }]);
    const next = { '[0]': 'y', 'a"b': false, 'a\\b': 'y', 'a.b': 5e-324, é: null, $: 'new' };
    await write(next);
    const { é, ...present } = next;
    expect(await changes()).toEqual([
      {
        field: 'custom_fields',
        old: { '[0]': 'x', 'a"b': true, 'a\\b': 'x', 'a.b': 0.30000000000000004, é: 1e-7 },
        new: present,
      },
    ]);
  });

  it('names an account by its id once that is gone', async () => {
    const { ingest, agent, account } = await newTenant();
    const [first] = [await account('A1'), await account('A2')];
    await ingest('PUT', '/contacts/C1', { account_number: 'A1' });
    await ingest('PATCH', '/contacts/C1', { account_number: 'A2' });
    await agent('DELETE', `/accounts/${first}`);
    const { items } = (await ingest('GET', '/contacts/C1/history')).body;
    expect(items[0].changes).toEqual([{ field: 'account_number', old: first, new: 'A2' }]);
  });

  it('says who has removed it: alone, by either name, or with its account', async () => {
    const { id, ingest } = await newTenant();
    const ids: string[] = [];
    for (const reference of ['C1', 'C2', 'C3'])
      ids.push((await ingest('PUT', `/contacts/${reference}`, { account_number: 'A' })).body.id);
    const account = (await ingest('GET', '/accounts/A')).body.id;
    const { id: keyId, key } = await newKey(id, ['ingest', 'accounts:all']);
    const agent = `/api/public/v1/accounts/${account}`;
    const paths = ['/api/v1/ingest/contacts/C1', `${agent}/contacts/${ids[1]}`, agent];
    for (const [index, path] of paths.entries())
      await send('DELETE', path, { key, headers: { 'X-Request-Id': `removal-${index}` } });
    const { results } = await env.DB.prepare(
      "SELECT subject_id, key_id, request_id FROM history WHERE tenant_id = ? AND action = 'deleted' ORDER BY request_id, subject_id = account_id",
    )
      .bind(id)
      .all();
    const removed = [...ids, account].map((subject_id, index) => ({
      subject_id,
      key_id: keyId,
      request_id: `removal-${Math.min(index, 2)}`,
    }));
    expect(results).toEqual(removed);
  });

  it('has a cursor of its own in each dialect, also where both name the contact alike', async () => {
    const { ingest, agent } = await newTenant();
    const account = (await agent('POST', '/accounts', { fullName: 'Acme' })).body.id;
    const { id } = (await agent('POST', `/accounts/${account}/contacts`, { fullName: 'Ada', language: 'en' }))
      .body;
    await ingest('PATCH', `/contacts/${id}`, { phone: '1' });
    const [inIngest, inAgent] = [`/contacts/${id}/history`, `/accounts/${account}/contacts/${id}/history`];
    const { next } = (await ingest('GET', `${inIngest}?first=1`)).body;
    const { endCursor } = (await agent('GET', `${inAgent}?first=1`)).body.pageInfo;
    expect((await ingest('GET', `${inIngest}?after=${next}`)).body.items).toHaveLength(1);
    expect((await ingest('GET', `${inIngest}?after=${endCursor}`)).status).toBe(422);
    expect((await agent('GET', `${inAgent}?after=${endCursor}`)).body.nodes).toHaveLength(1);
    expect((await agent('GET', `${inAgent}?after=${next}`)).status).toBe(422);
    const person = { fullName: 'Bob', language: 'en' };
    const other = (await agent('POST', `/accounts/${account}/contacts`, person)).body.id;
    const others = `/accounts/${account}/contacts/${other}/history`;
    expect((await agent('GET', `${others}?after=${endCursor}`)).status).toBe(422);
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
    const stranger = await newTenant();
    await stranger.ingest('PUT', '/contacts/C1', {});
    expect((await stranger.ingest('GET', `/contacts/C1/history?after=${next}`)).status).toBe(422);
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

/** Columns with what a row records of itself, or what follows from its other columns. */
const NO_FIELD =
  /^(tenant_id|id|version|created_at|updated_at|changed_by|request_id|source_updated_at|\w+_key)$/;
type Values = Record<string, string | number | null>;

/** A different value for each field, except those that are given. */
async function valuesAt(time: number, table: string, given: Values): Promise<Values> {
  const { results } = await env.DB.prepare('SELECT name, type, dflt_value FROM pragma_table_info(?)')
    .bind(table)
    .all<Record<'name' | 'type' | 'dflt_value', string>>();
  const fields = results.filter(({ name }) => !NO_FIELD.test(name));
  const ordinary = fields.map(({ name, type, dflt_value }) => {
    if (type !== 'TEXT') return [name, time];
    const isJson = dflt_value === "'{}'" || name === 'data_providers';
    const json = name === 'custom_fields' ? { kept: 'always', time } : { time };
    return [name, isJson ? JSON.stringify(json) : `${name} ${time}`];
  });
  return { ...Object.fromEntries(ordinary), ...given };
}

/** What an entry must contain: every field that is different, with JSON as JSON, and custom fields without those that are kept. */
function changed(old: Values, next: Values): Record<string, unknown> {
  const told = (value: Values[string] = null) =>
    typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) : value;
  const changes: Record<string, unknown> = {};
  for (const name of Object.keys({ ...old, ...next })) {
    if ((old[name] ?? null) === (next[name] ?? null)) continue;
    const both = [told(old[name]), told(next[name])];
    if (name === 'custom_fields' && !both.includes(null)) for (const side of both) delete side.kept;
    changes[name] = both;
  }
  return changes;
}

it.each([
  ['accounts', 'EUR'], // locked once set
  ['accounts', null],
  ['contacts', null],
])(
  'of %s has every field, who, when, in which request and of which account; currency %s',
  async (table, currency) => {
    const { id: tenant, account } = await newTenant();
    const isAccount = table === 'accounts';
    const id = crypto.randomUUID();
    const [first, second] = isAccount ? [id, id] : [await account('A'), await account('B')];
    const one = await valuesAt(0, table, isAccount ? { currency } : { account_id: first });
    const two = await valuesAt(1, table, isAccount ? { currency: 'EUR' } : { account_id: second });
    const by = (time: number) => [`key ${time}`, `request ${time}`, `2026-01-0${time}T00:00:00.000Z`];
    const names = ['changed_by', 'request_id', 'updated_at', ...Object.keys(one)];
    const more = isAccount ? [] : ['reference_key'];
    const columns = ['tenant_id', 'id', ...names, 'created_at', ...more];
    await env.DB.batch([
      env.DB.prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.map(() => '?')})`).bind(
        ...[tenant, id, ...by(1), ...Object.values(one), '', ...more],
      ),
      env.DB.prepare(
        `UPDATE ${table} SET version = 2, ${names.map((name) => `${name} = ?`)} WHERE id = ?`,
      ).bind(...by(2), ...Object.keys(one).map((name) => two[name]), id),
      env.DB.prepare(`UPDATE ${table} SET changed_by = 'key 3', request_id = 'request 3' WHERE id = ?`).bind(
        id,
      ),
      env.DB.prepare(`DELETE FROM ${table} WHERE id = ?`).bind(id),
    ]);
    const { results } = await env.DB.prepare(
      'SELECT action, key_id, request_id, at, account_id, changes FROM history WHERE tenant_id = ? AND subject_id = ? ORDER BY sequence',
    )
      .bind(tenant, id)
      .all<Record<string, string>>();
    const line = (time: number) => {
      const [key_id, request_id, at] = by(time);
      return { key_id, request_id, at };
    };
    expect(results.map(({ changes, ...said }) => ({ ...said, changes: JSON.parse(changes!) }))).toEqual([
      { action: 'created', ...line(1), account_id: first, changes: changed({}, one) },
      { action: 'updated', ...line(2), account_id: second, changes: changed(one, two) },
      {
        action: 'deleted',
        ...line(3),
        at: expect.any(String),
        account_id: second,
        changes: changed(two, {}),
      },
    ]);
  },
);
