/** An account: a customer company that owes money. The names are ours; each dialect's mapping.ts gives them the vendor's. */
import type { CustomFields } from './custom-fields.ts';

/** A postal address. `null` clears a part in a write. */
export interface Address {
  address1?: string | null;
  address2?: string | null;
  city?: string | null;
  state?: string | null;
  zip?: string | null;
  country?: string | null;
}

/** The fields of an account that callers set. `null` means "not set". */
export interface AccountFields {
  name: string | null;
  displayReference: string | null;
  currency: string | null;
  language: string | null;
  billingAddress: Address;
  remitTo: Address;
  phone: string | null;
  mobilePhone: string | null;
  fax: string | null;
  email: string | null;
  paymentTerms: string | null;
  creditLimit: number | null;
  accountGroup: string | null;
  parentAccountNumber: string | null;
  isParentAccount: boolean | null;
  branchName: string | null;
  description: string | null;
  vat: string | null;
  companyRegistrationNumber: string | null;
  dataProviders: Record<string, unknown> | null;
  customFields: CustomFields;
}

/** The record in another system that an account stands for. */
export interface Source {
  connectionId: string;
  sourceId: string;
}

/** An account as stored. A stub, made because a contact named its number, has no name yet. */
export interface Account extends AccountFields {
  id: string;
  number: string;
  source: (Source & { lastUpdate: string }) | null;
  version: number;
  createdAt: string;
  updatedAt: string;
}
