/** What holds for every contact: it is kept as sent, shown by both dialects, and indexed by its name. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { segments } from '../src/core/match.ts';
import { comparedName } from '../src/core/name.ts';
import { newTenant } from './client.ts';

type Body = Record<string, unknown>;

// ——— Any text that the contract takes

/** Any code point that can be kept, and many of those that case, width or composition makes difficult. */
const character = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...'aA1ß ẞςΣİıſKÅﬁ…´\u0301\u0308\u00A0\u202E\u200D\u3000が李𝔘👩‍👩‍👧"\\%_\'<',
      "'; --",
      '@',
    ),
  },
);
const CONTROL = /\p{Cc}/u;
const text = (most: number, least = 1) =>
  fc
    .oneof(
      {
        weight: 9,
        arbitrary: fc.string({ unit: character, minLength: least, maxLength: Math.min(most, 24) }),
      },
      {
        weight: 1,
        arbitrary: fc.string({ unit: character, minLength: least, maxLength: Math.floor(most / 8) }),
      },
    )
    .filter((value) => !CONTROL.test(value) && [...value].length <= most);
const layout = (most: number) =>
  text(most)
    .map((value) => `${value}\n\t${value}`.slice(0, most))
    .filter((v) => v.isWellFormed());
const reference = text(255).filter(
  (value) => !/[\p{Zl}\p{Zp}]/u.test(value) && value !== '.' && value !== '..',
);
const email = fc.oneof(
  fc.emailAddress(),
  fc.constantFrom(
    'Jörg@exämple.com',
    '"a b"@example.com',
    "o'brien@example.com",
    'ΣΑΣ@example.com',
    '用户@例子.广告',
  ),
);

/** Names that are not addresses: those have rules and tests of their own. */
const name = fc.oneof({ weight: 9, arbitrary: text(320) }, { weight: 1, arbitrary: email });
const names = fc.oneof(
  fc.record({ name }),
  fc.record({ first_name: text(160), last_name: text(160) }, { requiredKeys: [] }),
);

const number = fc
  .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger())
  .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value));
const customKey = fc.oneof(
  text(64),
  fc.constantFrom('__proto__', 'constructor', 'toString', '0', 'a"b\\c', '$.a'),
);
const customFields = fc
  .uniqueArray(fc.tuple(customKey, fc.oneof(layout(1_000), number, fc.boolean())), {
    maxLength: 8,
    selector: ([key]) => key,
  })
  .map((entries) => ({ collections: Object.fromEntries(entries) }));

const plain = {
  function: text(255),
  phone: text(64),
  mobile_phone: text(64),
  fax: text(64),
  title: text(255),
  department: text(255),
  contact_type: text(255),
  address1: text(255),
  address2: text(255),
  city: text(255),
  state: text(255),
  zip: text(255),
  country: fc.constantFrom('US', 'FR', 'ZA'),
  language: fc.constantFrom('en', 'fr', 'zu'),
  notes: layout(10_000),
  is_primary: fc.boolean(),
  email,
  custom_fields: customFields,
};
const FIELDS = [...Object.keys(plain), 'name', 'first_name', 'last_name'];

const contact: fc.Arbitrary<Body> = fc
  .tuple(names, fc.record(plain, { requiredKeys: [] }))
  .map(([named, others]) => ({ ...named, ...others }));

// ——— What is shown, in a form that compares

/** Custom fields as entries: `toEqual` does not see a key named `__proto__`. -0 is stored as 0. */
const entriesOf = (custom: unknown) =>
  Object.entries((custom as { collections: Body } | undefined)?.collections ?? {})
    .map(([key, value]) => [key, value === 0 ? 0 : value])
    .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1));

/** The fields of a contact in the ingest dialect; null for those that are not there. */
const fieldsOf = (body: Body): Body => ({
  ...Object.fromEntries(FIELDS.map((field) => [field, body[field] ?? null])),
  custom_fields: entriesOf(body.custom_fields),
});

/** "`name`, else first and last joined, else the email, else the reference." */
function fullName(body: Body, ref: string): unknown {
  const parts = [body.first_name, body.last_name].filter((part) => part != null);
  return body.name ?? (parts.length > 0 ? parts.join(' ') : null) ?? body.email ?? ref;
}

/** The index of a tenant's only contact agrees with what core makes of the shown name. */
async function checkIndex(tenantId: string, shown: unknown): Promise<void> {
  const [contacts, stored] = await env.DB.batch<Body>([
    env.DB.prepare('SELECT full_name, compared_name FROM contacts WHERE tenant_id = ?1').bind(tenantId),
    env.DB.prepare(
      'SELECT length, position, segment FROM name_segments WHERE tenant_id = ?1 ORDER BY position',
    ).bind(tenantId),
  ]);
  const compared = comparedName(String(shown));
  expect(contacts!.results).toEqual([{ full_name: shown, compared_name: compared }]);
  expect(stored!.results).toEqual(segments(compared));
}

const runs = { numRuns: 200 };
const slow = { timeout: 300_000 };

