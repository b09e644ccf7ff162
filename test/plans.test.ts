/**
 * Every statement that an operation sends, and every statement in a trigger, finds its rows by an index. What a tenant's key asks for is looked up
 * under that tenant. The operations are those of the OpenAPI document, so a new one is included by itself.
 */
import { createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import worker from '../src/index.ts';
import { send } from './client.ts';
import {
  bodyOf,
  credentialOf,
  document,
  newWorld,
  type Operation,
  operations,
  pathOf,
  queryOf,
  withNameFree,
} from './faces.ts';
import { type Meter, newMeter, type Statement } from './meter.ts';
import { attempt, newWorld as newWorldOfWrites, writes } from './writes.ts';

/** The statements that were sent, by their text, and the tenant that sent them; null for the operator and the service itself. */
const sent = new Map<string, Statement & { tenant: string | null }>();
const note = ({ statements }: Meter, tenant: string | null) => {
  // one that a tenant sends is held to it, though the operator sends it too
  for (const statement of statements)
    if (tenant !== null || !sent.has(statement.text)) sent.set(statement.text, { ...statement, tenant });
};

/** Each way to call the operation: as it is, and with one, two and all of the optional query parameters. */
function queries(operation: Operation, values: Record<string, string>): string[] {
  const { parameters = [] } = document.paths[operation.path][operation.method.toLowerCase()];
  const ordinary: Record<string, string> = { updated_since: '2020-01-01T00:00:00Z', first: '1' };
  const known = operation.query.flatMap((name) => {
    const { schema } = parameters.find((parameter: { name: string }) => parameter.name === name);
    const value = values[name] ?? ordinary[name] ?? schema.enum?.at(-1) ?? schema.const ?? schema.example;
    return operation.required.includes(name) || value == null
      ? []
      : [[name, String(value)] as [string, string]];
  });
  const pairs = known.flatMap((one, index) => known.slice(index + 1).map((other) => [one, other]));
  const asked = [...known.map((one) => [one]), ...pairs, known].map(
    (some) => `?${new URLSearchParams(some)}`,
  );
  return ['', ...new Set(asked)];
}

async function drive(operation: Operation): Promise<void> {
  const base = await newWorld();
  for (const query of queries(operation, base.values)) {
    const world = withNameFree(operation, operation.writes ? await newWorld() : base);
    const path = pathOf(operation, world.values) + queryOf(operation, world, query);
    const ask = async (more: string, headers: Record<string, string> = {}) => {
      const meter = newMeter();
      const reply = await send(operation.method, `${path}${more}`, {
        headers: { ...credentialOf(operation.face, world), ...headers },
        json: bodyOf(operation, world),
        bindings: meter.bindings,
      });
      note(meter, operation.face.scopes && world.tenant.id);
      return reply;
    };
    const { status, text, body } = await ask('');
    expect(status < 300 ? 'good' : text, `${operation.title}${query}`).toBe('good');
    if (operation.writes)
      for (const key of ['first', 'first', 'second']) await ask('', { 'Idempotency-Key': key });
    const after = body?.next ?? body?.pageInfo?.endCursor;
    if (after) await ask(`${path.includes('?') ? '&' : '?'}after=${after}`);
  }
}

let tables: string[] = [];

beforeAll(async () => {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%tenant_id TEXT%'",
  ).all<{ name: string }>();
  tables = [...results.map(({ name }) => name), 'tenants', 'idempotency_keys'];
  expect(tables).toEqual(expect.arrayContaining(['accounts', 'contacts', 'name_segments', 'history']));
  for (const operation of operations.filter(({ isPublic }) => !isPublic)) await drive(operation);
  for (const write of Object.values(writes)) {
    const world = await newWorldOfWrites();
    for (const headers of [{}, { 'If-Match': '*' }, { 'If-Match': '"a.1"' }]) {
      const meter = newMeter();
      const request = write(world);
      await attempt(world, null, request, {
        headers: headers as Record<string, string>,
        bindings: meter.bindings,
      });
      note(meter, request[1].startsWith('/admin') ? null : world.tenant.id);
    }
  }
  const meter = newMeter();
  await worker.scheduled(createScheduledController(), {
    ...env,
    ...meter.bindings,
    HISTORY_DAYS: '30',
  });
  await worker.queue({ queue: 'diglot-deliveries', messages: [] } as unknown as MessageBatch, {
    ...env,
    ...meter.bindings,
  });
  const mail = { to: 'nobody@diglot.example.com', setReject() {} } as unknown as ForwardableEmailMessage;
  await worker.email(mail, { ...env, ...meter.bindings });
  note(meter, null);
}, 300_000);

/** Tables with few rows, which no index would make cheaper. */
const FEW = /^SCAN d1_migrations\b/;
/** Not tables: JSON that was sent, and rows that the statement itself makes. */
const NO_TABLE =
  /^SCAN (\w+(?: EXISTS)? VIRTUAL TABLE INDEX|CONSTANT ROW|\d+ CONSTANT ROWS|\(subquery-\d+\))/;

/** The lines of a plan that read a whole table, or build an index first. */
function unindexed(plan: string[]): string[] {
  const made = plan.map((line) => /^(?:CO-ROUTINE|MATERIALIZE) (\w+)$/.exec(line)?.[1]);
  const scans = plan.filter((line) => line.startsWith('SCAN') && !FEW.test(line) && !NO_TABLE.test(line));
  return [
    ...scans.filter((line) => !made.includes(line.slice('SCAN '.length))),
    ...plan.filter((line) => line.includes('AUTOMATIC')),
  ];
}

