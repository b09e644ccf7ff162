/** The agent vendor's accounts and their sources: section 2 of docs/contract.md, "Accounts" and "Source", sentence by sentence. */
import { describe, expect, it } from 'vitest';
import { newTenant, type Reply, type TestTenant } from '../../client.ts';
import { faultsOf } from '../../refusals.ts';
import { rowsOf } from '../../store.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const NOBODY = '019a0000-0000-7000-8000-000000000000';

const ADDRESS = {
  street: '1 rue de la Paix',
  city: 'Paris',
  postalCode: '75002',
  stateOrProvince: 'Île-de-France',
  country: 'FR',
};
const SOURCE = { connectionId: 'my-erp-integration', sourceId: 'CUST-00123' };
const JOHN = { fullName: 'John Smith', email: 'john.smith@acme.com', language: 'en' };
const JANE = { fullName: 'Jane Roe', language: 'fr' };

const gone = ({ status, body }: Reply) => [status, body.message.startsWith('404'), body.code];
const post = async ({ agent }: TestTenant, body: object) => (await agent('POST', '/accounts', body)).body;
const numberOf = async ({ ingest }: TestTenant, id: string): Promise<string> => {
  const { items } = (await ingest('GET', '/accounts?first=100')).body;
  return items.find((item: { id: string }) => item.id === id).account_number;
};

