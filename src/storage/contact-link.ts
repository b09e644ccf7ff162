/** The account that a contact belongs to: how a write names it, and the stub where there is none of that number. */
import { type Placeholder, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { accountOf } from './account-record.ts';
import { type Book, p, tenantQuery, type Value } from './database.ts';
import { accounts, contacts } from './schema.ts';

/** The account that a write links to: by number, made as a stub where there is none; by id, which must exist; or none. */
export type AccountLink = { number: string } | { id: string } | null;

/** The id of the account, to be stored with the contact. */
export const linkedAccount = (tenant: Placeholder) =>
  sql`iif(${p('accountNumber')} IS NULL, ${p('accountId')}, coalesce(${accountOf(tenant, p('accountNumber'))}, ${p('accountId')}))`;
/** False for an account named by an id that is none's. */
export const accountExists = (tenant: Placeholder) =>
  sql`(${p('accountNumber')} IS NOT NULL OR ${p('accountId')} IS NULL OR EXISTS (SELECT 1 FROM ${accounts} WHERE ${accounts.tenantId} = ${tenant} AND ${accounts.id} = ${p('accountId')}))`;

/** "account_number that names no account yet: the account is created as a stub": if, and only if, a contact was given its id; once, should the batch run twice. */
const insertStub = tenantQuery(
  (
    tenant,
  ) => sql`INSERT INTO ${accounts} (tenant_id, id, number, created_at, updated_at, changed_by, request_id)
SELECT ${tenant}, ${p('accountId')}, ${p('accountNumber')}, ${p('now')}, ${p('now')}, ${p('changedBy')}, ${p('requestId')}
WHERE EXISTS (SELECT 1 FROM ${contacts} WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.accountId} = ${p('accountId')})
ON CONFLICT (tenant_id, id) DO NOTHING`,
);

/** What the two bind, and the stub: the id that it would have. */
export const linkValues = (link: AccountLink): { accountId: Value; accountNumber: Value } => {
  if (link === null) return { accountId: null, accountNumber: null };
  return 'id' in link
    ? { accountId: link.id, accountNumber: null }
    : { accountId: uuidv7(), accountNumber: link.number };
};

/** The stub of the account, where the link names it by number. */
export const stubs = (book: Book, values: Record<string, Value>) =>
  values.accountNumber == null ? [] : [insertStub(book, values)];
