/** What is deleted after a time: outcomes of attempts after a day; history, delivery results and dead letters after the time that the operator has set. */
import { type SQL, sql } from 'drizzle-orm';
import { type Payer, p, query } from './database.ts';
import { deliveries } from './delivery-schema.ts';
import { deadLetters, events } from './operator-schema.ts';
import { history, idempotencyKeys } from './schema.ts';
import { inSlices } from './slices.ts';
import { KEPT_MS } from './writing.ts';

/** How many slices of a table one run deletes. */
const MOST_SLICES = 200;

const attempts = query(
  () => sql`DELETE FROM ${idempotencyKeys} WHERE (scope, key) IN
(SELECT scope, key FROM ${idempotencyKeys} WHERE created_at <= ${p('before')} LIMIT ${p('slice')})`,
);

/** For a table whose rows are numbered as they are written: the first are the oldest. */
const oldest = (table: SQL) =>
  query(
    () =>
      sql`DELETE FROM ${table} WHERE sequence < (SELECT min(sequence) + ${p('slice')} FROM ${table}) AND at <= ${p('before')}`,
  );

const records = {
  history: oldest(sql`${history}`),
  events: oldest(sql`${events}`),
  deliveries: query(
    () => sql`DELETE FROM ${deliveries} WHERE (tenant_id, provider, event_id, address_key) IN
(SELECT tenant_id, provider, event_id, address_key FROM ${deliveries} WHERE received_at <= ${p('before')} LIMIT ${p('slice')})`,
  ),
  // their ids are made as they die, so the first are the oldest
  deadLetters: query(
    () => sql`DELETE FROM ${deadLetters}
WHERE id IN (SELECT id FROM ${deadLetters} WHERE id > '' ORDER BY id LIMIT ${p('slice')}) AND died_at <= ${p('before')}`,
  ),
};

/** 1 round trip for each thousand rows, and 1 more. Purges outcomes of attempts that are older than 24 hours; returns how many. */
export const purgeAttempts = (payer: Payer) =>
  purge(payer, attempts, new Date(Date.now() - KEPT_MS).toISOString());

/**
 * 1 round trip for each thousand rows, and 4 more. History and events take 1 for each thousand of their numbers, in which a removed tenant leaves gaps.
 * Purges history, events, delivery results and dead letters from before this time (RFC 3339, UTC), up to 200,000 of each; returns how many of each.
 */
export async function purgeRecords(payer: Payer, before: string) {
  const purged: Record<string, number> = {};
  for (const [name, statement] of Object.entries(records))
    purged[name] = await purge(payer, statement, before);
  return purged;
}

function purge(payer: Payer, statement: ReturnType<typeof query>, before: string): Promise<number> {
  let left = MOST_SLICES;
  return inSlices(payer, statement, { before }, () => left-- > 0);
}
