import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import worker from '../../src/index.ts';
import { adminSend, newTenant, send } from '../client.ts';
import { database, rowsOf } from '../store.ts';

/** Everything that the database holds of a tenant, as one text: quotation marks as they were sent, however deep in JSON they stand. */
const everythingOf = async (id: string) =>
  Object.values(await rowsOf(id))
    .flat()
    .join('\n')
    .replaceAll('\\', '');

async function withAda() {
  const tenant = await newTenant();
  const { ingest, agent } = tenant;
  await ingest(
    'POST',
    '/contacts/ADA',
    { account_number: 'A1', name: 'Ada Lovelace-Byron', email: 'Ada@Example.com', phone: '555-0177' },
    { 'Idempotency-Key': 'ada-1' },
  );
  await ingest(
    'PATCH',
    '/contacts/ADA',
    { notes: 'prefers mornings, 555-0178' },
    { 'X-Request-Id': 'ada@example.com' },
  );
  await ingest('PUT', '/contacts/BOB', { account_number: 'A1', name: 'Bob Stone', email: 'ada@example.com' });
  await ingest('PATCH', '/contacts/BOB', { email: 'bob@example.com' });
  const account = await tenant.account('A1');
  await ingest('PATCH', '/accounts/A1', { email: 'ADA@example.com' });
  await agent('PUT', `/accounts/${account}/contacts/upsert`, {
    fullName: 'Carla Mendes',
    email: 'carla@example.com',
    language: 'pt',
  });
  await env.DB.prepare(
    'INSERT INTO addresses (tenant_id, address_key, status, updated_at) VALUES (?, ?, ?, ?)',
  )
    .bind(tenant.id, 'ada@example.com', 'Bounced', '2026-01-01T00:00:00.000Z')
    .run();
  for (const key of ['ada@example.com', 'bob@example.com'])
    await env.DB.prepare(
      "INSERT INTO deliveries (tenant_id, provider, event_id, address_key, kind, at, reason, received_at) VALUES (?, 'ses', '1', ?, 'hard_bounce', '', 'forwarded to ada@example.com', '')",
    )
      .bind(tenant.id, key)
      .run();
  for (const email of ['Ada@Example.com', 'bob@example.com'])
    await env.DB.prepare(
      "INSERT INTO dead_letters (id, tenant_id, provider, body, reason, received_at, died_at) VALUES (?, ?, 'ses', ?, 'unreadable', '', '')",
    )
      .bind(crypto.randomUUID(), tenant.id, JSON.stringify({ payload: { email } }))
      .run();
  return tenant;
}

