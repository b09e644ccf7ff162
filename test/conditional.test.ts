/** Conditional requests, for every resource that has an ETag: docs/contract.md, "Conditional requests". */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newTenant, type Reply, type TestTenant } from './client.ts';
import { dump } from './store.ts';

interface Resource {
  /** The path of the resource, once it is made. */
  path: string;
  call: TestTenant['ingest'];
  /** Two bodies that each change the resource. */
  one: object;
  two: object;
  tenant: TestTenant;
}

/** A resource of each kind that can be read and changed and has an ETag. */
const resources: Record<string, () => Promise<Resource>> = {
  'an ingest contact': async () => {
    const tenant = await newTenant();
    const { ingest: call } = tenant;
    await call('PUT', '/contacts/1', { name: 'One', email: 'one@example.com' });
    return {
      tenant,
      call,
      path: '/contacts/1',
      one: { name: 'One', email: 'one@example.com' },
      two: { name: 'Two', email: 'one@example.com' },
    };
  },
  'an ingest account': async () => {
    const tenant = await newTenant();
    const { ingest: call } = tenant;
    await call('PUT', '/accounts/1', { name: 'One' });
    return { tenant, call, path: '/accounts/1', one: { name: 'One' }, two: { name: 'Two' } };
  },
  'an agent contact': async () => {
    const tenant = await newTenant();
    const { agent: call } = tenant;
    const contacts = `/accounts/${await tenant.account()}/contacts`;
    const { id } = (
      await call('POST', contacts, { fullName: 'One', email: 'one@example.com', language: 'en' })
    ).body;
    return { tenant, call, path: `${contacts}/${id}`, one: { fullName: 'One' }, two: { fullName: 'Two' } };
  },
  'an agent account': async () => {
    const tenant = await newTenant();
    const { agent: call } = tenant;
    const { id } = (await call('POST', '/accounts', { fullName: 'One' })).body;
    return { tenant, call, path: `/accounts/${id}`, one: { fullName: 'One' }, two: { fullName: 'Two' } };
  },
};

/** The methods that change each kind. */
const methods: Record<string, string[]> = {
  'an ingest contact': ['PUT', 'PATCH'],
  'an ingest account': ['PUT', 'PATCH'],
  'an agent contact': ['PATCH'],
  'an agent account': ['PUT'],
};
const removable = ['an ingest contact', 'an agent contact', 'an agent account'];

const etagOf = ({ headers }: Reply) => headers.get('ETag')!;
const failed = ({ status, body }: Reply) => [status, body.code];