describe('POST /accounts', () => {
  it('creates an account, with everything there is', async () => {
    const tenant = await newTenant();
    const sent = {
      organizationId: tenant.id,
      fullName: 'Acme Corporation',
      currencyCode: 'EUR',
      billingAddress: ADDRESS,
      contacts: [JOHN, JANE],
      source: SOURCE,
    };
    const { status, headers, body } = await tenant.agent('POST', '/accounts', sent);
    expect(status).toBe(201);
    const shown = {
      id: expect.stringMatching(UUID_V7),
      createdAt: expect.stringMatching(TIME),
      updatedAt: expect.stringMatching(TIME),
    };
    expect(body).toEqual({
      ...sent,
      ...shown,
      contacts: [
        { ...JOHN, ...shown, email: { address: JOHN.email, status: 'Valid' } },
        { ...JANE, ...shown, email: null },
      ],
      source: { ...SOURCE, connectorType: 'Custom', lastUpdate: expect.stringMatching(TIME) },
      readOnlyReason: null,
    });
    expect(headers.get('Location')).toBe(`/api/public/v1/accounts/${body.id}`);
    const read = await tenant.agent('GET', `/accounts/${body.id}`);
    expect([read.status, read.body, read.headers.get('ETag')]).toEqual([200, body, headers.get('ETag')]);
    expect((await tenant.agent('GET', `/accounts/${body.id}/contacts`)).body.nodes).toEqual(body.contacts);
  });

  it('requires a fullName and nothing else', async () => {
    const tenant = await newTenant();
    const { status, body } = await tenant.agent('POST', '/accounts', { fullName: 'Acme' });
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({
        organizationId: tenant.id,
        fullName: 'Acme',
        currencyCode: null,
        billingAddress: {},
        contacts: [],
        source: null,
        readOnlyReason: null,
      }),
    ]);
    const empty = {
      organizationId: null,
      currencyCode: null,
      billingAddress: null,
      contacts: null,
      source: null,
    };
    expect((await tenant.agent('POST', '/accounts', { fullName: 'Acme', ...empty })).status).toBe(201);
    expect(
      (await tenant.agent('POST', '/accounts', { fullName: 'Acme', billingAddress: {}, contacts: [] })).body
        .billingAddress,
    ).toEqual({});
    for (const fullName of [undefined, null, '', ' ', 5]) {
      expect((await tenant.agent('POST', '/accounts', { fullName })).body.errors).toEqual([
        expect.objectContaining({ pointer: '/fullName' }),
      ]);
    }
  });

  it('tells every fault at once, also those of contacts', async () => {
    const tenant = await newTenant();
    const reply = await tenant.agent('POST', '/accounts', {
      currencyCode: 'XXZ',
      billingAddress: { city: 5, country: 'ZZ', street: 'x'.repeat(256) },
      contacts: [JOHN, { fullName: 'x', language: 'xx', email: 'x' }],
      source: { connectionId: '', sourceId: 'x'.repeat(256), lastUpdate: 'yesterday' },
    });
    expect(faultsOf(reply)[1].sort()).toEqual([
      ['/billingAddress/city', 'field.type'],
      ['/billingAddress/country', 'country.unknown'],
      ['/billingAddress/street', 'field.too_long'],
      ['/contacts/1/email', 'email.invalid'],
      ['/contacts/1/language', 'language.unknown'],
      ['/currencyCode', 'currency.unknown'],
      ['/fullName', 'field.required'],
      ['/source/connectionId', 'field.required'],
      ['/source/lastUpdate', 'time.invalid'],
      ['/source/sourceId', 'field.too_long'],
    ]);
    expect((await tenant.agent('GET', '/accounts')).body.nodes).toEqual([]);
  });

  it.each([
    { pointer: '/fullName', most: 320, body: (fullName: string) => ({ fullName }) },
    ...['street', 'city', 'postalCode', 'stateOrProvince'].map((part) => ({
      pointer: `/billingAddress/${part}`,
      most: 255,
      body: (text: string) => ({ fullName: 'Acme', billingAddress: { [part]: text } }),
    })),
    ...['connectionId', 'sourceId'].map((part) => ({
      pointer: `/source/${part}`,
      most: 255,
      body: (text: string) => ({ fullName: 'Acme', source: { ...SOURCE, [part]: text } }),
    })),
  ])('$pointer takes $most code points and not one more', async ({ pointer, most, body }) => {
    const tenant = await newTenant();
    for (const text of ['x'.repeat(most), '😀'.repeat(most)]) {
      const made = await tenant.agent('POST', '/accounts', body(text));
      expect([made.status, made.body]).toMatchObject([201, body(text)]);
      expect(faultsOf(await tenant.agent('POST', '/accounts', body(`${text}x`)))).toEqual([
        422,
        [[pointer, 'field.too_long']],
      ]);
    }
  });

  it('takes "" for not set, in the currency and in each part of the address', async () => {
    const tenant = await newTenant();
    const empty = {
      fullName: 'Acme',
      currencyCode: '',
      billingAddress: Object.fromEntries(Object.keys(ADDRESS).map((part) => [part, ''])),
    };
    const { id, ...made } = await post(tenant, empty);
    expect([made.currencyCode, made.billingAddress]).toEqual([null, {}]);
    await tenant.agent('PUT', `/accounts/${id}`, { fullName: 'Acme', billingAddress: ADDRESS });
    const { body } = await tenant.agent('PUT', `/accounts/${id}`, empty);
    expect([body.currencyCode, body.billingAddress]).toEqual([null, {}]);
    expect((await tenant.ingest('GET', `/accounts/${id}`)).body).toMatchObject({
      currency: null,
      billing_address: null,
    });
  });

  it('makes the account with its contacts, all or nothing', async () => {
    const tenant = await newTenant();
    await post(tenant, { fullName: 'First', source: SOURCE });
    expect(
      (await tenant.agent('POST', '/accounts', { fullName: 'Second', contacts: [JOHN], source: SOURCE }))
        .status,
    ).toBe(409);
    expect((await tenant.agent('GET', '/accounts')).body.nodes).toHaveLength(1);
    expect((await tenant.ingest('GET', '/contacts')).body.items).toEqual([]);
  });

  it('takes 100 contacts and not one more', async () => {
    const tenant = await newTenant();
    const contacts = Array.from({ length: 101 }, (_, index) => ({ ...JANE, fullName: `Person ${index}` }));
    const refused = await tenant.agent('POST', '/accounts', { fullName: 'Acme', contacts });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/contacts']);
    const faulty = [...contacts.slice(1), { fullName: 5 }];
    expect(
      (await tenant.agent('POST', '/accounts', { fullName: '', contacts: faulty })).body.errors.map(
        ({ pointer }: { pointer: string }) => pointer,
      ),
    ).toEqual(['/fullName', '/contacts']);
    const { body } = await tenant.agent('POST', '/accounts', {
      fullName: 'Acme',
      contacts: contacts.slice(1),
    });
    expect(body.contacts.map(({ fullName }: { fullName: string }) => fullName)).toEqual(
      contacts.slice(1).map(({ fullName }) => fullName),
    );
  });

  it('never matches: the same twice makes two, and each contact in it is new', async () => {
    const tenant = await newTenant();
    for (let time = 0; time < 2; time += 1) await post(tenant, { fullName: 'Acme', contacts: [JOHN, JOHN] });
    expect(
      (await tenant.agent('GET', '/accounts')).body.nodes.map(
        ({ contacts }: { contacts: unknown[] }) => contacts.length,
      ),
    ).toEqual([2, 2]);
  });

  it('takes its own organization and no other', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    expect(
      (await tenant.agent('POST', '/accounts', { fullName: 'Acme', organizationId: tenant.id.toUpperCase() }))
        .status,
    ).toBe(201);
    for (const organizationId of [other.id, NOBODY, 'x', '']) {
      expect(gone(await tenant.agent('POST', '/accounts', { fullName: 'Acme', organizationId }))).toEqual([
        404,
        true,
        'organization.not_found',
      ]);
    }
    expect((await other.agent('GET', '/accounts')).body.nodes).toEqual([]);
  });

  it('is an account in the ingest dialect too', async () => {
    const tenant = await newTenant();
    const billingAddress = { ...ADDRESS, country: 'fr' };
    const { id } = await post(tenant, { fullName: 'Acme', currencyCode: 'eur', billingAddress });
    const { body } = await tenant.ingest('GET', `/accounts/${id}`);
    expect(body).toMatchObject({
      id,
      account_number: id,
      name: 'Acme',
      currency: 'EUR',
      billing_address: {
        address1: ADDRESS.street,
        address2: null,
        city: 'Paris',
        state: 'Île-de-France',
        zip: '75002',
        country: 'FR',
      },
    });
  });
});

