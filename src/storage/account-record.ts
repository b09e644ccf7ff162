/** How an account is stored in D1: the one selection that reads it, with its oldest contacts where a caller asks for them. */
import { type Placeholder, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Account } from '../core/account.ts';
import { type Contact, emailStatusOf } from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import { type Book, p, packed, parsed, type Row, unpacked } from './database.ts';
import { accounts } from './schema.ts';
import { rowQuery } from './writing.ts';

/** Fields that a write replaces. */
export const plainFields = [
  'name',
  'displayReference',
  'language',
  'phone',
  'mobilePhone',
  'fax',
  'email',
  'paymentTerms',
  'creditLimit',
  'accountGroup',
  'parentAccountNumber',
  'isParentAccount',
  'branchName',
  'description',
  'vat',
  'companyRegistrationNumber',
  'dataProviders',
] as const;
/** Objects that a write merges into the stored ones, by JSON Merge Patch (RFC 7396). */
export const mergedFields = ['billingAddress', 'remitTo', 'customFields'] as const;

/** How many of an account's contacts the agent dialect shows within the account itself [ours]; the account's list of contacts has the rest. */
const MOST_CONTACTS_SHOWN = 100;

/** The oldest contacts of the account, as JSON built inside SQLite: one statement for a whole page of accounts. */
const shownContacts = sql.raw(`(
  SELECT json_group_array(json_object('id', id, 'fullName', full_name, 'email', email, 'emailStatus', status,
    'spokenLanguage', coalesce(language, accounts.language, default_language), 'createdAt', created_at, 'updatedAt', updated_at))
  FROM (
    SELECT c.id, c.full_name, c.email, c.language, c.created_at, c.updated_at, a.status, t.default_language
    FROM contacts AS c JOIN tenants AS t ON t.id = c.tenant_id
    LEFT JOIN addresses AS a ON a.tenant_id = c.tenant_id AND a.address_key = c.email_key
    WHERE c.tenant_id = accounts.tenant_id AND c.account_id = accounts.id ORDER BY c.id LIMIT ${MOST_CONTACTS_SHOWN}))`);

const columns = [
  'id',
  'number',
  'currency',
  ...plainFields.filter((name) => name !== 'creditLimit'),
  ...mergedFields,
  'sourceConnectionId',
  'sourceId',
  'sourceUpdatedAt',
  'version',
  'createdAt',
  'updatedAt',
] as const;
const objects: readonly string[] = [...mergedFields, 'dataProviders'];
/** What is read of an account; `toAccount` reads it by position. */
export const selection = Object.fromEntries(
  columns.map((name) => [name, objects.includes(name) ? sql`json(${accounts[name]})` : accounts[name]]),
);

/**
 * Selects the accounts for which `where` holds. Two values stand beside the packed row: the credit limit, because some versions of SQLite round it to
 * 15 digits in JSON, and the contacts, because they are JSON already.
 */
export const selectAccounts = (where: SQL, withContacts: boolean, row = packed(selection)) =>
  sql`SELECT ${row} AS "row", ${accounts.creditLimit} AS "creditLimit", ${withContacts ? shownContacts : sql`NULL`} AS "contacts" FROM ${accounts} WHERE ${where}`;

/** What the agent dialect shows of a contact within its account. */
export type ShownContact = Pick<
  Contact,
  'id' | 'fullName' | 'email' | 'emailStatus' | 'spokenLanguage' | 'createdAt' | 'updatedAt'
>;

/** An account, with its oldest contacts when they were asked for. */
export type AccountRecord = Account & { contacts: ShownContact[] };

/** Reads a row of `selectAccounts`. */
export function toAccount(row: Row): AccountRecord {
  const values = unpacked(row);
  const { sourceConnectionId, sourceId, sourceUpdatedAt, ...account } = Object.fromEntries(
    columns.map((name, at) => [name, values[at]]),
  );
  const shown: ShownContact[] = parsed(row.contacts) ?? [];
  return {
    ...(account as unknown as Account),
    creditLimit: row.creditLimit === null ? null : Number(row.creditLimit),
    isParentAccount: account.isParentAccount === null ? null : account.isParentAccount === 1,
    source:
      sourceId === null
        ? null
        : {
            connectionId: sourceConnectionId as string,
            sourceId: sourceId as string,
            lastUpdate: sourceUpdatedAt as string,
          },
    contacts: shown.map((contact) => ({
      ...contact,
      emailStatus: emailStatusOf(contact.email, contact.emailStatus),
    })),
  };
}

/** Which account is meant: by the ingest dialect's number, or by the agent dialect's id. By id it is read with its oldest contacts. */
export type AccountSelector = { number: string } | { id: string };

/**
 * The id of the account with this number, or else of the account with this id. An account that was made in the agent dialect has its id as its number
 * until it gets a source. A client that read that number before, on the account or on a contact, may still write it back.
 */
export const accountOf = (tenant: Placeholder, number: SQL) => {
  const account = (which: SQLWrapper) =>
    sql`(SELECT id FROM ${accounts} WHERE ${accounts.tenantId} = ${tenant} AND ${which} = ${number})`;
  return sql`coalesce(${account(accounts.number)}, ${account(accounts.id)})`;
};

/** The account with the number that is bound. */
export const byNumber = (tenant: Placeholder) =>
  sql`${accounts.tenantId} = ${tenant} AND ${accounts.id} = ${accountOf(tenant, p('number'))}`;
/** The account with the id that is bound. */
export const byId = (tenant: Placeholder) =>
  sql`${accounts.tenantId} = ${tenant} AND ${accounts.id} = ${p('id')}`;

/** Calls `make` once for each way to select an account. Returns a function that gives the result for the selector in use. */
export function bySelector<Made>(make: (where: (tenant: Placeholder) => SQL) => Made) {
  const ofNumber = make(byNumber);
  const ofId = make(byId);
  return (which: AccountSelector): Made => ('number' in which ? ofNumber : ofId);
}

/** The credit limit is kept as text, in which every version of SQLite keeps all its digits. */
const written = {
  row: 'json("row")',
  creditLimit: `nullif(format('%!.17g', "creditLimit"), iif("creditLimit" IS NULL, '0.0', ''))`,
  contacts: 'json("contacts")',
};
const selectOne = bySelector((where) =>
  rowQuery<Book>(Object.keys(written), (tenant) => selectAccounts(where(tenant), where === byId), written),
);
/** The statements for the selected account: one reads it, one keeps it as the outcome of an attempt. */
export const select = (book: Book, which: AccountSelector) => selectOne(which)(book, { ...which });

/** The account in a row of `select`; throws `account.not_found` where there is none. */
export function accountIn(row: Row | undefined): AccountRecord {
  if (!row) throw new Failure('account.not_found');
  return toAccount(row);
}
