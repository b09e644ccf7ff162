/** What the operator does with tenants. tenant-removal.ts removes them. */
import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { Failure } from '../core/failure.ts';
import { type Payer, p, query, type Row, run, type Writer } from './database.ts';
import { type Page, pageOf } from './page.ts';
import { tenants } from './schema.ts';
import { selectTenant, selectTenants, type Tenant, tenantColumns, tenantIn } from './tenants.ts';
import { rowQuery, write } from './writing.ts';

/** Reads the tenant with which a write ends. */
export const keptTenant = rowQuery(Object.keys(tenantColumns), selectTenant);
/** Selects a row if the tenant exists. An empty list, of its keys for example, does not tell that. */
export const tenantFound = query(
  () => sql`SELECT 1 AS "found" FROM ${tenants} WHERE ${tenants.id} = ${p('tenantId')}`,
);
/** 1 round trip. What a statement selects of one tenant. Throws `tenant.not_found`. */
export async function rowsOf(payer: Payer, tenantId: string, statement: D1PreparedStatement): Promise<Row[]> {
  const [tenant, selected] = await run(payer, [tenantFound(payer, { tenantId }), statement], { again: true });
  if (!tenant.results[0]) throw new Failure('tenant.not_found');
  return selected.results;
}

const selectPage = query(
  () => sql`${selectTenants(sql`${tenants.id} > ${p('after')}`)} ORDER BY ${tenants.id} LIMIT ${p('limit')}`,
);
/** A second run, after the answer to the first was lost, meets its own row. */
const insert = query(
  () =>
    sql`INSERT INTO ${tenants} (id, name, default_language, created_at, updated_at) VALUES (${p('id')}, ${p('name')}, ${p('defaultLanguage')}, ${p('now')}, ${p('now')}) ON CONFLICT DO NOTHING`,
);
const update = query(
  () =>
    sql`UPDATE ${tenants} SET name = coalesce(${p('name')}, name), default_language = coalesce(${p('defaultLanguage')}, default_language), updated_at = ${p('now')} WHERE id = ${p('id')}`,
);

/** 1 round trip. Up to `first` tenants after the one with this id, oldest first. */
export async function listTenants(payer: Payer, first: number, after: string): Promise<Page<Tenant>> {
  const [result] = await run(payer, [selectPage(payer, { after, limit: first + 1 })], { again: true });
  return pageOf(result.results, first, tenantIn);
}

/** 1 round trip. Creates a tenant, which has no key yet. */
export async function createTenant(office: Writer, name: string, defaultLanguage: string): Promise<Tenant> {
  const id = uuidv7();
  const { row } = await write(office, {
    change: insert(office, { id, name, defaultLanguage, now: new Date().toISOString() }),
    row: keptTenant(office, { id }),
    seed: {},
  });
  return tenantIn(row);
}

/** 1 round trip. What is left out stays. Throws `tenant.not_found`. */
export async function patchTenant(
  office: Writer,
  id: string,
  { name = null, defaultLanguage = null }: { name?: string | null; defaultLanguage?: string | null },
): Promise<Tenant> {
  const { row } = await write(office, {
    change: update(office, { id, name, defaultLanguage, now: new Date().toISOString() }),
    row: keptTenant(office, { id }),
    seed: {},
  });
  return tenantIn(row);
}
