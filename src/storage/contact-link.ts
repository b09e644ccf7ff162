/** The account that a contact belongs to: how a write names it, and the stub that is created when no account has that number. */
import { type Placeholder, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { accountOf } from './account-record.ts';
import { type Book, p, tenantQuery, type Value } from './database.ts';
import { accounts, contacts } from './schema.ts';

/** The account that a write links a contact to: by number, created as a stub when there is none; or none (null). */
export type AccountLink = { number: string } | null;
/** The account of a new contact: the same, or by id, which must exist. */
export type NewLink = AccountLink | { id: string };

/** The account id to store with the contact: that of the account named, or else the one that its stub will have; null for none. */
export const linkedAccount = (tenant: Placeholder) =>
  sql`iif(${p('accountNumber')} IS NULL, ${p('accountId')}, coalesce(${accountOf(tenant, p('accountNumber'))}, ${p('accountId')}))`;
/** False when the link names an id that no account has. */
export const accountExists = (tenant: Placeholder) =>
  sql`(${p('accountNumber')} IS NOT NULL OR ${p('accountId')} IS NULL OR EXISTS (SELECT 1 FROM ${accounts} WHERE ${accounts.tenantId} = ${tenant} AND ${accounts.id} = ${p('accountId')}))`;

/**
 * "If no account has the `account_number` of a contact, the write creates that account as a stub" (contract). It is created only if a contact was
 * stored with its id, and only once, even if the batch runs twice.
 */
const insertStub = tenantQuery(
  (
    tenant,
  ) => sql`INSERT INTO ${accounts} (tenant_id, id, number, created_at, updated_at, changed_by, request_id)
SELECT ${tenant}, ${p('accountId')}, ${p('accountNumber')}, ${p('now')}, ${p('now')}, ${p('changedBy')}, ${p('requestId')}
WHERE EXISTS (SELECT 1 FROM ${contacts} WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.accountId} = ${p('accountId')})
ON CONFLICT (tenant_id, id) DO NOTHING`,
);

/** What `linkedAccount`, `accountExists` and the stub bind. For a link by number, `accountId` is the id that a stub would get. */
export const linkValues = (link: NewLink): { accountId: Value; accountNumber: Value } => {
  if (link === null) return { accountId: null, accountNumber: null };
  return 'id' in link
    ? { accountId: link.id, accountNumber: null }
    : { accountId: uuidv7(), accountNumber: link.number };
};

/** The statement that creates the stub, for a link by number; none for other links. */
export const stubs = (book: Book, values: Record<string, Value>) =>
  values.accountNumber == null ? [] : [insertStub(book, values)];
