/** The ingest vendor's accounts: section 1 of docs/contract.md, "Account fields", sentence by sentence. */
import { describe, expect, it } from 'vitest';
import { newTenant, send, type TestTenant } from '../../client.ts';
import { faultsOf } from '../../refusals.ts';
import { accountsOf, LONE, NUL, TIME, UUID_V7 } from './fixtures.ts';

const ADDRESS = {
  address1: '1 Peachtree St',
  address2: 'Floor 2',
  city: 'Atlanta',
  state: 'GA',
  zip: '30303',
  country: 'US',
};
const OTHER_ADDRESS = {
  address1: '1 rue de la Paix',
  address2: null,
  city: 'Paris',
  state: null,
  zip: '75002',
  country: 'FR',
};

const ACME = {
  name: 'Acme Corporation',
  display_reference: 'ACME',
  currency: 'USD',
  language: 'en',
  billing_address: ADDRESS,
  remit_to: OTHER_ADDRESS,
  phone: '404-555-0100',
  mobile_phone: '404-555-0101',
  fax: '404-555-0102',
  email: 'ap@acmecorp.com',
  payment_terms: 'NET30',
  credit_limit: 50_000,
  account_group: 'Enterprise',
  parent_account_number: 'ACCT-000',
  is_parent_account: false,
  branch_name: 'Atlanta',
  description: 'Buys anvils',
  vat: 'DE123456789',
  company_registration_number: 'HRB 1234',
  data_providers: { duns: '150483782' },
  custom_fields: { collections: { segment: 'enterprise', credit_hold: false } },
};

const UNSET = {
  ...Object.fromEntries(Object.keys(ACME).map((field) => [field, null])),
  custom_fields: { collections: {} },
};

/** Free text: the field, and how many code points it may have. */
const TEXTS = [
  ['name', 320],
  ['display_reference', 255],
  ['phone', 64],
  ['mobile_phone', 64],
  ['fax', 64],
  ['payment_terms', 255],
  ['account_group', 255],
  ['branch_name', 255],
  ['description', 255],
  ['vat', 255],
  ['company_registration_number', 255],
] as const;
const texts = TEXTS.map(([field, most]) => ({ field, most }));

/** Two valid values for every field that may be absent. `name` may not be absent, and `currency` may not change. */
const fields: { field: string; value: unknown; other: unknown }[] = [
  ...TEXTS.filter(([field]) => field !== 'name').map(([field]) => ({
    field,
    value: `one ${field}`,
    other: `other ${field}`,
  })),
  { field: 'language', value: 'en', other: 'fr' },
  { field: 'email', value: 'ap@acmecorp.com', other: 'AP@acmecorp.com' },
  { field: 'credit_limit', value: 50_000, other: 0.1 },
  { field: 'is_parent_account', value: true, other: false },
  { field: 'billing_address', value: ADDRESS, other: OTHER_ADDRESS },
  { field: 'remit_to', value: ADDRESS, other: OTHER_ADDRESS },
  { field: 'data_providers', value: { duns: '1' }, other: { creditsafe: { id: [1, null] } } },
];

const one = '/accounts/ACCT-001';
const named = (more: object) => ({ name: 'Acme Corporation', ...more });

