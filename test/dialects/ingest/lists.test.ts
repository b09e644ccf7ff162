/** The lists of the ingest dialect: pages, cursors and filters. No vendor page has them; docs/contract.md says what they promise. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { newTenant, type TestTenant } from '../../client.ts';
import { faultsOf } from '../../refusals.ts';

type Item = Record<string, string>;

const FIRSTS = [
  '0',
  '-1',
  '101',
  '999',
  '1000',
  '1e1',
  '0x10',
  '+5',
  '%2B5',
  '1.0',
  '',
  '%20',
  '01',
  '٣',
  '%D9%A3',
  'ten',
  '1;2',
  'NaN',
  '1%00',
];

/** Follows `next` from the first page on. Returns the references or numbers of every page. */
async function pages(
  { ingest }: TestTenant,
  path: string,
  key: string,
  query: Record<string, string>,
): Promise<string[][]> {
  const found: string[][] = [];
  for (let after: string | null = ''; after !== null; ) {
    const { status, body } = await ingest(
      'GET',
      `${path}?${new URLSearchParams({ ...query, ...(after && { after }) })}`,
    );
    expect([status, Object.keys(body)]).toEqual([200, ['items', 'next']]);
    found.push(body.items.map((item: Item) => item[key]));
    after = body.next;
    expect(found.length).toBeLessThan(50);
  }
  return found;
}

const contactsOf = async (tenant: TestTenant, query: Record<string, string> = {}) =>
  (await pages(tenant, '/contacts', 'reference', { first: '100', ...query })).flat();

/** A book of five contacts: 1 and 2 in ACCT-A, 3 in ACCT-B, 4 and 5 in none; 1, 3 and 4 share an address. */
async function book(): Promise<TestTenant> {
  const tenant = await newTenant();
  for (const [reference, account_number, email] of [
    ['1', 'ACCT-A', 'ap@example.com'],
    ['2', 'ACCT-A', 'other@example.com'],
    ['3', 'ACCT-B', 'AP@Example.com'],
    ['4', null, 'ap@example.com'],
    ['5', null, null],
  ]) {
    await tenant.ingest('PUT', `/contacts/${reference}`, { account_number, email });
  }
  return tenant;
}

/** Sets the time of the contact's last change: the clock of a test is too coarse. */
const changedAt = ({ id }: TestTenant, reference: string, time: string) =>
  env.DB.prepare('UPDATE contacts SET updated_at = ? WHERE tenant_id = ? AND reference = ?')
    .bind(time, id, reference)
    .run();

