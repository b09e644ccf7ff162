/** Custom fields: "a key that is left out of a later write, PUT included, keeps its value", and what keys and values may be. */
import { describe, expect, it } from 'vitest';
import { newTenant, send, type TestTenant } from '../../client.ts';
import { faultsOf } from '../../refusals.ts';
import { accountsOf, LONE, NUL } from './fixtures.ts';

describe('custom_fields', () => {
  const put = async (tenant: TestTenant, collections: unknown, method = 'PUT') =>
    await tenant.ingest(method, '/contacts/CONTACT-001', { custom_fields: { collections } });
  const stored = async ({ ingest }: TestTenant) =>
    (await ingest('GET', '/contacts/CONTACT-001')).body.custom_fields.collections;
  const many = (count: number, prefix = 'key') =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, index]));

  it('keep what a later write leaves out, PUT included, and lose what is sent as null or ""', async () => {
    const tenant = await newTenant();
    await put(tenant, { segment: 'enterprise', hold: false, score: 7 }, 'POST');
    await put(tenant, { score: 8 });
    expect(await stored(tenant)).toEqual({ segment: 'enterprise', hold: false, score: 8 });
    await put(tenant, { segment: null, extra: 'x' }, 'PATCH');
    expect(await stored(tenant)).toEqual({ hold: false, score: 8, extra: 'x' });
    await put(tenant, { hold: '', never: '' });
    expect(await stored(tenant)).toEqual({ score: 8, extra: 'x' });
    for (const body of [
      {},
      { custom_fields: null },
      { custom_fields: {} },
      { custom_fields: { collections: null } },
      { custom_fields: { collections: {} } },
    ]) {
      for (const method of ['PUT', 'PATCH']) {
        expect((await tenant.ingest(method, '/contacts/CONTACT-001', body)).body.custom_fields).toEqual({
          collections: { score: 8, extra: 'x' },
        });
      }
    }
  });

  it('take strings, numbers and booleans, and keep them exactly', async () => {
    const tenant = await newTenant();
    const values = {
      text: ' a\tb\r\nc😀 ',
      one: 1,
      zero: 0,
      tenth: 0.1,
      negative: -12.5,
      tiny: 5e-324,
      small: 1.5e-300,
      sum: 0.1 + 0.2,
      most: Number.MAX_SAFE_INTEGER,
      least: Number.MIN_SAFE_INTEGER,
      yes: true,
      no: false,
      sql: "'; DROP TABLE contacts; --",
      json: '{"a":1}',
      long: '😀'.repeat(1_000),
    };
    await put(tenant, values);
    expect(await stored(tenant)).toEqual(values);
    await put(tenant, { other: 1 }, 'PATCH');
    expect(await stored(tenant)).toEqual({ ...values, other: 1 });
  });

  it('store -0 as 0', async () => {
    const tenant = await newTenant();
    await send('PUT', '/api/v1/ingest/contacts/CONTACT-001', {
      key: tenant.key,
      raw: '{"custom_fields":{"collections":{"a":-0}}}',
    });
    expect(Object.is((await stored(tenant)).a, 0)).toBe(true);
  });

  it.each([
    '9007199254740992',
    '-9007199254740992',
    '9007199254740993',
    '1e16',
    '1e21',
    '1e400',
    '-1e400',
    '123456789012345678901234567890',
  ])('refuse the number %s', async (number) => {
    const { key } = await newTenant();
    const reply = await send('PUT', '/api/v1/ingest/contacts/CONTACT-001', {
      key,
      raw: `{"custom_fields":{"collections":{"a":${number}}}}`,
    });
    expect(faultsOf(reply)).toEqual([422, [['/custom_fields/collections/a', 'number.out_of_range']]]);
  });

  it.each([
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'a/b',
    'a~b',
    'a.b',
    '$.a',
    '"quoted"',
    'back\\slash',
    "it's",
    '0',
    ' ',
    'ключ',
    '😀'.repeat(64),
    'x'.repeat(64),
  ])('may be called %s', async (name) => {
    const { ingest, key } = await newTenant();
    const raw = (value: unknown) =>
      `{"custom_fields":{"collections":{${JSON.stringify(name)}:${JSON.stringify(value)},"other":1}}}`;
    const write = async (method: string, value: unknown) => {
      const { text } = await send(method, '/api/v1/ingest/contacts/CONTACT-001', { key, raw: raw(value) });
      return text.slice(text.indexOf('"collections":'));
    };
    expect(await write('POST', 'v')).toContain(`${JSON.stringify(name)}:"v"`);
    expect(await write('PUT', 2)).toContain(`${JSON.stringify(name)}:2`);
    expect(await write('PATCH', true)).toContain(`${JSON.stringify(name)}:true`);
    expect((await ingest('GET', '/contacts/CONTACT-001')).text).toContain(`${JSON.stringify(name)}:true`);
    expect(await write('PATCH', null)).not.toContain(JSON.stringify(name));
    expect(await write('PATCH', null)).toContain('{"other":1}');
  });

  it.each([
    ['an empty key', { '': 1 }, '', 'custom_fields.key_length'],
    ['a key of 65', { ['x'.repeat(65)]: 1 }, 'x'.repeat(65), 'custom_fields.key_length'],
    ['a key of 65 beyond the BMP', { ['😀'.repeat(65)]: 1 }, '😀'.repeat(65), 'custom_fields.key_length'],
    ['NUL in a key', { [`a${NUL}`]: 1 }, `a${NUL}`, 'field.invalid_characters'],
    ['a line break in a key', { 'a\nb': 1 }, 'a\nb', 'field.invalid_characters'],
    ['half a pair in a key', { [LONE]: 1 }, LONE, 'field.invalid_unicode'],
    ['NUL', { a: NUL }, 'a', 'field.invalid_characters'],
    ['a control', { a: '\u0007' }, 'a', 'field.invalid_characters'],
    ['half a pair', { a: LONE }, 'a', 'field.invalid_unicode'],
    ['1 001 letters', { a: 'x'.repeat(1_001) }, 'a', 'field.too_long'],
    ['an object', { a: { b: 1 } }, 'a', 'field.type'],
    ['an array', { a: [] }, 'a', 'field.type'],
  ])('refuse %s', async (_, collections, at, code) => {
    const tenant = await newTenant();
    expect(faultsOf(await put(tenant, collections))).toEqual([
      422,
      [[`/custom_fields/collections/${at}`, code]],
    ]);
  });

  it.each([
    ['"x"', '/custom_fields'],
    ['[]', '/custom_fields'],
    ['1', '/custom_fields'],
    ['{"collections":[]}', '/custom_fields/collections'],
    ['{"collections":"x"}', '/custom_fields/collections'],
    ['{"collections":1}', '/custom_fields/collections'],
  ])('refuse %s in place of the object', async (json, pointer) => {
    const { key } = await newTenant();
    const reply = await send('PUT', '/api/v1/ingest/contacts/CONTACT-001', {
      key,
      raw: `{"custom_fields":${json}}`,
    });
    expect(faultsOf(reply)).toEqual([422, [[pointer, 'field.type']]]);
  });

  it('name a key and its value where both are at fault', async () => {
    const tenant = await newTenant();
    expect(faultsOf(await put(tenant, { '': NUL }))).toEqual([
      422,
      [
        ['/custom_fields/collections/', 'custom_fields.key_length'],
        ['/custom_fields/collections/', 'field.invalid_characters'],
      ],
    ]);
  });

  it('do not count where they are removed', async () => {
    const tenant = await newTenant();
    const blank = Object.fromEntries(
      Object.keys(many(100)).map((key, index) => [key, index % 2 ? '' : null]),
    );
    expect((await put(tenant, { ...blank, one: 1, two: 2 }, 'POST')).status).toBe(201);
    expect(await stored(tenant)).toEqual({ one: 1, two: 2 });
    await put(tenant, many(98));
    const others = Object.fromEntries(Array.from({ length: 98 }, (_, n) => [`other${n}`, n]));
    expect((await put(tenant, { ...blank, ...others }, 'PATCH')).status).toBe(200);
    expect(await stored(tenant)).toEqual({ one: 1, two: 2, ...others });
  });

  it('are at most 100 in one write', async () => {
    const tenant = await newTenant();
    expect(faultsOf(await put(tenant, many(101), 'POST'))).toEqual([
      422,
      [['/custom_fields/collections', 'custom_fields.too_many']],
    ]);
    expect((await put(tenant, many(100), 'POST')).status).toBe(201);
    expect(await stored(tenant)).toEqual(many(100));
  });

  it('are at most 100 in all, and a write that would make them more changes nothing', async () => {
    const tenant = await newTenant();
    await put(tenant, many(100));
    for (const method of ['PUT', 'PATCH']) {
      const reply = await tenant.ingest(method, '/contacts/CONTACT-001', {
        account_number: 'ACCT-NEW',
        custom_fields: { collections: { one_more: 1 } },
      });
      expect(faultsOf(reply)).toEqual([422, [['/custom_fields/collections', 'custom_fields.too_many']]]);
    }
    expect([await stored(tenant), await accountsOf(tenant)]).toEqual([many(100), []]);
    expect((await put(tenant, { key0: null, one_more: 1 }, 'PATCH')).status).toBe(200);
    expect((await put(tenant, { key1: 'changed' })).status).toBe(200);
    expect((await put(tenant, { absent: null })).status).toBe(200);
    expect(Object.keys(await stored(tenant))).toHaveLength(100);
  });
});
