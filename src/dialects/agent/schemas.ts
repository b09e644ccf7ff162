// Vendor pages: Public API, "Contacts", "Upsert Operations", "Account Sources"; its API reference for accounts and organizations.
import * as z from 'zod/mini';
import { REACHABILITY_STATES } from '../../core/reachability.ts';
import { described, ID } from '../../platform/described.ts';
import {
  countryField,
  currencyField,
  emailField,
  instantField,
  requiredLanguage,
  requiredText,
  textField,
} from '../../platform/fields.ts';
import { afterParameter, firstParameter, flagParameter, idParameter } from '../../platform/parameters.ts';

const text = (description: string, example: string | null) => textField(255, { description, example });

export const accountParameter = z.object({
  accountId: idParameter({ description: 'The account.', example: ID }),
});
export const contactParameters = z.object({
  ...accountParameter.shape,
  contactId: idParameter({ description: 'The contact.', example: ID }),
});
export const organizationParameter = z.object({
  organizationId: idParameter({ description: 'The organization.', example: ID }),
});

const pages = {
  first: firstParameter({ description: 'How many items a page has at most.', example: 10 }),
  after: afterParameter(),
};
export const pageQuery = z.object(pages);
export const accountsQuery = z.object({
  organizationId: described(z.optional(z.string()), {
    format: 'uuid',
    description: 'Only accounts of this organization.',
    example: ID,
  }),
  ...pages,
});

export const portfolioQuery = z.object({
  ...accountsQuery.shape,
  state: described(z.optional(z.enum(REACHABILITY_STATES)), {
    description: 'Only accounts in this state.',
    example: 'dark',
  }),
});

const fullName = requiredText(320, { description: 'Person’s full name.', example: 'John Smith' });
const email = emailField({
  description: 'Email address, as a plain string. null clears it.',
  example: 'john.smith@acme.com',
});
const language = requiredLanguage({
  description:
    'ISO 639-1 code for communication language. Any code is kept. The dunning agent can write en, fr, de, es, it, nl, pt.',
  example: 'en',
});

/** The fields of an older edition of the API are accepted and stored, but not shown. */
const older = {
  description: 'From an older edition of the API. Stored, but not shown.',
  example: null,
  deprecated: true,
};
const olderEdition = {
  role: textField(255, older),
  notes: textField(10_000, older, { newlines: true }),
  isPrimary: described(z.optional(z.nullable(z.boolean())), older),
};

export const contactInput = described(z.object({ fullName, email, language, ...olderEdition }), {
  id: 'AgentContactInput',
});
export const contactChanges = described(
  z.object({ fullName: z.optional(fullName), email, language: z.optional(language), ...olderEdition }),
  { id: 'AgentContactChanges' },
);

export const upsertQuery = z.object({
  dryRun: flagParameter({
    description: 'Write nothing, and answer what would happen, with the explanation.',
    example: true,
  }),
  explain: flagParameter({
    description:
      'Add an explanation of which contact was matched, and why. `Prefer: explain` asks for the same.',
    example: true,
  }),
  match: described(z.optional(z.literal('email-only')), {
    description:
      'Only the email address decides, never a name. If no contact matches, `email` is then required, too.',
    example: 'email-only',
  }),
});

export const sourceInput = described(
  z.object({
    connectionId: requiredText(255, {
      description: 'Identifier for your integration.',
      example: 'my-erp-integration',
    }),
    sourceId: requiredText(255, {
      description: "The account's id in your external system.",
      example: 'CUST-00123',
    }),
    lastUpdate: instantField({
      description: 'When the record was last synchronized. If left out, the current time.',
      example: '2026-01-31T12:00:00Z',
    }),
  }),
  { id: 'AgentSourceInput' },
);

const accountFields = {
  organizationId: described(z.nullish(z.string()), {
    format: 'uuid',
    description: 'If sent, it must be your organization.',
    example: ID,
  }),
  fullName: requiredText(320, { description: 'Full name of the company.', example: 'Acme Corporation' }),
  currencyCode: currencyField({ description: 'ISO 4217. Locked once set.', example: 'EUR' }),
  billingAddress: described(
    z.nullish(
      z.object({
        street: text('Street.', '1 rue de la Paix'),
        city: text('City.', 'Paris'),
        postalCode: text('Postal code.', '75002'),
        stateOrProvince: text('State or province.', null),
        country: countryField({ description: 'ISO 3166-1 alpha-2.', example: 'FR' }),
      }),
    ),
    { description: 'Billing address, or {}.' },
  ),
  contacts: described(z.nullish(z.array(contactInput).check(z.maxLength(100))), {
    description: 'Contacts of the account, at most 100 at once.',
  }),
  source: described(z.nullish(sourceInput), {
    description: 'The record in your external system that this account stands for.',
  }),
};
export const accountInput = described(z.object(accountFields), { id: 'AgentAccountInput' });
