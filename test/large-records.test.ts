/** A page of large records must not be too much for an isolate's memory, whoever's requests share it. */
import { describe, expect, it } from 'vitest';
import { newTenant, type Reply } from './client.ts';
import { measure } from './meter.ts';
import { INGEST } from './writes.ts';

/** Custom fields of 40 KB together; the letter makes them differ. */
const large = (letter: string) => ({
  custom_fields: {
    collections: Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`field ${index}`, letter.repeat(1_000)]),
    ),
  },
});

type Call = (path: string) => Promise<Reply>;

/** The names of what each page of a list shows. */
async function pagesOf(call: Call, path: string, first: number) {
  const pages: string[][] = [];
  let after = '';
  do {
    const { status, body } = await call(`${path}${path.includes('?') ? '&' : '?'}first=${first}${after}`);
    expect(status).toBe(200);
    const items = body.items ?? body.nodes;
    pages.push(items.map((it: Record<string, unknown>) => it.reference ?? it.fullName ?? it.account_number));
    const next = body.items ? body.next : body.pageInfo.endCursor;
    after = next && `&after=${next}`;
  } while (after);
  return pages;
}

describe('a list with large records', () => {
  it('ends a page before a large contact, which is a page of its own', async () => {
    const { ingest, agent } = await newTenant();
    for (const reference of ['a', 'b', 'C', 'D', 'e', 'f', 'G'])
      await ingest('PUT', `/contacts/${reference}`, {
        account_number: 'A1',
        name: reference,
        ...(/[A-Z]/.test(reference) && large('x')),
      });
    const expected = [['a', 'b'], ['C'], ['D'], ['e', 'f'], ['G']];
    const read: Call = (path) => ingest('GET', path);
    expect(await pagesOf(read, '/contacts', 100)).toEqual(expected);
    expect(await pagesOf(read, '/contacts?account_number=A1', 4)).toEqual(expected);
    expect(await pagesOf(read, '/contacts?updated_since=2020-01-01T00:00:00Z', 2)).toEqual(expected);
    expect(await pagesOf(read, '/contacts', 1)).toEqual([...'abCDefG'].map((it) => [it]));
    const account = (await ingest('GET', '/accounts/A1')).body.id;
    expect(await pagesOf((path) => agent('GET', path), `/accounts/${account}/contacts`, 100)).toEqual(
      expected,
    );
  });

  it('shows the large contact whole, for one more round trip', async () => {
    const tenant = await newTenant();
    for (const reference of ['a', 'B', 'c'])
      await tenant.ingest('PUT', `/contacts/${reference}`, reference === 'B' ? large('x') : {});
    const list = (after: string) => measure(tenant, 'GET', `${INGEST}/contacts${after}`);
    const small = await list('');
    const alone = await list(`?after=${small.body.next}`);
    expect(small.cost.roundTrips).toBe(1);
    expect(alone.body.items).toEqual([(await tenant.ingest('GET', '/contacts/B')).body]);
    expect(alone.cost.roundTrips).toBe(2);
  });

  it('does so for a list by address', async () => {
    const { ingest } = await newTenant();
    for (const reference of ['a', 'B', 'c'])
      await ingest('PUT', `/contacts/${reference}`, {
        email: 'ap@example.com',
        ...(reference === 'B' && large('x')),
      });
    const read: Call = (path) => ingest('GET', path);
    expect(await pagesOf(read, '/contacts?email=ap@example.com', 100)).toEqual([['a'], ['B'], ['c']]);
  });

  it('does so for accounts, by their custom fields and data_providers', async () => {
    const { ingest, agent } = await newTenant();
    const provided = { data_providers: { note: Array.from({ length: 4 }, () => 'ö'.repeat(5_000)) } };
    await ingest('PUT', '/accounts/a', { name: 'a' });
    await ingest('PUT', '/accounts/B', { name: 'B', ...large('x') });
    await ingest('PUT', '/accounts/C', { name: 'C', ...provided });
    await ingest('PUT', '/accounts/d', { name: 'd' });
    const expected = [['a'], ['B'], ['C'], ['d']];
    expect(await pagesOf((path) => ingest('GET', path), '/accounts', 100)).toEqual(expected);
    expect(await pagesOf((path) => agent('GET', path), '/accounts', 100)).toEqual(expected);
  });

  it('does so for a history', async () => {
    const { ingest } = await newTenant();
    await ingest('PUT', '/contacts/C1', { phone: '1' });
    await ingest('PATCH', '/contacts/C1', { phone: '2' });
    await ingest('PATCH', '/contacts/C1', large('x'));
    await ingest('PATCH', '/contacts/C1', large('y'));
    await ingest('PATCH', '/contacts/C1', { phone: '3' });
    const versions = async (after = ''): Promise<number[][]> => {
      const { body } = await ingest('GET', `/contacts/C1/history?first=100${after}`);
      const fields = body.items.map((it: { changes: unknown[] }) => it.changes.length);
      return [fields, ...(body.next ? await versions(`&after=${body.next}`) : [])];
    };
    expect(await versions()).toEqual([[1], [1], [1], [1, 2]]);
  });
});
