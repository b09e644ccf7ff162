/**
 * The SQL that the Worker really prepares. It is taken from the Worker's own storage, which is given a database that only records. The bare Workers
 * and the fastify server run this SQL, so that everything but the SQL is compared. Or they run the same statements with a row of columns, as written
 * by hand, where diglot packs a row into one JSON array.
 */
import type { SQL } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';

/** The Worker's own modules, imported without their types, which are those of another platform. */
const load = (path: string) => import(path);
const { putContact } = await load('../src/storage/contact-writes.ts');
const { getContact, listContacts } = await load('../src/storage/contacts.ts');
const { columnsOf, newMeter, packed } = await load('../src/storage/database.ts');
const { plainFields, selection } = await load('../src/storage/contact-record.ts');
const { unlessLarge } = await load('../src/storage/page.ts');
const { contacts } = await load('../src/storage/schema.ts');

export interface Statement {
  sql: string;
  /** What is bound, in order: a value by its name, or a constant. */
  parameters: ({ name: string } | { value: unknown })[];
}

const TEXTS: string[] = plainFields.filter((field: string) => field !== 'isPrimary');

/** Values by which a parameter is recognized. The folded form of a name differs from the name, so that both are found. */
const text = (name: string) => (name === 'email' ? 'E@EXAMPLE.COM' : `T-${name.toUpperCase()}`);
const marks: Record<string, string> = {
  'tenant-mark': 'tenantId',
  'key-mark': 'keyId',
  'request-mark': 'requestId',
  'A-NUMBER': 'accountNumber',
  'is-primary-mark': 'isPrimary',
  '{"mark":1}': 'customFields',
  'R-MARK': 'reference',
  'r-mark': 'referenceKey',
  ...Object.fromEntries(
    TEXTS.flatMap((name) => [
      [text(name), name],
      [text(name).toLowerCase(), `${name}Key`],
    ]),
  ),
};

/** The statements of the one batch that a call of the storage sends. */
async function hear(call: (book: object) => Promise<unknown>): Promise<Statement[]> {
  let batch: { sql: string; values: unknown[] }[] = [];
  const db = {
    prepare: (sql: string) => ({ bind: (...values: unknown[]) => ({ sql, values }) }),
    batch: (statements: typeof batch) => {
      batch = statements;
      throw new Error('Heard');
    },
  };
  const tenantId = 'tenant-mark';
  const book = {
    db,
    meter: newMeter(),
    tenantId,
    scope: tenantId,
    keyId: 'key-mark',
    requestId: 'request-mark',
    attempt: null,
  };
  await call(book).catch(() => {});
  const ids = [...new Set(batch.flatMap(({ values }) => values).filter((value) => UUID.test(String(value))))];
  const named = (value: unknown) =>
    INSTANT.test(String(value)) ? 'now' : (['id', 'accountId'][ids.indexOf(value)] ?? marks[String(value)]);
  return batch.map(({ sql, values }) => ({
    sql,
    parameters: values.map((value) => {
      const name = named(value);
      return name === undefined ? { value } : { name };
    }),
  }));
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT/;

/** What GET, PUT and a list of 50 send to D1. */
export async function statements(
  reading: Reading = 'packed',
): Promise<Record<'get' | 'put' | 'list', Statement[]>> {
  const heard = async (call: (book: object) => Promise<unknown>) => {
    const batch = await hear(call);
    if (reading === 'packed') return batch;
    const columns = batch.map(unpack);
    if (columns.every((one, at) => one === batch[at])) throw new Error('No row is read here');
    return columns;
  };
  const fields = Object.fromEntries(TEXTS.map((name) => [name, text(name)]));
  const contact = { ...fields, isPrimary: 'is-primary-mark', customFields: { mark: 1 } };
  return {
    get: await heard((book) => getContact(book, { reference: 'R-MARK' })),
    put: await heard((book) => putContact(book, 'R-MARK', contact, { number: 'A-NUMBER' })),
    list: await heard((book) => listContacts(book, {}, 50, null)),
  };
}

/** How a row is read: packed, as diglot does, or by columns, as one does by hand. */
export type Reading = 'packed' | 'columns';

/** The text of a selection as it is written in a statement. */
const written = (part: SQL) => new SQLiteSyncDialect().sqlToQuery(part).sql;

/** The same statement, with columns in place of the packed row. A list by columns reads large records too, and does not bind what rules them out. */
function unpack(statement: Statement): Statement {
  const { sql, parameters } = statement;
  const row = [unlessLarge(packed(selection), contacts.customFields), packed(selection)]
    .map((part) => `${written(part)} AS "row"`)
    .find((part) => sql.includes(part));
  if (row === undefined) return statement;
  const columns = columnsOf({ ...selection, customFields: contacts.customFields });
  const before = bound(sql.slice(0, sql.indexOf(row)));
  return { sql: sql.replace(row, written(columns)), parameters: parameters.toSpliced(before, bound(row)) };
}

/** How many values are bound in this part of a statement. */
const bound = (sql: string) => sql.split('?').length - 1;

/** The same as a JavaScript module: the statements of each call, and the values that each binds. */
export async function statementsModule(reading: Reading): Promise<string> {
  const calls = Object.entries(await statements(reading)).map(([call, batch]) => {
    const parts = batch.map(({ sql, parameters }) => {
      const bound = parameters.map((one) => ('name' in one ? `v.${one.name}` : JSON.stringify(one.value)));
      return `{ sql: ${JSON.stringify(sql)}, bound: (v) => [${bound.join(', ')}] }`;
    });
    return `export const ${call} = [${parts.join(',\n')}];`;
  });
  return calls.join('\n');
}
