// Vendor page: Ingest API, "Accounts". The vendor's names ↔ ours, total in both directions.
import type * as z from 'zod/mini';
import type { Account, AccountFields, Address } from '../../core/account.ts';
import type { AccountChanges } from '../../storage/account-writes.ts';
import type * as answers from './answers.ts';
import { customFieldsSent, stored, texts, textsSent } from './mapping.ts';
import type { accountInput, accountPatch } from './schemas.ts';

type AccountIn = z.output<typeof accountInput>;
type AccountPatch = z.output<typeof accountPatch>;
type AccountOut = z.input<typeof answers.account>;

/** Text fields of an account: the page's name → ours. */
const accountNames = {
  name: 'name',
  display_reference: 'displayReference',
  currency: 'currency',
  language: 'language',
  phone: 'phone',
  mobile_phone: 'mobilePhone',
  fax: 'fax',
  email: 'email',
  payment_terms: 'paymentTerms',
  account_group: 'accountGroup',
  parent_account_number: 'parentAccountNumber',
  branch_name: 'branchName',
  description: 'description',
  vat: 'vat',
  company_registration_number: 'companyRegistrationNumber',
} as const satisfies Partial<Record<keyof AccountIn, keyof AccountFields>>;

const addressNames = ['address1', 'address2', 'city', 'state', 'zip', 'country'] as const;

type AddressIn = AccountIn['billing_address'];

/** The parts of an address that were sent; null clears a part, and a null address clears all of it. */
function addressSent(body: AddressIn): Address | null {
  if (!body) return null;
  const parts = addressNames.filter((name) => body[name] !== undefined);
  return Object.fromEntries(parts.map((name) => [name, stored(name, body[name])]));
}

/** An address with all its parts, as a whole write has it: what was not sent is not set. */
const wholeAddress = (body: AddressIn): Address =>
  Object.fromEntries(addressNames.map((name) => [name, stored(name, body?.[name])]));

function fromAddress(address: Address): AccountOut['billing_address'] {
  if (Object.keys(address).length === 0) return null;
  return Object.fromEntries(
    addressNames.map((name) => [name, address[name] ?? null]),
  ) as AccountOut['billing_address'];
}

const flag = (value: boolean | 0 | 1 | null): boolean | null =>
  value === null ? null : value === true || value === 1;

/** The whole of an account, for POST and PUT: what was not sent is not set. */
export function toAccountFields(body: AccountIn): AccountFields {
  return {
    ...(texts(accountNames, body) as Record<(typeof accountNames)[keyof typeof accountNames], string | null>),
    billingAddress: wholeAddress(body.billing_address),
    remitTo: wholeAddress(body.remit_to),
    creditLimit: body.credit_limit ?? null,
    isParentAccount: flag(body.is_parent_account ?? null),
    dataProviders: body.data_providers ?? null,
    customFields: customFieldsSent(body.custom_fields),
  };
}

/** The fields that are in the body, for PATCH. */
export function toAccountChanges(body: AccountPatch): AccountChanges {
  return {
    ...textsSent(accountNames, body),
    ...(body.billing_address !== undefined && { billingAddress: addressSent(body.billing_address) }),
    ...(body.remit_to !== undefined && { remitTo: addressSent(body.remit_to) }),
    ...(body.credit_limit !== undefined && { creditLimit: body.credit_limit }),
    ...(body.is_parent_account !== undefined && { isParentAccount: flag(body.is_parent_account) }),
    ...(body.data_providers !== undefined && { dataProviders: body.data_providers }),
    ...(body.custom_fields !== undefined && { customFields: customFieldsSent(body.custom_fields) }),
  };
}

/** An account in the vendor's names. */
export function fromAccount(account: Account): AccountOut {
  return {
    account_number: account.number,
    id: account.id,
    ...(Object.fromEntries(
      Object.entries(accountNames).map(([theirs, ours]) => [theirs, account[ours]]),
    ) as Record<keyof typeof accountNames, string | null>),
    billing_address: fromAddress(account.billingAddress),
    remit_to: fromAddress(account.remitTo),
    credit_limit: account.creditLimit,
    is_parent_account: account.isParentAccount,
    data_providers: account.dataProviders,
    custom_fields: { collections: account.customFields as Record<string, string | number | boolean> },
    created_at: account.createdAt,
    updated_at: account.updatedAt,
  };
}
