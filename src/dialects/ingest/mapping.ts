// Vendor pages: Ingest API, "Contacts", and what "Accounts" has in common with it. The vendor's names ↔ ours, total in both directions.
import type * as z from 'zod/mini';
import type { Contact, ContactFields } from '../../core/contact.ts';
import type { CustomFields } from '../../core/custom-fields.ts';
import type { HistoryEntry } from '../../core/history.ts';
import type { AccountLink } from '../../storage/contact-link.ts';
import type { ContactPatch } from '../../storage/contact-patch.ts';
import type * as answers from './answers.ts';
import type { contactInput } from './schemas.ts';

type ContactIn = z.output<typeof contactInput>;
type ContactOut = z.input<typeof answers.contact>;

/** Text fields of a contact: the page's name → ours. */
const contactNames = {
  name: 'name',
  first_name: 'firstName',
  last_name: 'lastName',
  function: 'function',
  email: 'email',
  phone: 'phone',
  mobile_phone: 'mobilePhone',
  fax: 'fax',
  title: 'title',
  department: 'department',
  contact_type: 'contactType',
  language: 'language',
  address1: 'address1',
  address2: 'address2',
  city: 'city',
  state: 'state',
  zip: 'zip',
  country: 'country',
  notes: 'notes',
} as const satisfies Partial<Record<keyof ContactIn, keyof ContactFields>>;

/** Codes have one case in the book, whatever case they are sent in. */
const cased: Partial<Record<string, (code: string) => string>> = {
  language: (code) => code.toLowerCase(),
  country: (code) => code.toUpperCase(),
  currency: (code) => code.toUpperCase(),
};

/** The text of an ordinary field as it is stored: null where it is "" or was not sent, and codes in their one case. */
export function stored(name: string, text: string | null | undefined): string | null {
  if (text === undefined || text === null || text === '') return null;
  return cased[name]?.(text) ?? text;
}

type Names = Readonly<Record<string, string>>;

/** The text fields that are in the body, by our names. */
export function textsSent(names: Names, body: object): Record<string, string | null> {
  const texts: Record<string, string | null> = {};
  for (const [theirs, ours] of Object.entries(names)) {
    const text = (body as Record<string, string | null | undefined>)[theirs];
    if (text !== undefined) texts[ours] = stored(theirs, text);
  }
  return texts;
}

/** All the text fields, by our names; null where nothing was sent. */
export function texts(names: Names, body: object): Record<string, string | null> {
  return {
    ...Object.fromEntries(Object.values(names).map((ours) => [ours, null])),
    ...textsSent(names, body),
  };
}

/** A key that is sent as "" or null is removed: both are null for the store. fromEntries keeps a key named `__proto__`. */
export function customFieldsSent(
  sent: { collections?: CustomFields | null } | null | undefined,
): CustomFields {
  return Object.fromEntries(
    Object.entries(sent?.collections ?? {}).map(([key, value]) => [key, value === '' ? null : value]),
  );
}

/** The whole of a contact, for POST and PUT: what was not sent is not set. */
export function toContactFields(body: ContactIn): ContactFields {
  return {
    ...(texts(contactNames, body) as Omit<ContactFields, 'isPrimary' | 'customFields'>),
    isPrimary: body.is_primary ?? null,
    customFields: customFieldsSent(body.custom_fields),
  };
}

/** The fields that are in the body, for PATCH. */
export function toContactChanges(body: ContactIn): ContactPatch {
  return {
    ...textsSent(contactNames, body),
    ...(body.is_primary !== undefined && { isPrimary: body.is_primary }),
    ...(body.custom_fields !== undefined && { customFields: customFieldsSent(body.custom_fields) }),
    ...(body.account_number !== undefined && { account: toAccountLink(body) }),
  };
}

/** The account that a contact is to belong to. */
export const toAccountLink = ({ account_number: number }: ContactIn): AccountLink =>
  number ? { number } : null;

/**
 * A contact in the vendor's names. The fields are written out because a list makes this object for each row: putting it together name by name costs
 * ten times as much.
 */
export function fromContact(contact: Contact): ContactOut {
  return {
    reference: contact.reference,
    id: contact.id,
    account_number: contact.accountNumber,
    name: contact.name,
    first_name: contact.firstName,
    last_name: contact.lastName,
    function: contact.function,
    email: contact.email,
    phone: contact.phone,
    mobile_phone: contact.mobilePhone,
    fax: contact.fax,
    title: contact.title,
    department: contact.department,
    contact_type: contact.contactType,
    language: contact.language,
    address1: contact.address1,
    address2: contact.address2,
    city: contact.city,
    state: contact.state,
    zip: contact.zip,
    country: contact.country,
    notes: contact.notes,
    is_primary: contact.isPrimary,
    custom_fields: { collections: contact.customFields as Record<string, string | number | boolean> },
    email_status: contact.emailStatus,
    created_at: contact.createdAt,
    updated_at: contact.updatedAt,
  };
}

/** Our name → the page's name, for every field of the book. */
export const words: Partial<Record<keyof ContactFields, string>> = {
  ...Object.fromEntries(Object.entries(contactNames).map(([theirs, ours]) => [ours, theirs])),
  isPrimary: 'is_primary',
  customFields: 'custom_fields',
};
/** The same, and the names of what else a history can contain. */
const wireNames: Names = {
  ...words,
  reference: 'reference',
  accountNumber: 'account_number',
  emailStatus: 'email_status',
};

/** One entry of a history, in the page's names. */
export function fromHistory({ action, at, keyId, requestId, changes }: HistoryEntry) {
  return {
    action,
    at,
    key_id: keyId,
    request_id: requestId,
    changes: changes.map((change) => ({ ...change, field: wireNames[change.field] ?? change.field })),
  };
}
