/** Tenants, as the operator sees them: the only verbs that reach across tenants. */
import { asc, eq, gt, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { Failure } from '../core/failure.ts';
import { build, type Payer, query, type Row, run, type TenantId } from './database.ts';
import { lookup } from './keys.ts';
import { apiKeys, tenants } from './schema.ts';

const p = (name: string) => sql.placeholder(name);

export interface Tenant {
  id: TenantId;
  name: string;
  defaultLanguage: string;
  createdAt: string;
  updatedAt: string;
}

const selection = Object.fromEntries(
  (['id', 'name', 'defaultLanguage', 'createdAt', 'updatedAt'] as const).map((name) => [
    name,
    sql`${tenants[name]}`.as(name),
  ]),
);
const select = query(() =>
  build
    .select(selection)
    .from(tenants)
    .where(eq(tenants.id, p('id'))),
);
const selectPage = query(() =>
  build
    .select(selection)
    .from(tenants)
    .where(gt(tenants.id, p('after')))
    .orderBy(asc(tenants.id))
    .limit(p('limit')),
);
const insert = query(
  () =>
    sql`INSERT INTO ${tenants} (id, name, default_language, created_at, updated_at) VALUES (${p('id')}, ${p('name')}, ${p('defaultLanguage')}, ${p('now')}, ${p('now')})`,
);
const update = query(
  () =>
    sql`UPDATE ${tenants} SET name = coalesce(${p('name')}, name), default_language = coalesce(${p('defaultLanguage')}, default_language), updated_at = ${p('now')} WHERE id = ${p('id')}`,
);
const selectHashes = query(() => sql`SELECT hash AS "hash" FROM ${apiKeys} WHERE tenant_id = ${p('id')}`);
const remove = query(() => sql`DELETE FROM ${tenants} WHERE id = ${p('id')}`);

function tenantIn(result: D1Result<Row> | undefined): Tenant {
  const row = result?.results[0];
  if (!row) throw new Failure('tenant.not_found');
  return row as unknown as Tenant;
}

/** 1 round trip. Throws `tenant.not_found`. */
export async function getTenant(payer: Payer, id: string): Promise<Tenant> {
  const [found] = await run(payer, [select(payer, { id })]);
  return tenantIn(found);
}

/** 1 round trip. Up to `first` tenants after the one with this id, oldest first. */
export async function listTenants(
  payer: Payer,
  first: number,
  after: string,
): Promise<{ tenants: Tenant[]; more: boolean }> {
  const [result] = await run(payer, [selectPage(payer, { after, limit: first + 1 })]);
  const rows = result!.results as unknown as Tenant[];
  return { tenants: rows.slice(0, first), more: rows.length > first };
}

/** 1 round trip. */
export async function createTenant(payer: Payer, name: string, defaultLanguage: string): Promise<Tenant> {
  const id = uuidv7();
  const [, read] = await run(payer, [
    insert(payer, { id, name, defaultLanguage, now: new Date().toISOString() }),
    select(payer, { id }),
  ]);
  return tenantIn(read);
}

/** 1 round trip. Throws `tenant.not_found`. */
export async function patchTenant(
  payer: Payer,
  id: string,
  changes: { name?: string | undefined; defaultLanguage?: string | undefined },
): Promise<Tenant> {
  const values = {
    id,
    name: changes.name ?? null,
    defaultLanguage: changes.defaultLanguage ?? null,
    now: new Date().toISOString(),
  };
  const [, read] = await run(payer, [update(payer, values), select(payer, { id })]);
  return tenantIn(read);
}

/** 1 round trip and a KV delete a key. Removes the tenant with everything kept for it; returns the hashes of its keys. Throws `tenant.not_found`. */
export async function removeTenant(payer: Payer, kv: KVNamespace, id: string): Promise<string[]> {
  const [keys, removed] = await run(payer, [selectHashes(payer, { id }), remove(payer, { id })]);
  if (!removed!.meta.changes) throw new Failure('tenant.not_found');
  const hashes = keys!.results.map(({ hash }) => hash as string);
  await Promise.all(hashes.map((hash) => kv.delete(lookup(hash))));
  return hashes;
}
