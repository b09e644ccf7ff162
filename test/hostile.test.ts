/** Input that nobody should send: every answer is a clear refusal, or shows what was stored. None is a 500. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newTenant, type Reply, send } from './client.ts';
import {
  bodyOf,
  credentialOf,
  newWorld,
  operations,
  pathOf,
  queryOf,
  type World,
  withNameFree,
} from './faces.ts';

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

/** Values that have broken some service before. */
const hostile: unknown[] = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '/',
    '\\',
    '%',
    '%00',
    '%FF',
    '%2e%2e',
    '\0',
    'a\0b',
    '\n',
    '\r\nX-Injected: 1',
    '\t',
    '\x7f',
    '\x9f',
  ],
  ...[
    '\u2028',
    '\ufeff',
    '\ufffd',
    '\u202e',
    '\ud800',
    '\udc00',
    'a\ud800b',
    '👩‍👩‍👧',
    'e\u0301',
    'ﬀ',
    'İ',
    'ſ',
    '𝔘',
    '\u0000'.repeat(300),
  ],
  ...[
    "'; DROP TABLE contacts; --",
    "' OR '1'='1",
    '" OR ""="',
    '1); DELETE FROM tenants',
    '%_\\',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is sent as it stands
    '${jndi:ldap://x}',
    '{{7*7}}',
    '=cmd()',
    '<script>alert(1)</script>',
    '../../etc/passwd',
  ],
  ...[
    'x'.repeat(64),
    'x'.repeat(65),
    'x'.repeat(254),
    'x'.repeat(255),
    'x'.repeat(256),
    'x'.repeat(321),
    'x'.repeat(10_001),
    'é'.repeat(255),
    '😀'.repeat(255),
  ],
  ...[
    'a@b',
    'a@b.c',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b.'.repeat(130)}com`,
    '"a b"@example.com',
    'a@[127.0.0.1]',
    'ü@exämple.com',
    'a@example.com\n',
    `a@${'a.'.repeat(5_000)}`,
  ],
  ...[
    0,
    -0,
    -1,
    1.5,
    0.1 + 0.2,
    2 ** 53,
    -(2 ** 53),
    2 ** 53 - 1,
    1e21,
    1e308,
    Number.MIN_VALUE,
    255,
    2 ** 31,
    2 ** 63,
  ],
  ...[
    true,
    false,
    null,
    [],
    {},
    [[]],
    [null],
    { a: {} },
    { collections: null },
    { collections: [] },
    { length: 1 },
    { toString: 1 },
    // biome-ignore lint/suspicious/noThenProperty: what looks like a promise must be kept like anything else
    { then: 1 },
  ],
  { collections: { constructor: 'x', prototype: 'y', toString: 1, hasOwnProperty: null } },
  JSON.parse('{"collections":{"__proto__":"x"}}'),
  JSON.parse('{"__proto__":{"polluted":true}}'),
  { collections: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`k${index}`, index])) },
  { collections: { ['k'.repeat(65)]: 1, '': 2, '\ud800': 3, 'a.b': 4, 'a"b': 5, $: 6 } },
  JSON.parse(deep(60)),
];
const member = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.double(),
);
const key = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    '',
    '\0',
    '\ud800',
    'id',
    'tenant_id',
    'version',
    'reference',
    'collections',
    'a.b',
    '$ref',
    "';--",
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

type Change = (value: unknown) => unknown;
/** Changes one place, which a number chooses: a member of an object at any depth, or an item of an array. */
const at = (
  choice: number,
  change: (holder: Record<string, unknown>, name: string) => Record<string, unknown>,
): Change => {
  const places: string[][] = [];
  const visit = (value: unknown, path: string[]) => {
    if (typeof value !== 'object' || value === null) return;
    for (const name of Object.keys(value)) {
      places.push([...path, name]);
      visit((value as Record<string, unknown>)[name], [...path, name]);
    }
  };
  const apply = (value: unknown, [name, ...rest]: string[]): unknown => {
    const holder = value as Record<string, unknown>;
    if (rest.length === 0)
      return Array.isArray(holder) ? Object.values(change({ ...holder }, name!)) : change(holder, name!);
    const inner = apply(holder[name!], rest);
    return Array.isArray(holder) ? holder.with(Number(name), inner) : { ...holder, [name!]: inner };
  };
  return (value) => {
    places.length = 0;
    visit(value, []);
    return places.length === 0 ? value : apply(value, places[choice % places.length]!);
  };
};
const place = fc.nat(1_000);
const inValue: fc.Arbitrary<Change> = fc.oneof(
  fc
    .tuple(place, member)
    .map(([where, value]) => at(where, (holder, name) => ({ ...holder, [name]: value }))),
  fc
    .tuple(place)
    .map(([where]) =>
      at(where, (holder, name) =>
        Object.fromEntries(Object.entries(holder).filter(([member]) => member !== name)),
      ),
    ),
  fc
    .tuple(place, key, member)
    .map(([where, name, value]) =>
      at(where, (holder) => Object.fromEntries([...Object.entries(holder), [name, value]])),
    ),
  fc.tuple(place).map(([where]) => at(where, (holder, name) => ({ ...holder, [name]: [holder[name]] }))),
  fc
    .tuple(place)
    .map(([where]) => at(where, (holder, name) => ({ ...holder, [name]: { [name]: holder[name] } }))),
  fc.constantFrom<Change>(
    (value) => [value],
    () => null,
    () => [],
    () => 'x',
    () => 1,
  ),
);
/** Changes of the octets themselves: cut, flipped, doubled, inserted. */
const inText: fc.Arbitrary<(octets: Uint8Array) => Uint8Array> = fc.oneof(
  fc.constant((octets: Uint8Array) => octets),
  fc.nat().map((end) => (octets: Uint8Array) => octets.slice(0, end % (octets.length + 1))),
  fc.tuple(fc.nat(), fc.nat(255)).map(
    ([where, octet]) =>
      (octets: Uint8Array) =>
        octets.with(where % Math.max(1, octets.length), octet),
  ),
  fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 6 })).map(([where, more]) => (octets: Uint8Array) => {
    const cut = where % (octets.length + 1);
    return Uint8Array.from([...octets.slice(0, cut), ...more, ...octets.slice(cut)]);
  }),
);