describe('GET /accounts', () => {
  it('lists them oldest first, each once, whatever the size of a page; the last cursor is null', async () => {
    const tenant = await newTenant();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1)
      ids.push((await post(tenant, { fullName: `Company ${index}`, contacts: [JANE] })).id);
    for (const first of [1, 2, 5, 100]) {
      const found: string[] = [];
      for (let after: string | null = ''; after !== null; ) {
        const { body }: Reply = await tenant.agent(
          'GET',
          `/accounts?first=${first}${after && `&after=${after}`}`,
        );
        for (const node of body.nodes)
          expect(node).toEqual((await tenant.agent('GET', `/accounts/${node.id}`)).body);
        found.push(...body.nodes.map(({ id }: { id: string }) => id));
        after = body.pageInfo.endCursor;
      }
      expect(found).toEqual(ids);
    }
  });

  it('is empty at first', async () => {
    const { agent } = await newTenant();
    expect((await agent('GET', '/accounts')).body).toEqual({ nodes: [], pageInfo: { endCursor: null } });
  });

  it('takes the own organization for a filter, and knows no other', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const { id } = await post(tenant, { fullName: 'Acme' });
    expect((await tenant.agent('GET', `/accounts?organizationId=${tenant.id}`)).body.nodes[0].id).toBe(id);
    for (const organizationId of [other.id, NOBODY, 'x', '']) {
      expect(gone(await tenant.agent('GET', `/accounts?organizationId=${organizationId}`))).toEqual([
        404,
        true,
        'organization.not_found',
      ]);
    }
    expect(
      faultsOf(
        await tenant.agent('GET', `/accounts?organizationId=${tenant.id}&organizationId=${tenant.id}`),
      ),
    ).toEqual([422, [['organizationId', 'parameter.repeated']]]);
  });

  it.each(['first=0', 'first=101', 'first=x', 'after=x', 'after='])('refuses ?%s', async (query) => {
    const { agent } = await newTenant();
    expect((await agent('GET', `/accounts?${query}`)).status).toBe(422);
  });

  it('shows the number of a stub for its fullName, and what the ingest dialect knows', async () => {
    const tenant = await newTenant();
    await tenant.ingest('PUT', '/contacts/1', { account_number: 'ACCT-001' });
    const [stub] = (await tenant.agent('GET', '/accounts')).body.nodes;
    expect(stub).toMatchObject({
      fullName: 'ACCT-001',
      currencyCode: null,
      billingAddress: {},
      source: null,
    });
    await tenant.ingest('PUT', '/accounts/ACCT-001', {
      name: 'Acme',
      currency: 'USD',
      billing_address: { city: 'Atlanta' },
    });
    expect((await tenant.agent('GET', `/accounts/${stub.id}`)).body).toMatchObject({
      fullName: 'Acme',
      currencyCode: 'USD',
      billingAddress: {
        street: null,
        city: 'Atlanta',
        postalCode: null,
        stateOrProvince: null,
        country: null,
      },
    });
  });

  it('shows the 100 oldest contacts of an account; the others are in its list', async () => {
    const tenant = await newTenant();
    const contacts = Array.from({ length: 100 }, (_, index) => ({ ...JANE, fullName: `Person ${index}` }));
    const { id } = await post(tenant, { fullName: 'Acme', contacts });
    await tenant.agent('POST', `/accounts/${id}/contacts`, JOHN);
    const { body } = await tenant.agent('GET', `/accounts/${id}`);
    expect([body.contacts.length, body.contacts[0].fullName, body.contacts[99].fullName]).toEqual([
      100,
      'Person 0',
      'Person 99',
    ]);
  });
});

