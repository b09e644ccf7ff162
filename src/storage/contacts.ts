/** Reading contacts. */
import { type Placeholder, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { addressKey } from '../core/address.ts';
import type { Contact } from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import { accountOf } from './account-record.ts';
import {
  type ContactSelector,
  contactIn,
  select,
  selectContacts,
  selection,
  toContact,
} from './contact-record.ts';
import { type Book, p, packed, read, tenantQuery } from './database.ts';
import { type Page, pageOfLarge, unlessLarge } from './page.ts';
import { accounts, contacts } from './schema.ts';

/** 1 round trip. Throws `contact.not_found`. */
export async function getContact(book: Book, which: ContactSelector): Promise<Contact> {
  const [found] = await read(book, [select(book, which).read]);
  return contactIn(found.results[0]);
}

/** What a list of contacts is limited to; all conditions must hold. */
interface ContactFilter {
  accountNumber?: string | undefined;
  email?: string | undefined;
  updatedSince?: string | undefined;
}

/** Where a page starts: after the row with this id (and, in a list by change, this time). */
interface Position {
  id: string;
  updatedAt: string;
}

const sinceUpdate = sql`${contacts.updatedAt} >= ${p('updatedSince')}`;

const selectListed = (where: SQL) =>
  selectContacts(where, unlessLarge(packed(selection), contacts.customFields));
const page = (where: SQL, order: SQL) => sql`${selectListed(where)} ORDER BY ${order} LIMIT ${p('limit')}`;
const afterId = (tenant: Placeholder) =>
  sql`${contacts.tenantId} = ${tenant} AND ${contacts.id} > ${p('id')}`;
const inAccount = (tenant: Placeholder) =>
  sql`(${p('accountNumber')} IS NULL OR ${contacts.accountId} = ${accountOf(tenant, p('accountNumber'))})`;

/**
 * The index of addresses is ordered by account, because an upsert looks an address up within one. So each page reads all contacts with the address
 * and sorts them by id: from the index alone, unless `also` needs other columns.
 */
const pageByEmail = (tenant: Placeholder, also = sql`TRUE`) =>
  sql`${selectListed(sql`${contacts.tenantId} = ${tenant} AND ${contacts.id} IN (SELECT ${contacts.id} FROM ${contacts} INDEXED BY contacts_email
  WHERE ${afterId(tenant)} AND ${contacts.emailKey} = ${p('emailKey')} AND ${inAccount(tenant)} AND ${also} ORDER BY ${contacts.id} LIMIT ${p('limit')})`)} ORDER BY ${contacts.id}`;

const afterChange = (updatedAt: SQLWrapper) =>
  sql`(${updatedAt}, ${contacts.id}) > (${p('updatedAt')}, ${p('id')})`;

/**
 * The queries, by the filter that decides on the index: `since` with `updatedSince`, `ever` without it. What the index does not cover is checked on
 * the rows that it finds.
 */
const pages = {
  all: {
    ever: tenantQuery((tenant) => page(afterId(tenant), sql`${contacts.id}`)),
    since: tenantQuery((tenant) =>
      page(
        sql`${contacts.tenantId} = ${tenant} AND ${afterChange(contacts.updatedAt)}`,
        sql`${contacts.updatedAt}, ${contacts.id}`,
      ),
    ),
  },
  account: {
    ever: tenantQuery((tenant) =>
      page(
        sql`${afterId(tenant)} AND ${contacts.accountId} = coalesce(${p('accountId')}, ${accountOf(tenant, p('accountNumber'))})`,
        sql`${contacts.id}`,
      ),
    ),
    // by account, and then sorted (`+` keeps SQLite from the index of changes): an account has few contacts, a tenant may have very many changes
    since: tenantQuery((tenant) =>
      page(
        sql`${contacts.tenantId} = ${tenant} AND ${contacts.accountId} = ${accountOf(tenant, p('accountNumber'))} AND ${afterChange(sql`+${contacts.updatedAt}`)}`,
        sql`+${contacts.updatedAt}, ${contacts.id}`,
      ),
    ),
  },
  email: {
    ever: tenantQuery((tenant) => pageByEmail(tenant)),
    since: tenantQuery((tenant) => pageByEmail(tenant, sinceUpdate)),
  },
};

/**
 * 1 round trip; 2 when the page begins with a large contact. Returns up to `first` contacts after a position, oldest first; with `updatedSince` and no
 * email, in order of change. A page costs the same at any depth, with two exceptions: with `email` it reads all contacts that have the address, with
 * `updatedSince` and an account all contacts of that account. An account number that no account has gives an empty page.
 */
export async function listContacts(
  book: Book,
  { accountNumber, email, updatedSince }: ContactFilter,
  first: number,
  after: Position | null,
): Promise<Page<Contact>> {
  const { ever, since } =
    pages[email !== undefined ? 'email' : accountNumber !== undefined ? 'account' : 'all'];
  const values = {
    id: after?.id ?? '',
    updatedAt: after?.updatedAt ?? updatedSince ?? '',
    updatedSince: updatedSince ?? null,
    accountId: null,
    accountNumber: accountNumber ?? null,
    emailKey: email === undefined ? null : (addressKey(email) ?? ''),
  };
  return pageOfLarge(first, 'row', toContact, async (limit) => {
    const [result] = await read(book, [(updatedSince ? since : ever)(book, { ...values, limit })]);
    return result.results;
  });
}

const accountFound = tenantQuery(
  (tenant) =>
    sql`SELECT 1 AS "found" FROM ${accounts} WHERE ${accounts.tenantId} = ${tenant} AND ${accounts.id} = ${p('accountId')}`,
);

/**
 * 1 round trip; 2 when the page begins with a large contact. Up to `first` contacts of an account after the one with this id, oldest first. Throws
 * `account.not_found`.
 */
export async function listContactsOf(
  book: Book,
  accountId: string,
  first: number,
  after: string,
): Promise<Page<Contact>> {
  return pageOfLarge(first, 'row', toContact, async (limit) => {
    const [account, result] = await read(book, [
      accountFound(book, { accountId }),
      pages.account.ever(book, { accountId, accountNumber: null, id: after, limit }),
    ]);
    if (!account.results[0]) throw new Failure('account.not_found');
    return result.results;
  });
}
