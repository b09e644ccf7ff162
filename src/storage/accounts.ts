/** Reading accounts. Every verb is one D1 round trip. */
import { sql } from 'drizzle-orm';
import {
  type AccountRecord,
  type AccountSelector,
  accountIn,
  select,
  selectAccounts,
  toAccount,
} from './account-record.ts';
import { type Book, p, read, tenantQuery } from './database.ts';
import { type Page, pageOf } from './page.ts';
import { accounts } from './schema.ts';

/** 1 round trip. Throws `account.not_found`. */
export async function getAccount(book: Book, which: AccountSelector): Promise<AccountRecord> {
  const [found] = await read(book, [select(book, which).read]);
  return accountIn(found.results[0]);
}

const page = (withContacts: boolean) =>
  tenantQuery((tenant) => {
    const where = sql`${accounts.tenantId} = ${tenant} AND ${accounts.id} > ${p('after')}`;
    return sql`${selectAccounts(where, withContacts)} ORDER BY ${accounts.id} LIMIT ${p('limit')}`;
  });
const pageOfAccounts = page(false);
const pageWithContacts = page(true);

/** 1 round trip. Up to `first` accounts after the one with this id, oldest first; costs the same at any depth. */
export async function listAccounts(
  book: Book,
  first: number,
  after: string,
  withContacts: boolean,
): Promise<Page<AccountRecord>> {
  const [result] = await read(book, [
    (withContacts ? pageWithContacts : pageOfAccounts)(book, { after, limit: first + 1 }),
  ]);
  return pageOf(result.results, first, toAccount);
}
