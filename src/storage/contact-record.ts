/** How a contact is stored in D1: the one selection that reads it, and the keys that JavaScript computes for comparing. */
import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import { addressKey } from '../core/address.ts';
import { type Contact, type ContactFields, emailStatusOf } from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import { comparedName } from '../core/name.ts';
import { type Book, p, packed, type Row, unpacked, type Value } from './database.ts';
import { accounts, addresses, contacts, tenants } from './schema.ts';
import { rowQuery } from './writing.ts';

/** Fields that a write replaces. */
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
/** The columns that are compared in place of the texts: what `keysOf` returns, and the key of the reference. */
export const keyFields = ['referenceKey', 'nameKey', 'firstNameKey', 'lastNameKey', 'emailKey'] as const;

/** The language to write in: the contact's, else its account's, else the tenant's. */
export const spokenLanguage = sql`coalesce(${contacts.language}, ${accounts.language}, ${tenants.defaultLanguage})`;

/** What is read of a contact. `toContact` and the dossier read it by position. */
export const selection = {
  ...Object.fromEntries(plainFields.map((name) => [name, contacts[name]])),
  id: contacts.id,
  reference: contacts.reference,
  accountId: contacts.accountId,
  accountNumber: accounts.number,
  fullName: contacts.fullName,
  emailStatus: addresses.status,
  spokenLanguage,
  customFields: sql`json(${contacts.customFields})`,
  version: contacts.version,
  createdAt: contacts.createdAt,
  updatedAt: contacts.updatedAt,
};

/**
 * Contacts with what follows from their account, address and tenant; `where` must name the tenant. The status is that of the address: every contact
 * with the address shows it, and a contact that gets another address has the status of that one.
 */
export const selectContacts = (
  where: SQL,
  row = packed(selection),
) => sql`SELECT ${row} AS "row" FROM ${contacts}
JOIN ${tenants} ON ${tenants.id} = ${contacts.tenantId}
LEFT JOIN ${accounts} ON ${accounts.tenantId} = ${contacts.tenantId} AND ${accounts.id} = ${contacts.accountId}
LEFT JOIN ${addresses} ON ${addresses.tenantId} = ${contacts.tenantId} AND ${addresses.addressKey} = ${contacts.emailKey}
WHERE ${where}`;

/**
 * Reads a row of `selectContacts`. The fields are written out because a list makes this object for each row, and a loop over their names would take a
 * quarter of the list's time.
 */
export function toContact(row: Row): Contact {
  const values = unpacked(row);
  return {
    name: values[0],
    firstName: values[1],
    lastName: values[2],
    function: values[3],
    email: values[4],
    phone: values[5],
    mobilePhone: values[6],
    fax: values[7],
    title: values[8],
    department: values[9],
    contactType: values[10],
    language: values[11],
    address1: values[12],
    address2: values[13],
    city: values[14],
    state: values[15],
    zip: values[16],
    country: values[17],
    notes: values[18],
    isPrimary: values[19] === null ? null : values[19] === 1,
    id: values[20],
    reference: values[21],
    accountId: values[22],
    accountNumber: values[23],
    fullName: values[24],
    emailStatus: emailStatusOf(values[4], values[25]),
    spokenLanguage: values[26],
    customFields: values[27],
    version: values[28],
    createdAt: values[29],
    updatedAt: values[30],
  };
}

/** Which contact is meant: by the ingest dialect's reference, or by the agent dialect's pair of ids. */
export type ContactSelector = { reference: string } | { accountId: string; id: string };

const byReference = (tenant: Placeholder) =>
  sql`${contacts.tenantId} = ${tenant} AND ${contacts.reference} = ${p('reference')}`;
const byIds = (tenant: Placeholder) =>
  sql`${contacts.tenantId} = ${tenant} AND ${contacts.id} = ${p('id')} AND ${contacts.accountId} = ${p('accountId')}`;

/** Calls `make` once for each way to select a contact. Returns a function that gives the result for the selector in use. */
export function bySelector<Made>(make: (where: (tenant: Placeholder) => SQL) => Made) {
  const ofReference = make(byReference);
  const ofIds = make(byIds);
  return (which: ContactSelector): Made => ('reference' in which ? ofReference : ofIds);
}

const selectOne = bySelector((where) =>
  rowQuery<Book>(['row'], (tenant) => selectContacts(where(tenant)), { row: 'json("row")' }),
);
/** The statements for the selected contact: one reads it, one keeps it as the outcome of an attempt. */
export const select = (book: Book, which: ContactSelector) => selectOne(which)(book, { ...which });

/** The contact in a row of `select`; throws `contact.not_found` where there is none. */
export function contactIn(row: Row | undefined): Contact {
  if (!row) throw new Failure('contact.not_found');
  return toContact(row);
}

/** The comparison keys of the fields that are present: names as `comparedName`, the email as `addressKey`. */
export function keysOf(fields: Partial<ContactFields>): Record<string, Value> {
  const keys: Record<string, Value> = {};
  for (const field of ['name', 'firstName', 'lastName'] as const) {
    const text = fields[field];
    if (text !== undefined) keys[`${field}Key`] = text === null ? null : comparedName(text);
  }
  if (fields.email !== undefined) keys.emailKey = fields.email === null ? null : addressKey(fields.email);
  return keys;
}