it('any contact written in the ingest dialect is kept as sent, and shown by both', slow, async () => {
  await fc.assert(
    fc.asyncProperty(
      reference,
      contact,
      fc.constantFrom('POST', 'PUT', 'PATCH'),
      async (ref, sent, method) => {
        const { id, ingest, agent, account } = await newTenant();
        const accountId = await account('ACCT-001');
        const path = `/contacts/${encodeURIComponent(ref)}`;
        const body = { ...sent, account_number: 'ACCT-001' };
        if (method === 'PATCH') await ingest('POST', path, { name: 'before', account_number: 'ACCT-001' });
        if (method === 'PATCH' && !('name' in body)) await ingest('PATCH', path, { name: null });
        const written = await ingest(method, path, body);
        expect(written.status, written.text).toBe(method === 'PATCH' ? 200 : 201);
        expect(written.body.reference).toBe(ref);
        expect(fieldsOf(written.body)).toEqual(fieldsOf(sent));
        expect((await ingest('GET', path)).text).toBe(written.text);
        const { body: shown } = await agent('GET', `/accounts/${accountId}/contacts/${written.body.id}`);
        expect(shown).toEqual({
          id: written.body.id,
          fullName: fullName(sent, ref),
          email: sent.email === undefined ? null : { address: sent.email, status: 'Valid' },
          language: sent.language ?? 'en',
          createdAt: written.body.created_at,
          updatedAt: written.body.updated_at,
        });
        const { body: page } = await agent('GET', `/accounts/${accountId}/contacts`);
        expect(page.nodes).toEqual([shown]);
        await checkIndex(id, shown.fullName);
      },
    ),
    runs,
  );
});

const agentBody = fc.record(
  {
    fullName: text(320).filter((value) => value.trim() !== ''),
    language: plain.language,
    email: fc.option(email),
    role: fc.option(plain.function),
    notes: fc.option(plain.notes),
    isPrimary: fc.option(fc.boolean()),
  },
  { requiredKeys: [] },
);
const AGENT: Record<string, string> = { role: 'function', notes: 'notes', isPrimary: 'is_primary' };

it('any write in the agent dialect leaves alone what that dialect does not show', slow, async () => {
  await fc.assert(
    fc.asyncProperty(contact, agentBody, fc.boolean(), async (sent, changes, upserts) => {
      const { id, ingest, agent, account } = await newTenant();
      const path = `/accounts/${await account('ACCT-001')}/contacts`;
      const key = 'kept@example.com';
      const before = (
        await ingest('PUT', '/contacts/C-1', { email: key, ...sent, account_number: 'ACCT-001' })
      ).body;
      // an upsert finds the contact by its address, so that address is sent
      const body = upserts ? { ...changes, email: before.email } : changes;
      const written = upserts
        ? await agent('PUT', `${path}/upsert`, body)
        : await agent('PATCH', `${path}/${before.id}`, body);
      expect(written.status, written.text).toBe(200);
      const after = (await ingest('GET', '/contacts/C-1')).body;
      const expected = fieldsOf(before);
      if (body.fullName !== undefined) {
        expect(written.body.fullName).toBe(body.fullName);
        if (body.fullName !== fullName(before, 'C-1'))
          Object.assign(expected, { name: body.fullName, first_name: null, last_name: null });
        else expected.name = after.name; // a full name that was equal only because the email stood in for it may have become the name
      }
      for (const [theirs, ours] of Object.entries({ ...AGENT, language: 'language', email: 'email' })) {
        const value = (body as Body)[theirs];
        if (value !== undefined) expected[ours] = value;
      }
      expect(fieldsOf(after)).toEqual(expected);
      expect([after.reference, after.account_number, after.created_at]).toEqual([
        'C-1',
        'ACCT-001',
        before.created_at,
      ]);
      await checkIndex(id, written.body.fullName);
    }),
    runs,
  );
});

it('any contact written in the agent dialect is kept as sent, and shown by both', slow, async () => {
  await fc.assert(
    fc.asyncProperty(agentBody, fc.boolean(), async (body, upserts) => {
      const { id, ingest, agent, account } = await newTenant();
      const path = `/accounts/${await account('ACCT-001')}/contacts`;
      const sent: Body = { fullName: 'John Smith', language: 'en', ...body };
      const written = upserts ? await agent('PUT', `${path}/upsert`, sent) : await agent('POST', path, sent);
      expect(written.status, written.text).toBe(201);
      const { id: contactId, fullName: shown, language, email: address } = written.body;
      expect([shown, language, address?.address ?? null]).toEqual([
        sent.fullName,
        sent.language,
        sent.email ?? null,
      ]);
      const { body: whole } = await ingest('GET', `/contacts/${contactId}`);
      expect(whole.reference).toBe(contactId);
      expect(fieldsOf(whole)).toEqual(
        fieldsOf({
          name: sent.fullName,
          language,
          email: sent.email,
          function: sent.role,
          notes: sent.notes,
          is_primary: sent.isPrimary,
        }),
      );
      await checkIndex(id, shown);
    }),
    runs,
  );
});