describe.each(Object.keys(resources))('%s', (kind) => {
  const make = resources[kind]!;

  it('has a strong ETag, the same in every answer until it changes', async () => {
    const { call, path, one, two } = await make();
    const etag = etagOf(await call('GET', path));
    expect(etag).toMatch(/^"[\x21\x23-\x7e]+"$/);
    expect([etagOf(await call('GET', path)), etagOf(await call('HEAD', path))]).toEqual([etag, etag]);
    for (const method of methods[kind]!) expect(etagOf(await call(method, path, one))).toBe(etag);
    const seen = new Set([etag]);
    for (const method of methods[kind]!) {
      for (const body of [two, one]) {
        const changed = etagOf(await call(method, path, body));
        expect(seen).not.toContain(changed);
        seen.add(changed);
        expect(etagOf(await call('GET', path))).toBe(changed);
      }
    }
  });

  it('keeps its ETag strong on the way: nothing may compress an answer that has one', async () => {
    const { call, path, one } = await make();
    const read = await call('GET', path);
    const answers = [
      read,
      await call('HEAD', path),
      await call('GET', path, undefined, { 'If-None-Match': etagOf(read) }),
      ...(await Promise.all(methods[kind]!.map((method) => call(method, path, one)))),
    ];
    for (const { headers } of answers) expect(headers.get('Cache-Control')).toBe('no-store, no-transform');
  });

  it('answers 304 without a body to If-None-Match with its ETag', async () => {
    const { call, path, two } = await make();
    const etag = etagOf(await call('GET', path));
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, `"other",W/"another" , ${etag}`, '*']) {
      for (const method of ['GET', 'HEAD']) {
        const { status, text, headers } = await call(method, path, undefined, { 'If-None-Match': header });
        expect([status, text, headers.get('ETag')], header).toEqual([304, '', etag]);
      }
    }
    for (const header of ['"other"', '""', '"*"', 'W/"other"', etag.replace(/.$/, 'x"')]) {
      expect((await call('GET', path, undefined, { 'If-None-Match': header })).status, header).toBe(200);
    }
    await call(methods[kind]![0]!, path, two);
    expect((await call('GET', path, undefined, { 'If-None-Match': etag })).status).toBe(200);
  });

  it('is written with If-Match while that holds, and answers 412 and changes nothing when it does not', async () => {
    for (const method of methods[kind]!) {
      const { call, path, one, two } = await make();
      const first = etagOf(await call('GET', path));
      const written = await call(method, path, two, { 'If-Match': first });
      expect([written.status, etagOf(written) === first]).toEqual([200, false]);
      const before = await call('GET', path);
      for (const header of [
        first,
        `W/${etagOf(before)}`,
        '"other"',
        '"*"',
        '""',
        `"a", "b", W/${etagOf(before)}`,
      ]) {
        expect(failed(await call(method, path, one, { 'If-Match': header })), header).toEqual([
          412,
          'precondition.failed',
        ]);
        expect(failed(await call(method, path, two, { 'If-Match': header })), header).toEqual([
          412,
          'precondition.failed',
        ]);
      }
      const after = await call('GET', path);
      expect([after.body, etagOf(after)]).toEqual([before.body, etagOf(before)]);
      for (const header of [
        '*',
        ' *\t',
        `"other", ${etagOf(before)}`,
        `, "other" ,, ${etagOf(before)},`,
        `"!#~", "~#!",W/"!~",${etagOf(before)}`,
        etagOf(before),
      ]) {
        expect((await call(method, path, two, { 'If-Match': header })).status, header).toBe(200);
      }
    }
  });

  it('is left as it is by a write with If-None-Match: *, since it exists', async () => {
    const { call, path, two } = await make();
    const before = await call('GET', path);
    const only = { 'If-None-Match': '*' };
    for (const method of [...methods[kind]!, ...(removable.includes(kind) ? ['DELETE'] : [])]) {
      const body = method === 'DELETE' ? undefined : two;
      for (const headers of [only, { ...only, 'If-Match': etagOf(before) }])
        expect(failed(await call(method, path, body, headers)), method).toEqual([412, 'precondition.failed']);
    }
    expect(await call('GET', path)).toMatchObject({ status: 200, body: before.body });
  });

  it('refuses a header that is no list of entity tags with 400', async () => {
    const { call, path, two } = await make();
    const before = await call('GET', path);
    const bad = [
      etagOf(before).replaceAll('"', ''),
      'x',
      '"x',
      'x"',
      '*, "x"',
      '"a" "b"',
      ', ,',
      'w/"a"',
      '**',
      "'a'",
      '"a"b"',
      '"a b"',
      '"a", "a b"',
      '"a", "\x7f"',
    ];
    for (const header of bad) {
      for (const method of [...methods[kind]!, ...(removable.includes(kind) ? ['DELETE'] : [])]) {
        expect(
          failed(await call(method, path, method === 'DELETE' ? undefined : two, { 'If-Match': header })),
          header,
        ).toEqual([400, 'header.malformed']);
      }
      expect(failed(await call('GET', path, undefined, { 'If-None-Match': header })), header).toEqual([
        400,
        'header.malformed',
      ]);
    }
    expect((await call('GET', path)).body).toEqual(before.body);
  });

  if (removable.includes(kind))
    it('is removed with If-Match only while that holds', async () => {
      const { call, path, two } = await make();
      const stale = etagOf(await call('GET', path));
      await call(methods[kind]![0]!, path, two);
      const before = await dump();
      for (const header of [stale, '"other"', `W/${stale}`]) {
        expect(failed(await call('DELETE', path, undefined, { 'If-Match': header }))).toEqual([
          412,
          'precondition.failed',
        ]);
      }
      expect(await dump()).toEqual(before);
      const etag = etagOf(await call('GET', path));
      expect((await call('DELETE', path, undefined, { 'If-Match': `"x", ${etag}` })).status).toBe(204);
      for (const header of [etag, '*'])
        expect((await call('DELETE', path, undefined, { 'If-Match': header })).status).toBe(404);
    });
});

describe('PUT of an ingest resource', () => {
  it.each([
    { path: '/contacts/1', one: { name: 'One' }, two: { name: 'Two' } },
    { path: '/accounts/1', one: { name: 'One' }, two: { name: 'Two' } },
  ])('$path: If-None-Match: * creates and never replaces', async ({ path, one, two }) => {
    const { ingest } = await newTenant();
    const made = await ingest('PUT', path, one, { 'If-None-Match': '*' });
    expect(made.status).toBe(201);
    for (const body of [one, two])
      expect(failed(await ingest('PUT', path, body, { 'If-None-Match': '*' }))).toEqual([
        412,
        'precondition.failed',
      ]);
    expect((await ingest('GET', path)).body).toEqual(made.body);
  });

  it.each(['/contacts/1', '/accounts/1'])('%s: If-Match never creates', async (path) => {
    const { ingest } = await newTenant();
    for (const header of ['*', '"x"'])
      expect(failed(await ingest('PUT', path, { name: 'One' }, { 'If-Match': header }))).toEqual([
        412,
        'precondition.failed',
      ]);
    expect((await ingest('GET', path)).status).toBe(404);
    expect((await ingest('PATCH', path, { name: 'One' }, { 'If-Match': '*' })).status).toBe(404);
  });

  it('takes no ETag in If-None-Match', async () => {
    const { ingest } = await newTenant();
    for (const header of ['"x"', 'x'])
      expect(failed(await ingest('PUT', '/contacts/1', {}, { 'If-None-Match': header }))).toEqual([
        400,
        'header.malformed',
      ]);
  });
});

