/** How a contact stands in D1: the one selection that reads it, and what is computed in JavaScript to be compared. */
import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import { addressKey } from '../core/address.ts';
import type { Contact, ContactFields } from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import { comparedName } from '../core/name.ts';
import { type Book, p, packed, type Row, unpacked, type Value } from './database.ts';
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

/** What is read of a contact; `toContact` takes it by place. */
export const selection = {
  id: contacts.id,
  reference: contacts.reference,
  accountId: contacts.accountId,
  accountNumber: accounts.number,
  name: contacts.name,
  firstName: contacts.firstName,
  lastName: contacts.lastName,
  fullName: contacts.fullName,
  function: contacts.function,
  email: contacts.email,
  emailStatus: addresses.status,
  phone: contacts.phone,
  mobilePhone: contacts.mobilePhone,
  fax: contacts.fax,
  title: contacts.title,
  department: contacts.department,
  contactType: contacts.contactType,
  language: contacts.language,
  spokenLanguage: sql`coalesce(${contacts.language}, ${accounts.language}, ${tenants.defaultLanguage})`,
  address1: contacts.address1,
  address2: contacts.address2,
  city: contacts.city,
  state: contacts.state,
  zip: contacts.zip,
  country: contacts.country,
  notes: contacts.notes,
  isPrimary: contacts.isPrimary,
  customFields: sql`json(${contacts.customFields})`,
  version: contacts.version,
  createdAt: contacts.createdAt,
  updatedAt: contacts.updatedAt,
};

/** Contacts with what follows from their account, address and tenant; `where` must name the tenant. */
export const selectContacts = (where: SQL) => sql`SELECT ${packed(selection)} FROM ${contacts}
JOIN ${tenants} ON ${tenants.id} = ${contacts.tenantId}
LEFT JOIN ${accounts} ON ${accounts.tenantId} = ${contacts.tenantId} AND ${accounts.id} = ${contacts.accountId}
LEFT JOIN ${addresses} ON ${addresses.tenantId} = ${contacts.tenantId} AND ${addresses.addressKey} = ${contacts.emailKey}
WHERE ${where}`;

/** Reads a row of `selectContacts`. Written out: a list makes this object for each row, and names in a loop would cost a quarter of the list. */
export function toContact(row: Row): Contact {
  const values = unpacked(row);
  return {
    id: values[0],
    reference: values[1],
    accountId: values[2],
    accountNumber: values[3],
    name: values[4],
    firstName: values[5],
    lastName: values[6],
    fullName: values[7],
    function: values[8],
    email: values[9],
    emailStatus: values[9] === null ? null : (values[10] ?? 'Valid'),
    phone: values[11],
    mobilePhone: values[12],
    fax: values[13],
    title: values[14],
    department: values[15],
    contactType: values[16],
    language: values[17],
    spokenLanguage: values[18],
    address1: values[19],
    address2: values[20],
    city: values[21],
    state: values[22],
    zip: values[23],
    country: values[24],
    notes: values[25],
    isPrimary: values[26] === null ? null : values[26] === 1,
    customFields: values[27],
    version: values[28],
    createdAt: values[29],
    updatedAt: values[30],
  };
}

/** Which contact is meant: by the ingest dialect's reference, or by the agent dialect's pair of ids. */
export type ContactSelector = { reference: string } | { accountId: string; id: string };

export const byReference = (tenant: Placeholder) =>
  sql`${contacts.tenantId} = ${tenant} AND ${contacts.reference} = ${p('reference')}`;
export const byIds = (tenant: Placeholder) =>
  sql`${contacts.tenantId} = ${tenant} AND ${contacts.id} = ${p('id')} AND ${contacts.accountId} = ${p('accountId')}`;

export const isReference = (which: ContactSelector): which is { reference: string } => 'reference' in which;
const selectByReference = rowQuery<Book>(['row'], (tenant) => selectContacts(byReference(tenant)));
const selectByIds = rowQuery<Book>(['row'], (tenant) => selectContacts(byIds(tenant)));
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