describe('PUT /accounts/{accountId}', () => {
  it('changes what is sent and keeps what is left out', async () => {
    const tenant = await newTenant();
    const made = await post(tenant, {
      fullName: 'Acme',
      billingAddress: ADDRESS,
      contacts: [JOHN],
      source: SOURCE,
    });
    const put = async (body: object) =>
      (await tenant.agent('PUT', `/accounts/${made.id}`, { fullName: 'Acme', ...body })).body;
    expect(await put({ fullName: 'Acme Corporation' })).toEqual({
      ...made,
      fullName: 'Acme Corporation',
      updatedAt: expect.any(String),
    });
    expect(await put({ currencyCode: 'eur' })).toMatchObject({
      fullName: 'Acme',
      currencyCode: 'EUR',
      billingAddress: ADDRESS,
    });
    expect(await put({ billingAddress: { city: 'Lyon' } })).toMatchObject({
      currencyCode: 'EUR',
      billingAddress: { street: null, city: 'Lyon' },
    });
    const cleared = await put({ billingAddress: {} });
    expect([cleared.currencyCode, cleared.billingAddress]).toEqual(['EUR', {}]);
    await put({ billingAddress: ADDRESS });
    expect((await put({ billingAddress: null })).billingAddress).toEqual({});
    expect((await put({ source: null })).source).toBeNull();
  });

  it('takes its own organization and no other', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const { id } = await post(tenant, { fullName: 'Acme' });
    const put = (fullName: string, organizationId: string) =>
      tenant.agent('PUT', `/accounts/${id}`, { fullName, organizationId, contacts: [JOHN] });
    for (const organizationId of [other.id, NOBODY, 'x', ''])
      expect(gone(await put('Other', organizationId))).toEqual([404, true, 'organization.not_found']);
    expect((await tenant.agent('GET', `/accounts/${id}`)).body).toMatchObject({
      fullName: 'Acme',
      contacts: [],
    });
    expect((await put('Own', tenant.id)).body).toMatchObject({ fullName: 'Own', organizationId: tenant.id });
  });

  it('requires a fullName', async () => {
    const tenant = await newTenant();
    const { id } = await post(tenant, { fullName: 'Acme' });
    for (const fullName of [undefined, null, '', ' ']) {
      expect(
        (await tenant.agent('PUT', `/accounts/${id}`, { fullName, currencyCode: 'EUR' })).body.errors,
      ).toEqual([expect.objectContaining({ pointer: '/fullName' })]);
    }
    expect((await tenant.agent('GET', `/accounts/${id}`)).body.currencyCode).toBeNull();
  });

  it('keeps what this dialect cannot show, the second line of the address included', async () => {
    const tenant = await newTenant();
    const rest = {
      display_reference: 'ACME',
      language: 'fr',
      phone: '1',
      remit_to: { address1: null, address2: null, city: 'Macon', state: null, zip: null, country: null },
      credit_limit: 0.1,
      custom_fields: { collections: { a: 1 } },
      data_providers: { duns: '1' },
    };
    const { body: made } = await tenant.ingest('PUT', '/accounts/ACCT-001', {
      ...rest,
      name: 'Acme',
      billing_address: { address1: 'x', address2: 'Floor 2' },
    });
    await tenant.agent('PUT', `/accounts/${made.id}`, {
      fullName: 'Other',
      currencyCode: 'EUR',
      billingAddress: ADDRESS,
      contacts: [JOHN],
      source: SOURCE,
    });
    expect((await tenant.ingest('GET', '/accounts/ACCT-001')).body).toMatchObject({
      ...rest,
      name: 'Other',
      currency: 'EUR',
      billing_address: { address1: ADDRESS.street, address2: 'Floor 2' },
    });
  });

  it('does not change a currency once it is set', async () => {
    const tenant = await newTenant();
    const { id } = await post(tenant, { fullName: 'Acme', currencyCode: 'EUR' });
    for (const currencyCode of ['USD', null]) {
      expect(
        faultsOf(
          await tenant.agent('PUT', `/accounts/${id}`, {
            fullName: 'Other',
            currencyCode,
            contacts: [JOHN],
            source: SOURCE,
          }),
        ),
      ).toEqual([422, [['/currencyCode', 'currency.locked']]]);
    }
    expect((await tenant.agent('GET', `/accounts/${id}`)).body).toMatchObject({
      fullName: 'Acme',
      currencyCode: 'EUR',
      contacts: [],
      source: null,
    });
    expect(
      (await tenant.agent('PUT', `/accounts/${id}`, { fullName: 'Other', currencyCode: 'eur' })).status,
    ).toBe(200);
  });

  it('matches contacts as upsert does, and removes none', async () => {
    const tenant = await newTenant();
    const made = await post(tenant, { fullName: 'Acme', contacts: [JOHN, JANE] });
    const { status, body } = await tenant.agent('PUT', `/accounts/${made.id}`, {
      fullName: 'Acme',
      contacts: [
        { fullName: 'Jon Smith', language: 'de' },
        { fullName: 'Somebody New', language: 'es' },
      ],
    });
    expect([
      status,
      body.contacts.map(({ id, fullName, language }: Record<string, string>) => [id, fullName, language]),
    ]).toEqual([
      200,
      [
        [made.contacts[0].id, 'Jon Smith', 'de'],
        [made.contacts[1].id, 'Jane Roe', 'fr'],
        [expect.any(String), 'Somebody New', 'es'],
      ],
    ]);
    expect(body.contacts[0].email.address).toBe(JOHN.email);
  });

  it('answers 404 for what there is not', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    for (const id of [NOBODY, 'x', '%FF', (await post(other, { fullName: 'Theirs' })).id]) {
      expect(
        gone(await tenant.agent('PUT', `/accounts/${id}`, { fullName: 'Acme', contacts: [JOHN] })),
      ).toEqual([404, true, 'account.not_found']);
      for (const method of ['GET', 'DELETE'])
        expect(gone(await tenant.agent(method, `/accounts/${id}`))).toEqual([404, true, 'account.not_found']);
    }
    expect((await tenant.agent('GET', '/accounts')).body.nodes).toEqual([]);
  });
});

