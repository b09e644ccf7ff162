/**
 * API keys. D1 is the record, KV the look-up: `key:<SHA-256 of the key>` → Principal. The key itself is stored nowhere.
 */
import { type SQL, sql } from 'drizzle-orm';
import { Failure } from '../core/failure.ts';
import { columnsOf, type Payer, p, query, type Row, run, type TenantId } from './database.ts';
import { within } from './patience.ts';
import { apiKeys } from './schema.ts';

/** The scopes that a key can have. Each dialect says what a scope allows. */
export const SCOPES = ['accounts:read', 'accounts:all', 'ingest'] as const;
export type Scope = (typeof SCOPES)[number];

/** How many requests a key has in its sliding window. */
export interface RateLimit {
  limit: number;
  windowSeconds: number;
}

/** Whom a key speaks for, and what it may do. */
export interface Principal {
  tenantId: TenantId;
  keyId: string;
  scopes: Scope[];
  /** null for the default limit. */
  rateLimit: RateLimit | null;
  expiresAt: string | null;
}

/** A key as the operator sees it. */
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

/** The columns of a key that are shown. */
export const keyColumns = Object.fromEntries(
  (['id', 'tenantId', 'name', 'scopes', 'rateLimit', 'expiresAt', 'createdAt', 'lastUsedAt'] as const).map(
    (name) => [name, apiKeys[name]],
  ),
);
/** Selects the keys for which `where` holds. */
export const selectKeys = (where: SQL) => sql`SELECT ${columnsOf(keyColumns)} FROM ${apiKeys} WHERE ${where}`;
const selectByHash = query(() => selectKeys(sql`${apiKeys.hash} = ${p('hash')}`));
const touch = query(
  () =>
    sql`UPDATE ${apiKeys} SET last_used_at = ${p('now')} WHERE id = ${p('id')} AND (last_used_at IS NULL OR last_used_at < ${p('now')})`,
);

/** Reads a row of `selectKeys`. */
export const toKey = ({ tenantId: _, ...row }: Row): ApiKey => ({
  ...(row as unknown as ApiKey),
  scopes: JSON.parse(row.scopes as string),
  rateLimit: row.rateLimit === null ? null : JSON.parse(row.rateLimit as string),
});

/** Where KV keeps the principal of a key. */
export const lookup = (hash: string) => `key:${hash}`;

/** How many milliseconds KV may take before it counts as away. */
export const KV_PATIENCE_MS = 3_000;

/**
 * Makes a change of KV, and ignores its failure. Losing the change does no harm: what KV lacks is found in D1, and every batch of data checks the key
 * in D1, whatever KV still has.
 */
export const bestEffort = (change: () => Promise<void>) => within(KV_PATIENCE_MS, change).catch(() => {});

/** 1 KV delete for each key, all at once. Never throws. */
export const forgetLookups = (kv: KVNamespace, hashes: string[]) =>
  Promise.all(hashes.map((hash) => bestEffort(() => kv.delete(lookup(hash)))));

/**
 * 1 KV read, and on a miss 1 round trip to D1: other locations remember a miss for a minute, and a new key must work at once. Returns null for a key
 * that does not exist. Throws `store.unavailable`.
 */
export async function findPrincipal(payer: Payer, kv: KVNamespace, hash: string): Promise<Principal | null> {
  const known = await within(KV_PATIENCE_MS, () => kv.get<Principal>(lookup(hash), 'json')).catch((cause) => {
    throw new Failure('store.unavailable', [], { cause });
  });
  if (known) return known;
  const [found] = await run(payer, [selectByHash(payer, { hash })], { again: true });
  const row = found.results[0];
  if (!row) return null;
  const { id: keyId, scopes, rateLimit, expiresAt } = toKey(row);
  return { tenantId: row.tenantId as TenantId, keyId, scopes, rateLimit, expiresAt };
}

/** 1 round trip. Notes that the key was used. Only the operator sees it, so it may be lost. */
export async function touchKey(payer: Payer, id: string): Promise<void> {
  await run(payer, [touch(payer, { id, now: new Date().toISOString() })]);
}
