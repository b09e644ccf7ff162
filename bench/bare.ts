/**
 * The measure: GET, PUT and the list as somebody would write them by hand for one customer. Raw D1, no framework, the same SQL in the same batches,
 * the same bodies. No limits, validation, request id, ETag, idempotency or log; one key, known beforehand. It reads rows column by column, or packed,
 * as diglot does.
 */
import type { D1Database, D1PreparedStatement } from '@cloudflare/workers-types';
import { v7 as uuidv7 } from 'uuid';

type Row = Record<string, unknown>;
interface Prepared {
  sql: string;
  bound(values: Row): unknown[];
}
type Calls = Record<'get' | 'put' | 'list', Prepared[]>;

interface Bindings {
  DB: D1Database;
  API_KEY: string;
  TENANT_ID: string;
  KEY_ID: string;
}

const PREFIX = '/api/v1/ingest/contacts';
const JSON_HEADERS = { 'Content-Type': 'application/json; charset=utf-8' };
const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: JSON_HEADERS });

/** The answer as the vendor's page has it, from a row of columns. */
export const shown = (row: Row) => ({
  reference: row.reference,
  id: row.id,
  account_number: row.accountNumber,
  name: row.name,
  first_name: row.firstName,
  last_name: row.lastName,
  function: row.function,
  email: row.email,
  phone: row.phone,
  mobile_phone: row.mobilePhone,
  fax: row.fax,
  title: row.title,
  department: row.department,
  contact_type: row.contactType,
  language: row.language,
  address1: row.address1,
  address2: row.address2,
  city: row.city,
  state: row.state,
  zip: row.zip,
  country: row.country,
  notes: row.notes,
  is_primary: row.isPrimary === null ? null : row.isPrimary === 1,
  custom_fields: { collections: JSON.parse(row.customFields as string) },
  email_status: row.email === null ? null : (row.emailStatus ?? 'Valid'),
  created_at: row.createdAt,
  updated_at: row.updatedAt,
});

/** The same from a packed row. */
export function shownPacked({ row }: Row) {
  const values = JSON.parse(row as string);
  return {
    reference: values[21],
    id: values[20],
    account_number: values[23],
    name: values[0],
    first_name: values[1],
    last_name: values[2],
    function: values[3],
    email: values[4],
    phone: values[5],
    mobile_phone: values[6],
    fax: values[7],
    title: values[8],
    department: values[9],
    contact_type: values[10],
    language: values[11],
    address1: values[12],
    address2: values[13],
    city: values[14],
    state: values[15],
    zip: values[16],
    country: values[17],
    notes: values[18],
    is_primary: values[19] === null ? null : values[19] === 1,
    custom_fields: { collections: values[27] },
    email_status: values[4] === null ? null : (values[25] ?? 'Valid'),
    created_at: values[29],
    updated_at: values[30],
  };
}

const folded = (text: unknown) => (typeof text === 'string' ? text.toLowerCase() : null);

/** The values that a PUT binds, taken from its body. */
export const values = (reference: string, body: Row): Row => ({
  reference,
  referenceKey: reference.toLowerCase(),
  id: uuidv7(),
  accountId: body.account_number ? uuidv7() : null,
  accountNumber: body.account_number ?? null,
  name: body.name ?? null,
  nameKey: folded(body.name),
  firstName: body.first_name ?? null,
  firstNameKey: folded(body.first_name),
  lastName: body.last_name ?? null,
  lastNameKey: folded(body.last_name),
  function: body.function ?? null,
  email: body.email ?? null,
  emailKey: folded(body.email),
  phone: body.phone ?? null,
  mobilePhone: body.mobile_phone ?? null,
  fax: body.fax ?? null,
  title: body.title ?? null,
  department: body.department ?? null,
  contactType: body.contact_type ?? null,
  language: body.language ?? null,
  address1: body.address1 ?? null,
  address2: body.address2 ?? null,
  city: body.city ?? null,
  state: body.state ?? null,
  zip: body.zip ?? null,
  country: body.country ?? null,
  notes: body.notes ?? null,
  isPrimary: body.is_primary === undefined ? null : Number(body.is_primary),
  customFields: JSON.stringify((body.custom_fields as Row)?.collections ?? {}),
  requestId: null,
});

/** The bare Worker, which runs diglot's SQL. */
export function bare(calls: Calls, show: typeof shown | typeof shownPacked) {
  const bind = (db: D1Database, batch: Prepared[], values: Row): D1PreparedStatement[] =>
    batch.map(({ sql, bound }) => db.prepare(sql).bind(...bound(values)));

  return {
    async fetch(request: Request, env: Bindings): Promise<Response> {
      if (request.headers.get('X-API-Key') !== env.API_KEY) return json({ error: 'Unknown key' }, 401);
      const { pathname } = new URL(request.url);
      if (!pathname.startsWith(PREFIX)) return json({ error: 'Not found' }, 404);
      const asked = { tenantId: env.TENANT_ID, keyId: env.KEY_ID, now: new Date().toISOString() };
      const reference = decodeURIComponent(pathname.slice(PREFIX.length + 1));
      if (reference === '') {
        const [, page] = await env.DB.batch<Row>(bind(env.DB, calls.list, asked));
        const rows = page!.results;
        const items = rows.slice(0, 50).map(show);
        return json({ items, next: rows.length > 50 ? btoa(items[49]!.id as string) : null });
      }
      if (request.method === 'GET') {
        const [, found] = await env.DB.batch<Row>(bind(env.DB, calls.get, { ...asked, reference }));
        const row = found!.results[0];
        return row ? json(show(row)) : json({ error: 'Not found' }, 404);
      }
      const put: Row = { ...asked, ...values(reference, (await request.json()) as Row) };
      const results = await env.DB.batch<Row>(bind(env.DB, calls.put, put));
      const contact = show(results.at(-1)!.results[0]!);
      return json(contact, contact.id === put.id ? 201 : 200);
    },
  };
}
