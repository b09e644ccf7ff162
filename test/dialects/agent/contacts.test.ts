/** The agent vendor's page "Contacts", and section 2 of docs/contract.md, sentence by sentence. Upsert is in upsert.test.ts. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newTenant, type Reply, type TestTenant } from '../../client.ts';
import { faultsOf } from '../../refusals.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const NOBODY = '019a0000-0000-7000-8000-000000000000';

/** The page's own example. */
const JOHN = { fullName: 'John Smith', email: 'john.smith@acme.com', language: 'en' };

const gone = ({ status, body }: Reply) => [status, body.message.startsWith('404'), body.code];

/** A fresh account, and calls on its contacts. */
async function newAccount(more: object = {}) {
  const tenant = await newTenant(more);
  const id = await tenant.account();
  const contacts = `/accounts/${id}/contacts`;
  const on = (method: string, path = '', json?: unknown, headers?: Record<string, string>) =>
    tenant.agent(method, `${contacts}${path}`, json, headers);
  return { tenant, id, contacts, on, ingest: tenant.ingest };
}

const bounce = ({ id }: TestTenant, key: string, status = 'Bounced') =>
  env.DB.prepare('INSERT INTO addresses (tenant_id, address_key, status, updated_at) VALUES (?, ?, ?, ?)')
    .bind(id, key, status, new Date().toISOString())
    .run();

describe('POST /accounts/{accountId}/contacts', () => {
  it('creates a contact: the page’s example', async () => {
    const { contacts, on } = await newAccount();
    const { status, headers, body } = await on('POST', '', JOHN);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(UUID_V7),
      fullName: 'John Smith',
      email: { address: 'john.smith@acme.com', status: 'Valid' },
      language: 'en',
      createdAt: expect.stringMatching(TIME),
      updatedAt: body.createdAt,
    });
    expect(headers.get('Location')).toBe(`/api/public/v1${contacts}/${body.id}`);
    expect(headers.get('ETag')).toMatch(/^"[^"]+"$/);
    expect((await on('GET', `/${body.id}`)).body).toEqual(body);
  });

  it('requires fullName and language, and tells both at once', async () => {
    const { on } = await newAccount();
    expect(faultsOf(await on('POST', '', {}))).toEqual([
      422,
      [
        ['/fullName', 'field.required'],
        ['/language', 'field.required'],
      ],
    ]);
    for (const fullName of [undefined, null, '', ' ', 5, ['x']]) {
      expect((await on('POST', '', { ...JOHN, fullName })).body.errors).toEqual([
        expect.objectContaining({ pointer: '/fullName' }),
      ]);
    }
    for (const language of [undefined, null, '', ' ', 'xx', 'eng', 5]) {
      expect((await on('POST', '', { ...JOHN, language })).body.errors).toEqual([
        expect.objectContaining({ pointer: '/language' }),
      ]);
    }
    expect((await on('GET')).body.nodes).toEqual([]);
  });

  it('does not require an email', async () => {
    const { on } = await newAccount();
    for (const email of [undefined, null, '']) {
      const { status, body } = await on('POST', '', { ...JOHN, email });
      expect([status, body.email]).toEqual([201, null]);
    }
  });

  it('takes an email as plain text only', async () => {
    const { on } = await newAccount();
    for (const email of [
      { address: 'john.smith@acme.com', status: 'Valid' },
      ['john.smith@acme.com'],
      5,
      true,
    ]) {
      expect(faultsOf(await on('POST', '', { ...JOHN, email }))).toEqual([422, [['/email', 'field.type']]]);
    }
    expect(faultsOf(await on('POST', '', { ...JOHN, email: 'nobody' }))).toEqual([
      422,
      [['/email', 'email.invalid']],
    ]);
    for (const email of ["o'brien@example.com", 'jörg@bücher.example']) {
      expect((await on('POST', '', { ...JOHN, email })).body.email).toEqual({
        address: email,
        status: 'Valid',
      });
    }
  });

  it('always creates: it is not an upsert', async () => {
    const { on } = await newAccount();
    const ids = new Set<string>();
    for (let time = 0; time < 3; time += 1) ids.add((await on('POST', '', JOHN)).body.id);
    expect(ids.size).toBe(3);
    expect((await on('GET')).body.nodes).toHaveLength(3);
  });

  it('makes a contact that the ingest dialect knows by its id', async () => {
    const { on, ingest } = await newAccount();
    const { id } = (await on('POST', '', JOHN)).body;
    const { status, body } = await ingest('GET', `/contacts/${id}`);
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        reference: id,
        id,
        account_number: 'ACCT-001',
        name: 'John Smith',
        first_name: null,
        language: 'en',
        is_primary: null,
      }),
    ]);
  });
});

