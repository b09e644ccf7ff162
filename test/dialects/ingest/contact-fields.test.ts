/** The values that a contact's fields and its reference may have; "Bad input". */
import { describe, expect, it } from 'vitest';
import { newTenant } from '../../client.ts';
import { faultsOf } from '../../refusals.ts';
import { each, JOHN, LONE, NUL, TEXTS } from './fixtures.ts';

describe('reference', () => {
  it.each([
    ['a slash', 'a%2Fb', 'a/b'],
    ['a slash at the end', 'a%2F', 'a/'],
    ['a percent sign', '100%25', '100%'],
    ['an escape of an escape', '%252e', '%2e'],
    ['an escape of a slash, escaped', 'a%252Fb', 'a%2Fb'],
    ['a question mark and a hash', 'a%3Fb%23c', 'a?b#c'],
    ['a space', 'a%20b', 'a b'],
    ['a plus', 'a+b', 'a+b'],
    ['three dots', '...', '...'],
    ['a leading dot', '.a', '.a'],
    ['dots and a slash', '..%2F..', '../..'],
    ['SQL', "'%3B%20DROP%20TABLE%20contacts--", "'; DROP TABLE contacts--"],
    ['markup', '%3Cscript%3E', '<script>'],
    ['an asterisk and a colon', '*:reference', '*:reference'],
    ['an emoji', '%F0%9F%98%80', '😀'],
    ['joined emoji', encodeURIComponent('👩‍👩‍👧'), '👩‍👩‍👧'],
    ['right-to-left override', encodeURIComponent('\u202eabc'), '\u202eabc'],
    ['Hebrew', encodeURIComponent('שלום'), 'שלום'],
    ['255 letters', 'x'.repeat(255), 'x'.repeat(255)],
    ['255 letters beyond the BMP', encodeURIComponent('𝒳'.repeat(255)), '𝒳'.repeat(255)],
    ['the name of an operation', 'upsert', 'upsert'],
    ['a name of every object', '__proto__', '__proto__'],
  ])('may have %s', async (_, path, reference) => {
    const { ingest } = await newTenant();
    const made = await ingest('PUT', `/contacts/${path}`, { ...JOHN, reference });
    expect([made.status, made.body.reference]).toEqual([201, reference]);
    const location = made.headers.get('Location')!;
    expect((await ingest('GET', location.replace('/api/v1/ingest', ''))).body).toEqual(made.body);
    expect((await ingest('POST', `/contacts/${path}`, JOHN)).status).toBe(409);
    expect((await ingest('PATCH', `/contacts/${path}`, { title: 'x' })).body.title).toBe('x');
    expect((await ingest('DELETE', `/contacts/${path}`)).status).toBe(204);
  });

  it.each([
    ['256 letters', 'x'.repeat(256), 'reference.length'],
    ['256 letters beyond the BMP', encodeURIComponent('𝒳'.repeat(256)), 'reference.length'],
    ['4 KB', 'x'.repeat(4_096), 'reference.length'],
    ['NUL', '%00', 'reference.invalid'],
    ['NUL inside', 'a%00b', 'reference.invalid'],
    ['a line break', 'a%0D%0Ab', 'reference.invalid'],
    ['DEL', '%7F', 'reference.invalid'],
    ['a C1 control', '%C2%85', 'reference.invalid'],
    ['a line separator', '%E2%80%A8', 'reference.invalid'],
    ['a stray octet', '%FF', 'parameter.encoding'],
    ['an overlong slash', '%C0%AF', 'parameter.encoding'],
    ['half a surrogate pair', '%ED%A0%80', 'parameter.encoding'],
    ['a bare percent sign', '100%', 'parameter.encoding'],
    ['a bad escape', '%zz', 'parameter.encoding'],
  ])('may not have %s', async (_, path, code) => {
    const { ingest } = await newTenant();
    for (const method of ['POST', 'PUT', 'PATCH', 'GET', 'DELETE']) {
      const reply = await ingest(
        method,
        `/contacts/${path}`,
        method === 'GET' || method === 'DELETE' ? undefined : JOHN,
      );
      expect(faultsOf(reply)).toEqual([422, [['reference', code]]]);
    }
  });

  it.each(['.', '..', '%2e', '%2E%2e', '.%2e'])('cannot be %s, which URLs fold away', async (path) => {
    const { ingest } = await newTenant();
    for (const method of ['PUT', 'GET']) {
      expect((await ingest(method, `/contacts/${path}`, method === 'PUT' ? JOHN : undefined)).status).toBe(
        404,
      );
    }
  });

  it('is compared byte for byte', async () => {
    const { ingest } = await newTenant();
    const references = ['abc', 'ABC', 'abc ', ' abc', 'é', 'e\u0301', 'ﬁ', 'fi'];
    for (const reference of references)
      expect((await ingest('POST', `/contacts/${encodeURIComponent(reference)}`, {})).status).toBe(201);
    expect(
      (await ingest('GET', '/contacts')).body.items.map((item: { reference: string }) => item.reference),
    ).toEqual(references);
  });

  it('may be repeated in the body, and must not differ there', async () => {
    const { ingest } = await newTenant();
    for (const reference of ['A%20B', null, '', undefined]) {
      const body = { ...JOHN, reference: reference === 'A%20B' ? 'A B' : reference };
      expect((await ingest('PUT', '/contacts/A%20B', body)).body.reference).toBe('A B');
    }
    for (const [method, reference] of [
      ['POST', 'A%20B'],
      ['PUT', 'a b'],
      ['PATCH', 'A B '],
    ] as const) {
      expect(faultsOf(await ingest(method, '/contacts/A%20B', { reference }))).toEqual([
        422,
        [['/reference', 'reference.mismatch']],
      ]);
    }
  });

  it.each([
    ['a body with a number', 'A', 5, ['/reference', 'field.type']],
    ['a path that is not UTF-8', 'A%FF', 'A', ['reference', 'parameter.encoding']],
    ['a path that is too long', 'x'.repeat(256), 'x'.repeat(256), ['reference', 'reference.length']],
  ])('is not said to differ from %s: that is the one fault', async (_, path, reference, fault) => {
    const { ingest } = await newTenant();
    expect(faultsOf(await ingest('PUT', `/contacts/${path}`, { reference }))).toEqual([422, [fault]]);
  });
});