describe('the calls', () => {
  it('POST creates an account, with every field there is', async () => {
    const { ingest } = await newTenant();
    const { status, headers, body } = await ingest('POST', one, ACME);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...ACME,
      account_number: 'ACCT-001',
      id: expect.stringMatching(UUID_V7),
      created_at: expect.stringMatching(TIME),
      updated_at: body.created_at,
    });
    expect(headers.get('Location')).toBe('/api/v1/ingest/accounts/ACCT-001');
    expect(headers.get('ETag')).toMatch(/^"[^"]+"$/);
    const read = await ingest('GET', one);
    expect([read.status, read.body, read.headers.get('ETag')]).toEqual([200, body, headers.get('ETag')]);
  });

  it('POST asks for nothing but a name', async () => {
    const { ingest } = await newTenant();
    expect((await ingest('POST', one, { name: 'Acme' })).body).toMatchObject({ ...UNSET, name: 'Acme' });
  });

  it('POST answers 409 where the number exists, be it a stub, and changes nothing', async () => {
    const { ingest } = await newTenant();
    await ingest('PUT', '/contacts/1', { account_number: 'ACCT-001' });
    const before = await ingest('GET', one);
    const refused = await ingest('POST', one, ACME);
    expect([refused.status, refused.body.code]).toEqual([409, 'account.exists']);
    expect((await ingest('GET', one)).body).toEqual(before.body);
  });

  it('PUT answers 201 on create and 200 on replace; the same again changes nothing', async () => {
    const { ingest } = await newTenant();
    const made = await ingest('PUT', one, ACME);
    expect([made.status, made.headers.get('Location')]).toEqual([201, '/api/v1/ingest/accounts/ACCT-001']);
    const again = await ingest('PUT', one, ACME);
    expect([again.status, again.body, again.headers.get('ETag')]).toEqual([
      200,
      made.body,
      made.headers.get('ETag'),
    ]);
    const replaced = await ingest('PUT', one, { name: 'Acme' });
    const { id, created_at } = made.body;
    expect(replaced.body).toEqual({
      ...UNSET,
      name: 'Acme',
      currency: 'USD',
      custom_fields: ACME.custom_fields,
      account_number: 'ACCT-001',
      id,
      created_at,
      updated_at: replaced.body.updated_at,
    });
  });

  it('PATCH changes what is in the body, and returns the whole account', async () => {
    const { ingest } = await newTenant();
    const made = await ingest('PUT', one, ACME);
    const patched = await ingest('PATCH', one, { payment_terms: 'NET60' });
    expect([patched.status, patched.body]).toEqual([
      200,
      { ...made.body, payment_terms: 'NET60', updated_at: patched.body.updated_at },
    ]);
    for (const body of [{}, { unknown: 1 }, ACME])
      await ingest('PATCH', one, { ...body, payment_terms: 'NET60' });
    const after = await ingest('GET', one);
    expect([after.body, after.headers.get('ETag')]).toEqual([patched.body, patched.headers.get('ETag')]);
  });

  it('PATCH takes every field at once', async () => {
    const { ingest } = await newTenant();
    await ingest('PUT', one, { name: 'x' });
    expect((await ingest('PATCH', one, ACME)).body).toMatchObject(ACME);
  });

  it('GET and PATCH answer 404 for what there is not', async () => {
    const { ingest } = await newTenant();
    for (const reply of [await ingest('GET', one), await ingest('PATCH', one, { phone: '1' })]) {
      expect([reply.status, reply.body.code]).toEqual([404, 'account.not_found']);
    }
    expect((await ingest('GET', '/accounts')).body.items).toEqual([]);
  });

  it('have no DELETE: accounts are removed in the agent dialect', async () => {
    const { ingest } = await newTenant();
    const { status, headers } = await ingest('DELETE', one);
    expect([status, headers.get('Allow')]).toEqual([405, 'GET, HEAD, OPTIONS, PATCH, POST, PUT']);
  });

  it('a PUT or PATCH of a stub fills it in, under its id', async () => {
    const { ingest } = await newTenant();
    await ingest('PUT', '/contacts/1', { account_number: 'ACCT-001' });
    const stub = (await ingest('GET', one)).body;
    expect(stub).toEqual({
      ...UNSET,
      account_number: 'ACCT-001',
      id: stub.id,
      created_at: stub.created_at,
      updated_at: stub.created_at,
    });
    expect((await ingest('PATCH', one, { phone: '1' })).body).toMatchObject({
      id: stub.id,
      name: null,
      phone: '1',
    });
    expect((await ingest('PUT', one, ACME)).body).toMatchObject({
      ...ACME,
      id: stub.id,
      created_at: stub.created_at,
    });
  });
});