describe('PATCH /accounts/{accountId}/contacts/{contactId}', () => {
  it('updates only the provided fields: the page’s example', async () => {
    const { on } = await newAccount();
    const made = await on('POST', '', JOHN);
    const { status, body, headers } = await on('PATCH', `/${made.body.id}`, { fullName: 'John A. Smith' });
    expect([status, body]).toEqual([
      200,
      { ...made.body, fullName: 'John A. Smith', updatedAt: body.updatedAt },
    ]);
    expect(headers.get('ETag')).not.toBe(made.headers.get('ETag'));
    expect((await on('GET', `/${made.body.id}`)).body).toEqual(body);
  });

  it('clears an email that is sent as null or ""', async () => {
    const { on } = await newAccount();
    const { id } = (await on('POST', '', JOHN)).body;
    for (const email of [null, '']) {
      expect((await on('PATCH', `/${id}`, { email })).body).toMatchObject({
        fullName: 'John Smith',
        email: null,
        language: 'en',
      });
      expect((await on('PATCH', `/${id}`, { email: JOHN.email })).body.email.address).toBe(JOHN.email);
    }
  });

  it('changes nothing when there is nothing new', async () => {
    const { on } = await newAccount();
    const made = await on('POST', '', JOHN);
    for (const body of [{}, JOHN, { unknown: 1 }, { fullName: 'John Smith' }, { language: 'EN' }]) {
      const { status, body: after, headers } = await on('PATCH', `/${made.body.id}`, body);
      expect([status, after, headers.get('ETag')]).toEqual([200, made.body, made.headers.get('ETag')]);
    }
  });

  it('takes no fullName or language that is not set', async () => {
    const { on } = await newAccount();
    const { id } = (await on('POST', '', JOHN)).body;
    for (const field of ['fullName', 'language']) {
      for (const value of [null, '', ' ']) {
        expect((await on('PATCH', `/${id}`, { [field]: value })).body.errors).toEqual([
          expect.objectContaining({ pointer: `/${field}` }),
        ]);
      }
    }
    expect((await on('GET', `/${id}`)).body).toMatchObject({ fullName: 'John Smith', language: 'en' });
  });

  it('never writes the status of an email, an id or a time', async () => {
    const { on } = await newAccount();
    const made = await on('POST', '', JOHN);
    for (const email of [{ status: 'Bounced' }, { address: JOHN.email, status: 'Bounced' }]) {
      expect(faultsOf(await on('PATCH', `/${made.body.id}`, { email }))).toEqual([
        422,
        [['/email', 'field.type']],
      ]);
    }
    const readOnly = {
      id: NOBODY,
      status: 'Bounced',
      emailStatus: 'Bounced',
      createdAt: 'x',
      updatedAt: 'x',
      accountId: NOBODY,
      account_number: 'x',
      reference: 'x',
      name: 'x',
    };
    expect((await on('PATCH', `/${made.body.id}`, readOnly)).body).toEqual(made.body);
  });

  it('keeps what this dialect cannot show', async () => {
    const { on, ingest } = await newAccount();
    const rest = {
      account_number: 'ACCT-001',
      function: 'accountant',
      phone: '404-555-0100',
      mobile_phone: '404-555-0101',
      fax: '404-555-0102',
      title: 'Head of AP',
      department: 'Finance',
      contact_type: 'AP',
      address1: '1 Peachtree St',
      address2: 'Floor 2',
      city: 'Atlanta',
      state: 'GA',
      zip: '30303',
      country: 'US',
      notes: 'Call before noon',
      is_primary: true,
      custom_fields: { collections: { segment: 'enterprise' } },
    };
    const { id } = (
      await ingest('PUT', '/contacts/CONTACT-001', {
        ...rest,
        first_name: 'John',
        last_name: 'Doe',
        email: 'jdoe@acmecorp.com',
        language: 'en',
      })
    ).body;
    await on('PATCH', `/${id}`, { fullName: 'Jane Roe', email: 'jane@acmecorp.com', language: 'fr' });
    expect((await ingest('GET', '/contacts/CONTACT-001')).body).toMatchObject({
      ...rest,
      name: 'Jane Roe',
      first_name: null,
      last_name: null,
      email: 'jane@acmecorp.com',
      language: 'fr',
    });
    await on('PATCH', `/${id}`, { email: null });
    expect((await ingest('GET', '/contacts/CONTACT-001')).body).toMatchObject({
      ...rest,
      name: 'Jane Roe',
      email: null,
    });
  });
});

