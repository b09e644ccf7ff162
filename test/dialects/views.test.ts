/** A contact as the other dialect shows it, and the fields that an answer leaves out. */
import { describe, expect, it } from 'vitest';
import { dialects } from '../../src/dialects/index.ts';
import { newTenant, type Reply, send } from '../client.ts';

const hidden = ({ headers }: Reply) => headers.get('X-Diglot-Hidden');

const full = {
  account_number: 'ACCT-001',
  first_name: 'John',
  last_name: 'Doe',
  function: 'accountant',
  email: 'jdoe@acmecorp.com',
  phone: '404-555-0100',
  mobile_phone: '404-555-0101',
  fax: '404-555-0102',
  title: 'Head of Accounts Payable',
  department: 'Finance',
  contact_type: 'AP',
  language: 'fr',
  address1: '1 Peachtree St',
  address2: 'Floor 2',
  city: 'Atlanta',
  state: 'GA',
  zip: '30303',
  country: 'US',
  notes: 'Calls back',
  is_primary: false,
  custom_fields: { collections: { segment: 'enterprise' } },
};
const NOT_IN_AGENT =
  'function, phone, mobile_phone, fax, title, department, contact_type, address1, address2, city, state, zip, country, notes, is_primary, custom_fields';

async function withContact(body: object = full) {
  const tenant = await newTenant();
  const accountId = await tenant.account();
  const { body: contact } = await tenant.ingest('PUT', '/contacts/CONTACT-001', body);
  const path = `/accounts/${accountId}/contacts/${contact.id}`;
  return { ...tenant, accountId, contact, path };
}

describe('?view=', () => {
  it('shows in ingest what agent shows, and the reverse, to the letter', async () => {
    const { ingest, agent, path } = await withContact();
    const own = { ingest: await ingest('GET', '/contacts/CONTACT-001'), agent: await agent('GET', path) };
    const asAgent = await ingest('GET', '/contacts/CONTACT-001?view=agent');
    expect([asAgent.status, asAgent.text]).toEqual([200, own.agent.text]);
    const asIngest = await agent('GET', `${path}?view=ingest`);
    expect([asIngest.status, asIngest.text]).toEqual([200, own.ingest.text]);
    for (const reply of [asAgent, asIngest])
      expect(reply.body.createdAt ?? reply.body.created_at).toBeTruthy();
  });

  it('says in the media type whose form it is', async () => {
    const { ingest, agent, path } = await withContact();
    const types = await Promise.all([
      ingest('GET', '/contacts/CONTACT-001'),
      ingest('GET', '/contacts/CONTACT-001?view=ingest'),
      ingest('GET', '/contacts/CONTACT-001?view=agent'),
      agent('GET', `${path}?view=ingest`),
    ]);
    expect(types.map(({ headers }) => headers.get('Content-Type'))).toEqual([
      'application/json; charset=utf-8',
      'application/json; charset=utf-8',
      'application/json; view=agent; charset=utf-8',
      'application/json; view=ingest; charset=utf-8',
    ]);
  });

  it('is 404 where the other dialect does not show the contact', async () => {
    const { ingest } = await withContact({ name: 'John Doe' });
    const { status, body } = await ingest('GET', '/contacts/CONTACT-001?view=agent');
    expect([status, body.code]).toEqual([404, 'contact.not_shown']);
    const missing = await ingest('GET', '/contacts/NOBODY?view=agent');
    expect([missing.status, missing.body.code]).toEqual([404, 'contact.not_found']);
  });

  it('takes the names of the dialects and nothing else, on a GET of one contact only', async () => {
    const { ingest, agent, path } = await withContact();
    for (const view of ['', 'Agent', 'admin', 'agent ', '__proto__', 'constructor'])
      for (const reply of [
        await ingest('GET', `/contacts/CONTACT-001?view=${encodeURIComponent(view)}`),
        await agent('GET', `${path}?view=${encodeURIComponent(view)}`),
      ])
        expect([reply.status, reply.body.errors]).toEqual([
          422,
          [expect.objectContaining({ pointer: 'view', code: 'field.value' })],
        ]);
    const twice = await ingest('GET', '/contacts/CONTACT-001?view=agent&view=agent');
    expect(twice.body.errors).toMatchObject([{ pointer: 'view', code: 'parameter.repeated' }]);
    const patched = await ingest('PATCH', '/contacts/CONTACT-001?view=agent', { phone: '1' });
    expect(patched.body.phone).toBe('1');
    expect((await ingest('GET', '/contacts?view=agent')).body.items[0].reference).toBe('CONTACT-001');
  });

  it('lists the dialects in their order, in which they also lend their words to X-Diglot-Hidden', async () => {
    const { paths } = (await send('GET', '/openapi.json')).body;
    const { parameters } = paths['/api/v1/ingest/contacts/{reference}'].get;
    const { schema } = parameters.find(({ name }: { name?: string }) => name === 'view');
    expect(schema.enum).toEqual(dialects.flatMap(({ view }) => view?.name ?? []));
  });

  it('has an ETag of its own: 304 to whoever has that view, good for If-Match in either', async () => {
    const { ingest, agent, path } = await withContact();
    const [own, other] = await Promise.all(
      ['', '?view=agent'].map((query) => ingest('GET', `/contacts/CONTACT-001${query}`)),
    );
    const tag = other!.headers.get('ETag')!;
    expect(tag).not.toBe(own!.headers.get('ETag'));
    const read = (query: string) =>
      ingest('GET', `/contacts/CONTACT-001${query}`, undefined, { 'If-None-Match': tag });
    expect([(await read('?view=agent')).status, (await read('')).status]).toEqual([304, 200]);
    expect((await agent('PATCH', path, { language: 'de' }, { 'If-Match': tag })).status).toBe(200);
    expect((await agent('PATCH', path, { language: 'it' }, { 'If-Match': tag })).status).toBe(412);
  });
});