describe('DELETE /accounts/{accountId}', () => {
  it('removes the account and its contacts in both dialects: 204, and then 404', async () => {
    const tenant = await newTenant();
    const { id } = await post(tenant, { fullName: 'Acme', contacts: [JOHN], source: SOURCE });
    await tenant.ingest('PUT', '/contacts/loose', { name: 'Loose' });
    await tenant.ingest('PUT', '/contacts/linked', { name: 'Linked', account_number: 'CUST-00123' });
    const kept = await post(tenant, { fullName: 'Kept', contacts: [JOHN] });
    const removed = await tenant.agent('DELETE', `/accounts/${id}`);
    expect([removed.status, removed.text]).toEqual([204, '']);
    expect(gone(await tenant.agent('DELETE', `/accounts/${id}`))).toEqual([404, true, 'account.not_found']);
    expect(gone(await tenant.agent('GET', `/accounts/${id}/contacts`))).toEqual([
      404,
      true,
      'account.not_found',
    ]);
    expect((await tenant.ingest('GET', '/accounts/CUST-00123')).status).toBe(404);
    const left = (await tenant.ingest('GET', '/contacts')).body.items.map(
      (item: { reference: string }) => item.reference,
    );
    expect(left).toEqual(['loose', kept.contacts[0].id]);
    expect((await post(tenant, { fullName: 'Acme', source: SOURCE })).source.sourceId).toBe('CUST-00123');
  });

  it('leaves contacts as they are to the last column: its own where it is refused, and always those of others', async () => {
    const tenant = await newTenant();
    const [own, other] = [
      await post(tenant, { fullName: 'Acme', contacts: [JOHN] }),
      await post(tenant, { fullName: 'Other', contacts: [JOHN] }),
    ];
    const rows = async ({ contacts: [contact] }: { contacts: { id: string }[] }) =>
      (await rowsOf(contact!.id)).contacts;
    const before = [await rows(own), await rows(other)];
    const { headers } = await tenant.agent('GET', `/accounts/${other.id}`);
    const path = `/accounts/${own.id}`;
    const theirs = { 'If-Match': headers.get('ETag')! };
    expect((await tenant.agent('DELETE', path, undefined, theirs)).status).toBe(412);
    expect([await rows(own), await rows(other)]).toEqual(before);
    expect((await tenant.agent('DELETE', path)).status).toBe(204);
    expect([await rows(own), await rows(other)]).toEqual([[], before[1]]);
  });
});