describe('fields', () => {
  it.each([
    { field: 'fullName', most: 320 },
    { field: 'role', most: 255 },
    { field: 'notes', most: 10_000 },
  ])('$field takes $most code points and not one more', async ({ field, most }) => {
    const { on } = await newAccount();
    const { id } = (await on('POST', '', JOHN)).body;
    for (const text of ['x'.repeat(most), '😀'.repeat(most)]) {
      expect((await on('PATCH', `/${id}`, { [field]: text })).status).toBe(200);
      expect((await on('POST', '', { ...JOHN, [field]: text })).status).toBe(201);
      expect(faultsOf(await on('PATCH', `/${id}`, { [field]: `${text}x` }))).toEqual([
        422,
        [[`/${field}`, 'field.too_long']],
      ]);
    }
    if (field === 'fullName') expect((await on('GET', `/${id}`)).body.fullName).toBe('😀'.repeat(most));
  });

  it.each(['fullName', 'role', 'notes'])('%s is kept exactly, or refused', async (field) => {
    const { on, ingest } = await newAccount();
    const { id } = (await on('POST', '', JOHN)).body;
    const stored = { fullName: 'name', role: 'function', notes: 'notes' }[field]!;
    for (const text of [
      ' two  spaces ',
      "'; DROP TABLE contacts; --",
      'e\u0301é',
      '\u202eRTL',
      '👩‍👩‍👧',
      '=cmd()',
      '"\\',
    ]) {
      expect((await on('PATCH', `/${id}`, { [field]: text })).status).toBe(200);
      expect((await ingest('GET', `/contacts/${id}`)).body[stored]).toBe(text);
    }
    for (const [text, code] of [
      ['a\u0000b', 'field.invalid_characters'],
      ['\u0085', 'field.invalid_characters'],
      ['\ud800', 'field.invalid_unicode'],
    ]) {
      expect(faultsOf(await on('PATCH', `/${id}`, { [field]: text }))).toEqual([422, [[`/${field}`, code]]]);
    }
    expect((await on('PATCH', `/${id}`, { [field]: 'a\n\tb' })).status).toBe(field === 'notes' ? 200 : 422);
  });

  it('role, notes and isPrimary, from an older edition, are stored and not shown', async () => {
    const { on, ingest } = await newAccount();
    const older = { role: 'accountant', notes: 'Call before\nnoon', isPrimary: true };
    const { status, body } = await on('POST', '', { ...JOHN, ...older });
    expect([status, Object.keys(body).sort()]).toEqual([
      201,
      ['createdAt', 'email', 'fullName', 'id', 'language', 'updatedAt'],
    ]);
    const stored = async () => {
      const {
        function: role,
        notes,
        is_primary: isPrimary,
      } = (await ingest('GET', `/contacts/${body.id}`)).body;
      return { role, notes, isPrimary };
    };
    expect(await stored()).toEqual(older);
    await on('PATCH', `/${body.id}`, { fullName: 'Jane' });
    expect(await stored()).toEqual(older);
    await on('PATCH', `/${body.id}`, { role: '', isPrimary: false });
    expect(await stored()).toEqual({ role: null, notes: older.notes, isPrimary: false });
    await on('PATCH', `/${body.id}`, { role: 'buyer', notes: null, isPrimary: null });
    expect(await stored()).toEqual({ role: 'buyer', notes: null, isPrimary: null });
    await on('PATCH', `/${body.id}`, { role: null });
    expect(await stored()).toEqual({ role: null, notes: null, isPrimary: null });
    for (const [field, value] of [
      ['role', 5],
      ['notes', {}],
      ['isPrimary', 'yes'],
      ['isPrimary', 1],
    ] as const) {
      expect(faultsOf(await on('PATCH', `/${body.id}`, { [field]: value }))).toEqual([
        422,
        [[`/${field}`, 'field.type']],
      ]);
    }
  });

  it.each(['en', 'fr', 'de', 'es', 'it', 'nl', 'pt', 'ja', 'zu', 'PT'])(
    'language %s is accepted',
    async (language) => {
      const { on } = await newAccount();
      expect((await on('POST', '', { ...JOHN, language })).body.language).toBe(language.toLowerCase());
    },
  );

  it('language is the contact’s, else the account’s, else the tenant’s', async () => {
    const { tenant, on, ingest } = await newAccount({ defaultLanguage: 'DE' });
    const { id } = (await ingest('PUT', '/contacts/1', { account_number: 'ACCT-001' })).body;
    const language = async () => [
      (await on('GET', `/${id}`)).body.language,
      (await on('GET')).body.nodes[0].language,
      (await tenant.agent('GET', '/accounts')).body.nodes[0].contacts[0].language,
    ];
    expect(await language()).toEqual(['de', 'de', 'de']);
    await ingest('PATCH', '/accounts/ACCT-001', { language: 'it' });
    expect(await language()).toEqual(['it', 'it', 'it']);
    await ingest('PATCH', '/contacts/1', { language: 'fr' });
    expect(await language()).toEqual(['fr', 'fr', 'fr']);
    await ingest('PATCH', '/contacts/1', { language: null });
    await ingest('PATCH', '/accounts/ACCT-001', { language: null });
    expect(await language()).toEqual(['de', 'de', 'de']);
    expect((await ingest('GET', '/contacts/1')).body.language).toBeNull();
  });

  it('language of a tenant that has said nothing is en', async () => {
    const { on, ingest } = await newAccount();
    const { id } = (await ingest('PUT', '/contacts/1', { account_number: 'ACCT-001' })).body;
    expect((await on('GET', `/${id}`)).body.language).toBe('en');
  });

  it('PATCH of a language that is shown but not stored stores it', async () => {
    const { on, ingest } = await newAccount();
    const { id } = (await ingest('PUT', '/contacts/1', { account_number: 'ACCT-001' })).body;
    await on('PATCH', `/${id}`, { language: 'en' });
    expect((await ingest('GET', '/contacts/1')).body.language).toBe('en');
  });

  it.each(['Bounced', 'Complained'])(
    'email.status %s is shown, and kept by a write of the same address',
    async (status) => {
      const { tenant, on } = await newAccount();
      const { id } = (await on('POST', '', JOHN)).body;
      await bounce(tenant, JOHN.email, status);
      expect((await on('GET', `/${id}`)).body.email).toEqual({ address: JOHN.email, status });
      expect((await on('GET')).body.nodes[0].email.status).toBe(status);
      expect((await tenant.agent('GET', '/accounts')).body.nodes[0].contacts[0].email.status).toBe(status);
      expect((await on('PATCH', `/${id}`, { email: 'John.Smith@ACME.com' })).body.email).toEqual({
        address: 'John.Smith@ACME.com',
        status,
      });
      expect((await on('PATCH', `/${id}`, { email: 'new@acme.com' })).body.email.status).toBe('Valid');
      expect((await on('POST', '', JOHN)).body.email.status).toBe(status);
    },
  );
});

