/**
 * Removing a tenant with everything kept for it. A small book goes in one transaction; a large one in slices, so that other tenants'
 * requests come in between, and that no statement is longer than D1 lets it be.
 */
import { type Column, sql } from 'drizzle-orm';
import { Failure } from '../core/failure.ts';
import { type Payer, p, query, run, type Writer } from './database.ts';
import { forgetLookups } from './keys.ts';
import { deadLetters, events, hookReceipts, hooks } from './operator-schema.ts';
import {
  accounts,
  addresses,
  apiKeys,
  contacts,
  deliveries,
  history,
  idempotencyKeys,
  tenants,
} from './schema.ts';
import { inSlices, SLICE, SLICE_MS } from './slices.ts';
import { keptTenant } from './tenant-writes.ts';
import { write } from './writing.ts';

/** A table of which a tenant may have very many rows: the column that says whose, and the rest of its key. */
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

/** Contacts before the accounts that would take all of theirs along, and last what the removal of the others writes. */
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

/** How long a request goes on removing, and with how many slices: D1 takes a thousand statements of one. */
const REMOVAL_MS = 25_000;
const MOST_SLICES = 900;

/**
 * 2 round trips and a KV delete a key; for a large book one more, and one for each slice: then its keys and hooks go first, so that
 * nothing is added any more. Throws `tenant.not_found`, and `tenant.removing` when the time is over: the same call goes on.
 */
export async function removeTenant(office: Writer, kv: KVNamespace, id: string): Promise<void> {
  const asked = [
    selectHashes(office, { id }),
    ...tables.map(({ isLarge }) => isLarge(office, { id, slice: SLICE })),
  ];
  const [keys, ...found] = await run(office, asked, { again: true });
  const hashes = keys!.results.map(({ hash }) => hash as string);
  const isLarge = found.some(({ results }) => results.length > 0);
  // before the keys themselves: afterwards nobody would know the look-ups, should the answer be lost
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