describe.each([
  { path: '/contacts', key: 'reference', body: {} },
  { path: '/accounts', key: 'account_number', body: { name: 'Acme' } },
])('GET $path', ({ path, key, body }) => {
  const fill = async (count: number) => {
    const tenant = await newTenant();
    const names = Array.from({ length: count }, (_, index) => `N-${String(index).padStart(3, '0')}`);
    for (const name of names) await tenant.ingest('PUT', `${path}/${name}`, body);
    return { tenant, names };
  };

  it('is empty at first', async () => {
    const { ingest } = await newTenant();
    expect((await ingest('GET', path)).body).toEqual({ items: [], next: null });
  });

  it('shows the whole resource, oldest first', async () => {
    const { tenant, names } = await fill(3);
    const { body } = await tenant.ingest('GET', path);
    expect(body.items.map((item: Item) => item[key])).toEqual(names);
    for (const item of body.items)
      expect(item).toEqual((await tenant.ingest('GET', `${path}/${item[key]}`)).body);
    await tenant.ingest('PATCH', `${path}/${names[0]}`, { phone: '1' });
    expect((await tenant.ingest('GET', path)).body.items.map((item: Item) => item[key])).toEqual(names);
  });

  it('gives 20 by default and at most 100, and every one exactly once, whatever the size of a page', async () => {
    const { tenant, names } = await fill(23);
    expect((await tenant.ingest('GET', path)).body.items).toHaveLength(20);
    for (const first of [1, 2, 7, 22, 23, 24, 100]) {
      const found = await pages(tenant, path, key, { first: String(first) });
      expect(found.flat()).toEqual(names);
      expect(found.length).toBe(Math.ceil(23 / first));
      for (const page of found.slice(0, -1)) expect(page).toHaveLength(first);
    }
  });

  it.each(FIRSTS)('refuses first=%s', async (first) => {
    const { ingest } = await newTenant();
    expect(faultsOf(await ingest('GET', `${path}?first=${first}`))).toEqual([
      422,
      [['first', 'first.out_of_range']],
    ]);
  });

  it('refuses a parameter that is given twice, and ignores one that it does not know', async () => {
    const { ingest } = await newTenant();
    expect(faultsOf(await ingest('GET', `${path}?first=1&first=1`))).toEqual([
      422,
      [['first', 'parameter.repeated']],
    ]);
    expect(faultsOf(await ingest('GET', `${path}?first=1&first=2&after=x&after=x`))).toEqual([
      422,
      [
        ['first', 'parameter.repeated'],
        ['after', 'parameter.repeated'],
      ],
    ]);
    expect((await ingest('GET', `${path}?limit=0&limit[]=x&offset=-1&sort=name;DROP`)).status).toBe(200);
  });

  it('knows a parameter by its name, however that is escaped', async () => {
    const { tenant, names } = await fill(2);
    const { body } = await tenant.ingest('GET', `${path}?%66irs%74=1`);
    expect(body.items.map((item: Item) => item[key])).toEqual(names.slice(0, 1));
    expect(faultsOf(await tenant.ingest('GET', `${path}?first=1&fir%73t=2`))).toEqual([
      422,
      [['first', 'parameter.repeated']],
    ]);
  });

  it('refuses a cursor that is altered, cut, someone else’s or no cursor at all, in the same words', async () => {
    const { tenant } = await fill(3);
    const other = await fill(3);
    const cursorOf = async ({ ingest }: TestTenant, query = 'first=1') =>
      (await ingest('GET', `${path}?${query}`)).body.next as string;
    const cursor = await cursorOf(tenant);
    expect((await tenant.ingest('GET', `${path}?first=1&after=${cursor}`)).status).toBe(200);
    const foreignDialect = await agentCursor(tenant);
    const bad = [
      ...Array.from(
        { length: cursor.length },
        (_, at) => cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1),
      ),
      cursor.slice(1),
      cursor.slice(0, -1),
      `${cursor}A`,
      `${cursor}=`,
      `${cursor}%20`,
      cursor.toLowerCase(),
      await cursorOf(other.tenant),
      foreignDialect,
      '',
      'x',
      '%00',
      '%FF',
      "'%20OR%201=1--",
      'null',
      btoa('{"id":"x"}'),
      'A'.repeat(10_240),
      encodeURIComponent('\ud83d\ude00'),
    ];
    const texts = new Set<string>();
    for (const after of bad) {
      const reply = await tenant.ingest('GET', `${path}?first=1&after=${after}`);
      expect(faultsOf(reply), after).toEqual([422, [['after', 'cursor.invalid']]]);
      texts.add(JSON.stringify(reply.body.errors));
    }
    expect(texts.size).toBe(1);
  });

  it('goes on from the same cursor again and again, over what was added or removed meanwhile', async () => {
    const { tenant, names } = await fill(6);
    const { next } = (await tenant.ingest('GET', `${path}?first=2`)).body;
    const following = async () =>
      (await tenant.ingest('GET', `${path}?first=2&after=${next}`)).body.items.map((item: Item) => item[key]);
    expect([await following(), await following()]).toEqual([names.slice(2, 4), names.slice(2, 4)]);
    await tenant.ingest('PUT', `${path}/new`, body);
    await tenant.ingest('PATCH', `${path}/${names[2]}`, { phone: '1' });
    expect(await following()).toEqual(names.slice(2, 4));
    if (path === '/contacts') {
      await tenant.ingest('DELETE', `${path}/${names[1]}`);
      await tenant.ingest('DELETE', `${path}/${names[2]}`);
      expect(await following()).toEqual(names.slice(3, 5));
    }
  });
});

it('have each one once, and changes their versions, when the clock goes back', async () => {
  const { ingest, ...rest } = await newTenant();
  onTestFinished(() => void vi.useRealTimers());
  const now = Date.now();
  const references = ['0', '1', '2', '3', '4', '5', '6', '7'];
  for (const [index, hours] of [0, -1, -1, 24, 0, -24, 1, 0].entries()) {
    vi.useFakeTimers({ toFake: ['Date'], now: now + hours * 3_600_000 });
    expect((await ingest('PUT', `/contacts/${index}`, { name: 'x' })).status).toBe(201);
    const { status, headers } = await ingest('PATCH', '/contacts/0', { notes: `${index}` });
    expect([status, headers.get('ETag')!.split('.')[1]]).toEqual([200, String(index + 2)]);
  }
  const found = await pages({ ingest, ...rest }, '/contacts', 'reference', { first: '3' });
  expect(found.flat().sort()).toEqual(references);
});