describe('dossier', () => {
  it('exports everything that is held about an address', async () => {
    const { id } = await withAda();
    const { status, body } = await adminSend('GET', `/tenants/${id}/dossier?email=ADA%40example.com`);
    expect(status).toBe(200);
    expect(body.contacts).toMatchObject([
      { reference: 'ADA', email: 'Ada@Example.com', phone: '555-0177', emailStatus: 'Bounced' },
    ]);
    expect(body.accounts).toMatchObject([{ number: 'A1', email: 'ADA@example.com' }]);
    expect(body.history.map(({ action }: { action: string }) => action)).toEqual([
      'created',
      'updated',
      'created',
      'updated',
      'updated',
    ]);
    expect(body.address).toMatchObject({ status: 'Bounced' });
    expect(body.deliveries).toMatchObject([{ kind: 'hard_bounce' }]);
    expect(body.idempotencyAnswers).toBe(1);
  });

  it('has its contacts oldest first, whatever their accounts', async () => {
    const { id, ingest } = await newTenant();
    const email = 'ada@example.com';
    for (const number of ['A1', 'A2']) await ingest('PUT', `/accounts/${number}`, { name: 'Acme' });
    await ingest('PUT', '/contacts/OLDER', { account_number: 'A2', email });
    await ingest('PUT', '/contacts/YOUNGER', { account_number: 'A1', email });
    const { body } = await adminSend('GET', `/tenants/${id}/dossier?email=${email}`);
    expect(body.contacts).toMatchObject([{ reference: 'OLDER' }, { reference: 'YOUNGER' }]);
  });

  it('names accounts in its history by their number while they are there, as the dialects do', async () => {
    const { id, ingest, agent } = await newTenant();
    const { body: gone } = await ingest('PUT', '/accounts/GONE', { name: 'Acme' });
    for (const account_number of ['GONE', 'A1', 'A2'])
      await ingest('PUT', '/contacts/ADA', { account_number, email: 'ada@example.com' });
    await agent('DELETE', `/accounts/${gone.id}`);
    const { body } = await adminSend('GET', `/tenants/${id}/dossier?email=ada@example.com`);
    const moves = body.history.flatMap(({ changes }: { changes: { field: string }[] }) =>
      changes.filter(({ field }) => field === 'accountNumber'),
    );
    expect(moves).toEqual([
      { field: 'accountNumber', old: null, new: gone.id },
      { field: 'accountNumber', old: gone.id, new: 'A1' },
      { field: 'accountNumber', old: 'A1', new: 'A2' },
    ]);
  });

  it('tells what is kept of the events themselves when those are kept no longer', async () => {
    const { id } = await newTenant();
    const address = 'ada@example.com';
    await adminSend('POST', `/tenants/${id}/simulate`, { json: { address, event: 'complain' } });
    await env.DB.prepare('DELETE FROM deliveries WHERE tenant_id = ?').bind(id).run();
    const { body } = await adminSend('GET', `/tenants/${id}/dossier?email=${address}`);
    expect(body.deliveries).toEqual([]);
    expect(body.address).toEqual({
      status: 'Complained',
      updatedAt: expect.any(String),
      evidence: { complaint: expect.any(String) },
    });
  });

  it('is of one tenant, and 404 for an unknown one', async () => {
    const { ingest } = await withAda();
    await ingest('PATCH', '/contacts/BOB', { notes: 'asks ada@example.com' });
    await ingest('PATCH', '/accounts/A1', { description: 'asks ada@example.com' });
    const other = await newTenant();
    expect((await adminSend('GET', `/tenants/${other.id}/dossier?email=ada@example.com`)).body).toEqual({
      contacts: [],
      accounts: [],
      history: [],
      address: null,
      deliveries: [],
      reasons: [],
      idempotencyAnswers: 0,
      deadLetters: 0,
      mentions: [],
    });
    expect(
      (await adminSend('GET', `/tenants/${crypto.randomUUID()}/dossier?email=ada@example.com`)).status,
    ).toBe(404);
    expect((await adminSend('GET', `/tenants/${other.id}/dossier`)).status).toBe(422);
  });
});

describe('mentions', () => {
  it('are contacts of others, and accounts, that have the address where an erasure leaves it, whatever their history still says', async () => {
    const { id, ingest } = await newTenant();
    const email = 'ada@example.com';
    await ingest('PUT', '/contacts/ADA', { name: 'Ada Lovelace', email });
    const { body: bob } = await ingest('PUT', '/contacts/BOB', {
      name: 'Bob Stone',
      notes: `assists <ADA@example.com>`,
    });
    await ingest('PUT', '/contacts/EVE', { custom_fields: { collections: { [email]: true } } });
    await ingest('PUT', '/contacts/JO', { name: 'Jo Ann', email: `jo-${email}` });
    await ingest('PUT', '/accounts/A1', { name: 'Acme', description: `ask ${email}` });
    await ingest('PUT', '/accounts/A2', { name: 'Other' });
    await ingest('PUT', '/accounts/A3', { name: 'Ada Lovelace', email: 'Ada@example.com' });
    await ingest('PUT', '/accounts/A4', { name: 'Other', email, description: `ask ${email}` });
    await env.DB.prepare('DELETE FROM history WHERE tenant_id = ?').bind(id).run();
    const { body } = await adminSend('GET', `/tenants/${id}/dossier?email=${email}`);
    expect(body.mentions).toContainEqual({ kind: 'contact', id: bob.id, reference: 'BOB' });
    const mentions = async () =>
      (await adminSend('GET', `/tenants/${id}/dossier?email=${email}`)).body.mentions.map(
        ({ kind, reference }: Record<string, string>) => `${kind} ${reference}`,
      );
    const others = ['account A1', 'account A4', 'contact BOB', 'contact EVE'];
    expect(await mentions()).toEqual(others);
    await adminSend('POST', `/tenants/${id}/erasures`, { json: { email } });
    expect(await mentions()).toEqual(others);
  });
});

