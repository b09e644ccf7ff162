// Vendor page: Public API, "Contacts". The vendor's names ↔ ours, total in both directions.
import type * as z from 'zod/mini';
import type { Address } from '../../core/account.ts';
import { type Contact, type ContactFields, type EmailStatus, newContact } from '../../core/contact.ts';
import type { AccountUpdate, Person } from '../../storage/account-change.ts';
import type { OpenedAccount } from '../../storage/account-opening.ts';
import type { AccountRecord, ShownContact } from '../../storage/account-record.ts';
import type { ContactChanges } from '../../storage/contact-patch.ts';
import type { Tenant } from '../../storage/tenants.ts';
import type { Upserted } from '../../storage/upsert.ts';
import type * as answers from './answers.ts';
import type { accountInput, contactChanges, contactInput } from './schemas.ts';

type ContactIn = z.output<typeof contactInput>;
type ContactOut = z.input<typeof answers.contact>;
type AccountIn = z.output<typeof accountInput>;
type AccountOut = z.input<typeof answers.account>;

/** An empty text counts as null: both mean "not set". */
const orNull = (text: string | null): string | null => (text === '' ? null : text);

/** The changes for the fields that are in the body. */
export function toContactChanges(body: z.output<typeof contactChanges>): ContactChanges {
  const { fullName, email, language, role, notes, isPrimary } = body;
  return {
    ...(fullName !== undefined && { fullName }),
    ...(email !== undefined && { email: orNull(email) }),
    ...(language !== undefined && { language: language.toLowerCase() }),
    ...(role !== undefined && { function: orNull(role) }),
    ...(notes !== undefined && { notes: orNull(notes) }),
    ...(isPrimary !== undefined && { isPrimary }),
  };
}

/** A new contact of these fields. */
export const toNewContact = (body: ContactIn): ContactFields => newContact(toContactChanges(body));

/** An address with its status, as this vendor shows it. */
export const fromEmail = (email: string | null, status: EmailStatus | null): ContactOut['email'] =>
  email === null ? null : { address: email, status: status ?? 'Valid' };

/** A contact in the vendor's names: as much of it as an account shows is enough. */
export function fromContact(contact: ShownContact): ContactOut {
  const { id, fullName, email, emailStatus, spokenLanguage, createdAt, updatedAt } = contact;
  return {
    id,
    fullName,
    email: fromEmail(email, emailStatus),
    language: spokenLanguage,
    createdAt,
    updatedAt,
  };
}

/** The fields of the book that this dialect shows, and where. */
export const words = {
  name: 'fullName',
  firstName: 'fullName',
  lastName: 'fullName',
  email: 'email',
  language: 'language',
} as const satisfies Partial<Record<keyof ContactFields, keyof ContactOut>>;

/** "A contact without an account exists in the ingest dialect only." */
export const shown = (contact: Contact): ContactOut | null =>
  contact.accountId === null ? null : fromContact(contact);

/** The answer to an upsert: the contact and, if the caller asked for it, the explanation. */
export function fromUpsert({ contact, outcome, explanation }: Upserted): z.input<typeof answers.upsert> {
  return { ...fromContact(contact), ...(explanation && { explanation: { outcome, ...explanation } }) };
}

/** The parts of an address that this dialect has: its name → ours. It has no second line, and leaves the stored one as it is. */
const addressNames = {
  street: 'address1',
  city: 'city',
  postalCode: 'zip',
  stateOrProvince: 'state',
  country: 'country',
} as const;
type AddressName = keyof typeof addressNames;

/** The address with every part that this dialect has: a part that was not sent is cleared. */
function toAddress(body: NonNullable<AccountIn['billingAddress']> | null): Address {
  const sent = (Object.keys(addressNames) as AddressName[]).map((name) => {
    const text = orNull(body?.[name] ?? null);
    return [addressNames[name], name === 'country' ? (text?.toUpperCase() ?? null) : text];
  });
  return Object.fromEntries(sent);
}

function fromAddress(address: Address): AccountOut['billingAddress'] {
  if (Object.keys(address).length === 0) return {};
  return Object.fromEntries(
    Object.entries(addressNames).map(([theirs, ours]) => [theirs, address[ours] ?? null]),
  );
}

const toCurrency = (code: string | null): string | null => orNull(code)?.toUpperCase() ?? null;

/** The fields of a new account, for POST. */
export function toOpenedAccount(body: AccountIn): OpenedAccount {
  return {
    name: body.fullName,
    currency: toCurrency(body.currencyCode ?? null),
    billingAddress: toAddress(body.billingAddress ?? null),
    source: body.source ?? null,
  };
}

/** A contact that is sent with its account in a PUT. */
export const toPerson = (body: ContactIn): Person => ({ ...toContactChanges(body), fullName: body.fullName });

/** The changes of a PUT. Fields that are left out stay. */
export function toAccountChanges(body: AccountIn): AccountUpdate {
  return {
    name: body.fullName,
    ...(body.currencyCode !== undefined && { currency: toCurrency(body.currencyCode) }),
    ...(body.billingAddress !== undefined && { billingAddress: toAddress(body.billingAddress) }),
    ...(body.source !== undefined && { source: body.source }),
  };
}

/** An account in the vendor's names. */
export function fromAccount(organizationId: string, account: AccountRecord): AccountOut {
  return {
    id: account.id,
    organizationId,
    fullName: account.name ?? account.number,
    currencyCode: account.currency,
    billingAddress: fromAddress(account.billingAddress),
    contacts: account.contacts.map(fromContact),
    source: account.source && { ...account.source, connectorType: 'Custom' },
    readOnlyReason: null,
    createdAt: account.createdAt,
    updatedAt: account.updatedAt,
  };
}

/** A tenant is what this vendor calls an organization. */
export function fromTenant({
  id,
  name,
  defaultLanguage,
  createdAt,
  updatedAt,
}: Tenant): z.input<typeof answers.organization> {
  return { id, name, fullName: name, language: defaultLanguage, createdAt, updatedAt };
}
