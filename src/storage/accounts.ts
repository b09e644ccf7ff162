/** Reading accounts. */
import { sql } from 'drizzle-orm';
import {
  type AccountRecord,
  type AccountSelector,
  accountIn,
  select,
  selectAccounts,
  selection,
  toAccount,
} from './account-record.ts';
import { type Book, p, packed, read, tenantQuery } from './database.ts';
import { type Page, pageOfLarge, unlessLarge } from './page.ts';
import { accounts } from './schema.ts';

/** 1 round trip. Throws `account.not_found`. */
export async function getAccount(book: Book, which: AccountSelector): Promise<AccountRecord> {
  const [found] = await read(book, [select(book, which).read]);
  return accountIn(found.results[0]);
}

const unlessLargeAccount = unlessLarge(packed(selection), accounts.customFields, accounts.dataProviders);
const page = (withContacts: boolean) =>
  tenantQuery((tenant) => {
    const where = sql`${accounts.tenantId} = ${tenant} AND ${accounts.id} > ${p('after')}`;
    return sql`${selectAccounts(where, withContacts, unlessLargeAccount)} ORDER BY ${accounts.id} LIMIT ${p('limit')}`;
  });
const pageOfAccounts = page(false);
const pageWithContacts = page(true);

/**
 * 1 round trip; 2 when the page begins with a large account. Up to `first` accounts after the one with this id, oldest first; costs the same at any
 * depth.
 */
export async function listAccounts(
  book: Book,
  first: number,
  after: string,
  withContacts: boolean,
): Promise<Page<AccountRecord>> {
  const query = withContacts ? pageWithContacts : pageOfAccounts;
  return pageOfLarge(first, 'row', toAccount, async (limit) => {
    const [result] = await read(book, [query(book, { after, limit })]);
    return result.results;
  });
}