const writes = operations.filter(({ body }) => body !== null);
const mutation = fc.record({
  operation: fc.constantFrom(...writes),
  changes: fc.array(inValue, { minLength: 1, maxLength: 3 }),
  octets: fc.oneof(
    { arbitrary: fc.constant((octets: Uint8Array) => octets), weight: 3 },
    { arbitrary: inText, weight: 1 },
  ),
});

const REFUSALS = [400, 404, 409, 412, 413, 415, 422];
function expectClear({ status, body, text }: Reply, what: string) {
  expect(status < 300 || REFUSALS.includes(status), `${status} for ${what}`).toBe(true);
  if (status >= 400) expect(body.code, text).toMatch(/^[a-z_]+\.[a-z_]+$/);
}

const RUNS = 200;
const AT_ONCE = 50;

it('10 000 mutations of bodies that are right: no answer is a 500', async () => {
  let world: World = await newWorld();
  const seen: Record<number, number> = {};
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (mutations) => {
      world = await newWorld();
      const attempts = mutations.map(async ({ operation, changes, octets }) => {
        const fresh = withNameFree(operation, world);
        const value = changes.reduce((body: unknown, change) => change(body), bodyOf(operation, fresh));
        const raw = octets(new TextEncoder().encode(JSON.stringify(value)));
        const reply = await send(
          operation.method,
          pathOf(operation, fresh.values) + queryOf(operation, fresh, ''),
          {
            headers: credentialOf(operation.face, fresh),
            raw,
          },
        );
        seen[reply.status] = (seen[reply.status] ?? 0) + 1;
        expectClear(reply, `${operation.title} ${new TextDecoder().decode(raw).slice(0, 2_000)}`);
      });
      await Promise.all(attempts);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  const total = Object.values(seen).reduce((sum, count) => sum + count, 0);
  expect(total).toBe(RUNS * AT_ONCE);
  // neither so wild that all are refused, nor so tame that all are accepted
  expect((seen[200] ?? 0) + (seen[201] ?? 0)).toBeGreaterThan(total / 20);
  expect(seen[422]).toBeGreaterThan(total / 20);
}, 300_000);

describe('every hostile value in every field', () => {
  it.each(writes.map((operation) => [operation.title, operation] as const))('%s', async (_, operation) => {
    const world = await newWorld();
    const sample = Object.keys(bodyOf(operation, world) ?? {});
    for (const value of hostile) {
      const fresh = withNameFree(operation, world);
      const body = Object.fromEntries(sample.map((name) => [name, value]));
      const reply = await send(operation.method, pathOf(operation, fresh.values), {
        headers: credentialOf(operation.face, fresh),
        json: body,
      });
      expectClear(reply, `${operation.title} ${JSON.stringify(value).slice(0, 200)}`);
    }
  });
});

describe('references in the path', () => {
  const stored = [
    'a%2Fb',
    'a%20b',
    '%25',
    '%2525',
    "'%3B%20DROP",
    'x'.repeat(255),
    '%F0%9F%98%80',
    'a%5Cb',
    '%3Cb%3E',
    '...',
    'constructor',
    '__proto__',
  ];
  it.each(stored)('%s is stored under exactly that name', async (reference) => {
    const { ingest } = await newTenant();
    const { status, headers } = await ingest('PUT', `/contacts/${reference}`, { name: 'Ann' });
    expect(status).toBe(201);
    const { body } = await ingest('GET', `/contacts/${reference}`);
    expect(body.reference).toBe(decodeURIComponent(reference));
    expect((await send('GET', headers.get('Location')!, { key: null })).status).toBe(401);
  });

  const refused = [
    '%00',
    'a%00b',
    '%0D%0AX-Injected:1',
    '%FF',
    '%',
    '%C0%AF',
    '%ED%A0%80',
    'x'.repeat(256),
    '%E2%80%A8',
    '%7F',
    '%C2%85',
  ];
  it.each(refused)('%s is refused for every method', async (reference) => {
    const { ingest } = await newTenant();
    for (const [method, json] of [['GET'], ['DELETE'], ['POST', {}], ['PUT', {}], ['PATCH', {}]] as const) {
      const reply = await ingest(method, `/contacts/${reference}`, json);
      expect([400, 404, 422]).toContain(reply.status);
      expect(reply.headers.get('X-Injected')).toBeNull();
    }
  });
});
