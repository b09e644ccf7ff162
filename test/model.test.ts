/** Any sequence of calls, in both dialects, leads to what a plain model of the contract says (test/model.ts). */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segments } from '../src/core/match.ts';
import { newTenant, type TestTenant } from './client.ts';
import { Book } from './model.ts';
import { anyCall, checkWhole } from './model-calls.ts';

/** The segments stored for the tenant are exactly those that core cuts from the present names, each with its oldest contact. */
async function checkSegments({ id }: TestTenant): Promise<void> {
  const [stored, people] = await env.DB.batch<Record<string, string | number>>([
    env.DB.prepare(
      'SELECT account_id, length, position, segment, name, oldest_id FROM name_segments WHERE tenant_id = ?1',
    ).bind(id),
    env.DB.prepare(
      'SELECT id, account_id, compared_name FROM contacts WHERE tenant_id = ?1 AND account_id IS NOT NULL ORDER BY id',
    ).bind(id),
  ]);
  const expected = new Map<string, unknown>();
  for (const row of people!.results)
    for (const { length, position, segment } of segments(String(row.compared_name))) {
      const key = [row.account_id, length, position, segment, row.compared_name].join('|');
      if (!expected.has(key)) expected.set(key, row.id);
    }
  const found = stored!.results.map((row) => [
    [row.account_id, row.length, row.position, row.segment, row.name].join('|'),
    row.oldest_id,
  ]);
  expect(new Map(found as [string, unknown][])).toEqual(expected);
}

it('any sequence of calls in both dialects agrees with the model', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands([anyCall], { maxCommands: 24, size: 'max' }), async (calls) => {
      const tenant = await newTenant();
      const book = new Book(tenant.id, 'en');
      await fc.asyncModelRun(() => ({ model: book, real: tenant }), calls);
      await checkWhole(book, tenant);
      await checkSegments(tenant);
    }),
    { numRuns: 500 },
  );
});

describe('what it has found', () => {
  it('a PUT of an account with a source that it cannot have changes nothing', async () => {
    const { agent } = await newTenant();
    const source = { connectionId: 'erp', sourceId: 'S-1' };
    const { body: made } = await agent('POST', '/accounts', { fullName: 'Acme', source });
    const other = { fullName: 'Other', currencyCode: 'EUR', source: { ...source, sourceId: 'S-2' } };
    expect((await agent('PUT', `/accounts/${made.id}`, other)).status).toBe(409);
    expect((await agent('GET', `/accounts/${made.id}`)).body).toEqual(made);
  });

  it('a fullName sent along with the end of the email that stood for it is kept', async () => {
    const { ingest, agent, account } = await newTenant();
    const path = `/accounts/${await account()}/contacts`;
    await ingest('POST', '/contacts/C-1', { account_number: 'ACCT-001', email: 'ap@example.com' });
    const upsert = { fullName: 'ap@example.com', email: null };
    const previewed = await agent('PUT', `${path}/upsert?dryRun=true`, upsert);
    const { body } = await agent('PUT', `${path}/upsert`, upsert);
    expect(body).toMatchObject({ fullName: 'ap@example.com', email: null });
    expect(previewed.body).toMatchObject({ fullName: 'ap@example.com', email: null });
    expect((await agent('PUT', `${path}/upsert`, upsert)).body).toEqual(body);
  });

  it('a fullName sent with the first email is the name, though the reference was the same until then', async () => {
    const { ingest, agent, account } = await newTenant();
    const path = `/accounts/${await account()}/contacts`;
    await ingest('POST', '/contacts/Ann', { account_number: 'ACCT-001' });
    const upsert = { fullName: 'Ann', language: 'en', email: 'ap@example.com' };
    const previewed = await agent('PUT', `${path}/upsert?dryRun=true`, upsert);
    const { body } = await agent('PUT', `${path}/upsert`, upsert);
    expect(body.fullName).toBe('Ann');
    expect(previewed.body.fullName).toBe('Ann');
    expect((await agent('PUT', `${path}/upsert`, upsert)).body).toEqual(body);
  });
});