describe('fullName', () => {
  it.each([
    [{ name: 'John Doe', email: 'x@example.com' }, 'John Doe'],
    [{ first_name: 'John', last_name: 'Doe' }, 'John Doe'],
    [{ first_name: 'John', email: 'x@example.com' }, 'John'],
    [{ last_name: 'Doe' }, 'Doe'],
    [{ email: 'X@example.com' }, 'X@example.com'],
    [{}, 'CONTACT-001'],
  ])('of %j is %s', async (fields, fullName) => {
    const { on, ingest } = await newAccount();
    const { id } = (await ingest('PUT', '/contacts/CONTACT-001', { ...fields, account_number: 'ACCT-001' }))
      .body;
    expect((await on('GET', `/${id}`)).body.fullName).toBe(fullName);
    const before = (await ingest('GET', '/contacts/CONTACT-001')).body;
    await on('PATCH', `/${id}`, { fullName });
    expect((await ingest('GET', '/contacts/CONTACT-001')).body).toEqual(before);
    await on('PATCH', `/${id}`, { fullName: `${fullName} Jr.` });
    expect((await ingest('GET', '/contacts/CONTACT-001')).body).toMatchObject({
      name: `${fullName} Jr.`,
      first_name: null,
      last_name: null,
    });
  });

  it('is echoed back with another address without making a name of the one that stood in for it', async () => {
    const { on, ingest } = await newAccount();
    const fields = { account_number: 'ACCT-001', email: 'only@example.com' };
    const { id } = (await ingest('PUT', '/contacts/1', fields)).body;
    const changes = { fullName: 'only@example.com', email: 'changed@example.com' };
    const { body } = await on('PATCH', `/${id}`, changes);
    expect(body.fullName).toBe('changed@example.com');
    expect((await on('PATCH', `/${id}`, changes)).body).toEqual(body);
    expect((await ingest('GET', '/contacts/1')).body.name).toBeNull();
  });

  it('that was the reference becomes the name with the address that would be shown in its place', async () => {
    const { on, ingest } = await newAccount();
    const { id } = (await ingest('PUT', '/contacts/AP-1', { account_number: 'ACCT-001' })).body;
    const changes = { fullName: 'AP-1', email: 'ap@example.com' };
    const { body } = await on('PATCH', `/${id}`, changes);
    expect(body.fullName).toBe('AP-1');
    expect((await on('PATCH', `/${id}`, changes)).body).toEqual(body);
    expect((await ingest('GET', '/contacts/AP-1')).body.name).toBe('AP-1');
  });

  it('that is the new address becomes the name, as any other that was not shown', async () => {
    const { on, ingest } = await newAccount();
    const fields = { account_number: 'ACCT-001', email: 'old@example.com' };
    const { id } = (await ingest('PUT', '/contacts/1', fields)).body;
    await on('PATCH', `/${id}`, { fullName: 'new@example.com', email: 'new@example.com' });
    expect((await ingest('GET', '/contacts/1')).body.name).toBe('new@example.com');
  });

  it('that is the reference is echoed back with the address that is missing, and does not become the name', async () => {
    const { on, ingest } = await newAccount();
    const before = (await ingest('PUT', '/contacts/AP-1', { account_number: 'ACCT-001' })).body;
    await on('PATCH', `/${before.id}`, { fullName: 'AP-1', email: null });
    expect((await ingest('GET', '/contacts/AP-1')).body).toEqual(before);
  });

  it('is echoed back together with other changes without losing the two parts', async () => {
    const { on, ingest } = await newAccount();
    const { id } = (
      await ingest('PUT', '/contacts/1', { account_number: 'ACCT-001', first_name: 'John', last_name: 'Doe' })
    ).body;
    await on('PATCH', `/${id}`, { fullName: 'John Doe', email: 'jdoe@acmecorp.com' });
    expect((await ingest('GET', '/contacts/1')).body).toMatchObject({
      name: null,
      first_name: 'John',
      last_name: 'Doe',
      email: 'jdoe@acmecorp.com',
    });
  });
});

