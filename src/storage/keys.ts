/**
 * API keys. D1 is the record, KV the look-up: `key:<SHA-256 of the key>` → Principal. The key itself is stored nowhere.
 */
import { type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { Failure } from '../core/failure.ts';
import { keyFrom } from '../core/key.ts';
import { columnsOf, type Payer, query, type Row, run, type TenantId, type Writer } from './database.ts';
import { within } from './patience.ts';
import { apiKeys, tenants } from './schema.ts';
import { rowQuery, write } from './writing.ts';

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
  return new Uint8Array(digest).toHex();
}

const selection = Object.fromEntries(
  (['id', 'tenantId', 'name', 'scopes', 'rateLimit', 'expiresAt', 'createdAt', 'lastUsedAt'] as const).map(
    (name) => [name, apiKeys[name]],
  ),
);
const selectKeys = (where: SQL) => sql`SELECT ${columnsOf(selection)} FROM ${apiKeys} WHERE ${where}`;
const selectByHash = query(() => selectKeys(sql`${apiKeys.hash} = ${p('hash')}`));
const selectByTenant = query(
  () => sql`${selectKeys(sql`${apiKeys.tenantId} = ${p('tenantId')}`)} ORDER BY ${apiKeys.id}`,
);
const selectTenant = query(
  () => sql`SELECT 1 AS "found" FROM ${tenants} WHERE ${tenants.id} = ${p('tenantId')}`,
);
const insert = query(
  () => sql`INSERT INTO ${apiKeys} (id, tenant_id, name, hash, scopes, rate_limit, expires_at, created_at)
SELECT ${p('id')}, ${p('tenantId')}, ${p('name')}, ${p('hash')}, ${p('scopes')}, ${p('rateLimit')}, ${p('expiresAt')}, ${p('createdAt')} FROM ${tenants} WHERE ${tenants.id} = ${p('tenantId')}`,
);
const kept = rowQuery(Object.keys(selection), () =>
  selectKeys(sql`${apiKeys.tenantId} = ${p('tenantId')} AND ${apiKeys.id} = ${p('id')}`),
);
const selectHash = query(
  () => sql`SELECT hash AS "hash" FROM ${apiKeys} WHERE tenant_id = ${p('tenantId')} AND id = ${p('id')}`,
);
const remove = query(
  () => sql`DELETE FROM ${apiKeys} WHERE tenant_id = ${p('tenantId')} AND id = ${p('id')}`,
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
const lookup = (hash: string) => `key:${hash}`;

/** How long KV may take before it counts as away. */
const KV_PATIENCE_MS = 3_000;

/** What KV misses, D1 has; and what KV still has, no batch of data believes. So a change of it may be lost. */
const whileItLasts = (change: Promise<void>) => within(KV_PATIENCE_MS, change).catch(() => {});

/** A KV delete a key, at once. Never throws. */
export const forgetLookups = (kv: KVNamespace, hashes: string[]) =>
  Promise.all(hashes.map((hash) => whileItLasts(kv.delete(lookup(hash)))));

/** 1 KV read, and on a miss 1 round trip to D1: a miss is remembered elsewhere for a minute, and a new key must work at once. */
export async function findPrincipal(payer: Payer, kv: KVNamespace, hash: string): Promise<Principal | null> {
  const known = await within(KV_PATIENCE_MS, kv.get<Principal>(lookup(hash), 'json')).catch((cause) => {
    throw new Failure('store.unavailable', [], { cause });
  });
  if (known) return known;
  const [found] = await run(payer, [selectByHash(payer, { hash })], { again: true });
  const row = found!.results[0];
  if (!row) return null;
  const { id: keyId, scopes, rateLimit, expiresAt } = toKey(row);
  return { tenantId: row.tenantId as TenantId, keyId, scopes, rateLimit, expiresAt };
}

/**
 * 1 round trip and 1 KV write. Returns the key in clear, for the only time; a copy of the attempt returns the same key, because it is
 * made from `secret` and a seed that is kept, and neither is enough without the other. Throws `tenant.not_found`, and
 * `idempotency.key_reused` where the secret has changed since.
 */
export async function createKey(
  office: Writer,
  kv: KVNamespace,
  secret: string,
  tenantId: string,
  given: Pick<ApiKey, 'name' | 'scopes' | 'rateLimit' | 'expiresAt'>,
): Promise<ApiKey & { key: string }> {
  const id = uuidv7();
  const salt = crypto.randomUUID();
  const key = await deriveKey(secret, salt);
  const hash = await hashKey(key);
  const { row, seed } = await write(office, {
    change: insert(office, {
      id,
      tenantId,
      name: given.name,
      hash,
      scopes: JSON.stringify(given.scopes),
      rateLimit: given.rateLimit && JSON.stringify(given.rateLimit),
      expiresAt: given.expiresAt,
      createdAt: new Date().toISOString(),
    }),
    row: kept(office, { tenantId, id }),
    seed: { salt, hash },
    once: true,
  });
  if (!row) throw new Failure('tenant.not_found');
  const created = toKey(row);
  if (seed.salt !== salt) {
    const same = await deriveKey(secret, seed.salt);
    if ((await hashKey(same)) !== seed.hash) throw new Failure('idempotency.key_reused');
    return { ...created, key: same };
  }
  const principal: Principal = { tenantId: tenantId as TenantId, keyId: id, ...given };
  await whileItLasts(kv.put(lookup(hash), JSON.stringify(principal)));
  return { ...created, key };
}

async function deriveKey(secret: string, salt: string): Promise<string> {
  const hmac = { name: 'HMAC', hash: 'SHA-512' };
  const signer = await crypto.subtle.importKey('raw', encoder.encode(secret), hmac, false, ['sign']);
  return keyFrom(new Uint8Array(await crypto.subtle.sign('HMAC', signer, encoder.encode(salt))));
}

/** 1 round trip. Throws `tenant.not_found`. */
export async function listKeys(payer: Payer, tenantId: string): Promise<ApiKey[]> {
  const [tenant, keys] = await run(
    payer,
    [selectTenant(payer, { tenantId }), selectByTenant(payer, { tenantId })],
    { again: true },
  );
  if (!tenant!.results[0]) throw new Failure('tenant.not_found');
  return keys!.results.map(toKey);
}

/** 2 round trips and 1 KV delete. Returns the hash of the key that is no more; null to a copy of the attempt. Throws `key.not_found`. */
export async function revokeKey(
  office: Writer,
  kv: KVNamespace,
  tenantId: string,
  id: string,
): Promise<string | null> {
  const [known] = await run(office, [selectHash(office, { tenantId, id })], { again: true });
  const { changed } = await write(office, {
    change: remove(office, { tenantId, id }),
    row: kept(office, { tenantId, id }),
    seed: {},
    once: true,
  });
  if (!changed) throw new Failure('key.not_found');
  const hash = known!.results[0]?.hash as string | undefined;
  if (hash) await forgetLookups(kv, [hash]);
  return hash ?? null;
}

/** 1 round trip. Notes that the key was used; for the operator's eyes only, so it may be lost. */
export async function touchKey(payer: Payer, id: string): Promise<void> {
  await run(payer, [touch(payer, { id, now: new Date().toISOString() })]);
}
