/** Every statement that any call of a dialect sends: it looks things up by index, and names the tenant that it is for. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { operations, pathOf, queryOf, newWorld as someWorld } from './faces.ts';
import { measure, type Statement } from './meter.ts';
import { newWorld, writes } from './writes.ts';

/** The SQL → the values of one call, and the tenant that it was made for. */
const sent = new Map<string, { statement: Statement; tenantId: string }>();
const note = (tenantId: string, statements: Statement[]) => {
  for (const statement of statements) sent.set(statement.text, { statement, tenantId });
};

/** Queries of the ingest dialect's lists, one for each index that a filter can lead, and their combinations. */
const FILTERS = [
  'account_number=ACCT-001',
  'email=john%40example.com',
  'updated_since=2026-01-01T00:00:00Z',
  'account_number=ACCT-001&email=john%40example.com&updated_since=2026-01-01T00:00:00Z',
  'account_number=ACCT-001&updated_since=2026-01-01T00:00:00Z',
];

beforeAll(async () => {
  for (const [name, write] of Object.entries(writes)) {
    if (name.startsWith('admin')) continue;
    const { tenant, ...world } = await newWorld();
    for (const headers of [{}, { 'Idempotency-Key': 'once' }, { 'If-Match': '*' }] as Record<
      string,
      string
    >[]) {
      const [method, path, json] = write({ tenant, ...world });
      const { cost } = await measure(tenant, method, path, json, { headers });
      note(tenant.id, cost.statements);
    }
  }
  const world = await someWorld();
  const { tenant } = world;
  for (const operation of operations.filter(
    ({ writes, face, isPublic }) => !writes && face.scopes && !isPublic,
  )) {
    const { cost } = await measure(
      tenant,
      'GET',
      pathOf(operation, world.values) + queryOf(operation, world, ''),
    );
    note(tenant.id, cost.statements);
  }
  for (const filter of FILTERS) {
    const { cost } = await measure(tenant, 'GET', `/api/v1/ingest/contacts?${filter}`);
    note(tenant.id, cost.statements);
  }
});

/** What may be read from end to end: values that the call itself has brought, one row, or the few rows that are found already. */
const BROUGHT = /^SCAN (?:\d+ CONSTANT ROWS?|CONSTANT ROW|.* VIRTUAL TABLE .*|\(subquery-\d+\)|near)$/;

describe('every statement of the dialects', () => {
  it('is a look-up by index (EXPLAIN QUERY PLAN)', async () => {
    expect(sent.size).toBeGreaterThan(40);
    const scans: string[] = [];
    let lookups = 0;
    for (const { statement } of sent.values()) {
      const plan = env.DB.prepare(`EXPLAIN QUERY PLAN ${statement.text}`).bind(...statement.values);
      for (const { detail } of (await plan.all<{ detail: string }>()).results) {
        if (/^SEARCH /.test(detail)) lookups += 1;
        else if (/^SCAN /.test(detail) && !BROUGHT.test(detail))
          scans.push(`${detail}: ${statement.text.slice(0, 160)}`);
      }
    }
    expect(scans).toEqual([]);
    expect(lookups).toBeGreaterThan(100);
  });

  it('binds the tenant, where it touches what belongs to one', () => {
    const OWNED =
      /\b(?:"?accounts"?|"?contacts"?|"?addresses"?|"?name_segments"?|"?history"?|"?deliveries"?|"?reachability(?:_totals)?"?|"?events"?)\b/;
    const owned = [...sent.values()].filter(({ statement }) => OWNED.test(statement.text));
    const forgetful = owned.filter(({ statement, tenantId }) => !statement.values.includes(tenantId));
    expect(owned.length).toBeGreaterThan(40);
    expect(forgetful.map(({ statement }) => statement.text)).toEqual([]);
  });
});
