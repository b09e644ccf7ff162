/**
 * The book that is measured: one tenant, its key, and accounts of ten contacts each. It is written by SQL, so that a million contacts take only
 * minutes.
 */
import { createHash } from 'node:crypto';
import type { LocalDatabase } from '../scripts/local.ts';
import { keyFrom } from '../src/core/key.ts';

export const TENANT_ID = '019a0000-0000-7000-8000-00000000000a';
export const KEY_ID = '019a0000-0000-7000-8000-00000000000b';
/** Valid only in the databases that are made here. */
export const API_KEY = keyFrom(new Uint8Array(64));

const AT = '2026-01-31T12:00:00.000Z';
const SCOPES = ['accounts:all', 'ingest'];
const RATE_LIMIT = { limit: 1_000_000, windowSeconds: 1 };
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');

/** As many rows as one statement can write within D1's time limit. */
const CHUNK = 10_000;

/** An id for the n-th row. The ids are in the order of n, as UUIDv7s are in the order of time. */
const id = (kind: number, n: string) => `format('019a0000-0000-7000-${kind}000-%012x', ${n})`;

/** The id of the account number `A-n`. */
export const accountId = (n: number) => `019a0000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

/** A number as a name: each digit to base 29 is a syllable, so names have two to ten letters. */
const name = (n: string) =>
  `(SELECT group_concat(substr('balecidofumigonahurikestopulavewexyzbrochatreklimonderastelovirannep', 1 + 2 * (${n} / power % 29), 2), '')
    FROM (SELECT 1 AS power UNION ALL SELECT 29 UNION ALL SELECT 841 UNION ALL SELECT 24389) WHERE ${n} >= power)`;

/** A thousand first names, some far more common than others, and sixty thousand last names. */
const firstName = (n: string) => name(`(30 + (${n} * 7919 % 1000) * (${n} * 7919 % 1000) / 1000)`);
const lastName = (n: string) => name(`(900 + ${n} * 104729 % 60013)`);

/** Makes the tenant and its key. */
export async function insertTenant(db: LocalDatabase, tenantId = TENANT_ID, keyId = KEY_ID, key = API_KEY) {
  await db.batch([
    db
      .prepare(
        `INSERT INTO tenants (id, name, created_at, updated_at) VALUES (?1, 'bench', '${AT}', '${AT}')`,
      )
      .bind(tenantId),
    db
      .prepare(
        `INSERT INTO api_keys (id, tenant_id, name, hash, scopes, rate_limit, created_at)
         VALUES (?1, ?2, 'bench', ?3, ?4, ?5, '${AT}')`,
      )
      .bind(keyId, tenantId, hashOf(key), JSON.stringify(SCOPES), JSON.stringify(RATE_LIMIT)),
  ]);
}

/** Puts the key into KV, as admin does. Isolates look there every five seconds, and a key that is missing costs a round trip to D1. */
export const publishKey = (
  keys: { put(name: string, value: string): Promise<void> },
  tenantId = TENANT_ID,
  keyId = KEY_ID,
  key = API_KEY,
) =>
  keys.put(
    `key:${hashOf(key)}`,
    JSON.stringify({ tenantId, keyId, scopes: SCOPES, rateLimit: RATE_LIMIT, expiresAt: null }),
  );

const PER_ACCOUNT = 10;

/** Makes contacts `from` to `to` (exclusive), ten to an account. */
export async function insertContacts(
  db: LocalDatabase,
  { tenantId = TENANT_ID, from = 0, to }: Filling,
  told: (done: number) => void = () => {},
): Promise<void> {
  for (let start = from; start < to; start += CHUNK) {
    const end = Math.min(start + CHUNK, to);
    const rows = `WITH RECURSIVE numbers(n) AS (SELECT ${start} UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${end})`;
    await db.batch([
      db.prepare(
        `${rows} INSERT INTO accounts (tenant_id, id, number, name, created_at, updated_at)
         SELECT DISTINCT '${tenantId}', ${id(8, `n / ${PER_ACCOUNT}`)}, 'A-' || (n / ${PER_ACCOUNT}), 'Company ' || (n / ${PER_ACCOUNT}), '${AT}', '${AT}'
         FROM numbers WHERE TRUE ON CONFLICT DO NOTHING`,
      ),
      db.prepare(
        `${rows} INSERT INTO contacts (tenant_id, id, reference, reference_key, account_id, first_name, first_name_key, last_name,
          last_name_key, email, email_key, phone, title, department, language, city, country, is_primary, custom_fields, created_at, updated_at)
         SELECT '${tenantId}', ${id(9, 'n')}, 'C-' || n, 'c-' || n, ${id(8, `n / ${PER_ACCOUNT}`)}, first, first, last, last,
          'person.' || n || '@example.com', 'person.' || n || '@example.com', '404-555-0100', 'Head of Accounts Payable', 'Finance', 'en',
          'Atlanta', 'US', n % 10 = 0, '{"segment":"enterprise","credit_hold":false}', '${AT}', '${AT}'
         FROM (SELECT n, ${firstName('n')} AS first, ${lastName('n')} AS last FROM numbers)`,
      ),
    ]);
    told(end);
  }
}

interface Filling {
  tenantId?: string;
  from?: number;
  to: number;
}