describe('GET /accounts/{accountId}/contacts', () => {
  const fill = async (count: number) => {
    const account = await newAccount();
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1)
      ids.push((await account.on('POST', '', { ...JOHN, fullName: `Person ${index}` })).body.id);
    return { ...account, ids };
  };
  const idsOf = ({ body }: Reply) => body.nodes.map(({ id }: { id: string }) => id);

  it('is empty at first, and its cursor null', async () => {
    const { on } = await newAccount();
    expect((await on('GET')).body).toEqual({ nodes: [], pageInfo: { endCursor: null } });
  });

  it('lists all contacts, oldest first: the page’s example', async () => {
    const { on, ids } = await fill(3);
    const { status, body } = await on('GET', '?first=10');
    expect([status, body.nodes.map(({ id }: { id: string }) => id), body.pageInfo]).toEqual([
      200,
      ids,
      { endCursor: null },
    ]);
    for (const node of body.nodes) expect(node).toEqual((await on('GET', `/${node.id}`)).body);
  });

  it('gives 20 by default, and each one exactly once, whatever the size of a page', async () => {
    const { on, ids } = await fill(23);
    expect((await on('GET')).body.nodes).toHaveLength(20);
    for (const first of [1, 7, 22, 23, 100]) {
      const found: string[] = [];
      let pages = 0;
      for (let after: string | null = ''; after !== null; pages += 1) {
        const page: Reply = await on('GET', `?first=${first}${after && `&after=${after}`}`);
        found.push(...idsOf(page));
        after = page.body.pageInfo.endCursor;
      }
      expect([found, pages]).toEqual([ids, Math.ceil(23 / first)]);
    }
  });

  it('gives an empty page after the last, should somebody ask', async () => {
    const { on, ids } = await fill(3);
    const { endCursor } = (await on('GET', '?first=2')).body.pageInfo;
    await on('DELETE', `/${ids[2]}`);
    expect((await on('GET', `?first=2&after=${endCursor}`)).body).toEqual({
      nodes: [],
      pageInfo: { endCursor: null },
    });
  });

  it.each(['0', '-1', '101', '1e1', '0x10', '+5', '1.0', '', '%20', 'ten', '٣'])(
    'refuses first=%s',
    async (first) => {
      const { on } = await newAccount();
      expect(faultsOf(await on('GET', `?first=${first}`))).toEqual([422, [['first', 'first.out_of_range']]]);
    },
  );

  it('refuses a cursor of another account, another list, or of none', async () => {
    const { tenant, on } = await fill(2);
    const other = await fill(2);
    const second = await tenant.account('ACCT-002');
    const { endCursor } = (await on('GET', '?first=1')).body.pageInfo;
    expect((await on('GET', `?first=1&after=${endCursor}`)).status).toBe(200);
    expect((await tenant.agent('GET', `/accounts/${second}/contacts?after=${endCursor}`)).status).toBe(422);
    const { endCursor: ofAccounts } = (await tenant.agent('GET', '/accounts?first=1')).body.pageInfo;
    const { endCursor: ofOther } = (await other.on('GET', '?first=1')).body.pageInfo;
    const { next: ofIngest } = (await tenant.ingest('GET', '/contacts?first=1')).body;
    for (const after of [ofAccounts, ofOther, ofIngest, '', 'x', `${endCursor}A`, 'A'.repeat(10_240)]) {
      expect(faultsOf(await on('GET', `?first=1&after=${after}`))).toEqual([
        422,
        [['after', 'cursor.invalid']],
      ]);
    }
  });

  it('shows the contacts of this account only', async () => {
    const { tenant, on } = await fill(1);
    const second = await tenant.account('ACCT-002');
    await tenant.ingest('PUT', '/contacts/loose', { name: 'Nobody’s' });
    expect((await tenant.agent('GET', `/accounts/${second}/contacts`)).body.nodes).toEqual([]);
    expect((await on('GET')).body.nodes).toHaveLength(1);
  });
});

