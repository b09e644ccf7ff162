/**
 * Removing a tenant with everything that is kept for it. A small book is removed in one transaction. A large one is removed in slices, so that other
 * tenants' requests can run in between and no statement exceeds D1's time limit.
 */
import { type Column, sql } from 'drizzle-orm';
import { Failure } from '../core/failure.ts';
import { type Payer, p, query, run, type Writer } from './database.ts';
import { deliveries } from './delivery-schema.ts';
import { forgetLookups } from './keys.ts';
import { deadLetters, events, hookReceipts, hooks } from './operator-schema.ts';
import { accounts, addresses, apiKeys, contacts, history, idempotencyKeys, tenants } from './schema.ts';
import { inSlices, SLICE, SLICE_MS } from './slices.ts';
import { keptTenant } from './tenant-writes.ts';
import { write } from './writing.ts';

/** A table in which a tenant may have very many rows. `owner` is the column with the tenant's id, `key` is the rest of the primary key. */
function large(owner: Column, ...key: Column[]) {
  const { table } = owner;
  const keys = sql.join(key, sql`, `);
  const own = sql`SELECT ${keys} FROM ${table} WHERE ${owner} = ${p('id')} LIMIT ${p('slice')}`;
  return {
    isLarge: query(
      () => sql`SELECT 1 FROM ${table} WHERE ${owner} = ${p('id')} LIMIT 1 OFFSET ${p('slice')}`,
    ),
    removeSome: query(() => sql`DELETE FROM ${table} WHERE ${owner} = ${p('id')} AND (${keys}) IN (${own})`),
  };
}

/** Contacts come before accounts, because each account would take all its contacts along. What the other removals write comes last. */
const tables = [
  large(contacts.tenantId, contacts.id),
  large(accounts.tenantId, accounts.id),
  large(addresses.tenantId, addresses.addressKey),
  large(deliveries.tenantId, deliveries.provider, deliveries.eventId, deliveries.addressKey),
  large(hookReceipts.tenantId, hookReceipts.provider, hookReceipts.nonce),
  large(deadLetters.tenantId, deadLetters.id),
  large(idempotencyKeys.scope, idempotencyKeys.key),
  large(events.tenantId, events.sequence),
  large(history.tenantId, history.sequence),
];

const selectHashes = query(() => sql`SELECT hash AS "hash" FROM ${apiKeys} WHERE tenant_id = ${p('id')}`);
const removeKeys = query(() => sql`DELETE FROM ${apiKeys} WHERE tenant_id = ${p('id')}`);
const removeHooks = query(() => sql`DELETE FROM ${hooks} WHERE tenant_id = ${p('id')}`);
const removeRest = query(() => sql`DELETE FROM ${tenants} WHERE id = ${p('id')}`);

/** How many milliseconds, and with how many slices, one request goes on removing: D1 takes a thousand statements from one request. */
const REMOVAL_MS = 25_000;
const MOST_SLICES = 900;

/**
 * 2 round trips, and 1 KV delete for each key. A large book takes 1 more, and 1 for each slice and each large table: its keys and hooks go first, so
 * that nothing is added any more. Throws `tenant.not_found`, and `tenant.removing` when the time is up: the same call again goes on.
 */
export async function removeTenant(office: Writer, kv: KVNamespace, id: string): Promise<void> {
  const asked = tables.map(({ isLarge }) => isLarge(office, { id, slice: SLICE }));
  const [keys, ...found] = await run(office, [selectHashes(office, { id }), ...asked], { again: true });
  const hashes = keys.results.map(({ hash }) => hash as string);
  const isLarge = found.some(({ results }) => results.length > 0);
  // before the keys themselves: once they are removed, nobody can find their look-ups again, should this request end in between
  await forgetLookups(kv, hashes);
  if (isLarge) {
    await run(office, [removeKeys(office, { id }), removeHooks(office, { id })], { again: true });
    await removeSlices(office, id);
  }
  const { changed } = await write(office, {
    change: removeRest(office, { id }),
    row: keptTenant(office, { id }),
    seed: {},
    once: true,
    patience: SLICE_MS,
  });
  if (!changed) throw new Failure('tenant.not_found');
}

async function removeSlices(payer: Payer, id: string): Promise<void> {
  const end = Date.now() + REMOVAL_MS;
  let slices = 0;
  const goesOn = () => {
    slices += 1;
    if (slices > MOST_SLICES || Date.now() > end) throw new Failure('tenant.removing');
    return true;
  };
  for (const { removeSome } of tables) await inSlices(payer, removeSome, { id }, goesOn);
}
