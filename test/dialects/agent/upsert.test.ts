/** "Create or update": the matching rule of section 2 of docs/contract.md, sentence by sentence. What explains it is in explain.test.ts. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newTenant, type Reply, type TestTenant } from '../../client.ts';
import { faultsOf } from '../../refusals.ts';

const JOHN = { fullName: 'John Smith', email: 'john.smith@acme.com', language: 'en' };

/** A fresh account, with ways to fill it and to upsert into it. */
async function newAccount(of?: TestTenant) {
  const tenant = of ?? (await newTenant());
  const id = (await tenant.agent('POST', '/accounts', { fullName: 'Acme' })).body.id as string;
  const contacts = `/accounts/${id}/contacts`;
  return {
    tenant,
    id,
    add: async (body: object): Promise<string> =>
      (await tenant.agent('POST', contacts, { language: 'en', ...body })).body.id,
    upsert: (body: object, headers?: Record<string, string>) =>
      tenant.agent('PUT', `${contacts}/upsert`, body, headers),
    nodes: async () => (await tenant.agent('GET', `${contacts}?first=100`)).body.nodes,
  };
}

const created = ({ status }: Reply) => expect(status).toBe(201);
const updated = ({ status, body }: Reply, id: string) => expect([status, body.id]).toEqual([200, id]);