describe('DELETE and GET /accounts/{accountId}/contacts/{contactId}', () => {
  it('answers 204, and then 404', async () => {
    const { on, ingest } = await newAccount();
    const { id } = (await on('POST', '', JOHN)).body;
    const removed = await on('DELETE', `/${id}`);
    expect([removed.status, removed.text]).toEqual([204, '']);
    for (const method of ['DELETE', 'GET'])
      expect(gone(await on(method, `/${id}`))).toEqual([404, true, 'contact.not_found']);
    expect((await ingest('GET', `/contacts/${id}`)).status).toBe(404);
  });

  it('answers 404, with a message that begins so, for all that is not a contact of this account', async () => {
    const { tenant, id, on, ingest } = await newAccount();
    const contact = (await on('POST', '', JOHN)).body.id;
    const second = await tenant.account('ACCT-002');
    const loose = (await ingest('PUT', '/contacts/loose', {})).body.id;
    const stranger = await newTenant();
    const strange = await stranger.account();
    const paths = [
      `${id}/contacts/${NOBODY}`,
      `${id}/contacts/${loose}`,
      `${id}/contacts/${contact.slice(0, -1)}`,
      `${id}/contacts/${contact.replaceAll('-', '')}`,
      `${id}/contacts/{${contact}}`,
      `${id}/contacts/1`,
      `${id}/contacts/%00`,
      `${id}/contacts/%FF`,
      `${id}/contacts/${"'%20OR%201=1--"}`,
      `${second}/contacts/${contact}`,
      `${NOBODY}/contacts/${contact}`,
      `ACCT-001/contacts/${contact}`,
      `%FF/contacts/${contact}`,
      `${strange}/contacts/${contact}`,
    ];
    for (const path of paths) {
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const reply = await tenant.agent(
          method,
          `/accounts/${path}`,
          method === 'PATCH' ? { fullName: 'x' } : undefined,
        );
        expect(gone(reply), path).toEqual([404, true, 'contact.not_found']);
      }
    }
    expect((await on('GET', `/${contact}`)).body.fullName).toBe('John Smith');
    for (const account of [NOBODY, 'ACCT-001', '%FF', 'x', strange]) {
      for (const [method, path, body] of [
        ['GET', ''],
        ['POST', '', JOHN],
        ['PUT', '/upsert', JOHN],
      ] as const) {
        expect(gone(await tenant.agent(method, `/accounts/${account}/contacts${path}`, body))).toEqual([
          404,
          true,
          'account.not_found',
        ]);
      }
    }
    expect((await stranger.agent('GET', `/accounts/${strange}/contacts`)).body.nodes).toEqual([]);
  });

  it('takes an id in upper case for the same', async () => {
    const { tenant, id, on } = await newAccount();
    const contact = (await on('POST', '', JOHN)).body;
    expect(
      (await tenant.agent('GET', `/accounts/${id.toUpperCase()}/contacts/${contact.id.toUpperCase()}`)).body,
    ).toEqual(contact);
  });
});