describe('an ETag', () => {
  it('of a resource that was removed does not fit the one that is made in its place', async () => {
    const { ingest } = await newTenant();
    const first = etagOf(await ingest('PUT', '/contacts/1', { name: 'One' }));
    await ingest('DELETE', '/contacts/1');
    const second = etagOf(await ingest('PUT', '/contacts/1', { name: 'One' }));
    expect(second).not.toBe(first);
    expect((await ingest('PATCH', '/contacts/1', { name: 'Two' }, { 'If-Match': first })).status).toBe(412);
    expect((await ingest('GET', '/contacts/1', undefined, { 'If-None-Match': first })).status).toBe(200);
  });

  it('of another resource, or another tenant’s, does not fit', async () => {
    const [one, other] = [await newTenant(), await newTenant()];
    const tags = [
      etagOf(await one.ingest('PUT', '/contacts/2', { name: 'One' })),
      etagOf(await other.ingest('PUT', '/contacts/1', { name: 'One' })),
    ];
    await one.ingest('PUT', '/contacts/1', { name: 'One' });
    for (const tag of tags)
      expect((await one.ingest('DELETE', '/contacts/1', undefined, { 'If-Match': tag })).status).toBe(412);
  });

  it('of another service may have more than ASCII: it fits nothing, and is not malformed', async () => {
    const { ingest } = await newTenant();
    const etag = etagOf(await ingest('PUT', '/contacts/1', { name: 'One' }));
    for (const other of ['"\u0080é\u00ff"', '"李", W/"雷😀"']) {
      const foreign = await ingest('PATCH', '/contacts/1', { name: 'Two' }, { 'If-Match': other });
      expect(failed(foreign), other).toEqual([412, 'precondition.failed']);
      const read = await ingest('GET', '/contacts/1', undefined, { 'If-None-Match': `${other}, ${etag}` });
      expect(read.status, other).toBe(304);
    }
  });

  it('tells a reader of what changed elsewhere, and does not disturb a writer with it', async () => {
    const { id, ingest } = await newTenant();
    const etag = etagOf(await ingest('PUT', '/contacts/1', { name: 'One', email: 'one@example.com' }));
    await env.DB.prepare(
      "INSERT INTO addresses (tenant_id, address_key, status, updated_at) VALUES (?, 'one@example.com', 'Bounced', '')",
    )
      .bind(id)
      .run();
    const read = await ingest('GET', '/contacts/1', undefined, { 'If-None-Match': etag });
    expect([read.status, read.body.email_status]).toEqual([200, 'Bounced']);
    expect((await ingest('PATCH', '/contacts/1', { name: 'Two' }, { 'If-Match': etag })).status).toBe(200);
  });

  it('holds across the dialects: what the one has written, the other’s writer is told of', async () => {
    const tenant = await newTenant();
    const contacts = `/accounts/${await tenant.account()}/contacts`;
    const made = await tenant.agent('POST', contacts, { fullName: 'One', language: 'en' });
    const path = `${contacts}/${made.body.id}`;
    await tenant.ingest('PATCH', `/contacts/${made.body.id}`, { phone: '1' });
    expect(
      (await tenant.agent('PATCH', path, { fullName: 'Two' }, { 'If-Match': etagOf(made) })).status,
    ).toBe(412);
    const fresh = etagOf(await tenant.agent('GET', path));
    expect(
      (await tenant.ingest('PATCH', `/contacts/${made.body.id}`, { phone: '2' }, { 'If-Match': fresh }))
        .status,
    ).toBe(200);
  });
});

describe('the source of an account', () => {
  it('is linked and unlinked with If-Match only while that holds', async () => {
    const { agent } = await newTenant();
    const { body, headers } = await agent('POST', '/accounts', { fullName: 'One' });
    const path = `/accounts/${body.id}`;
    const source = { connectionId: 'erp', sourceId: 'S-1' };
    expect((await agent('PUT', `${path}/source`, source, { 'If-Match': '"x"' })).status).toBe(412);
    const linked = await agent('PUT', `${path}/source`, source, { 'If-Match': headers.get('ETag')! });
    expect([linked.status, etagOf(await agent('GET', path))]).toEqual([200, etagOf(linked)]);
    expect(
      (await agent('DELETE', `${path}/source`, undefined, { 'If-Match': headers.get('ETag')! })).status,
    ).toBe(412);
    expect((await agent('DELETE', `${path}/source`, undefined, { 'If-Match': etagOf(linked) })).status).toBe(
      204,
    );
  });
});

it('POST and upsert take no conditions, but say so of none that is malformed', async () => {
  const tenant = await newTenant();
  const contacts = `/accounts/${await tenant.account()}/contacts`;
  const body = { fullName: 'One', language: 'en' };
  expect((await tenant.agent('POST', contacts, body, { 'If-Match': 'x' })).status).toBe(400);
  expect((await tenant.agent('PUT', `${contacts}/upsert`, body, { 'If-Match': 'x' })).status).toBe(400);
  expect((await tenant.ingest('POST', '/contacts/1', {}, { 'If-Match': 'x' })).status).toBe(400);
});
