/** Which contacts of an account an upsert looks at; and for one that explains itself, which to show. core/ compares. */
import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { Neighbour } from '../core/explanation.ts';
import { p, type Row, tenantQuery } from './database.ts';
import { nearNames } from './near-names.ts';
import { contacts, nameSegments } from './schema.ts';

/** The contacts of the account with the address. The index is named: without statistics SQLite takes the primary key, and reads the whole tenant. */
export const withEmail = (tenant: Placeholder) =>
  sql`FROM ${contacts} INDEXED BY contacts_email WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.emailKey} = ${p('emailKey')} AND ${contacts.accountId} = ${p('accountId')}`;
/** Those with the very name. */
export const withName = (tenant: Placeholder) =>
  sql`FROM ${contacts} INDEXED BY contacts_compared_name WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.accountId} = ${p('accountId')} AND ${contacts.comparedName} = ${p('name')}`;

const inAccount = (tenant: Placeholder) =>
  sql`FROM ${contacts} INDEXED BY contacts_account WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.accountId} = ${p('accountId')}`;

/** The oldest so many. SQLite takes a LIMIT in a union only from within. */
const oldest = (which: SQL, limit: number) =>
  sql`SELECT id FROM (SELECT ${contacts.id} AS id ${which} ORDER BY ${contacts.id} LIMIT ${sql.raw(`${limit}`)})`;

/**
 * The hundred oldest of the account, so that one of a common size is shown whole, and it is seen who was not near enough; the ten
 * oldest with the address, and with the name; and of every name that may be near the oldest.
 */
export const selectNeighbours = tenantQuery(
  (
    tenant,
  ) => sql`SELECT ${contacts.id} AS "id", ${contacts.fullName} AS "fullName", ${contacts.comparedName} AS "name", coalesce(${contacts.emailKey} = ${p('emailKey')}, 0) AS "sameEmail"
FROM ${contacts} WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.id} IN (
  ${oldest(inAccount(tenant), 100)} UNION ${oldest(withEmail(tenant), 10)} UNION ${oldest(withName(tenant), 10)}
  UNION SELECT ${nameSegments.oldestId} ${nearNames(tenant)})`,
);

/** Reads a row of `selectNeighbours`. */
export const toNeighbour = (row: Row): Neighbour => ({
  ...(row as unknown as Neighbour),
  sameEmail: row.sameEmail === 1,
});