describe('account_number', () => {
  it.each([
    ['a%2Fb', 'a/b'],
    ['%252e', '%2e'],
    ['%F0%9F%98%80', '😀'],
    [encodeURIComponent('\u202eabc'), '\u202eabc'],
    ['x'.repeat(255), 'x'.repeat(255)],
    [encodeURIComponent('𝒳'.repeat(255)), '𝒳'.repeat(255)],
  ])('may be %s', async (path, number) => {
    const { ingest } = await newTenant();
    const made = await ingest('PUT', `/accounts/${path}`, named({ account_number: number }));
    expect([made.status, made.body.account_number]).toEqual([201, number]);
    expect((await ingest('GET', made.headers.get('Location')!.slice('/api/v1/ingest'.length))).body).toEqual(
      made.body,
    );
    expect((await ingest('PUT', '/contacts/1', { account_number: number })).body.account_number).toBe(number);
    expect((await ingest('GET', '/accounts')).body.items).toHaveLength(1);
  });

  it.each([
    ['x'.repeat(256), 'reference.length'],
    ['%00', 'reference.invalid'],
    ['%E2%80%A8', 'reference.invalid'],
    ['%FF', 'parameter.encoding'],
    ['%', 'parameter.encoding'],
  ])('may not be %s', async (path, code) => {
    const { ingest } = await newTenant();
    for (const method of ['POST', 'PUT', 'PATCH', 'GET']) {
      expect(
        faultsOf(await ingest(method, `/accounts/${path}`, method === 'GET' ? undefined : ACME)),
      ).toEqual([422, [['account_number', code]]]);
    }
  });

  it('may be repeated in the body, and must not differ there', async () => {
    const { ingest } = await newTenant();
    for (const account_number of ['ACCT-001', '', null])
      expect((await ingest('PUT', one, named({ account_number }))).status).toBeLessThan(300);
    for (const method of ['POST', 'PUT', 'PATCH']) {
      expect(faultsOf(await ingest(method, one, named({ account_number: 'acct-001' })))).toEqual([
        422,
        [['/account_number', 'reference.mismatch']],
      ]);
    }
  });
});

describe('name', () => {
  it.each([{}, { name: null }, { name: '' }, { name: '  ' }, { name: 5 }, { name: ['x'] }])(
    'is required and not empty: %j',
    async (body) => {
      const tenant = await newTenant();
      for (const method of ['POST', 'PUT']) {
        const { status, body: problem } = await tenant.ingest(method, one, body);
        expect([status, problem.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
          422,
          ['/name'],
        ]);
      }
      expect(await accountsOf(tenant)).toEqual([]);
      await tenant.ingest('PUT', one, ACME);
      expect((await tenant.ingest('PATCH', one, body)).status).toBe('name' in body ? 422 : 200);
      expect((await tenant.ingest('GET', one)).body.name).toBe(ACME.name);
    },
  );
});