/** By the tenant and something else: the tenant alone would read everything that it has. */
const UNDER_THE_TENANT = /\(tenant_id=\? AND /;
/** What is looked up in another way, and why that is right. */
const ELSEWHERE = [
  /^SEARCH (tenants|t) USING PRIMARY KEY \(id=\?\)/, // the tenant itself
  /^SEARCH idempotency_keys USING PRIMARY KEY \(scope=\?/, // the scope is the tenant
  /^SEARCH api_keys USING PRIMARY KEY \(id=\?\)/, // the caller's own key, which must also be the tenant's
  /^SEARCH api_keys USING INDEX api_keys_hash/, // the look-up that finds out whose key it is
  /^SEARCH reachability_totals USING PRIMARY KEY \(tenant_id=\?\)/, // one row for each state, all of which are asked for
  /^SEARCH history( USING INTEGER PRIMARY KEY \(rowid>\?\))?$/, // the last entry, and the entries since, of which the tenant's own count
];

async function planOf(text: string, values: unknown[] = []): Promise<string[]> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${text}`)
    .bind(...values)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}

/** Each function call in a statement, and how many arguments it has. */
function argumentsIn(text: string): [call: string, count: number][] {
  const calls: [string, number][] = [];
  const open: { start: number; count: number; isCall: boolean }[] = [];
  for (const { 0: token, index } of text.matchAll(/'(?:[^']|'')*'|"[^"]*"|\w+\s*\(|[(),]/g)) {
    const inner = open.at(-1);
    if (token.endsWith('('))
      open.push({ start: index, count: 1, isCall: /^(?!VALUES|IN\b|AS\b)\w/i.test(token) });
    else if (token === ',' && inner) inner.count += 1;
    else if (token === ')') {
      open.pop();
      if (inner?.isCall) calls.push([text.slice(inner.start, index + 1), inner.count]);
    }
  }
  return calls;
}

describe('statements', () => {
  it('are all there', () => {
    expect(sent.size).toBeGreaterThan(90);
  });

  it('find rows by an index', async () => {
    let searches = 0;
    for (const { text, values } of sent.values()) {
      const plan = await planOf(text, values);
      expect(unindexed(plan), `${text}\n${plan.join('\n')}`).toEqual([]);
      searches += plan.filter((line) => line.startsWith('SEARCH')).length;
    }
    expect(searches).toBeGreaterThan(100);
  });

  it('keep to the limits that D1 documents, of which a local one does not know all', () => {
    for (const { text, values } of sent.values()) {
      expect(text.length).toBeLessThan(100_000);
      expect(values.length).toBeLessThanOrEqual(100);
      for (const [, pattern] of text.matchAll(/\b(?:LIKE|GLOB)\b(?: '([^']*)')?/g)) {
        expect(pattern, text).toBeDefined();
        expect(new TextEncoder().encode(pattern).length).toBeLessThanOrEqual(50);
      }
      for (const [call, count] of argumentsIn(text)) expect(count, call).toBeLessThanOrEqual(32);
    }
    expect(argumentsIn("SELECT f(1, g('(,', 2)), h()")).toEqual([
      ["g('(,', 2)", 2],
      ["f(1, g('(,', 2))", 2],
      ['h()', 1],
    ]);
  });

  it('look up what is a tenant’s under the tenant, whose id they bind', async () => {
    for (const { text, values, tenant } of sent.values()) {
      if (tenant === null || !tables.some((name) => text.includes(name))) continue;
      expect(values, text).toContain(tenant);
      const plan = await planOf(text, values);
      const elsewhere = plan.filter((line) => line.startsWith('SEARCH') && !UNDER_THE_TENANT.test(line));
      expect(
        elsewhere.filter((line) => !ELSEWHERE.some((known) => known.test(line))),
        text,
      ).toEqual([]);
    }
  });
});

describe('triggers', () => {
  it('are of tables: an export has views last, and could not make one of a view again', async () => {
    const { results } = await env.DB.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN (SELECT name FROM sqlite_schema WHERE type = 'view')",
    ).all();
    expect(results).toEqual([]);
  });

  it('find rows by an index', async () => {
    const { results } = await env.DB.prepare(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'",
    ).all<{
      name: string;
      sql: string;
    }>();
    expect(results.length).toBeGreaterThan(10);
    for (const { name, sql } of results) {
      const text = sql.replaceAll(/--.*$/gm, '').replaceAll(/\b(?:NEW|OLD)\.\w+/g, "'x'");
      const [, condition, body] = /(?:\bWHEN\b(.*?))?\bBEGIN\b(.*)\bEND\b/s.exec(text)!;
      const statements = body!.replaceAll(/RAISE\s*\(ABORT,[^)]*\)/g, 'NULL').split(';');
      if (condition) statements.push(`SELECT ${condition}`);
      for (const statement of statements.filter((part) => part.trim() !== '')) {
        const plan = await planOf(statement);
        expect(unindexed(plan), `${name}: ${statement}\n${plan.join('\n')}`).toEqual([]);
      }
    }
  });
});
