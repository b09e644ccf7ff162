/** A person's right to have what is held about them removed: by address, across one tenant. Used by the operator only. */
import { type SQL, sql, type Table } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { Failure } from '../core/failure.ts';
import { type Payer, p, query, type Row, type Writer } from './database.ts';
import { deliveries } from './delivery-schema.ts';
import { deadLetters, erasures } from './operator-schema.ts';
import { type Page, pageOf } from './page.ts';
import {
  accountsOf,
  attemptsOf,
  changesLeft,
  contactsOf,
  deadLettersOf,
  deliveriesOf,
  historyOf,
  PATIENCE_MS,
  personValues,
  reasonsOf,
  requestsOf,
  subjectsOf,
} from './person.ts';
import { accounts, addresses, contacts, history, idempotencyKeys, tenants } from './schema.ts';
import { rowsOf } from './tenant-writes.ts';
import { rowQuery, write } from './writing.ts';

/** The ids of the person's contacts. The erasure's own row keeps them while the erasure runs. */
const subjects = sql`(SELECT value FROM json_each((SELECT subjects FROM ${erasures} WHERE tenant_id = ${p('tenantId')} AND id = ${p('id')})))`;
const begin = query(
  () => sql`INSERT INTO ${erasures} (tenant_id, id, at, request_id, subjects)
SELECT ${p('tenantId')}, ${p('id')}, ${p('now')}, ${p('requestId')}, (SELECT json_group_array(id) FROM ${subjectsOf})
FROM ${tenants} WHERE ${tenants.id} = ${p('tenantId')}`,
);

/** Each step counts its rows, and then removes them. `changes()` would also count what triggers do. */
const step = (
  name: keyof Erasure['removed'],
  table: Table,
  which: SQL,
  remove = sql`DELETE FROM ${table}`,
) => [
  query(
    () =>
      sql`UPDATE ${erasures} SET removed = json_set(coalesce(removed, '{}'), ${sql.raw(`'$.${name}'`)}, (SELECT count(*) FROM ${table} WHERE ${which})) WHERE tenant_id = ${p('tenantId')} AND id = ${p('id')}`,
  ),
  query(() => sql`${remove} WHERE ${which}`),
];

/** Marks the contacts, so that the history names the operator as the one who removes them, not whoever wrote them last. */
const mark = query(
  () => sql`UPDATE ${contacts} SET changed_by = NULL, request_id = ${p('requestId')} WHERE ${contactsOf}`,
);

/** The order matters: the history writes down what the first two steps change, and the third step takes that too. */
const steps = [
  ...step('contacts', contacts, contactsOf),
  ...step(
    'accounts',
    accounts,
    accountsOf,
    sql`UPDATE ${accounts} SET email = NULL, version = version + 1, updated_at = ${p('now')}, changed_by = NULL, request_id = ${p('requestId')}`,
  ),
  ...step(
    'history',
    history,
    historyOf(subjects),
    sql`UPDATE ${history} SET changes = ${changesLeft(subjects)}`,
  ),
  ...step('idempotencyAnswers', idempotencyKeys, attemptsOf(subjects)),
  ...step('deliveries', deliveries, deliveriesOf),
  ...step('addresses', addresses, deliveriesOf),
  ...step('deadLetters', deadLetters, deadLettersOf),
];
const forgetReasons = query(() => sql`UPDATE ${deliveries} SET reason = NULL WHERE ${reasonsOf}`);
const forgetRequests = [contacts, accounts, history, erasures].map((table) =>
  query(() => sql`UPDATE ${table} SET request_id = NULL WHERE ${requestsOf}`),
);
const end = query(
  () => sql`UPDATE ${erasures} SET subjects = NULL WHERE tenant_id = ${p('tenantId')} AND id = ${p('id')}`,
);
const kept = rowQuery(
  ['id', 'at', 'removed'],
  () =>
    sql`SELECT id AS "id", at AS "at", removed AS "removed" FROM ${erasures} WHERE tenant_id = ${p('tenantId')} AND id = ${p('id')}`,
);

/** How many rows of each kind an erasure removed. It does not say whose. */
interface Erasure {
  id: string;
  at: string;
  removed: Record<
    'contacts' | 'accounts' | 'history' | 'idempotencyAnswers' | 'deliveries' | 'addresses' | 'deadLetters',
    number
  >;
}

/**
 * 2 round trips. Removes the contacts with this address, the address from accounts, and every trace of either in the history, kept outcomes, delivery
 * events and dead letters. Throws `tenant.not_found`.
 */
export async function erase(
  office: Writer,
  tenantId: string,
  email: string,
  requestId: string,
): Promise<Erasure> {
  const id = uuidv7();
  const values = {
    ...(await personValues(office, tenantId, email)),
    id,
    requestId,
    now: new Date().toISOString(),
  };
  const { row } = await write(office, {
    change: begin(office, values),
    after: [mark, ...steps, forgetReasons, ...forgetRequests, end].map((statement) =>
      statement(office, values),
    ),
    row: kept(office, { tenantId, id }),
    seed: {},
    patience: PATIENCE_MS,
  });
  if (!row) throw new Failure('tenant.not_found');
  return toErasure(row);
}

const toErasure = (row: Row): Erasure => ({
  id: row.id as string,
  at: row.at as string,
  removed: JSON.parse(row.removed as string),
});

const selectPage = query(
  () =>
    sql`SELECT id AS "id", at AS "at", removed AS "removed" FROM ${erasures} WHERE tenant_id = ${p('tenantId')} AND id > ${p('after')} ORDER BY id LIMIT ${p('limit')}`,
);

/** 1 round trip. Up to `first` erasures after the one with this id, oldest first. Throws `tenant.not_found`. */
export async function listErasures(
  payer: Payer,
  tenantId: string,
  first: number,
  after: string,
): Promise<Page<Erasure>> {
  const listed = await rowsOf(payer, tenantId, selectPage(payer, { tenantId, after, limit: first + 1 }));
  return pageOf(listed, first, toErasure);
}