describe('fields', () => {
  it.each(fields)(
    '$field: PUT stores a value, null and absence clear it',
    async ({ field, value, other }) => {
      const { ingest } = await newTenant();
      const put = async (body: object) => (await ingest('PUT', one, named(body))).body[field];
      expect(await put({ [field]: value })).toEqual(value);
      expect(await put({ [field]: other })).toEqual(other);
      expect(await put({ [field]: null })).toBeNull();
      expect(await put({ [field]: value })).toEqual(value);
      expect(await put({})).toBeNull();
    },
  );

  it.each(fields)(
    '$field: PATCH stores a value, absence keeps it, null and "" clear it',
    async ({ field, value, other }) => {
      const { ingest } = await newTenant();
      const patch = async (body: object) => (await ingest('PATCH', one, body)).body[field];
      await ingest('PUT', one, named({ [field]: value }));
      expect(await patch({})).toEqual(value);
      expect(await patch({ name: 'Another Name' })).toEqual(value);
      expect(await patch({ [field]: other })).toEqual(other);
      expect(await patch({ [field]: null })).toBeNull();
      expect(await patch({ [field]: value })).toEqual(value);
      if (typeof value === 'string') expect(await patch({ [field]: '' })).toBeNull();
    },
  );

  it.each(texts)('$field takes $most code points and not one more', async ({ field, most }) => {
    const { ingest } = await newTenant();
    for (const text of ['x'.repeat(most), '😀'.repeat(most)]) {
      expect((await ingest('PUT', one, named({ [field]: text }))).body[field] === text).toBe(true);
      expect((await ingest('GET', one)).body[field] === text).toBe(true);
      for (const method of ['PUT', 'PATCH']) {
        expect(faultsOf(await ingest(method, one, named({ [field]: `${text}x` })))).toEqual([
          422,
          [[`/${field}`, 'field.too_long']],
        ]);
      }
    }
  });

  it.each(texts)('$field is kept exactly, or refused', async ({ field }) => {
    const { ingest } = await newTenant();
    for (const text of [
      ' two  spaces ',
      "'; DROP TABLE accounts; --",
      '=cmd()',
      'e\u0301é',
      '\u202eRTL',
      '👩‍👩‍👧',
      '"\\',
    ]) {
      expect((await ingest('PUT', one, named({ [field]: text }))).body[field]).toBe(text);
    }
    for (const [text, code] of [
      [`a${NUL}b`, 'field.invalid_characters'],
      ['a\nb', 'field.invalid_characters'],
      ['a\tb', 'field.invalid_characters'],
      [LONE, 'field.invalid_unicode'],
    ] as const) {
      expect(faultsOf(await ingest('PATCH', one, { [field]: text }))).toEqual([422, [[`/${field}`, code]]]);
    }
  });

  it.each([...fields, { field: 'name' }, { field: 'currency' }, { field: 'parent_account_number' }])(
    '$field refuses other types',
    async ({ field }) => {
      const { ingest } = await newTenant();
      const wrong: Record<string, unknown[]> = {
        credit_limit: ['5', true, [], {}],
        is_parent_account: ['true', 2, -1, '1', [], {}],
        billing_address: ['x', 5, [], true],
        remit_to: ['x', 5, [], true],
        data_providers: ['x', 5, [], true],
      };
      for (const method of ['POST', 'PATCH']) {
        for (const value of wrong[field] ?? [5, true, ['x'], {}]) {
          const { status, body } = await ingest(
            method,
            one,
            named({ is_parent_account: true, [field]: value }),
          );
          expect(status).toBe(422);
          expect(body.errors).toContainEqual({
            pointer: `/${field}`,
            code: 'field.type',
            message: expect.stringMatching(/^This must be of type (string|number|boolean|object)\.$/),
          });
        }
      }
    },
  );

  it('refuses addresses, languages, currencies that are none, all at once', async () => {
    const { ingest } = await newTenant();
    const reply = await ingest('PUT', one, {
      email: 'ap@localhost',
      language: 'xx',
      currency: 'XXZ',
      credit_limit: 2 ** 53,
      billing_address: { country: 'ZZ', city: 5 },
      remit_to: { zip: 'x'.repeat(256) },
      parent_account_number: '..',
    });
    expect(faultsOf(reply)[1].sort()).toEqual([
      ['/billing_address/city', 'field.type'],
      ['/billing_address/country', 'country.unknown'],
      ['/credit_limit', 'number.out_of_range'],
      ['/currency', 'currency.unknown'],
      ['/email', 'email.invalid'],
      ['/is_parent_account', 'account.parent_flag_required'],
      ['/language', 'language.unknown'],
      ['/name', 'field.required'],
      ['/parent_account_number', 'reference.invalid'],
      ['/remit_to/zip', 'field.too_long'],
    ]);
  });

  it.each([null, '', ' ', undefined])('says that a name of %j is missing', async (name) => {
    const { ingest } = await newTenant();
    expect(faultsOf(await ingest('PUT', one, { ...ACME, name }))[1]).toEqual([['/name', 'field.required']]);
  });

  it('ignores those that are not known, and those that are read-only', async () => {
    const { ingest } = await newTenant();
    const made = await ingest('PUT', one, ACME);
    const sent = {
      id: '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4a01',
      created_at: 'x',
      updated_at: 'x',
      version: 9,
      source: {},
      unknown: [1],
    };
    expect((await ingest('PATCH', one, sent)).body).toEqual(made.body);
    expect((await ingest('PUT', one, { ...ACME, ...sent })).body).toEqual(made.body);
  });
});