describe('PUT /accounts/{accountId}/contacts/upsert', () => {
  it('creates: 201 with Location and ETag; then updates: 200', async () => {
    const { id, upsert, nodes } = await newAccount();
    const made = await upsert(JOHN);
    created(made);
    expect(made.body).toEqual({
      id: expect.any(String),
      fullName: 'John Smith',
      email: { address: JOHN.email, status: 'Valid' },
      language: 'en',
      createdAt: expect.any(String),
      updatedAt: made.body.createdAt,
    });
    expect(made.headers.get('Location')).toBe(`/api/public/v1/accounts/${id}/contacts/${made.body.id}`);
    const again = await upsert({ ...JOHN, language: 'fr' });
    updated(again, made.body.id);
    expect(again.body).toEqual({ ...made.body, language: 'fr', updatedAt: again.body.updatedAt });
    expect([again.headers.get('Location'), again.headers.get('ETag') === made.headers.get('ETag')]).toEqual([
      null,
      false,
    ]);
    expect(await nodes()).toEqual([again.body]);
  });

  it('the same request again leaves one contact, and changes nothing', async () => {
    const { upsert, nodes } = await newAccount();
    const made = await upsert(JOHN);
    for (let time = 0; time < 5; time += 1) {
      const { status, body, headers } = await upsert(JOHN);
      expect([status, body, headers.get('ETag')]).toEqual([200, made.body, made.headers.get('ETag')]);
    }
    expect(await nodes()).toHaveLength(1);
  });

  it('the same request twenty times at once leaves one contact', async () => {
    const { upsert, nodes } = await newAccount();
    const replies = await Promise.all(Array.from({ length: 20 }, () => upsert(JOHN)));
    expect(replies.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
    expect(await nodes()).toHaveLength(1);
  });
});

describe('by email', () => {
  it('finds the contact of this account with that address, in any case, whatever its name', async () => {
    const { add, upsert } = await newAccount();
    const id = await add(JOHN);
    for (const email of ['john.smith@acme.com', 'JOHN.SMITH@ACME.COM', 'John.Smith@Acme.com']) {
      const reply = await upsert({ fullName: 'Somebody Else', email });
      updated(reply, id);
      expect(reply.body).toMatchObject({
        fullName: 'Somebody Else',
        email: { address: email },
        language: 'en',
      });
    }
  });

  it('compares international addresses by what they mean', async () => {
    const { add, upsert } = await newAccount();
    const id = await add({ fullName: 'Jörg', email: 'jörg@bücher.example' });
    updated(await upsert({ email: 'JÖRG@xn--bcher-kva.example' }), id);
  });

  it('goes before the name: the address wins over an equal name', async () => {
    const { add, upsert } = await newAccount();
    await add({ fullName: 'Jane Roe' });
    const id = await add(JOHN);
    updated(await upsert({ fullName: 'Jane Roe', email: JOHN.email }), id);
  });

  it('several: the oldest', async () => {
    const { add, upsert } = await newAccount();
    const id = await add({ fullName: 'First', email: JOHN.email });
    await add({ fullName: 'John Smith', email: JOHN.email });
    updated(await upsert({ ...JOHN, email: JOHN.email.toUpperCase() }), id);
  });

  it('falls back to the name, and gives the contact that address', async () => {
    const { add, upsert } = await newAccount();
    const id = await add(JOHN);
    const reply = await upsert({ fullName: 'Jon Smith', email: 'new@acme.com' });
    updated(reply, id);
    expect(reply.body).toMatchObject({
      fullName: 'Jon Smith',
      email: { address: 'new@acme.com' },
      language: 'en',
    });
  });

  it('does not look beyond the account or the tenant', async () => {
    const one = await newAccount();
    await one.add(JOHN);
    created(await (await newAccount(one.tenant)).upsert(JOHN));
    created(await (await newAccount()).upsert(JOHN));
    await one.tenant.ingest('PUT', '/contacts/loose', { name: 'Loose Person', email: 'loose@acme.com' });
    created(await one.upsert({ fullName: 'Loose Person', email: 'loose@acme.com', language: 'en' }));
    expect((await one.tenant.ingest('GET', '/contacts')).body.items).toHaveLength(4);
  });
});

describe('by name', () => {
  it.each([
    ['Jon Smith', 'John Smith', true],
    ['JOHN  smith', 'John Smith', true],
    ['Jonn Smyth', 'John Smith', true],
    ['Jane Smith', 'John Smith', false],
    ['Smith John', 'John Smith', false],
    ['Ann', 'Anna', false],
    ['Maria', 'Marie', true],
    ['José Núñez', 'Jose Nunez', false],
    ['Renée Dubois', 'Renee Dubois', true],
    ['李雷', '李蕾', false],
    ['李雷', '李雷', true],
    [' John\u00a0Smith ', 'John Smith', true],
    ['Ｊｏｈｎ　Ｓｍｉｔｈ', 'John Smith', true],
    ['Rene\u0301e Dubois', 'Renée Dubois', true],
    ['STRASSE 1', 'Straße 1', true],
    ['ΟΔΥΣΣΕΥΣ', 'Οδυσσευς', true],
    ['😀😀😀😀😀', '😀😀😀😀🙃', true],
    ['😀😀😀😀', '😀😀😀🙃', false],
    ['abcd', 'abcde', false],
    ['abcde', 'abcdf', true],
    ['abcdefghi', 'abcdefgxx', false],
    ['abcdefghij', 'abcdefghxx', true],
    ['abcdefghij', 'abcdefgxxx', false],
    ['x'.repeat(320), `${'x'.repeat(318)}yy`, true],
    ['x'.repeat(320), `${'x'.repeat(317)}yyy`, false],
  ])('%s and %s: %s, in both directions', async (one, other, matches) => {
    for (const [stored, sent] of [
      [one, other],
      [other, one],
    ] as const) {
      const { add, upsert } = await newAccount();
      const id = await add({ fullName: stored });
      const reply = await upsert({ fullName: sent, language: 'en' });
      if (matches) updated(reply, id);
      else created(reply);
    }
  });

  it('is that of the two parts without the blanks of one that is blank', async () => {
    const { tenant, id, upsert } = await newAccount();
    const { body } = await tenant.ingest('PUT', '/contacts/C', {
      account_number: id,
      first_name: ' ',
      last_name: 'Abc',
    });
    updated(await upsert({ fullName: 'Abc' }), body.id);
  });

  it('several: the smallest distance, then the oldest', async () => {
    const { add, upsert } = await newAccount();
    const two = await add({ fullName: 'Jonn Smyth' });
    const one = await add({ fullName: 'Jon Smith' });
    const other = await add({ fullName: 'John Smitt' });
    updated(await upsert({ fullName: 'John Smith', role: 'x' }), one);
    // which is now John Smith himself
    await add({ fullName: 'John Smith' });
    updated(await upsert({ fullName: 'JOHN SMITH' }), one);
    expect(new Set([two, one, other]).size).toBe(3);
  });

  it('an equal name wins over a close one that is older', async () => {
    const { add, upsert } = await newAccount();
    await add({ fullName: 'Jon Smith' });
    const id = await add({ fullName: 'John Smith' });
    updated(await upsert({ fullName: 'john smith' }), id);
  });

  it('a name that is an email address matches by equality only', async () => {
    const { add, upsert } = await newAccount();
    const id = await add({ fullName: 'ap1@example.com' });
    created(await upsert({ fullName: 'ap2@example.com', language: 'en' }));
    updated(await upsert({ fullName: 'AP1@Example.com' }), id);
    created(await upsert({ fullName: 'ap1@example.co', language: 'en' }));
    created(await upsert({ fullName: 'ap1@example,com', language: 'en' }));
  });

  it('is that which the agent dialect shows: of two parts, of the address, of the reference', async () => {
    const { tenant, id, upsert } = await newAccount();
    const put = async (reference: string, body: object) =>
      (await tenant.ingest('PUT', `/contacts/${reference}`, { account_number: id, ...body })).body.id;
    const parts = await put('1', { first_name: 'Charlotte', last_name: 'Brontë' });
    const mailbox = await put('2', { email: 'ap@acme.com' });
    const reference = await put('CONTACT-00003', {});
    const address = await put('4', { first_name: 'info@müller.example', last_name: 'Team' });
    updated(await upsert({ fullName: 'charlotte bronte' }), parts);
    updated(await upsert({ fullName: 'INFO@müller.example  team' }), address);
    updated(await upsert({ fullName: 'AP@acme.com' }), mailbox);
    updated(await upsert({ fullName: 'contact-00004' }), reference);
  });

  it('follows a name that changes, in either dialect', async () => {
    const { tenant, id, add, upsert } = await newAccount();
    const contact = await add({ fullName: 'John Smith' });
    await tenant.ingest('PATCH', `/contacts/${contact}`, { first_name: 'Margaret', last_name: 'Hamilton' });
    created(await upsert({ fullName: 'Jon Smith', language: 'en' }));
    updated(await upsert({ fullName: 'Margret Hamilton' }), contact);
    await tenant.agent('PATCH', `/accounts/${id}/contacts/${contact}`, { fullName: 'Katherine Johnson' });
    created(await upsert({ fullName: 'Margaret Hamilton', language: 'en' }));
    updated(await upsert({ fullName: 'Catherine Johnson' }), contact);
    await tenant.ingest('DELETE', `/contacts/${contact}`);
    created(await upsert({ fullName: 'Catherine Johnson', language: 'en' }));
  });

  it('is the reference again, and no part of an old name, once the name is cleared', async () => {
    const { tenant, id, add, upsert } = await newAccount();
    const contact = await add({ fullName: 'John Smith' });
    await tenant.ingest('PATCH', `/contacts/${contact}`, { first_name: 'Margaret', last_name: 'Hamilton' });
    await tenant.agent('PATCH', `/accounts/${id}/contacts/${contact}`, { fullName: 'Katherine Johnson' });
    await tenant.ingest('PATCH', `/contacts/${contact}`, { name: null });
    for (const old of ['Margaret', 'Hamilton', 'Margaret Hamilton'])
      created(await upsert({ fullName: old, language: 'en' }));
    updated(await upsert({ fullName: contact }), contact);
  });

  it('follows a contact to another account', async () => {
    const { tenant, id, add, upsert } = await newAccount();
    const other = await newAccount(tenant);
    const contact = await add({ fullName: 'John Smith' });
    await tenant.ingest('PATCH', `/contacts/${contact}`, { account_number: other.id });
    updated(await other.upsert({ fullName: 'Jon Smith' }), contact);
    created(await upsert({ fullName: 'John Smith', language: 'en' }));
    expect(id).not.toBe(other.id);
  });
});

describe('what is written', () => {
  it('with a match neither fullName nor language is required, and what was not sent stays', async () => {
    const { tenant, add, upsert } = await newAccount();
    const id = await add({ ...JOHN, role: 'accountant', notes: 'Call before noon', isPrimary: true });
    const stored = async () => (await tenant.ingest('GET', `/contacts/${id}`)).body;
    const before = await stored();
    updated(await upsert({ email: JOHN.email }), id);
    updated(await upsert({ fullName: 'John Smith' }), id);
    expect(await stored()).toEqual(before);
    updated(await upsert({ email: JOHN.email, language: 'FR' }), id);
    updated(await upsert({ email: JOHN.email, role: 'buyer' }), id);
    expect(await stored()).toEqual({
      ...before,
      language: 'fr',
      function: 'buyer',
      updated_at: expect.any(String),
    });
  });

  it('email as null or "" names no address: the name decides, and the address is cleared', async () => {
    for (const email of [null, '']) {
      const { add, upsert } = await newAccount();
      const id = await add(JOHN);
      const reply = await upsert({ fullName: 'John Smith', email });
      updated(reply, id);
      expect(reply.body.email).toBeNull();
    }
  });

  it('fullName overwrites the two parts only if it differs', async () => {
    const { tenant, id, upsert } = await newAccount();
    await tenant.ingest('PUT', '/contacts/1', {
      account_number: id,
      first_name: 'John',
      last_name: 'Smith',
      email: JOHN.email,
    });
    await upsert(JOHN);
    expect((await tenant.ingest('GET', '/contacts/1')).body).toMatchObject({
      name: null,
      first_name: 'John',
      last_name: 'Smith',
      language: 'en',
    });
    await upsert({ ...JOHN, fullName: 'JOHN SMITH' });
    expect((await tenant.ingest('GET', '/contacts/1')).body).toMatchObject({
      name: 'JOHN SMITH',
      first_name: null,
      last_name: null,
    });
  });

  it('keeps the delivery status of the address, in whatever case it comes', async () => {
    const { tenant, upsert } = await newAccount();
    await upsert(JOHN);
    await env.DB.prepare(
      "INSERT INTO addresses (tenant_id, address_key, status, updated_at) VALUES (?, ?, 'Bounced', '')",
    )
      .bind(tenant.id, JOHN.email)
      .run();
    expect((await upsert({ ...JOHN, email: 'John.Smith@ACME.com' })).body.email).toEqual({
      address: 'John.Smith@ACME.com',
      status: 'Bounced',
    });
  });

  it('without a match fullName and language are required, and nothing is made', async () => {
    const { upsert, nodes } = await newAccount();
    const missing = (...fields: string[]) => [
      422,
      fields.map((field) => [`/${field}`, 'contact.incomplete']),
    ];
    const refused = await upsert({});
    expect(faultsOf(refused)).toEqual(missing('fullName', 'language'));
    expect(refused.body.errors[0].message).toBe('No contact matches, and a new one needs this field.');
    expect(faultsOf(await upsert({ email: JOHN.email }))).toEqual(missing('fullName', 'language'));
    expect(faultsOf(await upsert({ fullName: 'John Smith' }))).toEqual(missing('language'));
    expect(faultsOf(await upsert({ language: 'en' }))).toEqual(missing('fullName'));
    expect(await nodes()).toEqual([]);
  });

  it('checks fields like the other writes, all at once', async () => {
    const { upsert, nodes } = await newAccount();
    const reply = await upsert({
      fullName: ' ',
      email: { address: 'x', status: 'Valid' },
      language: 'xx',
      role: 5,
      isPrimary: 'yes',
    });
    expect(faultsOf(reply)[1].sort()).toEqual([
      ['/email', 'field.type'],
      ['/fullName', 'field.required'],
      ['/isPrimary', 'field.type'],
      ['/language', 'language.unknown'],
      ['/role', 'field.type'],
    ]);
    expect(await nodes()).toEqual([]);
  });
});

it('is no id of a contact: GET, PATCH and DELETE of …/upsert answer 404', async () => {
  const { tenant, id } = await newAccount();
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    const { status, body } = await tenant.agent(
      method,
      `/accounts/${id}/contacts/upsert`,
      method === 'PATCH' ? {} : undefined,
    );
    expect([status, body.code]).toEqual([404, 'contact.not_found']);
  }
});

it('finds nobody by a name in two parts that another name has replaced, once that is gone too', async () => {
  const tenant = await newTenant();
  const person = { account_number: 'ACCT-1', email: 'jane@example.com' };
  await tenant.ingest('PUT', '/contacts/C-1', { ...person, first_name: 'John', last_name: 'Smith' });
  const path = `/accounts/${await tenant.account('ACCT-1')}/contacts/upsert`;
  const renamed = await tenant.agent('PUT', path, { fullName: 'Jane Doe', email: person.email });
  expect(renamed.status).toBe(200);
  await tenant.ingest('PATCH', '/contacts/C-1', { name: null });
  for (const fullName of ['Smith', 'John', 'John Smith', 'Jane Doe'])
    created(await tenant.agent('PUT', path, { fullName, language: 'en' }));
});
