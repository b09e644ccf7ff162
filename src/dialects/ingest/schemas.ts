// Vendor pages: Ingest API, "Contacts" and "Accounts"; "Shared Schemas" for addresses and custom fields.
import * as z from 'zod/mini';
import { described } from '../../platform/described.ts';
import {
  countryField,
  currencyField,
  emailField,
  fault,
  identifierField,
  identifierParameter,
  languageField,
  requiredText,
  textField,
} from '../../platform/fields.ts';
import { customFields, numberField, passedThrough } from '../../platform/json-fields.ts';
import {
  afterParameter,
  filterParameter,
  firstParameter,
  instantParameter,
} from '../../platform/parameters.ts';

const text = (description: string, example: string | null, most = 255) =>
  textField(most, { description, example });
const phone = (description: string, example: string | null) => textField(64, { description, example });

const customFieldsInput = customFields({
  description:
    'Your own fields. A key that is left out of a later write, PUT included, keeps its value. A key that is sent as "" or null is removed. At most 100 keys of 1 to 64 characters. A string has at most 1000 characters.',
  example: { collections: { segment: 'enterprise', credit_hold: false } },
});

export const referenceParameter = z.object({
  reference: identifierParameter({
    description:
      'Your own identifier of the contact, unique within the tenant: 1–255 printable characters, compared byte for byte.',
    example: 'CONTACT-001',
  }),
});

export const accountNumberParameter = z.object({
  account_number: identifierParameter({
    description:
      'Your own identifier of the account, unique within the tenant: 1–255 printable characters, compared byte for byte.',
    example: 'ACCT-001',
  }),
});

export const addressFields = {
  address1: text('Street address line 1.', '1 Peachtree St'),
  address2: text('Street address line 2.', null),
  city: text('City.', 'Atlanta'),
  state: text('State / province.', 'GA'),
  zip: text('Postal code.', '30303'),
  country: countryField({ description: 'Country (ISO 3166-1 alpha-2).', example: 'US' }),
};

export const textFields = {
  account_number: identifierField({
    description:
      'The account that this contact belongs to. An account that does not exist yet is created as a stub.',
    example: 'ACCT-001',
  }),
  name: text('Full name. Mutually exclusive with first_name / last_name.', null, 320),
  first_name: text('First name. Mutually exclusive with name.', 'John', 320),
  last_name: text('Last name. Mutually exclusive with name.', 'Doe', 320),
  function: text("Contact's role or function.", 'accountant'),
  email: emailField({
    description: 'Email address. Kept as typed, compared case-insensitively.',
    example: 'jdoe@acmecorp.com',
  }),
  phone: phone('Phone number, as your system has it.', '404-555-0100'),
  mobile_phone: phone('Mobile number.', null),
  fax: phone('Fax number.', null),
  title: text('Job title.', 'Head of Accounts Payable'),
  department: text('Department.', 'Finance'),
  contact_type: text('Classification code or label.', 'AP'),
  language: languageField({
    description: 'ISO 639-1. Used in Collections communications directed to this contact.',
    example: 'en',
  }),
  ...addressFields,
  notes: textField(
    10_000,
    { description: 'Free-text notes about this contact.', example: null },
    { newlines: true },
  ),
};

