/** Creating an account with its contacts, and removing one with them. account-change.ts changes one with them. */
import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { AccountFields } from '../core/account.ts';
import type { ContactFields } from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import { type AccountRecord, accountIn, byId, select } from './account-record.ts';
import { valuesOf } from './account-writes.ts';
import { insertContact } from './contact-writes.ts';
import { type Book, p, tenantQuery } from './database.ts';
import { type Precondition, tags } from './precondition.ts';
import { authorship, ifMatches } from './record.ts';
import { accounts, contacts } from './schema.ts';
import { type SourceLink, sourceValues } from './sources.ts';
import { write } from './writing.ts';

/** The number is the sourceId if that can be a number and is free, else the account's id (contract, "Accounts"). */
const openAccount = tenantQuery(
  (
    tenant,
  ) => sql`INSERT INTO ${accounts} (tenant_id, id, number, name, currency, billing_address, source_connection_id, source_id, source_updated_at, created_at, updated_at, changed_by, request_id)
SELECT ${tenant}, ${p('id')}, iif(${p('sourceNumber')} IS NULL OR EXISTS (SELECT 1 FROM ${accounts} WHERE ${accounts.tenantId} = ${tenant} AND ${accounts.number} = ${p('sourceNumber')}), ${p('id')}, ${p('sourceNumber')}),
  ${p('name')}, ${p('currency')}, json_patch('{}', ${p('billingAddress')}), ${p('connectionId')}, ${p('sourceId')}, ${p('sourceUpdatedAt')}, ${p('now')}, ${p('now')}, ${p('changedBy')}, ${p('requestId')}`,
);

/** What such an account is made of. */
export type OpenedAccount = Pick<AccountFields, 'name' | 'currency' | 'billingAddress'> & {
  source: SourceLink | null;
};

/** 1 round trip. Creates the account with its contacts, all or nothing. Throws `source.conflict`. */
export async function openAccountWith(
  book: Book,
  { source, ...fields }: OpenedAccount,
  people: ContactFields[],
): Promise<AccountRecord> {
  const authored = authorship(book);
  const id = uuidv7();
  const values = { ...valuesOf(fields), ...authored, id, ...sourceValues(source, authored.now) };
  const { row } = await write(book, {
    change: openAccount(book, values),
    after: people.map((person) => insertContact(book, id, person).insert),
    row: select(book, { id }),
    seed: { id },
    once: true,
  });
  return accountIn(row);
}

/** The history's triggers read from the row itself which key removes it, so the rows are marked first. */
const mark = tenantQuery(
  (tenant) =>
    sql`UPDATE ${accounts} SET changed_by = ${p('changedBy')}, request_id = ${p('requestId')} WHERE ${byId(tenant)} AND ${ifMatches(accounts)}`,
);
const markContacts = tenantQuery(
  (
    tenant,
  ) => sql`UPDATE ${contacts} SET changed_by = ${p('changedBy')}, request_id = ${p('requestId')} WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.accountId} = ${p('id')}
AND EXISTS (SELECT 1 FROM ${accounts} WHERE ${byId(tenant)} AND ${ifMatches(accounts)})`,
);
const remove = tenantQuery(
  (tenant) => sql`DELETE FROM ${accounts} WHERE ${byId(tenant)} AND ${ifMatches(accounts)}`,
);

/** 1 round trip. Removes the account and its contacts. The history keeps which key did. Throws `account.not_found`, `precondition.failed`. */
export async function removeAccount(book: Book, id: string, { ifMatch }: Precondition = {}): Promise<void> {
  const values = { id, ...authorship(book), ifMatch: tags(ifMatch) };
  const { changed, row } = await write(book, {
    before: [mark(book, values), markContacts(book, values)],
    change: remove(book, values),
    row: select(book, { id }),
    seed: {},
    once: true,
    patience: 9_000,
  });
  if (!changed) throw new Failure(row ? 'precondition.failed' : 'account.not_found');
}