describe('X-Diglot-Hidden', () => {
  it('names every field that is set and not shown, on every answer with one contact', async () => {
    const { ingest, agent, path, accountId } = await withContact();
    const replies = [
      await agent('GET', path),
      await agent('HEAD', path),
      await agent('PATCH', path, { language: 'de' }),
      await agent('PUT', `/accounts/${accountId}/contacts/upsert?dryRun=true`, { email: full.email }),
      await agent('PUT', `/accounts/${accountId}/contacts/upsert`, { email: full.email }),
      await ingest('GET', '/contacts/CONTACT-001?view=agent'),
    ];
    for (const reply of replies) {
      expect(reply.status).toBe(200);
      expect(hidden(reply)).toBe(NOT_IN_AGENT);
    }
    const made = await agent('POST', `/accounts/${accountId}/contacts`, {
      fullName: 'Ada',
      language: 'en',
      role: 'CFO',
      isPrimary: true,
    });
    expect(hidden(made)).toBe('function, is_primary');
  });

  it('is absent where nothing is hidden: from all that ingest answers, from lists, from refusals', async () => {
    const { ingest, agent, path, accountId } = await withContact();
    const replies = [
      await ingest('GET', '/contacts/CONTACT-001'),
      await ingest('PATCH', '/contacts/CONTACT-001', { title: null }),
      await ingest('PUT', '/contacts/CONTACT-001', { ...full, custom_fields: undefined }),
      await agent('GET', `${path}?view=ingest`),
      await agent('GET', `/accounts/${accountId}/contacts`),
      await agent('PATCH', path, { language: 'xx' }),
    ];
    for (const reply of replies) expect(hidden(reply)).toBeNull();
    await ingest('PUT', '/contacts/CONTACT-001', {
      account_number: 'ACCT-001',
      first_name: 'John',
      email: 'j@example.com',
      phone: '',
      custom_fields: { collections: { segment: null } },
    });
    expect(hidden(await agent('GET', path))).toBeNull();
  });

  it('goes with what is set: one field more, one field less', async () => {
    const { ingest, agent, path } = await withContact({ account_number: 'ACCT-001', name: 'John Doe' });
    expect(hidden(await agent('GET', path))).toBeNull();
    await ingest('PATCH', '/contacts/CONTACT-001', { notes: 'x', phone: '1' });
    expect(hidden(await agent('GET', path))).toBe('phone, notes');
    await ingest('PATCH', '/contacts/CONTACT-001', { phone: null });
    expect(hidden(await agent('GET', path))).toBe('notes');
  });
});

it('is asked for in the query only: a reference may look like one', async () => {
  const { ingest } = await newTenant();
  await ingest('PUT', '/contacts/A&view=agent', { name: 'Ann' });
  const { body, headers } = await ingest('GET', '/contacts/A&view=agent');
  expect(body.reference).toBe('A&view=agent');
  expect(headers.get('Content-Type')).toBe('application/json; charset=utf-8');
});
