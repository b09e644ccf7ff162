/** What an upsert would leave behind, without writing it. */
import { sql } from 'drizzle-orm';
import { addressKey } from '../core/address.ts';
import {
  type Contact,
  type ContactFields,
  type EmailStatus,
  emailStatusOf,
  newContact,
  withOneName,
} from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import { type ContactChanges, standInAfter } from './contact-patch.ts';
import { select, toContact } from './contact-record.ts';
import { type Book, p, read, tenantQuery } from './database.ts';
import { accounts, addresses, tenants } from './schema.ts';

/** What a contact takes from elsewhere: the status of its address, the number of its account, and the language when it has none of its own. */
const selectInherited = tenantQuery(
  (
    tenant,
  ) => sql`SELECT coalesce(${accounts.language}, ${tenants.defaultLanguage}) AS "language", ${accounts.number} AS "accountNumber",
  (SELECT ${addresses.status} FROM ${addresses} WHERE ${addresses.tenantId} = ${tenant} AND ${addresses.addressKey} = ${p('emailKey')}) AS "status"
FROM ${accounts} JOIN ${tenants} ON ${tenants.id} = ${accounts.tenantId} WHERE ${accounts.tenantId} = ${tenant} AND ${accounts.id} = ${p('accountId')}`,
);

/** The nil UUID (RFC 9562, 5.9), for a contact that was not created. */
const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * 1 round trip. Returns the contact as these changes would leave it, and the outcome. Where `id` is null it is a new contact, with the nil UUID and
 * the present time. Throws `account.changed` when the account or the contact has gone since the match.
 */
export async function preview(
  book: Book,
  accountId: string,
  id: string | null,
  changes: ContactChanges,
): Promise<{ contact: Contact; outcome: 'created' | 'updated' | 'unchanged' }> {
  const emailKey = changes.email == null ? null : addressKey(changes.email);
  const [found, inherited] = await read(book, [
    select(book, { accountId, id: id ?? NIL }).read,
    selectInherited(book, { accountId, emailKey }),
  ]);
  const row = found.results[0];
  const { language, accountNumber, status } = inherited.results[0] ?? {};
  if (language === undefined || (id !== null && !row)) throw new Failure('account.changed');
  const stored = row ? toContact(row) : null;
  const fields = stored ? changed(stored, changes) : newContact(changes);
  const differs = ([name, value]: [string, unknown]) => stored?.[name as keyof Contact] !== value;
  if (stored && !Object.entries(fields).some(differs)) return { contact: stored, outcome: 'unchanged' };
  const now = new Date().toISOString();
  const next = {
    ...(stored ?? { id: NIL, reference: NIL, version: 1, createdAt: now }),
    ...fields,
  } as Contact;
  const known = changes.email === undefined ? stored?.emailStatus : (status as EmailStatus | null);
  const contact = {
    ...next,
    accountId,
    accountNumber: accountNumber as string,
    fullName: fullNameOf(next),
    emailStatus: emailStatusOf(next.email, known ?? null),
    spokenLanguage: next.language ?? (language as string),
    updatedAt: now,
  };
  return { contact, outcome: stored ? 'updated' : 'created' };
}

/** The fields as they would be stored: the rule of the one name is that of contact-patch.ts. */
function changed(contact: Contact, changes: ContactChanges): Partial<ContactFields> {
  const { fullName, ...fields } = changes;
  if (fullName === undefined) return withOneName(fields);
  const { name, firstName, lastName, reference } = contact;
  const stays =
    (name ?? firstName ?? lastName) === null
      ? standInAfter(contact.fullName, reference, changes) !== null
      : fullName === contact.fullName;
  return stays ? withOneName(fields) : { ...fields, name: fullName, firstName: null, lastName: null };
}

/** The same as the column `full_name` of migrations/0003. */
function fullNameOf({ name, firstName, lastName, email, reference }: Contact): string {
  const joined = [firstName, lastName].filter((part) => part !== null).join(' ');
  return name ?? (joined === '' ? (email ?? reference) : joined);
}