describe('fields', () => {
  it.each(TEXTS.map(([field, most]) => ({ field, most })))(
    '$field takes $most code points and not one more, and keeps every one',
    async ({ field, most }) => {
      const { ingest } = await newTenant();
      for (const text of ['x'.repeat(most), '😀'.repeat(most)]) {
        const { status, body } = await ingest('PUT', '/contacts/CONTACT-001', { [field]: text });
        expect([status < 300, body[field] === text]).toEqual([true, true]);
        expect((await ingest('GET', '/contacts/CONTACT-001')).body[field] === text).toBe(true);
        const over = await ingest('PUT', '/contacts/CONTACT-001', { [field]: `${text}x` });
        expect(faultsOf(over)).toEqual([422, [[`/${field}`, 'field.too_long']]]);
      }
    },
  );

  it.each(TEXTS.map(([field]) => ({ field })))('$field is kept exactly, or refused', async ({ field }) => {
    const { ingest } = await newTenant();
    for (const text of [
      ' spaces  at both ends ',
      "'; DROP TABLE contacts; --",
      '=cmd()|x',
      '<b>&amp;</b>',
      '$' + '{jndi:ldap://x}',
      'e\u0301 é ﬁ',
      '\u202eRTL\u2066',
      '👩‍👩‍👧 שלום 李雷',
      '%00 \\u0000 \\',
      '"quoted"',
      '\ufeffBOM',
      '\u2028',
      '0',
      'null',
    ]) {
      expect((await ingest('PUT', '/contacts/CONTACT-001', { [field]: text })).body[field]).toBe(text);
    }
    for (const [text, code] of [
      [`a${NUL}b`, 'field.invalid_characters'],
      ['\u0007', 'field.invalid_characters'],
      ['\u001b[31m', 'field.invalid_characters'],
      ['\u007f', 'field.invalid_characters'],
      ['\u0085', 'field.invalid_characters'],
      [LONE, 'field.invalid_unicode'],
      ['\udc00a', 'field.invalid_unicode'],
    ] as const) {
      for (const method of ['PUT', 'PATCH']) {
        expect(faultsOf(await ingest(method, '/contacts/CONTACT-001', { [field]: text }))).toEqual([
          422,
          [[`/${field}`, code]],
        ]);
      }
    }
    for (const text of ['a\tb', 'a\nb', 'a\r\nb']) {
      const { status, body } = await ingest('PUT', '/contacts/CONTACT-001', { [field]: text });
      expect(field === 'notes' ? body[field] : status).toBe(field === 'notes' ? text : 422);
    }
    expect((await ingest('GET', '/contacts/CONTACT-001')).body[field]).toBe(
      field === 'notes' ? 'a\r\nb' : 'null',
    );
  });

  it.each([...each, { field: 'reference' }])('$field refuses other types', async ({ field }) => {
    const { ingest } = await newTenant();
    const wrong: unknown[] = field === 'is_primary' ? ['true', 1, 0, [], {}] : [5, true, ['x'], { x: 'x' }];
    for (const method of ['POST', 'PUT', 'PATCH']) {
      for (const value of wrong) {
        const { status, body } = await ingest(method, '/contacts/CONTACT-001', { [field]: value });
        expect(status).toBe(422);
        expect(body.errors).toContainEqual({
          pointer: `/${field}`,
          code: 'field.type',
          message: expect.any(String),
        });
      }
    }
  });

  it.each(each.filter(({ field }) => field !== 'is_primary'))(
    '$field: "" is stored as null',
    async ({ field }) => {
      const { ingest } = await newTenant();
      for (const [method, status] of [
        ['POST', 201],
        ['PUT', 200],
        ['PATCH', 200],
      ] as const) {
        const reply = await ingest(method, '/contacts/CONTACT-001', { [field]: '' });
        expect([reply.status, reply.body[field]]).toEqual([status, null]);
      }
    },
  );

  it('ignores those that are not known, and those that are read-only', async () => {
    const { ingest } = await newTenant();
    const made = await ingest('POST', '/contacts/CONTACT-001', JOHN);
    const { status, body } = await ingest('PATCH', '/contacts/CONTACT-001', {
      id: '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4a01',
      email_status: 'Bounced',
      created_at: '2000-01-01T00:00:00.000Z',
      updated_at: 'x',
      version: 99,
      tenant_id: 'x',
      full_name: 'x',
      cashapp_only: { anything: [1] },
      __proto__: { name: 'x' },
    });
    expect([status, body]).toEqual([200, made.body]);
  });

  it.each([
    ['en', 'en'],
    ['EN', 'en'],
    ['Fr', 'fr'],
    ['zu', 'zu'],
  ])('language %s is shown as %s', async (sent, shown) => {
    const { ingest } = await newTenant();
    expect((await ingest('PUT', '/contacts/CONTACT-001', { language: sent })).body.language).toBe(shown);
  });

  it.each(['xx', 'eng', 'e', 'en-US', ' en', 'en ', '英', '\u212al', 'constructor'])(
    'language %j is not in ISO 639-1',
    async (language) => {
      const { ingest } = await newTenant();
      expect(faultsOf(await ingest('PUT', '/contacts/CONTACT-001', { language }))).toEqual([
        422,
        [['/language', 'language.unknown']],
      ]);
    },
  );

  it.each([
    ['US', 'US'],
    ['us', 'US'],
    ['gB', 'GB'],
  ])('country %s is shown as %s', async (sent, shown) => {
    const { ingest } = await newTenant();
    expect((await ingest('PUT', '/contacts/CONTACT-001', { country: sent })).body.country).toBe(shown);
  });

  it.each(['ZZ', 'USA', 'U', 'UK', 'us ', '840', '\u00df', '\ufb01', 'U\u017f', 'constructor'])(
    'country %j is not in ISO 3166-1',
    async (country) => {
      const { ingest } = await newTenant();
      expect(faultsOf(await ingest('PUT', '/contacts/CONTACT-001', { country }))).toEqual([
        422,
        [['/country', 'country.unknown']],
      ]);
    },
  );

  it.each([
    'jdoe@acmecorp.com',
    "o'brien@example.com",
    'first.last+tag@sub.example.co.uk',
    '"quoted local"@example.com',
    'JDoe@Example.COM',
    'jörg@bücher.example',
    '用户@例子.广告',
    'ελένη@παράδειγμα.δοκιμή',
    'a@xn--bcher-kva.example',
    `${'a'.repeat(64)}@example.com`,
    `a@${`${'b'.repeat(61)}.`.repeat(4)}com`,
  ])('email %s is kept as typed', async (email) => {
    const { ingest } = await newTenant();
    const { status, body } = await ingest('PUT', '/contacts/CONTACT-001', { email });
    expect([status, body.email, body.email_status]).toEqual([201, email, 'Valid']);
    expect((await ingest('GET', `/contacts?email=${encodeURIComponent(email)}`)).body.items).toEqual([body]);
  });

  it.each([
    'nobody',
    'jdoe@localhost',
    '@example.com',
    'jdoe@',
    'a@b@example.com',
    'a b@example.com',
    ' jdoe@acmecorp.com',
    'jdoe@acmecorp.com ',
    'jdoe@acmecorp.com.',
    'jdoe@[127.0.0.1]',
    'jdoe@127.0.0.1',
    'John Doe <jdoe@acmecorp.com>',
    'jdoe@acmecorp.com,jane@acmecorp.com',
    'jdoe@acmecorp.com (work)',
    'mailto:jdoe@acmecorp.com',
    '.jdoe@acmecorp.com',
    'j..doe@acmecorp.com',
    `${'a'.repeat(65)}@example.com`,
    `${'é'.repeat(33)}@example.com`,
    `a@${`${'b'.repeat(62)}.`.repeat(4)}com`,
  ])('email %s is refused', async (email) => {
    const { ingest } = await newTenant();
    const reply = await ingest('PUT', '/contacts/CONTACT-001', { email });
    expect(reply.status).toBe(422);
    expect(reply.body.errors).toContainEqual(
      expect.objectContaining({ pointer: '/email', code: 'email.invalid' }),
    );
  });

  it('refuses a megabyte-long address, phone or name in no time', async () => {
    const { ingest } = await newTenant();
    const started = Date.now();
    for (const [field, text] of [
      ['email', `${'a@a.'.repeat(60_000)}`],
      ['email', `a@${'a.'.repeat(120_000)}`],
      ['phone', '1'.repeat(250_000)],
      ['name', ' '.repeat(250_000)],
      ['language', 'e'.repeat(250_000)],
    ] as const) {
      expect((await ingest('PUT', '/contacts/CONTACT-001', { [field]: text })).status).toBe(422);
    }
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  it.each(['404-555-0100', '+1 (404) 555-0100 ext. 7', 'n/a', '☎ 1', '1', '0044 20 7946 0000'])(
    'phone %s is free text',
    async (phone) => {
      const { ingest } = await newTenant();
      const body = { phone, mobile_phone: phone, fax: phone };
      expect((await ingest('PUT', '/contacts/CONTACT-001', body)).body).toMatchObject(body);
    },
  );
});

it('is_primary: several of an account may be, and what was sent is what is shown', async () => {
  const { ingest } = await newTenant();
  for (const [reference, is_primary] of [
    ['1', true],
    ['2', true],
    ['3', false],
  ] as const) {
    expect(
      (await ingest('PUT', `/contacts/${reference}`, { account_number: 'ACCT-001', is_primary })).body
        .is_primary,
    ).toBe(is_primary);
  }
  expect(
    (await ingest('GET', '/contacts')).body.items.map((item: { is_primary: boolean }) => item.is_primary),
  ).toEqual([true, true, false]);
});
