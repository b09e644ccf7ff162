/**
 * API keys. D1 is the record, KV the look-up: `key:<SHA-256 of the key>` → Principal. The key itself is stored nowhere.
 */
import { asc, eq, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { Failure } from '../core/failure.ts';
import { mintKey } from '../core/key.ts';
import { build, type Payer, query, type Row, run, type TenantId } from './database.ts';
import { apiKeys, tenants } from './schema.ts';

const p = (name: string) => sql.placeholder(name);

export const SCOPES = ['accounts:read', 'accounts:all', 'ingest'] as const;
export type Scope = (typeof SCOPES)[number];

export interface RateLimit {
  limit: number;
  windowSeconds: number;
}

/** Whom a key speaks for, and what it may do. */
export interface Principal {
  tenantId: TenantId;
  keyId: string;
  scopes: Scope[];
  /** null: the default. */
  rateLimit: RateLimit | null;
  expiresAt: string | null;
}

export interface ApiKey {
  id: string;
  name: string;
  scopes: Scope[];
  rateLimit: RateLimit | null;
  expiresAt: string | null;
  createdAt: string;
  lastUsedAt: string | null;
}

const encoder = new TextEncoder();

/** SHA-256 in lower-case hex: what is kept and looked up in place of the key. */
export async function hashKey(key: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', encoder.encode(key));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const selection = Object.fromEntries(
  (['id', 'tenantId', 'name', 'scopes', 'rateLimit', 'expiresAt', 'createdAt', 'lastUsedAt'] as const).map(
    (name) => [name, sql`${apiKeys[name]}`.as(name)],
  ),
);
const selectByHash = query(() =>
  build
    .select(selection)
    .from(apiKeys)
    .where(eq(apiKeys.hash, p('hash'))),
);
const selectByTenant = query(() =>
  build
    .select(selection)
    .from(apiKeys)
    .where(eq(apiKeys.tenantId, p('tenantId')))
    .orderBy(asc(apiKeys.id)),
);
const selectTenant = query(
  () => sql`SELECT 1 AS "found" FROM ${tenants} WHERE ${tenants.id} = ${p('tenantId')}`,
);
const insert = query(
  () => sql`INSERT INTO ${apiKeys} (id, tenant_id, name, hash, scopes, rate_limit, expires_at, created_at)
SELECT ${p('id')}, ${p('tenantId')}, ${p('name')}, ${p('hash')}, ${p('scopes')}, ${p('rateLimit')}, ${p('expiresAt')}, ${p('createdAt')} FROM ${tenants} WHERE ${tenants.id} = ${p('tenantId')}`,
);
const remove = query(
  () =>
    sql`DELETE FROM ${apiKeys} WHERE tenant_id = ${p('tenantId')} AND id = ${p('id')} RETURNING hash AS "hash"`,
);
const touch = query(
  () =>
    sql`UPDATE ${apiKeys} SET last_used_at = ${p('now')} WHERE id = ${p('id')} AND (last_used_at IS NULL OR last_used_at < ${p('now')})`,
);

const toKey = ({ tenantId: _, ...row }: Row): ApiKey => ({
  ...(row as unknown as ApiKey),
  scopes: JSON.parse(row.scopes as string),
  rateLimit: row.rateLimit === null ? null : JSON.parse(row.rateLimit as string),
});

/** Where KV keeps the principal of a key. */
export const lookup = (hash: string) => `key:${hash}`;

/** 1 KV read, and on a miss 1 round trip to D1: a miss is remembered elsewhere for a minute, and a new key must work at once. */
export async function findPrincipal(payer: Payer, kv: KVNamespace, hash: string): Promise<Principal | null> {
  const known = await kv.get<Principal>(lookup(hash), 'json').catch((cause) => {
    throw new Failure('store.unavailable', [], { cause });
  });
  if (known) return known;
  const [found] = await run(payer, [selectByHash(payer, { hash })]);
  const row = found!.results[0];
  if (!row) return null;
  const { id: keyId, scopes, rateLimit, expiresAt } = toKey(row);
  return { tenantId: row.tenantId as TenantId, keyId, scopes, rateLimit, expiresAt };
}

/** 1 round trip and 1 KV write. Returns the key in clear, for the only time. Throws `tenant.not_found`. */
export async function createKey(
  payer: Payer,
  kv: KVNamespace,
  tenantId: string,
  given: Pick<ApiKey, 'name' | 'scopes' | 'rateLimit' | 'expiresAt'>,
): Promise<ApiKey & { key: string }> {
  const key = mintKey();
  const hash = await hashKey(key);
  const created: ApiKey = { id: uuidv7(), ...given, createdAt: new Date().toISOString(), lastUsedAt: null };
  const [inserted] = await run(payer, [
    insert(payer, {
      id: created.id,
      tenantId,
      name: given.name,
      hash,
      scopes: JSON.stringify(given.scopes),
      rateLimit: given.rateLimit && JSON.stringify(given.rateLimit),
      expiresAt: given.expiresAt,
      createdAt: created.createdAt,
    }),
  ]);
  if (!inserted!.meta.changes) throw new Failure('tenant.not_found');
  const principal: Principal = { tenantId: tenantId as TenantId, keyId: created.id, ...given };
  await kv.put(lookup(hash), JSON.stringify(principal));
  return { ...created, key };
}

/** 1 round trip. Throws `tenant.not_found`. */
export async function listKeys(payer: Payer, tenantId: string): Promise<ApiKey[]> {
  const [tenant, keys] = await run(payer, [
    selectTenant(payer, { tenantId }),
    selectByTenant(payer, { tenantId }),
  ]);
  if (!tenant!.results[0]) throw new Failure('tenant.not_found');
  return keys!.results.map(toKey);
}

/** 1 round trip and 1 KV delete. Returns the hash of the key that is no more. Throws `key.not_found`. */
export async function revokeKey(
  payer: Payer,
  kv: KVNamespace,
  tenantId: string,
  id: string,
): Promise<string> {
  const [removed] = await run(payer, [remove(payer, { tenantId, id })]);
  const hash = removed!.results[0]?.hash as string | undefined;
  if (!hash) throw new Failure('key.not_found');
  await kv.delete(lookup(hash));
  return hash;
}

/** 1 round trip. Notes that the key was used; for the operator's eyes only, so it may be lost. */
export async function touchKey(payer: Payer, id: string): Promise<void> {
  await run(payer, [touch(payer, { id, now: new Date().toISOString() })]);
}
