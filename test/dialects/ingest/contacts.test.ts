/** The ingest vendor's page "Contacts", call by call, and section 1 of docs/contract.md. */
import { describe, expect, it } from 'vitest';
import { newTenant } from '../../client.ts';
import { faultsOf } from '../../refusals.ts';
import { accountsOf, each, JOHN, TIME, UNSET, UUID_V7, VALUES } from './fixtures.ts';

describe('POST /contacts/{reference}', () => {
  it('creates a new contact: the page’s example', async () => {
    const { ingest } = await newTenant();
    const { status, headers, body } = await ingest('POST', '/contacts/CONTACT-001', JOHN);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...UNSET,
      ...JOHN,
      email_status: 'Valid',
      reference: 'CONTACT-001',
      id: expect.stringMatching(UUID_V7),
      created_at: expect.stringMatching(TIME),
      updated_at: body.created_at,
    });
    expect(headers.get('Location')).toBe('/api/v1/ingest/contacts/CONTACT-001');
    expect(headers.get('ETag')).toMatch(/^"[^"]+"$/);
    expect((await ingest('GET', '/contacts/CONTACT-001')).body).toEqual(body);
  });

  it('requires no field at all', async () => {
    const { ingest } = await newTenant();
    const { status, body } = await ingest('POST', '/contacts/CONTACT-001', {});
    expect(status).toBe(201);
    expect(body).toMatchObject(UNSET);
  });

  it('answers 409 where the reference exists, and changes nothing', async () => {
    const tenant = await newTenant();
    const { ingest } = tenant;
    const made = await ingest('POST', '/contacts/CONTACT-001', JOHN);
    const again = await ingest('POST', '/contacts/CONTACT-001', {
      account_number: 'ACCT-NEW',
      name: 'Somebody Else',
      custom_fields: { collections: { a: 1 } },
    });
    expect([again.status, again.body.code]).toEqual([409, 'contact.exists']);
    const after = await ingest('GET', '/contacts/CONTACT-001');
    expect([after.body, after.headers.get('ETag')]).toEqual([made.body, made.headers.get('ETag')]);
    expect(await accountsOf(tenant)).toEqual(['ACCT-001']);
    expect((await ingest('POST', '/contacts/CONTACT-001', JOHN)).status).toBe(409);
  });

  it('is not disturbed by another tenant’s contact of that reference', async () => {
    const [one, other] = [await newTenant(), await newTenant()];
    const first = await one.ingest('POST', '/contacts/CONTACT-001', JOHN);
    const second = await other.ingest('POST', '/contacts/CONTACT-001', JOHN);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('answers 422 with every fault at once', async () => {
    const { ingest } = await newTenant();
    const reply = await ingest('POST', '/contacts/CONTACT-001', {
      reference: 'CONTACT-002',
      name: 'John Doe',
      first_name: 'John',
      last_name: 5,
      email: 'nobody',
      language: 'xx',
      country: 'ZZ',
      is_primary: 'yes',
      phone: 'x'.repeat(65),
      custom_fields: { collections: { good: 1, bad: {}, 'a/b~c': [] } },
    });
    expect(reply.status).toBe(422);
    const found = reply.body.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`);
    expect(found.sort()).toEqual([
      '/country country.unknown',
      '/custom_fields/collections/a~1b~0c field.type',
      '/custom_fields/collections/bad field.type',
      '/email email.invalid',
      '/is_primary field.type',
      '/language language.unknown',
      '/last_name field.type',
      '/name name.ambiguous',
      '/phone field.too_long',
      '/reference reference.mismatch',
    ]);
    expect((await ingest('GET', '/contacts/CONTACT-001')).status).toBe(404);
  });
});

describe('PUT /contacts/{reference}', () => {
  it('answers 201 on create and 200 on replace', async () => {
    const { ingest } = await newTenant();
    const made = await ingest('PUT', '/contacts/CONTACT-001', JOHN);
    expect([made.status, made.headers.get('Location')]).toEqual([201, '/api/v1/ingest/contacts/CONTACT-001']);
    const replaced = await ingest('PUT', '/contacts/CONTACT-001', { ...JOHN, phone: '404-555-0199' });
    expect([replaced.status, replaced.headers.get('Location')]).toEqual([200, null]);
    expect(replaced.body).toEqual({
      ...made.body,
      phone: '404-555-0199',
      updated_at: replaced.body.updated_at,
    });
    expect(replaced.headers.get('ETag')).not.toBe(made.headers.get('ETag'));
    expect((await ingest('GET', '/contacts/CONTACT-001')).body).toEqual(replaced.body);
  });

  it('is safe to retry: the same again changes nothing', async () => {
    const { ingest } = await newTenant();
    const body = {
      ...JOHN,
      notes: 'Call before noon',
      custom_fields: { collections: { a: 1, b: 'x', gone: null } },
    };
    const made = await ingest('PUT', '/contacts/CONTACT-001', body);
    for (let time = 0; time < 3; time += 1) {
      const again = await ingest('PUT', '/contacts/CONTACT-001', body);
      expect([again.status, again.body, again.headers.get('ETag')]).toEqual([
        200,
        made.body,
        made.headers.get('ETag'),
      ]);
    }
  });

  it('replaces every ordinary field: one that is left out becomes null; id and created_at stay', async () => {
    const { ingest } = await newTenant();
    const { name: _, ...all } = Object.fromEntries(VALUES.map(([field, value]) => [field, value]));
    const made = await ingest('PUT', '/contacts/CONTACT-001', all);
    expect(made.body).toMatchObject(all);
    const emptied = await ingest('PUT', '/contacts/CONTACT-001', {});
    const { id, created_at } = made.body;
    expect(emptied.body).toEqual({
      ...UNSET,
      reference: 'CONTACT-001',
      id,
      created_at,
      updated_at: emptied.body.updated_at,
    });
  });

  it.each(each)('$field: a value is stored, null and absence clear it', async ({ field, value, other }) => {
    const { ingest } = await newTenant();
    const put = async (body: object) => (await ingest('PUT', '/contacts/CONTACT-001', body)).body[field];
    expect(await put({ [field]: value })).toBe(value);
    expect(await put({ [field]: other })).toBe(other);
    expect(await put({ [field]: null })).toBeNull();
    expect(await put({ [field]: value })).toBe(value);
    expect(await put({})).toBeNull();
  });
});

describe('GET and DELETE /contacts/{reference}', () => {
  it('answers 404 for what there is not', async () => {
    const { ingest } = await newTenant();
    for (const method of ['GET', 'DELETE']) {
      const { status, body } = await ingest(method, '/contacts/CONTACT-001');
      expect([status, body.code]).toEqual([404, 'contact.not_found']);
    }
  });

  it('removes a contact: 204, and then 404', async () => {
    const tenant = await newTenant();
    const { ingest } = tenant;
    await ingest('PUT', '/contacts/CONTACT-001', JOHN);
    const removed = await ingest('DELETE', '/contacts/CONTACT-001');
    expect([removed.status, removed.text]).toEqual([204, '']);
    expect((await ingest('GET', '/contacts/CONTACT-001')).status).toBe(404);
    expect((await ingest('DELETE', '/contacts/CONTACT-001')).status).toBe(404);
    expect((await ingest('GET', '/contacts')).body.items).toEqual([]);
    expect(await accountsOf(tenant)).toEqual(['ACCT-001']);
  });

  it('makes a new contact of a reference that was removed', async () => {
    const { ingest } = await newTenant();
    const first = await ingest('POST', '/contacts/CONTACT-001', {
      ...JOHN,
      custom_fields: { collections: { a: 1 } },
    });
    await ingest('DELETE', '/contacts/CONTACT-001');
    const second = await ingest('POST', '/contacts/CONTACT-001', { name: 'Jane' });
    expect(second.status).toBe(201);
    expect(second.body).toMatchObject({ name: 'Jane', email: null, custom_fields: { collections: {} } });
    expect(second.body.id).not.toBe(first.body.id);
  });
});

describe('PATCH /contacts/{reference}', () => {
  it('updates only what is in the body, and returns the whole contact: the page’s example', async () => {
    const { ingest } = await newTenant();
    const made = await ingest('POST', '/contacts/CONTACT-001', JOHN);
    const patched = await ingest('PATCH', '/contacts/CONTACT-001', { email: 'jdoe.new@acmecorp.com' });
    expect(patched.status).toBe(200);
    expect(patched.body).toEqual({
      ...made.body,
      email: 'jdoe.new@acmecorp.com',
      updated_at: patched.body.updated_at,
    });
    expect(patched.headers.get('ETag')).not.toBe(made.headers.get('ETag'));
  });

  it('answers 404 for what there is not, and 422 for what is wrong', async () => {
    const { ingest } = await newTenant();
    expect((await ingest('PATCH', '/contacts/CONTACT-001', { name: 'x' })).status).toBe(404);
    expect((await ingest('GET', '/contacts/CONTACT-001')).status).toBe(404);
    await ingest('POST', '/contacts/CONTACT-001', JOHN);
    expect(faultsOf(await ingest('PATCH', '/contacts/CONTACT-001', { email: 'x' }))).toEqual([
      422,
      [['/email', 'email.invalid']],
    ]);
  });

  it('changes nothing when the body has nothing in it, or nothing new', async () => {
    const { ingest } = await newTenant();
    const made = await ingest('POST', '/contacts/CONTACT-001', JOHN);
    for (const body of [
      {},
      { unknown: 1 },
      JOHN,
      { phone: JOHN.phone },
      { custom_fields: {} },
      { custom_fields: { collections: { a: null } } },
    ]) {
      const { status, headers, body: after } = await ingest('PATCH', '/contacts/CONTACT-001', body);
      expect([status, after, headers.get('ETag')]).toEqual([200, made.body, made.headers.get('ETag')]);
    }
  });

  it.each(each)(
    '$field: a value is stored, absence keeps it, null and "" clear it',
    async ({ field, value, other }) => {
      const { ingest } = await newTenant();
      const patch = async (body: object) =>
        (await ingest('PATCH', '/contacts/CONTACT-001', body)).body[field];
      await ingest('PUT', '/contacts/CONTACT-001', { [field]: value });
      expect(await patch({})).toBe(value);
      expect(await patch(field === 'city' ? { zip: '1' } : { city: 'Atlanta' })).toBe(value);
      expect(await patch({ [field]: other })).toBe(other);
      expect(await patch({ [field]: null })).toBeNull();
      expect(await patch({ [field]: value })).toBe(value);
      if (typeof value === 'string') expect(await patch({ [field]: '' })).toBeNull();
    },
  );

  it('takes every field at once', async () => {
    const { ingest } = await newTenant();
    const { name: _, ...all } = Object.fromEntries(VALUES.map(([field, , other]) => [field, other]));
    await ingest('PUT', '/contacts/CONTACT-001', JOHN);
    const { status, body } = await ingest('PATCH', '/contacts/CONTACT-001', {
      ...all,
      custom_fields: { collections: { a: 1 } },
    });
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ ...all, custom_fields: { collections: { a: 1 } } }),
    ]);
  });
});

describe('name, or first_name and last_name', () => {
  it.each(['POST', 'PUT', 'PATCH'])('exclude each other in one body of %s', async (method) => {
    const { ingest } = await newTenant();
    if (method === 'PATCH') await ingest('PUT', '/contacts/CONTACT-001', {});
    for (const rest of [
      { first_name: 'John' },
      { last_name: 'Doe' },
      { first_name: 'John', last_name: 'Doe' },
    ]) {
      const reply = await ingest(method, '/contacts/CONTACT-001', { name: 'John Doe', ...rest });
      expect(faultsOf(reply)).toEqual([422, [['/name', 'name.ambiguous']]]);
    }
  });

  it('do not exclude what is not set', async () => {
    const { ingest } = await newTenant();
    const whole = await ingest('POST', '/contacts/1', { name: 'John Doe', first_name: null, last_name: '' });
    expect([whole.status, whole.body.name]).toEqual([201, 'John Doe']);
    const parts = await ingest('POST', '/contacts/2', { name: '', first_name: 'John', last_name: 'Doe' });
    expect(parts.body).toMatchObject({ name: null, first_name: 'John', last_name: 'Doe' });
  });

  it('PATCH of name clears the two, and the reverse', async () => {
    const { ingest } = await newTenant();
    const patch = async (body: object) => {
      const { name, first_name, last_name } = (await ingest('PATCH', '/contacts/1', body)).body;
      return [name, first_name, last_name];
    };
    await ingest('PUT', '/contacts/1', { first_name: 'John', last_name: 'Doe' });
    expect(await patch({ name: 'Jane Roe' })).toEqual(['Jane Roe', null, null]);
    expect(await patch({ last_name: 'Doe' })).toEqual([null, null, 'Doe']);
    expect(await patch({ first_name: 'John' })).toEqual([null, 'John', 'Doe']);
    expect(await patch({ name: 'Jane Roe', first_name: null })).toEqual(['Jane Roe', null, null]);
  });

  it('PATCH that clears one leaves the other', async () => {
    const { ingest } = await newTenant();
    await ingest('PUT', '/contacts/1', { first_name: 'John', last_name: 'Doe' });
    expect((await ingest('PATCH', '/contacts/1', { name: null })).body).toMatchObject({
      first_name: 'John',
      last_name: 'Doe',
    });
    expect((await ingest('PATCH', '/contacts/1', { name: '' })).body).toMatchObject({
      first_name: 'John',
      last_name: 'Doe',
    });
    await ingest('PUT', '/contacts/2', { name: 'Jane Roe' });
    expect((await ingest('PATCH', '/contacts/2', { first_name: null, last_name: '' })).body.name).toBe(
      'Jane Roe',
    );
  });
});
