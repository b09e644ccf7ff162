/** What the operator does with keys: issue, list, revoke. */
import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { Failure } from '../core/failure.ts';
import { keyFrom } from '../core/key.ts';
import { type Payer, p, query, run, type TenantId, type Writer } from './database.ts';
import {
  type ApiKey,
  bestEffort,
  forgetLookups,
  hashKey,
  keyColumns,
  lookup,
  type Principal,
  selectKeys,
  toKey,
} from './keys.ts';
import { apiKeys, tenants } from './schema.ts';
import { rowsOf } from './tenant-writes.ts';
import { rowQuery, write } from './writing.ts';

const selectByTenant = query(
  () => sql`${selectKeys(sql`${apiKeys.tenantId} = ${p('tenantId')}`)} ORDER BY ${apiKeys.id}`,
);
/** A second run, after the answer to the first was lost, meets its own row. */
const insert = query(
  () => sql`INSERT INTO ${apiKeys} (id, tenant_id, name, hash, scopes, rate_limit, expires_at, created_at)
SELECT ${p('id')}, ${p('tenantId')}, ${p('name')}, ${p('hash')}, ${p('scopes')}, ${p('rateLimit')}, ${p('expiresAt')}, ${p('createdAt')} FROM ${tenants} WHERE ${tenants.id} = ${p('tenantId')}
ON CONFLICT DO NOTHING`,
);
const kept = rowQuery(Object.keys(keyColumns), () =>
  selectKeys(sql`${apiKeys.tenantId} = ${p('tenantId')} AND ${apiKeys.id} = ${p('id')}`),
);
const selectHash = query(
  () => sql`SELECT hash AS "hash" FROM ${apiKeys} WHERE tenant_id = ${p('tenantId')} AND id = ${p('id')}`,
);
const remove = query(
  () => sql`DELETE FROM ${apiKeys} WHERE tenant_id = ${p('tenantId')} AND id = ${p('id')}`,
);

/**
 * 1 round trip and 1 KV write. Issues a key, and returns it in clear for the only time. A copy of the attempt returns the same key: it is derived
 * from `secret` and a stored seed, and neither is enough without the other. Throws `tenant.not_found`, and `idempotency.key_reused` when the secret
 * has changed since the first attempt.
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
  });
  if (!row) throw new Failure('tenant.not_found');
  const created = toKey(row);
  if (seed.salt !== salt) {
    const same = await deriveKey(secret, seed.salt);
    if ((await hashKey(same)) !== seed.hash) throw new Failure('idempotency.key_reused');
    return { ...created, key: same };
  }
  const { scopes, rateLimit, expiresAt } = given;
  const principal: Principal = { tenantId: tenantId as TenantId, keyId: id, scopes, rateLimit, expiresAt };
  await bestEffort(() => kv.put(lookup(hash), JSON.stringify(principal)));
  return { ...created, key };
}

const encoder = new TextEncoder();

async function deriveKey(secret: string, salt: string): Promise<string> {
  const hmac = { name: 'HMAC', hash: 'SHA-512' };
  const signer = await crypto.subtle.importKey('raw', encoder.encode(secret), hmac, false, ['sign']);
  return keyFrom(new Uint8Array(await crypto.subtle.sign('HMAC', signer, encoder.encode(salt))));
}

/** 1 round trip. Throws `tenant.not_found`. */
export async function listKeys(payer: Payer, tenantId: string): Promise<ApiKey[]> {
  return (await rowsOf(payer, tenantId, selectByTenant(payer, { tenantId }))).map(toKey);
}

/** 2 round trips and 1 KV delete. Revokes the key. Throws `key.not_found`. */
export async function revokeKey(
  office: Writer,
  kv: KVNamespace,
  tenantId: string,
  id: string,
): Promise<void> {
  const [known] = await run(office, [selectHash(office, { tenantId, id })], { again: true });
  const hash = known.results[0]?.hash as string | undefined;
  // before the key itself: once it is removed, nobody can find its look-up again, should this request end in between
  if (hash) await forgetLookups(kv, [hash]);
  const { changed } = await write(office, {
    change: remove(office, { tenantId, id }),
    row: kept(office, { tenantId, id }),
    seed: {},
    once: true,
  });
  if (!changed) throw new Failure('key.not_found');
}