/** A valid cursor of the same book, in the other dialect. */
async function agentCursor(tenant: TestTenant): Promise<string> {
  await tenant.account('CURSOR-1');
  await tenant.account('CURSOR-2');
  return (await tenant.agent('GET', '/accounts?first=1')).body.pageInfo.endCursor;
}

describe('filters of GET /contacts', () => {
  it('account_number', async () => {
    const tenant = await book();
    expect(await contactsOf(tenant, { account_number: 'ACCT-A' })).toEqual(['1', '2']);
    expect(await contactsOf(tenant, { account_number: 'ACCT-B' })).toEqual(['3']);
    for (const account_number of ['acct-a', 'ACCT', 'ACCT-%', '', '\u0000', "' OR 1=1 --"])
      expect(await contactsOf(tenant, { account_number })).toEqual([]);
  });

  it('email, oldest first and page by page, in whatever order the accounts were made', async () => {
    const tenant = await newTenant();
    await tenant.account('OLD');
    for (const [reference, account_number] of [
      ['1', 'NEW'],
      ['2', 'OLD'],
      ['3', null],
    ])
      await tenant.ingest('PUT', `/contacts/${reference}`, { account_number, email: 'ap@example.com' });
    const found = await pages(tenant, '/contacts', 'reference', { email: 'ap@example.com', first: '1' });
    expect(found).toEqual([['1'], ['2'], ['3']]);
  });

  it('email, in any case', async () => {
    const tenant = await book();
    for (const email of ['ap@example.com', 'AP@EXAMPLE.COM'])
      expect(await contactsOf(tenant, { email })).toEqual(['1', '3', '4']);
    for (const email of ['nobody@example.com', 'ap@', '%', '', '\u0000', 'ap@example.com '.repeat(100)])
      expect(await contactsOf(tenant, { email })).toEqual([]);
    await tenant.ingest('PUT', '/contacts/6', { email: 'jörg@bücher.example' });
    expect(await contactsOf(tenant, { email: 'JÖRG@xn--bcher-kva.example' })).toEqual(['6']);
  });

  it.each([
    ['account_number', '\uFFFD'],
    ['email', '\uFFFD@example.com'],
  ])('%s that is not UTF-8 is refused, and never read as another one', async (name, value) => {
    const tenant = await newTenant();
    const theirs = { account_number: 'ACCT-A', email: 'ap@example.com', [name]: value };
    await tenant.ingest('PUT', '/contacts/1', theirs);
    expect(await contactsOf(tenant, { [name]: value })).toEqual(['1']);
    for (const octets of ['%FF', '%E9', '%C0%AF', '%ED%A0%80', 'Caf%E9'])
      for (const sent of [octets, `${octets}@example.com`, `a%20${octets}+%C3%A9`])
        expect(faultsOf(await tenant.ingest('GET', `/contacts?${name}=${sent}`)), sent).toEqual([
          422,
          [[name, 'parameter.encoding']],
        ]);
  });

  it('are read as forms write them', async () => {
    const tenant = await newTenant();
    await tenant.ingest('PUT', '/contacts/1', { account_number: '5% é=a b' });
    for (const sent of ['5%25%20%C3%A9%3Da%20b', '5%+é=a+b', '5%25+%c3%a9=a%20b&', '5%+%C3%A9%3Da+b&&x'])
      for (const query of [`account_number=${sent}`, `&%61ccount%5Fnumber=${sent}`])
        expect((await tenant.ingest('GET', `/contacts?${query}`)).body.items, query).toHaveLength(1);
    expect((await tenant.ingest('GET', '/contacts?account_number')).body.items).toEqual([]);
  });

  it('updated_since: at that time or later, in order of change', async () => {
    const tenant = await book();
    for (const reference of ['1', '2', '3', '4', '5'])
      await changedAt(tenant, reference, `2026-01-0${6 - Number(reference)}T00:00:00.000Z`);
    const since = (updated_since: string) => contactsOf(tenant, { updated_since });
    expect(await since('2026-01-03T00:00:00.000Z')).toEqual(['3', '2', '1']);
    expect(await since('2026-01-03T00:00:00.001Z')).toEqual(['2', '1']);
    expect(await since('2026-01-03T01:00:00+01:00')).toEqual(['3', '2', '1']);
    expect(await since('2026-01-03t00:00:00z')).toEqual(['3', '2', '1']);
    expect(await since('2026-01-05T00:00:00.0009Z')).toEqual(['1']);
    expect(await since('0000-01-01T00:00:00Z')).toEqual(['5', '4', '3', '2', '1']);
    expect(await since('9999-12-31T23:59:59.999Z')).toEqual([]);
    await tenant.ingest('PATCH', '/contacts/5', { title: 'x' });
    expect(await since('2026-01-03T00:00:00.000Z')).toEqual(['3', '2', '1', '5']);
  });

  it('updated_since: rows of one instant are paged without loss', async () => {
    const tenant = await book();
    for (const reference of ['1', '2', '3', '4', '5'])
      await changedAt(tenant, reference, '2026-01-01T00:00:00.000Z');
    const found = await pages(tenant, '/contacts', 'reference', {
      first: '2',
      updated_since: '2026-01-01T00:00:00Z',
    });
    expect(found).toEqual([['1', '2'], ['3', '4'], ['5']]);
  });

  it.each([
    '',
    'yesterday',
    '2026-01-01',
    '2026-02-30T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '9999-12-31T23:59:59-01:00',
    '0000-01-01T00:00:00+01:00',
    '2026-01-01T00:00:00',
    '2026-01-01 00:00:00Z',
    '2026-13-01T00:00:00Z',
    '1767225600',
    '2026-01-01T25:00:00Z',
    '+002026-01-01T00:00:00Z',
  ])('updated_since=%s is no time', async (updated_since) => {
    const { ingest } = await newTenant();
    const reply = await ingest('GET', `/contacts?${new URLSearchParams({ updated_since })}`);
    expect(faultsOf(reply)).toEqual([422, [['updated_since', 'time.invalid']]]);
  });

  it('combine', async () => {
    const tenant = await book();
    for (const reference of ['1', '2', '3', '4', '5'])
      await changedAt(tenant, reference, `2026-01-0${reference}T00:00:00.000Z`);
    const email = 'ap@example.com';
    const updated_since = '2026-01-02T00:00:00Z';
    const filters = [
      [{ account_number: 'ACCT-A', email }, ['1']],
      [{ account_number: 'ACCT-B', email }, ['3']],
      [{ account_number: 'ACCT-A', updated_since }, ['2']],
      [{ email, updated_since }, ['3', '4']],
      [{ email, updated_since: '2026-01-03T00:00:00Z' }, ['3', '4']],
      [{ account_number: 'ACCT-B', email, updated_since }, ['3']],
      [{ account_number: 'ACCT-A', email, updated_since }, []],
      [{ account_number: 'NONE', email, updated_since }, []],
    ] as const;
    for (const [filter, references] of filters) {
      expect(await contactsOf(tenant, filter)).toEqual(references);
      expect(await contactsOf(tenant, { ...filter, first: '1' })).toEqual(references);
    }
    await changedAt(tenant, '1', '2026-01-09T00:00:00.000Z');
    const latest = { account_number: 'ACCT-A', updated_since };
    expect(await contactsOf(tenant, latest)).toEqual(['2', '1']);
    expect(await contactsOf(tenant, { ...latest, first: '1' })).toEqual(['2', '1']);
  });

  it('belong to a cursor: it does not go on with others', async () => {
    const tenant = await book();
    const filters = [
      {},
      { account_number: 'ACCT-A' },
      { email: 'ap@example.com' },
      { updated_since: '2020-01-01T00:00:00Z' },
      { account_number: 'ACCT-A', updated_since: '2020-01-01T00:00:00Z' },
    ];
    const asked = (filter: object, after: object) =>
      tenant.ingest('GET', `/contacts?${new URLSearchParams({ ...filter, ...after, first: '1' })}`);
    for (const filter of filters) {
      const { next } = (await asked(filter, {})).body;
      for (const other of filters)
        expect((await asked(other, { after: next })).status).toBe(filter === other ? 200 : 422);
    }
  });

  it('never show another tenant’s', async () => {
    const [tenant, other] = [await book(), await newTenant()];
    expect(await contactsOf(other)).toEqual([]);
    const filters: Record<string, string>[] = [
      { account_number: 'ACCT-A' },
      { email: 'ap@example.com' },
      { updated_since: '2020-01-01T00:00:00Z' },
    ];
    for (const filter of filters) {
      expect(await contactsOf(other, filter)).toEqual([]);
      expect(await contactsOf(tenant, filter)).not.toEqual([]);
    }
  });
});