describe('currency', () => {
  it.each(['USD', 'usd', 'eUr'])('%s is ISO 4217, shown in upper case', async (currency) => {
    const { ingest } = await newTenant();
    expect((await ingest('PUT', one, named({ currency }))).body.currency).toBe(currency.toUpperCase());
  });

  it.each(['XXZ', 'US', 'DOLLAR', ' USD', '840', 'E\u017fP', 'toString'])(
    '%s is not in ISO 4217',
    async (currency) => {
      const { ingest } = await newTenant();
      expect(faultsOf(await ingest('PUT', one, named({ currency })))).toEqual([
        422,
        [['/currency', 'currency.unknown']],
      ]);
    },
  );

  it('is locked once set: a different value is 422 and changes nothing', async () => {
    const { ingest } = await newTenant();
    await ingest('PUT', one, { name: 'Acme' });
    expect((await ingest('PATCH', one, { currency: 'usd' })).body.currency).toBe('USD');
    const before = (await ingest('GET', one)).body;
    for (const currency of ['EUR', null, '']) {
      expect(faultsOf(await ingest('PATCH', one, { name: 'Other', phone: '1', currency }))).toEqual([
        422,
        [['/currency', 'currency.locked']],
      ]);
    }
    expect(faultsOf(await ingest('PUT', one, { name: 'Other', currency: 'EUR' }))).toEqual([
      422,
      [['/currency', 'currency.locked']],
    ]);
    expect((await ingest('GET', one)).body).toEqual(before);
  });

  it('stays as it is in a write that repeats it, or leaves it out', async () => {
    const { ingest } = await newTenant();
    await ingest('PUT', one, named({ currency: 'USD' }));
    for (const more of [{ currency: 'usd' }, {}, { currency: null }, { currency: '' }])
      expect((await ingest('PUT', one, named(more))).body.currency).toBe('USD');
    expect((await ingest('PATCH', one, { currency: 'USD', phone: '1' })).body).toMatchObject({
      currency: 'USD',
      phone: '1',
    });
  });
});

describe('credit_limit', () => {
  it.each([
    0,
    50_000,
    12.34,
    0.1 + 0.2,
    -1,
    1e-7,
    5e-324,
    123456789.12345679,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ])('keeps %s exactly', async (credit_limit) => {
    const { ingest } = await newTenant();
    expect((await ingest('POST', one, named({ credit_limit }))).body.credit_limit).toBe(credit_limit);
    expect((await ingest('GET', one)).body.credit_limit).toBe(credit_limit);
    await ingest('PATCH', one, { credit_limit: 1 });
    expect((await ingest('PATCH', one, { credit_limit })).body.credit_limit).toBe(credit_limit);
  });

  it.each(['9007199254740992', '-9007199254740993', '1e400', '-1e400', '1e21'])(
    'refuses %s',
    async (number) => {
      const { key } = await newTenant();
      const reply = await send('PUT', `/api/v1/ingest${one}`, {
        key,
        raw: `{"name":"Acme","credit_limit":${number}}`,
      });
      expect(faultsOf(reply)).toEqual([422, [['/credit_limit', 'number.out_of_range']]]);
    },
  );
});

describe('is_parent_account and parent_account_number', () => {
  it.each([
    [true, true],
    [false, false],
    [1, true],
    [0, false],
  ])('the flag %s is shown as %s', async (sent, shown) => {
    const { ingest } = await newTenant();
    expect((await ingest('PUT', one, named({ is_parent_account: sent }))).body.is_parent_account).toBe(shown);
    expect((await ingest('PATCH', one, { is_parent_account: sent })).body.is_parent_account).toBe(shown);
  });

  it.each(['POST', 'PUT'])('%s of a parent without the flag is 422', async (method) => {
    const tenant = await newTenant();
    for (const more of [{}, { is_parent_account: null }]) {
      expect(
        faultsOf(await tenant.ingest(method, one, named({ parent_account_number: 'P', ...more }))),
      ).toEqual([422, [['/is_parent_account', 'account.parent_flag_required']]]);
    }
    for (const parent_account_number of [null, ''])
      expect((await tenant.ingest('PUT', one, named({ parent_account_number }))).status).toBeLessThan(300);
    expect(
      (await tenant.ingest('PUT', one, named({ parent_account_number: 'P', is_parent_account: 0 }))).body
        .parent_account_number,
    ).toBe('P');
    expect(await accountsOf(tenant)).toEqual(['ACCT-001']);
  });

  it('PATCH is judged by what would be stored', async () => {
    const { ingest } = await newTenant();
    const required = [422, [['/is_parent_account', 'account.parent_flag_required']]];
    await ingest('PUT', one, ACME);
    expect(faultsOf(await ingest('PATCH', one, { is_parent_account: null }))).toEqual(required);
    expect((await ingest('PATCH', one, { parent_account_number: 'OTHER' })).body.parent_account_number).toBe(
      'OTHER',
    );
    expect(
      (await ingest('PATCH', one, { parent_account_number: null })).body.parent_account_number,
    ).toBeNull();
    expect((await ingest('PATCH', one, { is_parent_account: null })).body.is_parent_account).toBeNull();
    expect(faultsOf(await ingest('PATCH', one, { parent_account_number: 'P' }))).toEqual(required);
    expect(
      (await ingest('PATCH', one, { parent_account_number: 'P', is_parent_account: 1 })).body,
    ).toMatchObject({ parent_account_number: 'P', is_parent_account: true });
    expect(
      (await ingest('PATCH', one, { parent_account_number: null, is_parent_account: null })).status,
    ).toBe(200);
  });
});

