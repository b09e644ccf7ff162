/** Reading one tenant. */
import { type SQL, sql } from 'drizzle-orm';
import { Failure } from '../core/failure.ts';
import {
  type Book,
  columnsOf,
  type Payer,
  p,
  query,
  type Row,
  read,
  run,
  type TenantId,
} from './database.ts';
import { tenants } from './schema.ts';

/** A customer of this service. */
export interface Tenant {
  id: TenantId;
  name: string;
  defaultLanguage: string;
  createdAt: string;
  updatedAt: string;
}

/** The columns of a tenant that are shown. */
export const tenantColumns = Object.fromEntries(
  (['id', 'name', 'defaultLanguage', 'createdAt', 'updatedAt'] as const).map((name) => [name, tenants[name]]),
);
/** Selects the tenants for which `where` holds. */
export const selectTenants = (where: SQL) =>
  sql`SELECT ${columnsOf(tenantColumns)} FROM ${tenants} WHERE ${where}`;
/** The tenant with the id that is bound. */
export const selectTenant = () => selectTenants(sql`${tenants.id} = ${p('id')}`);
const select = query(selectTenant);
/** The tenant in a row; throws `tenant.not_found` where there is none. */
export function tenantIn(row: Row | undefined): Tenant {
  if (!row) throw new Failure('tenant.not_found');
  return row as unknown as Tenant;
}

/** 1 round trip. Throws `tenant.not_found`. */
export async function getTenant(payer: Payer, id: string): Promise<Tenant> {
  const [found] = await run(payer, [select(payer, { id })], { again: true });
  return tenantIn(found.results[0]);
}

/** 1 round trip. The tenant whose book this is. Throws `key.revoked`. */
export async function getOwnTenant(book: Book): Promise<Tenant> {
  const [found] = await read(book, [select(book, { id: book.tenantId })]);
  return tenantIn(found.results[0]);
}
