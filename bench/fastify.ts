/** The usual alternative: fastify over node:sqlite in the same process, with the same tables, SQL and answers, and fastify's own validation. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import Fastify from 'fastify';
import { MIGRATIONS, migrationFiles } from '../scripts/migrate.ts';
import { shown, values } from './bare.ts';
import { API_KEY, insertContacts, insertTenant, KEY_ID, TENANT_ID } from './book.ts';
import { type Statement, statements } from './statements.ts';

/** A file with a write-ahead log, as workerd's D1 has it. The folder is removed with the temporary folder of the process that starts this one. */
const folder = mkdtempSync(join(tmpdir(), 'diglot-fastify-'));
const database = new DatabaseSync(join(folder, 'book.sqlite'));
database.exec('PRAGMA journal_mode = WAL');
for (const file of migrationFiles()) database.exec(readFileSync(join(MIGRATIONS, file), 'utf8'));

type Row = Record<string, unknown>;
const compiled = (batch: Statement[]) =>
  batch.map(({ sql, parameters }) => {
    const statement = database.prepare(sql);
    return (asked: Row) =>
      statement.all(
        ...parameters.map((one) => ('name' in one ? asked[one.name] : one.value) as string),
      ) as Row[];
  });
const { get, put, list } = await statements('columns');
const calls = { get: compiled(get), put: compiled(put), list: compiled(list) };

/** A batch is a transaction, as in D1. */
function batch(name: keyof typeof calls, asked: Row): Row[][] {
  database.exec('BEGIN');
  try {
    const results = calls[name].map((run) => run(asked));
    database.exec('COMMIT');
    return results;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Enough of D1's interface to write the book with. */
const prepare = (sql: string, bound: unknown[] = []): object => ({
  bind: (...given: unknown[]) => prepare(sql, given),
  run: () => database.prepare(sql).run(...(bound as string[])),
});
const db = {
  prepare: (sql: string) => prepare(sql),
  batch: async (all: { run(): void }[]) => {
    database.exec('BEGIN');
    for (const statement of all) statement.run();
    database.exec('COMMIT');
  },
} as never;
await insertTenant(db);
await insertContacts(db, { to: 1_000 });

const app = Fastify();
const text = { type: ['string', 'null'], maxLength: 320 };
const texts =
  'account_number name first_name last_name function email phone mobile_phone fax title department contact_type language address1 address2 city state zip country notes';
const body = {
  type: 'object',
  properties: {
    ...Object.fromEntries(texts.split(' ').map((name) => [name, text])),
    is_primary: { type: ['boolean', 'null'] },
    custom_fields: { type: ['object', 'null'] },
  },
};
const asked = () => ({ tenantId: TENANT_ID, keyId: KEY_ID, now: new Date().toISOString() });

app.addHook('onRequest', async (request, reply) => {
  if (request.headers['x-api-key'] !== API_KEY) return reply.code(401).send({ error: 'Unknown key' });
});
app.get<{ Params: { reference: string } }>(
  '/api/v1/ingest/contacts/:reference',
  async ({ params }, reply) => {
    const row = batch('get', { ...asked(), ...params }).at(-1)![0];
    return row ? shown(row) : reply.code(404).send({ error: 'Not found' });
  },
);
app.get('/api/v1/ingest/contacts', async () => {
  const rows = batch('list', asked()).at(-1)!;
  return { items: rows.slice(0, 50).map(shown), next: rows.length > 50 ? btoa(String(rows[49]!.id)) : null };
});
app.put<{ Params: { reference: string }; Body: Row }>(
  '/api/v1/ingest/contacts/:reference',
  { schema: { body } },
  async ({ params, body }, reply) => {
    const given: Row = { ...asked(), ...values(params.reference, body) };
    const row = batch('put', given).at(-1)![0]!;
    return reply.code(row.id === given.id ? 201 : 200).send(shown(row));
  },
);

process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }));
process.once('disconnect', () => process.exit());