describe('PUT and DELETE /accounts/{accountId}/source', () => {
  const link = ({ agent }: TestTenant, id: string, source: object) =>
    agent('PUT', `/accounts/${id}/source`, source);

  it('links, and answers with the account', async () => {
    const tenant = await newTenant();
    const made = await post(tenant, { fullName: 'Acme', contacts: [JOHN] });
    const { status, body } = await link(tenant, made.id, SOURCE);
    expect([status, body]).toEqual([
      200,
      {
        ...made,
        source: { ...SOURCE, connectorType: 'Custom', lastUpdate: expect.stringMatching(TIME) },
        updatedAt: expect.any(String),
      },
    ]);
    expect((await tenant.agent('GET', `/accounts/${made.id}`)).body).toEqual(body);
  });

  it('the same pair again refreshes lastUpdate: the one sent, else now', async () => {
    const tenant = await newTenant();
    const { id } = await post(tenant, { fullName: 'Acme' });
    const lastUpdate = async (more: object) => {
      const { status, body } = await link(tenant, id, { ...SOURCE, ...more });
      expect(status).toBe(200);
      return body.source.lastUpdate;
    };
    expect(await lastUpdate({ lastUpdate: '2026-01-31T13:00:00+01:00' })).toBe('2026-01-31T12:00:00.000Z');
    const now = new Date().toISOString();
    expect((await lastUpdate({})) >= now).toBe(true);
    expect(await lastUpdate({ lastUpdate: '2026-02-01T00:00:00Z' })).toBe('2026-02-01T00:00:00.000Z');
  });

  it('the same pair of the same time again changes nothing', async () => {
    const tenant = await newTenant();
    const source = { ...SOURCE, lastUpdate: '2026-01-31T12:00:00Z' };
    const made = await tenant.agent('POST', '/accounts', { fullName: 'Acme', source });
    for (const again of [
      await link(tenant, made.body.id, source),
      await link(tenant, made.body.id, { ...source, lastUpdate: '2026-01-31T13:00:00+01:00' }),
      await tenant.agent('PUT', `/accounts/${made.body.id}`, { fullName: 'Acme', source }),
    ]) {
      expect([again.status, again.body]).toEqual([200, made.body]);
      expect(again.headers.get('ETag')).toBe(made.headers.get('ETag'));
    }
  });

  it('the same pair of the same time again gives the account its number, if that has become free', async () => {
    const tenant = await newTenant();
    await tenant.ingest('PUT', `/accounts/${SOURCE.sourceId}`, { name: 'Other' });
    const other = (await tenant.ingest('GET', `/accounts/${SOURCE.sourceId}`)).body.id;
    const source = { ...SOURCE, lastUpdate: '2026-01-31T12:00:00Z' };
    const { id } = await post(tenant, { fullName: 'Acme', source });
    await tenant.agent('DELETE', `/accounts/${other}`);
    expect(await numberOf(tenant, id)).toBe(id);
    expect((await link(tenant, id, source)).status).toBe(200);
    expect(await numberOf(tenant, id)).toBe(SOURCE.sourceId);
  });

  it('another pair on a linked account is 409, and changes nothing', async () => {
    const tenant = await newTenant();
    const { id } = await post(tenant, { fullName: 'Acme', source: SOURCE });
    const before = (await tenant.agent('GET', `/accounts/${id}`)).body;
    for (const other of [
      { ...SOURCE, sourceId: 'OTHER' },
      { ...SOURCE, connectionId: 'other' },
    ]) {
      const { status, body } = await link(tenant, id, other);
      expect([status, body.code]).toEqual([409, 'source.conflict']);
    }
    expect((await tenant.agent('GET', `/accounts/${id}`)).body).toEqual(before);
  });

  it('a pair that another account of the tenant has is 409; another tenant’s is not in the way', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    await post(tenant, { fullName: 'First', source: SOURCE });
    const { id } = await post(tenant, { fullName: 'Second' });
    expect((await link(tenant, id, SOURCE)).status).toBe(409);
    expect((await tenant.agent('PUT', `/accounts/${id}`, { fullName: 'Third', source: SOURCE })).status).toBe(
      409,
    );
    expect((await tenant.agent('GET', `/accounts/${id}`)).body).toMatchObject({
      fullName: 'Second',
      source: null,
    });
    expect((await link(tenant, id, { ...SOURCE, connectionId: 'another-erp' })).status).toBe(200);
    expect((await link(other, (await post(other, { fullName: 'Theirs' })).id, SOURCE)).status).toBe(200);
  });

  it('DELETE unlinks: 204, and then 404', async () => {
    const tenant = await newTenant();
    const { id } = await post(tenant, { fullName: 'Acme', source: SOURCE });
    const unlinked = await tenant.agent('DELETE', `/accounts/${id}/source`);
    expect([unlinked.status, unlinked.text]).toEqual([204, '']);
    expect((await tenant.agent('GET', `/accounts/${id}`)).body.source).toBeNull();
    expect(gone(await tenant.agent('DELETE', `/accounts/${id}/source`))).toEqual([
      404,
      true,
      'source.not_found',
    ]);
    expect((await link(tenant, id, { ...SOURCE, sourceId: 'OTHER' })).status).toBe(200);
  });

  it('DELETE leaves nothing that a link to another system could meet, even one of the same time', async () => {
    const lastUpdate = '2026-02-01T00:00:00.000Z';
    const another = { connectionId: 'another', sourceId: 'OTHER', lastUpdate };
    for (const path of ['/source', '']) {
      const tenant = await newTenant();
      const { id } = await post(tenant, { fullName: 'Acme', source: { ...SOURCE, lastUpdate } });
      await tenant.agent('DELETE', `/accounts/${id}/source`);
      const json = path === '' ? { fullName: 'Acme', source: another } : another;
      const { status, body } = await tenant.agent('PUT', `/accounts/${id}${path}`, json);
      expect([status, body.source]).toMatchObject([200, another]);
    }
  });

  it('answer 404 for an account that there is not', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    for (const id of [NOBODY, 'x', (await post(other, { fullName: 'Theirs', source: SOURCE })).id]) {
      expect(gone(await link(tenant, id, SOURCE))).toEqual([404, true, 'account.not_found']);
      expect(gone(await tenant.agent('DELETE', `/accounts/${id}/source`))).toEqual([
        404,
        true,
        'account.not_found',
      ]);
    }
  });

  it.each([
    {},
    { connectionId: 'x' },
    { sourceId: 'x' },
    { connectionId: '', sourceId: '' },
    { connectionId: null, sourceId: 5 },
    { ...SOURCE, lastUpdate: 'x' },
    { ...SOURCE, sourceId: 'a\u0000' },
    { ...SOURCE, connectionId: '\ud800' },
  ])('refuse %j', async (source) => {
    const tenant = await newTenant();
    const { id } = await post(tenant, { fullName: 'Acme' });
    expect((await link(tenant, id, source)).status).toBe(422);
  });
});

