/** How a contact stands in D1: the one selection that reads it, and what is computed in JavaScript to be compared. */
import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import { addressKey } from '../core/address.ts';
import type { Contact, ContactFields, EmailStatus } from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import { comparedName } from '../core/name.ts';
import { type Book, columnsOf, p, type Row, type Value } from './database.ts';
import { accounts, addresses, contacts, tenants } from './schema.ts';
import { rowQuery } from './writing.ts';

export const plainFields = [
  'name',
  'firstName',
  'lastName',
  'function',
  'email',
  'phone',
  'mobilePhone',
  'fax',
  'title',
  'department',
  'contactType',
  'language',
  'address1',
  'address2',
  'city',
  'state',
  'zip',
  'country',
  'notes',
  'isPrimary',
] as const;
export const keyFields = ['referenceKey', 'nameKey', 'firstNameKey', 'lastNameKey', 'emailKey'] as const;

const selection = {
  ...Object.fromEntries(plainFields.map((name) => [name, contacts[name]])),
  id: contacts.id,
  reference: contacts.reference,
  accountId: contacts.accountId,
  customFields: contacts.customFields,
  fullName: contacts.fullName,
  version: contacts.version,
  createdAt: contacts.createdAt,
  updatedAt: contacts.updatedAt,
  accountNumber: accounts.number,
  emailStatus: addresses.status,
  spokenLanguage: sql`coalesce(${contacts.language}, ${accounts.language}, ${tenants.defaultLanguage})`,
};

/** Contacts with what follows from their account, address and tenant; `where` must name the tenant. */
export const selectContacts = (where: SQL) => sql`SELECT ${columnsOf(selection)} FROM ${contacts}
JOIN ${tenants} ON ${tenants.id} = ${contacts.tenantId}
LEFT JOIN ${accounts} ON ${accounts.tenantId} = ${contacts.tenantId} AND ${accounts.id} = ${contacts.accountId}
LEFT JOIN ${addresses} ON ${addresses.tenantId} = ${contacts.tenantId} AND ${addresses.addressKey} = ${contacts.emailKey}
WHERE ${where}`;

/** Reads a row of `selectContacts`. */
export function toContact(row: Row): Contact {
  return {
    ...(row as unknown as Contact),
    isPrimary: row.isPrimary === null ? null : row.isPrimary === 1,
    customFields: row.customFields === '{}' ? {} : JSON.parse(row.customFields as string),
    emailStatus: row.email === null ? null : ((row.emailStatus ?? 'Valid') as EmailStatus),
  };
}

/** Which contact is meant: by the ingest dialect's reference, or by the agent dialect's pair of ids. */
export type ContactSelector = { reference: string } | { accountId: string; id: string };

export const byReference = (tenant: Placeholder) =>
  sql`${contacts.tenantId} = ${tenant} AND ${contacts.reference} = ${p('reference')}`;
export const byIds = (tenant: Placeholder) =>
  sql`${contacts.tenantId} = ${tenant} AND ${contacts.id} = ${p('id')} AND ${contacts.accountId} = ${p('accountId')}`;

export const isReference = (which: ContactSelector): which is { reference: string } => 'reference' in which;
const columns = Object.keys(selection);
const selectByReference = rowQuery<Book>(columns, (tenant) => selectContacts(byReference(tenant)));
const selectByIds = rowQuery<Book>(columns, (tenant) => selectContacts(byIds(tenant)));
/** The one contact that is meant, to read or to keep. */
export const select = (book: Book, which: ContactSelector) =>
  (isReference(which) ? selectByReference : selectByIds)(book, { ...which });

/** The contact in a row of `select`; throws `contact.not_found` where there is none. */
export function contactIn(row: Row | undefined): Contact {
  if (!row) throw new Failure('contact.not_found');
  return toContact(row);
}

/** What is compared, for whichever of the fields are there: names and addresses folded as core says. */
export function keysOf(fields: Partial<ContactFields>): Record<string, Value> {
  const keys: Record<string, Value> = {};
  for (const field of ['name', 'firstName', 'lastName'] as const) {
    const text = fields[field];
    if (text !== undefined) keys[`${field}Key`] = text === null ? null : comparedName(text);
  }
  if (fields.email !== undefined) keys.emailKey = fields.email === null ? null : addressKey(fields.email);
  return keys;
}