const isSet = (value: unknown) => value !== undefined && value !== null && value !== '';
/** The members of a body that is not checked yet. */
const membersOf = (body: unknown) =>
  (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;

/** "name: mutually exclusive with first_name / last_name". It is reported together with the other faults. */
const checkOneName = (body: unknown, context: z.core.$RefinementCtx) => {
  const { name, first_name, last_name } = membersOf(body);
  if (isSet(name) && (isSet(first_name) || isSet(last_name))) {
    fault(context, ['name.ambiguous', 'Send name, or first_name and last_name, not both.'], ['name']);
  }
};
const always = { when: () => true };

export const contactInput = described(
  z
    .object({
      ...textFields,
      is_primary: described(z.optional(z.nullable(z.boolean())), {
        description: 'True = primary contact. An account may have several.',
        example: true,
      }),
      custom_fields: customFieldsInput,
      reference: described(z.nullish(z.string()), {
        description: 'If sent, it must be the same as in the path.',
        example: 'CONTACT-001',
      }),
    })
    .check(z.superRefine(checkOneName, always)),
  { id: 'IngestContactInput' },
);

const paging = {
  first: firstParameter({ description: 'How many items a page has at most.', example: 20 }),
  after: afterParameter(),
};

export const contactsQuery = z.object({
  account_number: filterParameter({
    description: 'Only contacts of this account.',
    example: 'ACCT-001',
  }),
  email: filterParameter({
    description: 'Only contacts with this address, compared case-insensitively.',
    example: 'jdoe@acmecorp.com',
  }),
  updated_since: instantParameter({
    description:
      'Only contacts that changed at or after this time. Without `email`, the list is then in order of change.',
    example: '2026-01-31T12:00:00Z',
  }),
  ...paging,
});

const address = (description: string) =>
  described(z.optional(z.nullable(z.object(addressFields))), { description });

export const accountTexts = {
  display_reference: text('Short reference shown to people.', 'ACME'),
  currency: currencyField({ description: 'ISO 4217. Locked once set.', example: 'USD' }),
  language: languageField({
    description: 'ISO 639-1. The language of those contacts of the account that have none.',
    example: 'en',
  }),
  phone: phone('Phone number.', '404-555-0100'),
  mobile_phone: phone('Mobile number.', null),
  fax: phone('Fax number.', null),
  email: emailField({ description: 'Primary email.', example: 'ap@acmecorp.com' }),
  payment_terms: text('For example NET30.', 'NET30'),
  account_group: text('Grouping/segment label.', null),
  parent_account_number: identifierField({
    description: 'Groups accounts into a parent-child hierarchy.',
    example: null,
  }),
  branch_name: text('Branch.', null),
  description: text('Description.', null),
  vat: text('VAT registration number.', 'DE123456789'),
  company_registration_number: text('Company registration number.', null),
};

const accountFields = {
  ...accountTexts,
  billing_address: address('Billing address. PATCH changes the parts sent and keeps the others.'),
  remit_to: address('Remittance address. PATCH changes the parts sent and keeps the others.'),
  credit_limit: numberField({ description: 'Credit limit.', example: 50000 }),
  is_parent_account: described(z.optional(z.nullable(z.union([z.boolean(), z.literal(0), z.literal(1)]))), {
    anyOf: [{ type: 'boolean' }, { type: 'integer', minimum: 0, maximum: 1 }, { type: 'null' }],
    description:
      'Marks this account as the parent. Required when parent_account_number is set. 0 and 1 are accepted, too.',
    example: false,
  }),
  data_providers: passedThrough({
    description: 'Credit provider identifiers. Any keys are kept and shown unchanged.',
    example: { duns: '150483782' },
  }),
  custom_fields: customFieldsInput,
  account_number: described(z.nullish(z.string()), {
    description: 'If sent, it must be the same as in the path.',
    example: 'ACCT-001',
  }),
};

const accountName = requiredText(320, {
  description: 'Account display name. Must not be empty.',
  example: 'Acme Corporation',
});

const checkParentFlag = (body: unknown, context: z.core.$RefinementCtx) => {
  const { parent_account_number, is_parent_account } = membersOf(body);
  if (isSet(parent_account_number) && !isSet(is_parent_account)) {
    fault(
      context,
      ['account.parent_flag_required', 'This is required when parent_account_number is set.'],
      ['is_parent_account'],
    );
  }
};

export const accountInput = described(
  z.object({ name: accountName, ...accountFields }).check(z.superRefine(checkParentFlag, always)),
  { id: 'IngestAccountInput' },
);
export const accountPatch = described(z.object({ name: z.optional(accountName), ...accountFields }), {
  id: 'IngestAccountPatch',
});

export const pageQuery = z.object(paging);