describe('billing_address and remit_to', () => {
  const each = [{ field: 'billing_address' }, { field: 'remit_to' }];

  it.each(each)('$field: PUT replaces it whole', async ({ field }) => {
    const { ingest } = await newTenant();
    const put = async (value: unknown) => (await ingest('PUT', one, named({ [field]: value }))).body[field];
    expect(await put(ADDRESS)).toEqual(ADDRESS);
    expect(await put({ city: 'Paris', country: 'fr' })).toEqual({
      address1: null,
      address2: null,
      city: 'Paris',
      state: null,
      zip: null,
      country: 'FR',
    });
    expect(await put({ city: '', zip: null })).toBeNull();
    expect(await put({})).toBeNull();
  });

  it.each(each)(
    '$field: an equal one changes nothing, in whatever order its parts have come',
    async ({ field }) => {
      const { ingest } = await newTenant();
      await ingest('PUT', one, named({}));
      for (const part of Object.keys(ADDRESS).reverse())
        await ingest('PATCH', one, { [field]: { [part]: ADDRESS[part as keyof typeof ADDRESS] } });
      const before = await ingest('GET', one);
      const after = await ingest('PUT', one, before.body);
      expect([after.text, after.headers.get('ETag')]).toEqual([before.text, before.headers.get('ETag')]);
    },
  );

  it('of the agent dialect is changed by no equal write of this one', async () => {
    const { agent, ingest } = await newTenant();
    const billingAddress = {
      street: '1 rue de la Paix',
      city: 'Paris',
      postalCode: '75002',
      stateOrProvince: 'IDF',
    };
    const { body } = await agent('POST', '/accounts', { fullName: 'Acme', billingAddress });
    const before = await ingest('GET', `/accounts/${body.id}`);
    const after = await ingest('PUT', `/accounts/${body.id}`, before.body);
    expect([after.text, after.headers.get('ETag')]).toEqual([before.text, before.headers.get('ETag')]);
  });

  it.each(each)('$field: PATCH changes the parts that are sent and keeps the others', async ({ field }) => {
    const { ingest } = await newTenant();
    await ingest('PUT', one, named({ [field]: ADDRESS }));
    const patch = async (value: unknown) => (await ingest('PATCH', one, { [field]: value })).body[field];
    expect(await patch({ city: 'Macon' })).toEqual({ ...ADDRESS, city: 'Macon' });
    expect(await patch({})).toEqual({ ...ADDRESS, city: 'Macon' });
    expect(await patch({ address2: null, state: '' })).toEqual({
      ...ADDRESS,
      city: 'Macon',
      address2: null,
      state: null,
    });
    expect(await patch({ unknown: 'x' })).toEqual({ ...ADDRESS, city: 'Macon', address2: null, state: null });
    expect(await patch(null)).toBeNull();
    expect(await patch({ zip: '1' })).toEqual({
      address1: null,
      address2: null,
      city: null,
      state: null,
      zip: '1',
      country: null,
    });
  });

  it.each(each)('$field: its parts are checked like other fields', async ({ field }) => {
    const { ingest } = await newTenant();
    for (const part of ['address1', 'address2', 'city', 'state', 'zip']) {
      const text = '😀'.repeat(255);
      expect((await ingest('PUT', one, named({ [field]: { [part]: text } }))).body[field][part]).toBe(text);
      for (const [value, code] of [
        [`${text}x`, 'field.too_long'],
        [`a${NUL}`, 'field.invalid_characters'],
        [LONE, 'field.invalid_unicode'],
        [5, 'field.type'],
      ] as const) {
        expect(faultsOf(await ingest('PATCH', one, { [field]: { [part]: value } }))).toEqual([
          422,
          [[`/${field}/${part}`, code]],
        ]);
      }
    }
  });
});

