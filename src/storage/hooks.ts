/** The secrets with which providers' requests prove themselves. A secret is never shown again, and never logged. */
import { sql } from 'drizzle-orm';
import { Failure } from '../core/failure.ts';
import { type Payer, p, query, type Row, run, type TenantId, type Writer } from './database.ts';
import { hooks } from './operator-schema.ts';
import { tenants } from './schema.ts';
import { rowsOf } from './tenant-writes.ts';
import { rowQuery, write } from './writing.ts';

const ours = sql`tenant_id = ${p('tenantId')} AND provider = ${p('provider')}`;

/** What the operator sees of a hook. Its secrets are not shown. */
export interface Hook {
  provider: string;
  /** How many secrets are good now: two while one replaces the other. */
  liveSecrets: 1 | 2;
  createdAt: string;
  rotatedAt: string;
}

const shown = sql`provider AS "provider", iif(previous_secret IS NULL, 1, 2) AS "liveSecrets", created_at AS "createdAt", rotated_at AS "rotatedAt"`;
const one = () => sql`SELECT ${shown} FROM ${hooks} WHERE ${ours}`;
const selectHook = query(one);
const kept = rowQuery(['provider', 'liveSecrets', 'createdAt', 'rotatedAt'], one);
const selectHooks = query(
  () => sql`SELECT ${shown} FROM ${hooks} WHERE tenant_id = ${p('tenantId')} ORDER BY provider`,
);
const selectSecrets = query(
  () => sql`SELECT secret AS "secret", previous_secret AS "previous" FROM ${hooks} WHERE ${ours}`,
);
/** The secret that was good until now stays good; the one before it does not. The same secret again changes nothing. */
const upsert = query(
  () => sql`INSERT INTO ${hooks} (tenant_id, provider, secret, created_at, rotated_at)
SELECT id, ${p('provider')}, ${p('secret')}, ${p('now')}, ${p('now')} FROM ${tenants} WHERE id = ${p('tenantId')}
ON CONFLICT (tenant_id, provider) DO UPDATE SET previous_secret = secret, secret = excluded.secret, rotated_at = excluded.rotated_at WHERE secret <> excluded.secret`,
);
const dropPrevious = query(
  () => sql`UPDATE ${hooks} SET previous_secret = NULL WHERE ${ours} AND previous_secret IS NOT NULL`,
);
const remove = query(() => sql`DELETE FROM ${hooks} WHERE ${ours}`);
const selectByMailbox = query(
  () => sql`SELECT tenant_id AS "tenantId" FROM ${hooks} WHERE provider = 'email' AND secret = ${p('mailbox')}
UNION ALL SELECT tenant_id FROM ${hooks} WHERE provider = 'email' AND previous_secret = ${p('mailbox')} LIMIT 1`,
);

function hookIn(row: Row | undefined): Hook {
  if (!row) throw new Failure('hook.not_found');
  return row as unknown as Hook;
}

/** 1 round trip. Throws `hook.not_found`. */
export async function getHook(payer: Payer, tenantId: string, provider: string): Promise<Hook> {
  const [found] = await run(payer, [selectHook(payer, { tenantId, provider })], { again: true });
  return hookIn(found.results[0]);
}

/** 1 round trip. Throws `tenant.not_found`. */
export async function listHooks(payer: Payer, tenantId: string): Promise<Hook[]> {
  return (await rowsOf(payer, tenantId, selectHooks(payer, { tenantId }))) as unknown as Hook[];
}

/** 1 round trip. Sets the secret; the one that was good until now stays good beside it. Throws `tenant.not_found`, `hook.secret_taken`. */
export async function putHook(
  office: Writer,
  tenantId: string,
  provider: string,
  secret: string,
): Promise<Hook> {
  const values = { tenantId, provider, secret, now: new Date().toISOString() };
  const row = kept(office, { tenantId, provider });
  const outcome = await write(office, { change: upsert(office, values), row, seed: {} });
  if (!outcome.row) throw new Failure('tenant.not_found');
  return hookIn(outcome.row);
}

/** 1 round trip. Ends a rotation: only the newest secret is good from now on. Throws `hook.not_found`. */
export async function endRotation(office: Writer, tenantId: string, provider: string): Promise<Hook> {
  const values = { tenantId, provider };
  const row = kept(office, values);
  return hookIn((await write(office, { change: dropPrevious(office, values), row, seed: {} })).row);
}

/** 1 round trip. Throws `hook.not_found`. */
export async function removeHook(office: Writer, tenantId: string, provider: string): Promise<void> {
  const values = { tenantId, provider };
  const change = remove(office, values);
  const { changed } = await write(office, { change, row: kept(office, values), seed: {}, once: true });
  if (!changed) throw new Failure('hook.not_found');
}

/** 1 round trip. The secrets that are good now, the newest first; none where the tenant or its hook does not exist. */
export async function secretsOf(payer: Payer, tenantId: string, provider: string): Promise<string[]> {
  const [found] = await run(payer, [selectSecrets(payer, { tenantId, provider })], { again: true });
  const { secret, previous } = found.results[0] ?? {};
  return [secret, previous].filter((text) => typeof text === 'string');
}

/** 1 round trip. The tenant whose mailbox has this secret local part; null when there is none. */
export async function tenantOfMailbox(payer: Payer, mailbox: string): Promise<TenantId | null> {
  const [found] = await run(payer, [selectByMailbox(payer, { mailbox })], { again: true });
  return (found.results[0]?.tenantId as TenantId | undefined) ?? null;
}