describe('the number of an account that was made here', () => {
  it('is its id, unless its source gives one that is free', async () => {
    const tenant = await newTenant();
    const plain = await post(tenant, { fullName: 'Plain' });
    expect(await numberOf(tenant, plain.id)).toBe(plain.id);
    const linked = await post(tenant, { fullName: 'Linked', source: SOURCE });
    expect(await numberOf(tenant, linked.id)).toBe('CUST-00123');
    const second = await post(tenant, {
      fullName: 'Second',
      source: { connectionId: 'other', sourceId: 'CUST-00123' },
    });
    expect(await numberOf(tenant, second.id)).toBe(second.id);
  });

  it('becomes the sourceId when it is linked later, if that is free', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    await tenant.account('TAKEN');
    await other.account('FREE'); // another tenant's account, which must make no difference
    const [one, two] = [await post(tenant, { fullName: 'One' }), await post(tenant, { fullName: 'Two' })];
    await tenant.agent('PUT', `/accounts/${one.id}/source`, { connectionId: 'erp', sourceId: 'FREE' });
    await tenant.agent('PUT', `/accounts/${two.id}/source`, { connectionId: 'erp', sourceId: 'TAKEN' });
    expect([await numberOf(tenant, one.id), await numberOf(tenant, two.id)]).toEqual(['FREE', two.id]);
    await tenant.agent('DELETE', `/accounts/${one.id}/source`);
    expect(await numberOf(tenant, one.id)).toBe('FREE');
  });

  it('never changes once it is one of its own', async () => {
    const tenant = await newTenant();
    const id = await tenant.account('ACCT-001');
    await tenant.agent('PUT', `/accounts/${id}/source`, SOURCE);
    expect(await numberOf(tenant, id)).toBe('ACCT-001');
  });

  it.each(['.', '..', 'a\u2028b'])(
    'is not a sourceId that no path of the ingest dialect could name: %j',
    async (sourceId) => {
      const tenant = await newTenant();
      const made = await post(tenant, { fullName: 'Acme', source: { connectionId: 'erp', sourceId } });
      expect([made.source.sourceId, await numberOf(tenant, made.id)]).toEqual([sourceId, made.id]);
      const { id } = await post(tenant, { fullName: 'Later' });
      const source = { connectionId: 'other', sourceId };
      const { status, body } = await tenant.agent('PUT', `/accounts/${id}/source`, source);
      expect([status, body.source.sourceId, await numberOf(tenant, id)]).toEqual([200, sourceId, id]);
    },
  );
});