describe('data_providers', () => {
  const put = async ({ key }: TestTenant, json: string) =>
    send('PUT', `/api/v1/ingest${one}`, { key, raw: `{"name":"Acme","data_providers":${json}}` });

  it.each([
    '{}',
    '{"duns":"150483782","creditsafe":{"id":"x","scores":[1,2.5,null,true,"a\\nb"]}}',
    '{"__proto__":{"a":1},"constructor":null,"toString":"x"}',
    '{"":"","a/b":[],"ключ":"😀"}',
    '{"a":[[[[{}]]]],"b":0.1,"c":-1e-7}',
  ])('passes %s through', async (json) => {
    const tenant = await newTenant();
    expect((await put(tenant, json)).text).toContain(`"data_providers":${JSON.stringify(JSON.parse(json))}`);
    expect((await tenant.ingest('GET', one)).text).toContain(
      `"data_providers":${JSON.stringify(JSON.parse(json))}`,
    );
  });

  it('takes texts of 10000 code points and not one more', async () => {
    const { ingest } = await newTenant();
    for (const text of ['x'.repeat(10_000), '😀'.repeat(10_000)]) {
      const reply = await ingest('PUT', one, named({ data_providers: { a: [text] } }));
      expect(reply.body.data_providers).toEqual({ a: [text] });
      expect(faultsOf(await ingest('PUT', one, named({ data_providers: { a: [`${text}x`] } })))).toEqual([
        422,
        [['/data_providers/a/0', 'field.too_long']],
      ]);
    }
  });

  it('is replaced whole by PATCH too', async () => {
    const { ingest } = await newTenant();
    await ingest('PUT', one, named({ data_providers: { a: 1, b: { c: 2 } } }));
    expect((await ingest('PATCH', one, { data_providers: { b: { d: 3 } } })).body.data_providers).toEqual({
      b: { d: 3 },
    });
  });

  it.each([
    ['{"a":{"b":"\\u0000"}}', '/a/b', 'field.invalid_characters'],
    ['{"a":[0,"\\ud800"]}', '/a/1', 'field.invalid_unicode'],
    ['{"a":{"\\u0007":1}}', '/a/\u0007', 'field.invalid_characters'],
    ['{"\\udc00":1}', '/\udc00', 'field.invalid_unicode'],
    ['{"a":[{"b":9007199254740993}]}', '/a/0/b', 'number.out_of_range'],
    ['{"a":1e400}', '/a', 'number.out_of_range'],
  ])('refuses %s, which could not be kept exactly', async (json, at, code) => {
    expect(faultsOf(await put(await newTenant(), json))).toEqual([422, [[`/data_providers${at}`, code]]]);
  });
});

describe('custom_fields', () => {
  it('merge, PUT included; null and "" remove; at most 100 in all', async () => {
    const { ingest } = await newTenant();
    const write = async (method: string, collections: object) =>
      (await ingest(method, one, named({ custom_fields: { collections } }))).body.custom_fields;
    await write('POST', { a: 1, b: 'x', c: true });
    expect(await write('PUT', { b: null, d: 0.5 })).toEqual({ collections: { a: 1, c: true, d: 0.5 } });
    expect(await write('PATCH', { a: '', e: 'y' })).toEqual({ collections: { c: true, d: 0.5, e: 'y' } });
    const many = Object.fromEntries(Array.from({ length: 98 }, (_, index) => [`k${index}`, index]));
    for (const method of ['PUT', 'PATCH']) {
      const refused = await ingest(method, one, named({ phone: '1', custom_fields: { collections: many } }));
      expect(faultsOf(refused)).toEqual([422, [['/custom_fields/collections', 'custom_fields.too_many']]]);
    }
    expect((await ingest('GET', one)).body).toMatchObject({
      phone: null,
      custom_fields: { collections: { c: true, d: 0.5, e: 'y' } },
    });
    expect(Object.keys((await write('PATCH', { ...many, e: null })).collections)).toHaveLength(100);
  });

  it('keep a key named __proto__', async () => {
    const { ingest, key } = await newTenant();
    await send('PUT', `/api/v1/ingest${one}`, {
      key,
      raw: '{"name":"Acme","custom_fields":{"collections":{"__proto__":"kept","constructor":1}}}',
    });
    expect((await ingest('GET', one)).text).toContain('"collections":{"__proto__":"kept","constructor":1}');
  });
});