describe('erasure', () => {
  it('removes the person everywhere, answers with what it removed, and leaves a count', async () => {
    const { id, ingest } = await withAda();
    const { status, headers, body } = await adminSend('POST', `/tenants/${id}/erasures`, {
      json: { email: 'ada@EXAMPLE.com' },
    });
    expect([status, headers.get('Location')]).toEqual([201, `/admin/v1/tenants/${id}/erasures`]);
    expect(body.removed).toEqual({
      contacts: 1,
      accounts: 1,
      history: 7,
      idempotencyAnswers: 1,
      deliveries: 1,
      addresses: 1,
      deadLetters: 1,
    });
    const left = await everythingOf(id);
    expect(left).toContain('Bob Stone');
    const { results } = await env.DB.prepare(
      'SELECT action, key_id, (SELECT subjects FROM erasures WHERE tenant_id = ?1) AS subjects FROM history WHERE tenant_id = ?1 AND request_id = ?2',
    )
      .bind(id, headers.get('X-Request-Id'))
      .all();
    const line = { key_id: null, subjects: null };
    expect(results).toEqual([
      { action: 'deleted', ...line },
      { action: 'updated', ...line },
    ]);
    for (const trace of [/ada@example/i, /lovelace/i, /555-0177/, /555-0178/])
      expect(left).not.toMatch(trace);
    expect((await ingest('GET', '/contacts/ADA')).status).toBe(404);
    expect((await ingest('GET', '/accounts/A1')).body).toMatchObject({ email: null, updated_at: body.at });
    expect((await ingest('GET', '/contacts/BOB')).body).toMatchObject({
      name: 'Bob Stone',
      email: 'bob@example.com',
    });
    expect((await ingest('GET', '/contacts/BOB/history')).body.items).toMatchObject([
      { action: 'updated', changes: [] },
      { action: 'created', changes: [] },
    ]);
    expect((await adminSend('GET', `/tenants/${id}/dossier?email=ada@example.com`)).body).toMatchObject({
      contacts: [],
      accounts: [],
      history: [],
      address: null,
      idempotencyAnswers: 0,
    });
    expect(
      (await adminSend('POST', `/tenants/${id}/erasures`, { json: { email: 'ada@example.com' } })).body
        .removed.contacts,
    ).toBe(0);
  });

  const erase = (tenant: string, email: string) =>
    adminSend('POST', `/tenants/${tenant}/erasures`, { json: { email } });
  const dossierOf = async (tenant: string, email: string) =>
    (await adminSend('GET', `/tenants/${tenant}/dossier?email=${encodeURIComponent(email)}`)).body;

  it('takes an address for itself, not for the end or the beginning of another', async () => {
    const { id, ingest } = await newTenant();
    const others = [
      'joann@example.com',
      'jo-ann@example.com',
      'jo.ann@example.com',
      'jo--ann@example.com',
      'jo._ann@example.com',
      "o'ann@example.com",
      'ann@example.com.au',
      'ann@example.com-group.au',
      'x+ann@example.com',
      'x%ann@example.com',
      'éann@example.com',
    ];
    for (const [index, email] of others.entries())
      await ingest('PUT', `/contacts/${index}`, { name: `Person ${index}`, email, phone: '555-1' });
    expect(await dossierOf(id, 'ann@example.com')).toMatchObject({ contacts: [], history: [] });
    expect((await erase(id, 'ann@example.com')).body.removed.history).toBe(0);
    for (const index of others.keys())
      expect((await ingest('GET', `/contacts/${index}/history`)).body.items[0].changes).not.toEqual([]);
  });

  it.each([
    'ann@example.com',
    'ANN@Example.com',
    'ünn@exämple.com',
    'ünn@example.com',
    '"ann x"@example.com',
  ])('finds %s wherever it stands in a text of others', async (email) => {
    const { id, ingest } = await newTenant();
    const texts = [
      email,
      `ask ${email}.`,
      `<${email}>`,
      `'${email}'`,
      `joann@example.com,${email}`,
      `first\n${email}; then`,
      `in copy:\n-${email}\n-bob@example.com`,
      `_${email}_`,
      `${email}- urgent`,
      `+${email}`,
    ];
    for (const [index, notes] of texts.entries()) {
      await ingest('PUT', `/contacts/${index}`, { name: `Person ${index}`, notes });
      await ingest('PATCH', `/contacts/${index}`, { notes: null });
    }
    const isAscii = /@[!-~]+$/.test(email); // a domain that is not ASCII is compared in another form
    for (const asked of isAscii ? [email, email.toUpperCase()] : [email])
      expect((await dossierOf(id, asked)).history, asked).toHaveLength(2 * texts.length);
    expect((await erase(id, email)).body.removed.history).toBe(2 * texts.length);
  });

  it.each([
    ['ünn@exämple.com', 'ünn@exämple.com'],
    ['ÜNN@exämple.com', 'ünn@exämple.com'],
    ['ünn@exämple.com', 'ÜNN@EXÄMPLE.com'],
    ['ann@exämple.com', 'ann@xn--exmple-cua.com'],
    ['ann@xn--exmple-cua.com', 'ann@exämple.com'],
    ['ann@EXÄMPLE.com', 'ann@exämple.com'],
    ['jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['\u212aim@example.com', 'kim@example.com'],
  ])(
    'finds %s, as accounts and contacts that are gone have it, where %s is asked for',
    async (held, asked) => {
      const { id, ingest } = await newTenant();
      const ada = { name: 'Ada Lovelace', email: held };
      await ingest('PUT', '/contacts/ADA', ada, { 'Idempotency-Key': 'ada' });
      await ingest('DELETE', '/contacts/ADA');
      await ingest('PUT', '/accounts/A1', { name: 'Acme', email: held });
      await ingest('PUT', '/contacts/BOB', { name: 'Bob Stone', notes: `for <${held}>` });
      await ingest('PATCH', '/contacts/BOB', { notes: null });
      const { accounts, history } = await dossierOf(id, asked);
      expect([accounts.length, history.length]).toEqual([1, 5]);
      const { removed } = (await erase(id, asked)).body;
      expect(removed).toMatchObject({ accounts: 1, history: 6, idempotencyAnswers: 1 });
      const left = await everythingOf(id);
      for (const trace of ['Lovelace', held]) expect(left).not.toContain(trace);
      expect(left).toContain('Bob Stone');
    },
  );

  it.each<[where: string, held: string, asked: string, path: string, kept: object]>([
    [
      'an account',
      'ÜNN@example.com',
      'ünn@example.com',
      '/accounts/A1',
      { name: 'Acme', email: 'ÜNN@example.com' },
    ],
    ['a contact', 'ann@exämple.com', 'ann@xn--exmple-cua.com', '/contacts/ANN', { email: 'ann@exämple.com' }],
    ['nothing', 'ann@exämple.com', 'ann@EXÄMPLE.com', '/contacts/ANN', { name: 'Ann' }],
  ])('finds what only %s still spells %s, where %s is asked for', async (_, held, asked, path, kept) => {
    const { id, ingest } = await newTenant();
    await ingest('PUT', path, kept);
    await env.DB.prepare('DELETE FROM history WHERE tenant_id = ?').bind(id).run();
    await ingest('PUT', '/contacts/BOB', { name: 'Bob Stone', notes: `for <${held}>` });
    await ingest('PATCH', '/contacts/BOB', { notes: null });
    await erase(id, asked);
    expect(await everythingOf(id)).not.toContain(held);
  });

  it.each(['ada@example.com', '"ada x"@example.com'])(
    'finds %s as the name of a custom field, or of anything in data_providers',
    async (email) => {
      const { id, ingest } = await newTenant();
      const key = (name: string) => ({ 'Idempotency-Key': name });
      await ingest('PUT', '/contacts/BOB', { custom_fields: { collections: { [email]: true } } }, key('bob'));
      await ingest('PATCH', '/contacts/BOB', { custom_fields: { collections: { [email]: null } } });
      await ingest(
        'PUT',
        '/accounts/A1',
        { name: 'Acme', data_providers: { by: { [email]: {} } } },
        key('a1'),
      );
      await ingest('PATCH', '/accounts/A1', { data_providers: null });
      expect((await dossierOf(id, email)).history).toHaveLength(4);
      expect((await erase(id, email)).body.removed).toMatchObject({ history: 4, idempotencyAnswers: 2 });
      expect(await everythingOf(id)).not.toContain(email);
    },
  );

  it('leaves no address in what callers call their requests and attempts', async () => {
    const { id, ingest } = await newTenant();
    const email = 'ada@example.com';
    const named = (attempt: string) => ({
      'X-Request-Id': `sync:${email}`,
      'Idempotency-Key': `${attempt}:${email}`,
    });
    await ingest('PUT', '/contacts/BOB', { name: 'Bob Stone', account_number: 'A1' }, named('put'));
    await ingest('PATCH', '/accounts/A1', { name: 'Acme' }, named('patch'));
    await ingest('PUT', '/contacts/EVE', { name: 'Eve Stone' }, { 'X-Request-Id': 'sync:eve@example.com' });
    await ingest('PUT', '/contacts/JO', { name: 'Jo Ann' }, { 'X-Request-Id': `sync:${email}` });
    await ingest('DELETE', '/contacts/BOB', undefined, named('delete'));
    const { body } = await adminSend('POST', `/tenants/${id}/erasures`, {
      json: { email },
      headers: { 'X-Request-Id': `erase:${email}` },
    });
    expect(body.removed.idempotencyAnswers).toBe(3);
    const left = await everythingOf(id);
    expect(left).not.toContain(email);
    for (const other of ['Bob Stone', 'Jo Ann', 'sync:eve@example.com']) expect(left).toContain(other);
  });

  it.each([
    ['sync-ada@example.com', 'ada@example.com'],
    ['nightly_Ada@example.com-7', 'ada@example.com'],
    ['ada%40example.com', 'ada@example.com'],
    ['ada+erp%40example.com', 'Ada+ERP@example.com'],
    ['sync-ada%2Berp%40example.com', 'ada+erp@example.com'],
    ['sync-ada%2Berp@example.com', 'ada+erp@example.com'],
    ['%C3%BCnn%40example.com', 'ünn@example.com'],
  ])(
    'leaves no address in the name of a request, as in %s: it is joined to the rest by anything',
    async (name, email) => {
      const { id, ingest } = await newTenant();
      await ingest('PUT', '/contacts/BOB', { name: 'Bob Stone' }, { 'X-Request-Id': name });
      const revalidated = await adminSend('POST', `/tenants/${id}/addresses/revalidate`, {
        json: { address: 'bob@example.com' },
        headers: { 'X-Request-Id': name },
      });
      expect(revalidated.status).toBe(200);
      await erase(id, email);
      expect(await everythingOf(id)).not.toContain(name);
      expect((await ingest('GET', '/contacts/BOB/history')).body.items).toMatchObject([
        { action: 'created', changes: [{ new: 'BOB' }, { new: 'Bob Stone' }] },
      ]);
    },
  );

  const quoted = '"ada secret"@example.com';
  const note = 'ask:\nada@example.com';
  it.each<[what: string, email: string, path: string, kept: object]>([
    ['of a contact that had no address yet', 'ada@example.com', '/contacts/ADA', { phone: '555-0177' }],
    ['with an address in quotes', quoted, '/contacts/ADA', { email: quoted }],
    [
      "with an address in another's notes, after a line break",
      'ada@example.com',
      '/contacts/BOB',
      { notes: note },
    ],
    [
      "with an address in an account's custom field",
      quoted,
      '/accounts/A1',
      { custom_fields: { collections: { who: quoted } } },
    ],
    [
      "with an address in an account's custom field, after a line break",
      'ada@example.com',
      '/accounts/A1',
      { custom_fields: { collections: { who: note } } },
    ],
  ])('takes along an answer that was kept %s', async (_, email, path, json) => {
    const { id, ingest } = await newTenant();
    await ingest('PUT', '/contacts/ADA', { account_number: 'A1', name: 'Ada Lovelace-Byron' });
    await ingest('PUT', '/contacts/BOB', { name: 'Bob Stone' });
    expect((await ingest('PATCH', path, json, { 'Idempotency-Key': 'kept' })).status).toBe(200);
    await ingest('PATCH', '/contacts/ADA', { email });
    const { body } = await adminSend('POST', `/tenants/${id}/erasures`, { json: { email } });
    expect(body.removed.idempotencyAnswers).toBe(1);
  });

  it('takes along answers of an account that show a contact of it', async () => {
    const tenant = await newTenant();
    const account = await tenant.account('A1');
    await tenant.ingest('PUT', '/contacts/ADA', { account_number: 'A1', name: 'Ada Lovelace-Byron' });
    const renamed = await tenant.agent(
      'PUT',
      `/accounts/${account}`,
      { fullName: 'Acme' },
      { 'Idempotency-Key': 'kept' },
    );
    expect([renamed.status, renamed.body.contacts.length]).toEqual([200, 1]);
    const again = await tenant.agent(
      'PUT',
      `/accounts/${account}`,
      { fullName: 'Acme' },
      { 'Idempotency-Key': 'kept' },
    );
    expect([again.headers.get('Idempotent-Replayed'), again.text]).toEqual(['true', renamed.text]);
    await tenant.ingest('PATCH', '/contacts/ADA', { email: 'ada@example.com' });
    expect((await dossierOf(tenant.id, 'ada@example.com')).idempotencyAnswers).toBe(1);
    const { body } = await adminSend('POST', `/tenants/${tenant.id}/erasures`, {
      json: { email: 'ada@example.com' },
    });
    expect(body.removed.idempotencyAnswers).toBe(1);
  });

  it("takes a person who had no address, once they are given one that is nobody else's", async () => {
    const { id, ingest } = await newTenant();
    await ingest('PUT', '/contacts/ADA', { account_number: 'A1', name: 'Ada Lovelace', phone: '555-0177' });
    await ingest('PATCH', '/contacts/ADA', { email: 'erase-1@example.invalid' });
    expect((await erase(id, 'erase-1@example.invalid')).body.removed).toMatchObject({
      contacts: 1,
      history: 3,
    });
    expect(await everythingOf(id)).not.toMatch(/lovelace|555-0177|erase-1/i);
  });

  it('takes along what the history says of a contact that is gone', async () => {
    const { id, ingest, agent, account } = await newTenant();
    const path = `/accounts/${await account('A1')}/contacts`;
    const { body: ada } = await agent('POST', path, {
      fullName: 'Ada Lovelace',
      email: 'ada@example.com',
      language: 'en',
    });
    await ingest('PATCH', `/contacts/${ada.id}`, { notes: 'prefers mornings', mobile_phone: '555-0199' });
    await agent(
      'PUT',
      `${path}/upsert?explain=true`,
      { fullName: 'Eve Stone', language: 'en' },
      { 'Idempotency-Key': 'e' },
    );
    await ingest('DELETE', `/contacts/${ada.id}`);
    expect((await dossierOf(id, 'ada@example.com')).history).toHaveLength(3);
    expect((await erase(id, 'ada@example.com')).body.removed).toMatchObject({
      history: 3,
      idempotencyAnswers: 1,
    });
    const left = await everythingOf(id);
    for (const trace of [/lovelace/i, /mornings/, /555-0199/]) expect(left).not.toMatch(trace);
  });

  it('takes along what the history says of a contact that is gone, and had the address neither at first nor at last', async () => {
    const { id, ingest } = await newTenant();
    await ingest('PUT', '/contacts/ADA', { name: 'Ada Lovelace' }, { 'Idempotency-Key': 'kept' });
    await ingest('PATCH', '/contacts/ADA', { email: 'ada@example.com', phone: '555-0177' });
    const { body: ada } = await ingest('PATCH', '/contacts/ADA', { email: null });
    const { contacts, history } = await dossierOf(id, 'ada@example.com');
    expect(contacts).toEqual([]);
    expect(history).toMatchObject([{ subjectId: ada.id }, { subjectId: ada.id }]);
    await ingest('DELETE', '/contacts/ADA');
    expect((await dossierOf(id, 'ada@example.com')).history).toHaveLength(4);
    expect((await erase(id, 'ada@example.com')).body.removed).toMatchObject({
      history: 4,
      idempotencyAnswers: 1,
    });
    const left = await everythingOf(id);
    for (const trace of [/lovelace/i, /555-0177/]) expect(left).not.toMatch(trace);
  });

  it.each<[which: string, made: object, changed: object]>([
    ['when it got', { notes: 'asks bob@example.com' }, { email: null }],
    ['when it lost', {}, { email: null, notes: 'asks bob@example.com' }],
    ['when it got and lost', { notes: 'asks bob@example.com' }, { email: null, notes: null }],
  ])(
    'takes along what it says of one that is gone, where the erasure of another took %s the address',
    async (_, made, changed) => {
      const { id, ingest } = await newTenant();
      await ingest('PUT', '/contacts/ADA', { name: 'Ada Lovelace', email: 'ada@example.com', ...made });
      await ingest('PATCH', '/contacts/ADA', changed);
      await ingest('PATCH', '/contacts/ADA', { phone: '555-0177' });
      await ingest('DELETE', '/contacts/ADA');
      await erase(id, 'bob@example.com');
      expect(await everythingOf(id)).toContain('555-0177');
      await erase(id, 'ada@example.com');
      expect(await everythingOf(id)).not.toContain('555-0177');
    },
  );

  it('takes along what it says of one that is gone, where it only says still how that lost the address', async () => {
    const { id, ingest } = await newTenant();
    await ingest('PUT', '/contacts/ADA', { name: 'Ada Lovelace', email: 'ada@example.com' });
    await ingest('PATCH', '/contacts/ADA', { email: null, phone: '555-0177' });
    await ingest('DELETE', '/contacts/ADA');
    await env.DB.prepare("DELETE FROM history WHERE tenant_id = ? AND action = 'created'").bind(id).run();
    await erase(id, 'ada@example.com');
    expect(await everythingOf(id)).not.toContain('555-0177');
  });

  it('counts an entry of the history only the first time', async () => {
    const { id, ingest } = await newTenant();
    await ingest('PUT', '/contacts/BOB', { name: 'Bob Stone', notes: 'asks ada@example.com' });
    await ingest('PATCH', '/contacts/BOB', { notes: null }); // after the erasure, this entry says nothing
    expect((await erase(id, 'ada@example.com')).body.removed.history).toBe(2);
    await ingest('PATCH', '/contacts/BOB', { email: 'bob@example.com' });
    expect((await erase(id, 'ada@example.com')).body.removed.history).toBe(0);
    expect((await dossierOf(id, 'bob@example.com')).history).toHaveLength(2);
    expect((await erase(id, 'bob@example.com')).body.removed.history).toBe(3);
    expect((await erase(id, 'bob@example.com')).body.removed.history).toBe(0);
  });

  it('takes of what happened to others, and to accounts, the fields that mention the address', async () => {
    const { id, ingest } = await newTenant();
    const notes = 'asks ada@example.com';
    const custom_fields = { collections: { 'for ada@example.com': true, tier: 'gold' } };
    await ingest('PUT', '/accounts/A1', { name: 'Acme', email: 'ada@example.com' });
    await ingest('PUT', '/contacts/BOB', { name: 'Bob Stone', notes, custom_fields, account_number: 'A1' });
    await erase(id, 'ada@example.com');
    const { results } = await env.DB.prepare(
      "SELECT changes FROM history WHERE tenant_id = ? AND action = 'created' ORDER BY sequence",
    )
      .bind(id)
      .all<{ changes: string }>();
    const { id: account } = (await ingest('GET', '/accounts/A1')).body;
    expect(results.map(({ changes }) => JSON.parse(changes))).toEqual([
      { number: [null, 'A1'], name: [null, 'Acme'] },
      { reference: [null, 'BOB'], account_id: [null, account], name: [null, 'Bob Stone'] },
    ]);
  });

  it('leaves what the history says of an account that is gone, and had the address: that is no person', async () => {
    const { id, ingest, agent } = await newTenant();
    const { body: acme } = await ingest('PUT', '/accounts/A1', { name: 'Acme', email: 'ada@example.com' });
    await ingest('PATCH', '/accounts/A1', { phone: '555-0100' });
    await ingest('PATCH', '/accounts/A1', { email: 'ap@example.com' });
    await agent('DELETE', `/accounts/${acme.id}`);
    expect((await erase(id, 'ada@example.com')).body.removed.history).toBe(2);
    expect(await everythingOf(id)).toContain('555-0100');
  });

  it('leaves nobody in an answer that is kept a moment later, and explains itself by whom it had met', async () => {
    const { id, key, ingest, account } = await newTenant();
    const path = `/api/public/v1/accounts/${await account('A1')}/contacts/upsert?explain=true`;
    await ingest('PUT', '/contacts/ADA', {
      account_number: 'A1',
      name: 'Ada Lovelace',
      email: 'ada@example.com',
    });
    let batches = 0;
    const DB = database(async (_, go) => {
      batches += 1;
      const results = await go();
      if (batches === 2) expect((await erase(id, 'ada@example.com')).body.removed.contacts).toBe(1);
      return results;
    });
    const { status, body } = await send('PUT', path, {
      key,
      json: { fullName: 'Eve Stone', language: 'en' },
      headers: { 'Idempotency-Key': 'kept' },
      bindings: { DB },
    });
    expect([status, body.explanation.candidates]).toEqual([201, []]);
    expect(await everythingOf(id)).not.toMatch(/lovelace/i);
  });

  it("takes along what stands in the reasons of others, and in letters that are nobody's", async () => {
    const { id } = await newTenant();
    await env.DB.prepare(
      "INSERT INTO deliveries (tenant_id, provider, event_id, address_key, kind, at, code, reason, received_at) VALUES (?, 'ses', '1', 'team@example.com', 'hard_bounce', '', '550', 'team@example.com: <grace@example.com>: user unknown', '')",
    )
      .bind(id)
      .run();
    const letter = crypto.randomUUID();
    await env.DB.prepare(
      "INSERT INTO dead_letters (id, tenant_id, provider, body, reason, received_at, died_at) VALUES (?, NULL, 'cloudflare', ?, 'unreadable', '', '')",
    )
      .bind(letter, JSON.stringify({ payload: { recipient: 'grace@example.com' } }))
      .run();
    const { reasons, deliveries, deadLetters } = await dossierOf(id, 'grace@example.com');
    expect(reasons).toEqual([
      { kind: 'hard_bounce', at: '', reason: 'team@example.com: <grace@example.com>: user unknown' },
    ]);
    expect([deliveries, deadLetters]).toEqual([[], 1]);
    const own = await dossierOf(id, 'team@example.com');
    expect([own.reasons, own.deliveries.length]).toEqual([[], 1]);
    expect((await dossierOf(id, 'race@example.com')).reasons).toEqual([]);
    expect((await erase(id, 'grace@example.com')).body.removed.deadLetters).toBe(1);
    expect(await everythingOf(id)).not.toMatch(/grace/);
    expect(await everythingOf(letter)).toBe('');
  });

  it.each([
    ['quotation marks', 'assists “ada@example.com”'],
    ['guillemets with narrow blanks', 'écrit à «\u202fada@example.com\u202f»'],
    ['a no-break space', 'mail:\u00a0ada@example.com'],
    ['dashes', 'Ada—ada@example.com—answers'],
    ['East Asian punctuation', '邮箱：ada@example.com，下午'],
  ])('finds the address beside %s', async (_, notes) => {
    const { id, ingest } = await newTenant();
    await ingest('PUT', '/contacts/BOB', { notes });
    await ingest('PATCH', '/contacts/BOB', { notes: null });
    expect((await dossierOf(id, 'ada@example.com')).history).toHaveLength(2);
    expect((await dossierOf(id, 'da@example.com')).history).toEqual([]);
    expect((await erase(id, 'ada@example.com')).body.removed.history).toBe(2);
    expect(await everythingOf(id)).not.toContain('ada@');
  });

  it.each(['jürgen', 'ünal', 'é', '小', '４'])(
    'takes an address that begins with %s for another one',
    async (letters) => {
      const { id, ingest } = await newTenant();
      await ingest('PUT', '/contacts/BOB', { notes: `asks ${letters}ada@example.com` });
      expect((await dossierOf(id, 'ada@example.com')).mentions).toEqual([]);
    },
  );

  it.each<[what: string, payload: object]>([
    [
      'is nested deeper than SQLite reads',
      JSON.parse(`${'['.repeat(1_200)}"ada@example.com"${']'.repeat(1_200)}`),
    ],
    ['has a NUL before the address', { content: 'To\0ada@example.com' }],
    ['has a line break before the address', { content: 'To:\nada@example.com' }],
    ['has a DEL before the address', { content: 'To:\u007fada@example.com' }],
    ['has quotation marks of Windows that were read as Latin-1', { content: '\u0093ada@example.com\u0094' }],
    ['has a unit separator, which stands for the address in a search', { content: 'ada@example.com \u001f' }],
  ])('takes along a letter that %s', async (_, payload) => {
    const { id } = await newTenant();
    const body = { tenantId: id, provider: 'nobody', receivedAt: new Date().toISOString(), payload };
    const messages = [{ id: '1', timestamp: new Date(), attempts: 1, body, ack: () => {} }];
    const batch = { queue: 'diglot-deliveries-dead', messages } as unknown as MessageBatch;
    await worker.queue(batch, env as never);
    expect((await dossierOf(id, 'ada@example.com')).deadLetters).toBe(1);
    expect((await erase(id, 'da@example.com')).body.removed.deadLetters).toBe(0);
    expect((await erase(id, 'ada@example.com')).body.removed.deadLetters).toBe(1);
  });

  it('is one of a list: when, and how much; not who', async () => {
    const { id } = await newTenant();
    for (const email of ['ada@example.com', 'bob@example.com', 'eve@example.com']) await erase(id, email);
    const list = (query: string, tenant = id) => adminSend('GET', `/tenants/${tenant}/erasures${query}`);
    const { body: all } = await list('');
    expect([all.items.length, all.next]).toEqual([3, null]);
    expect(JSON.stringify(all)).not.toContain('example.com');
    const { body: first } = await list('?first=2');
    const { body: rest } = await list(`?first=2&after=${first.next}`);
    expect([...first.items, ...rest.items]).toEqual(all.items);
    const other = await newTenant();
    expect((await list('', other.id)).body.items).toEqual([]);
    expect((await list(`?after=${first.next}`, other.id)).status).toBe(422);
    expect((await list('', crypto.randomUUID())).status).toBe(404);
  });

  it('touches no other tenant', async () => {
    const { id, ingest } = await withAda();
    const other = await withAda();
    const before = await everythingOf(id);
    await adminSend('POST', `/tenants/${other.id}/erasures`, { json: { email: 'ada@example.com' } });
    expect(await everythingOf(id)).toBe(before);
    const contact = {
      account_number: 'A1',
      name: 'Ada Lovelace-Byron',
      email: 'Ada@Example.com',
      phone: '555-0177',
    };
    const copy = await ingest('POST', '/contacts/ADA', contact, { 'Idempotency-Key': 'ada-1' });
    expect([copy.status, copy.headers.get('Idempotent-Replayed')]).toEqual([201, 'true']);
  });
});
