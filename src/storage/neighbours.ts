/** Which contacts of an account an upsert looks at, and which an explanation compares. core/ compares them. */
import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { Neighbour } from '../core/explanation.ts';
import { p, type Row, tenantQuery } from './database.ts';
import { nearNames } from './near-names.ts';
import { contacts, nameSegments } from './schema.ts';

/**
 * The contacts of the account with the address. The index is named because without statistics SQLite takes the primary key, and reads the whole
 * tenant.
 */
export const withEmail = (tenant: Placeholder) =>
  sql`FROM ${contacts} INDEXED BY contacts_email WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.emailKey} = ${p('emailKey')} AND ${contacts.accountId} = ${p('accountId')}`;
/** The contacts of the account with exactly this name. */
export const withName = (tenant: Placeholder) =>
  sql`FROM ${contacts} INDEXED BY contacts_compared_name WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.accountId} = ${p('accountId')} AND ${contacts.comparedName} = ${p('name')}`;

const inAccount = (tenant: Placeholder) =>
  sql`FROM ${contacts} INDEXED BY contacts_account WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.accountId} = ${p('accountId')}`;

/** The ids of the oldest, up to `limit`. In a union SQLite accepts a LIMIT only within a subquery. */
const oldest = (which: SQL, limit: number) =>
  sql`SELECT id FROM (SELECT ${contacts.id} AS id ${which} ORDER BY ${contacts.id} LIMIT ${sql.raw(`${limit}`)})`;

/**
 * The contacts that an explanation compares: the 100 oldest of the account, the 10 oldest with the address, the 10 oldest with the name, and the
 * oldest with each name that may be near. An account of usual size is thus compared as a whole, with those who are not near enough, too.
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