describe('an account whose number was its id, before it had a source', () => {
  /** An account that was read before it was linked to a source. */
  async function renumbered() {
    const { ingest, agent } = await newTenant();
    const { id } = (await agent('POST', '/accounts', { fullName: 'Acme' })).body;
    const before = (await ingest('GET', `/accounts/${id}`)).body;
    expect(before.account_number).toBe(id);
    await agent('PUT', `/accounts/${id}/source`, { connectionId: 'erp', sourceId: 'C-1' });
    return { ingest, agent, id, before };
  }

  it.each(['PUT', 'PATCH'])('takes a %s of the copy that was read', async (method) => {
    const { ingest, id, before } = await renumbered();
    const { status, body } = await ingest(method, `/accounts/${id}`, { ...before, phone: '1' });
    expect([status, body.id, body.account_number, body.phone]).toEqual([200, id, 'C-1', '1']);
    expect((await ingest('GET', `/accounts/${id}`)).body).toEqual(body);
    expect((await ingest('GET', '/accounts')).body.items).toEqual([body]);
  });

  it('is there already, and keeps its conditions', async () => {
    const { ingest, id, before } = await renumbered();
    expect((await ingest('POST', `/accounts/${id}`, { name: 'Other' })).status).toBe(409);
    const other = { 'If-Match': '"x.1"' };
    expect((await ingest('PUT', `/accounts/${id}`, before, other)).status).toBe(412);
    const { headers } = await ingest('GET', `/accounts/${id}`);
    const same = { 'If-Match': headers.get('ETag')! };
    expect((await ingest('PUT', `/accounts/${id}`, { ...before, phone: '2' }, same)).status).toBe(200);
  });

  it('leaves its id to an account that has it for a number', async () => {
    const { ingest, agent, id } = await renumbered();
    const source = { connectionId: 'crm', sourceId: id };
    const twin = (await agent('POST', '/accounts', { fullName: 'Twin', source })).body;
    expect((await ingest('GET', `/accounts/${id}`)).body.id).toBe(twin.id);
    expect((await ingest('GET', '/accounts/C-1')).body.id).toBe(id);
  });
});

describe('what only the stored account decides', () => {
  const hundred = (name: string) =>
    Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`${name} ${n}`, 'x']));
  const locked = ['/currency', 'currency.locked'];
  const tooMany = ['/custom_fields/collections', 'custom_fields.too_many'];
  const flag = ['/is_parent_account', 'account.parent_flag_required'];

  it.each<[string, object, string[][]]>([
    ['PATCH', { currency: 'EUR', parent_account_number: 'P' }, [flag, locked]],
    ['PATCH', { currency: 'EUR', custom_fields: { collections: { one: 1 } } }, [locked, tooMany]],
    [
      'PATCH',
      { currency: 'EUR', custom_fields: { collections: { one: 1 } }, parent_account_number: 'P' },
      [flag, locked, tooMany],
    ],
    ['PATCH', { currency: 'EUR', phone: '1' }, [locked]],
    ['PUT', { name: 'Acme', currency: 'EUR', custom_fields: { collections: { one: 1 } } }, [locked, tooMany]],
    ['PUT', { name: 'Acme', custom_fields: { collections: { one: 1 } } }, [tooMany]], // keeps the account's currency
  ])('%s %j is told at once, and nothing is changed', async (method, body, faults) => {
    const { ingest } = await newTenant();
    const whole = { name: 'Acme', currency: 'USD', custom_fields: { collections: hundred('field') } };
    const { body: before } = await ingest('PUT', one, whole);
    const reply = await ingest(method, one, body);
    const [status, found] = faultsOf(reply) as [number, string[][]];
    expect([status, found.sort()]).toEqual([422, faults.sort()]);
    expect((await ingest('GET', one)).body).toEqual(before);
  });
});
