/** A contact: a person (or mailbox) at an account. The names are ours; each dialect's mapping.ts gives them the vendor's. */
import type { CustomFields } from './custom-fields.ts';

/** The fields of a contact that callers set. `null` means "not set". */
export interface ContactFields {
  name: string | null;
  firstName: string | null;
  lastName: string | null;
  function: string | null;
  email: string | null;
  phone: string | null;
  mobilePhone: string | null;
  fax: string | null;
  title: string | null;
  department: string | null;
  contactType: string | null;
  language: string | null;
  address1: string | null;
  address2: string | null;
  city: string | null;
  state: string | null;
  zip: string | null;
  country: string | null;
  notes: string | null;
  isPrimary: boolean | null;
  customFields: CustomFields;
}

/** "Valid, Bounced, Complained": the values of the agent vendor's page, "updated automatically based on delivery results". */
export const EMAIL_STATUSES = ['Valid', 'Bounced', 'Complained'] as const;
export type EmailStatus = (typeof EMAIL_STATUSES)[number];

/** The status that a contact with this email shows, by what is known of the address; null without an address. */
export const emailStatusOf = (email: string | null, known: EmailStatus | null): EmailStatus | null =>
  email === null ? null : (known ?? 'Valid');

/** A contact as stored, with what follows from its account, its address and its tenant. */
export interface Contact extends ContactFields {
  id: string;
  reference: string;
  accountId: string | null;
  accountNumber: string | null;
  /** The name, else first and last joined, else the email, else the reference. */
  fullName: string;
  /** What delivery events say of the address; null without an address. */
  emailStatus: EmailStatus | null;
  /** The contact's language, else its account's, else the tenant's. */
  spokenLanguage: string;
  version: number;
  createdAt: string;
  updatedAt: string;
}

/**
 * A name given whole replaces one given in two parts, and the reverse: the ingest page calls them mutually exclusive.
 * Returns the changes with the other side cleared.
 */
export function withOneName<Changes extends Partial<ContactFields>>(changes: Changes): Changes {
  if (typeof changes.name === 'string') return { ...changes, firstName: null, lastName: null };
  if (typeof changes.firstName === 'string' || typeof changes.lastName === 'string')
    return { ...changes, name: null };
  return changes;
}

const nothing: ContactFields = {
  name: null,
  firstName: null,
  lastName: null,
  function: null,
  email: null,
  phone: null,
  mobilePhone: null,
  fax: null,
  title: null,
  department: null,
  contactType: null,
  language: null,
  address1: null,
  address2: null,
  city: null,
  state: null,
  zip: null,
  country: null,
  notes: null,
  isPrimary: null,
  customFields: {},
};

/** A new contact: the fields that are given, and no others. `fullName` is its name. */
export function newContact({
  fullName,
  ...fields
}: Partial<ContactFields> & { fullName?: string }): ContactFields {
  return { ...nothing, ...fields, name: fullName ?? fields.name ?? null };
}
