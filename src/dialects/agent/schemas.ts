// Vendor pages: Public API, "Contacts", "Upsert Operations", "Account Sources"; its API reference for accounts and organizations.
import * as z from 'zod';
import {
  afterParameter,
  countryField,
  currencyField,
  emailField,
  firstParameter,
  flagParameter,
  idParameter,
  instantField,
  requiredLanguage,
  requiredText,
  textField,
} from '../../platform/fields.ts';

const ID = '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4a01';
const id = (description: string) => z.string().meta({ format: 'uuid', description, example: ID });
const instant = (description: string) =>
  z.string().meta({ format: 'date-time', description, example: '2026-01-31T12:00:00.000Z' });
const text = (description: string, example: string | null, most = 255) =>
  textField(most, { description, example });

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
  first: firstParameter({ description: 'How many to answer with.', example: 10 }),
  after: afterParameter(),
};
export const pageQuery = z.object(pages);
export const accountsQuery = z.object({
  organizationId: z
    .string()
    .optional()
    .meta({ format: 'uuid', description: 'Accounts of this organization.', example: ID }),
  ...pages,
});

const pageOf = <Node extends z.ZodType>(node: Node) =>
  z.object({
    nodes: z.array(node),
    pageInfo: z.object({
      endCursor: z.string().nullable().meta({
        description: 'The cursor of the next page, for `after`; null on the last page.',
        example: null,
      }),
    }),
  });

const fullName = requiredText(320, { description: 'Person’s full name.', example: 'John Smith' });
const email = emailField({
  description: 'Email address. A plain string; null clears it.',
  example: 'john.smith@acme.com',
});
const language = requiredLanguage({
  description:
    'ISO 639-1 code for communication language. Any code is kept; the dunning agent can write en, fr, de, es, it, nl, pt.',
  example: 'en',
});

/** "role, notes, isPrimary from an older edition are accepted and stored", and not shown. */
const older = {
  description: 'From an older edition of the API: stored, not shown.',
  example: null,
  deprecated: true,
};
const olderEdition = {
  role: textField(255, older),
  notes: textField(10_000, older, { newlines: true }),
  isPrimary: z.boolean().nullable().optional().meta(older),
};

export const contactInput = z
  .object({ fullName, email, language, ...olderEdition })
  .meta({ id: 'AgentContactInput' });
export const contactChanges = z
  .object({ fullName: fullName.optional(), email, language: language.optional(), ...olderEdition })
  .meta({ id: 'AgentContactChanges' });

export const contactOutput = z
  .object({
    id: id('Unique identifier (UUID).'),
    fullName: z.string().meta({ description: 'Person’s full name.', example: 'John Smith' }),
    email: z
      .object({
        address: z.string().meta({ example: 'john@acme.com' }),
        status: z.enum(['Valid', 'Bounced', 'Complained']).meta({
          description: 'Read-only and updated automatically based on delivery results.',
          example: 'Valid',
        }),
      })
      .nullable()
      .meta({ description: 'Email address and validation status.' }),
    language: z
      .string()
      .meta({ description: "The contact's language, else its account's, else the tenant's.", example: 'en' }),
    createdAt: instant('When it was created.'),
    updatedAt: instant('When something last changed.'),
  })
  .meta({ id: 'AgentContact' });

export const upsertQuery = z.object({
  dryRun: flagParameter({
    description: 'Write nothing, and answer what would happen, with the explanation.',
    example: true,
  }),
  explain: flagParameter({
    description:
      'Answer with the explanation of what was matched, and why. `Prefer: explain` asks for the same.',
    example: true,
  }),
  match: z.literal('email-only').optional().meta({
    description:
      'Only the email address decides, never a name; then `email` is required, too, where nothing matches.',
    example: 'email-only',
  }),
});

const edits = (description: string) =>
  z.number().int().min(0).nullable().meta({ description, example: null });
const explanationOutput = z
  .object({
    outcome: z
      .enum(['created', 'updated', 'unchanged'])
      .meta({ description: 'What was done, or in a dry run would have been.', example: 'updated' }),
    rule: z
      .enum(['email', 'name', 'none'])
      .meta({ description: 'What decided: the address, the name, or neither.', example: 'email' }),
    distance: edits('Where the name decided: its Levenshtein distance to the one that was sent.'),
    limit: edits('Where the name decided: the distance that was allowed.'),
    candidates: z
      .array(
        z.object({
          id: id('The contact.'),
          fullName: z.string().meta({ description: 'Person’s full name.', example: 'John Smith' }),
          sameEmail: z.boolean().meta({ description: 'It has the address that was sent.', example: true }),
          distance: edits('Of its name to the one that was sent; null without one.'),
          limit: edits('The distance that is allowed between the two.'),
        }),
      )
      .meta({
        description:
          'Contacts of this account that were looked at: the one that was taken, then the nearest, ten at most.',
      }),
  })
  .meta({ id: 'AgentExplanation' });
export const upsertOutput = contactOutput
  .extend({ explanation: explanationOutput.optional() })
  .meta({ id: 'AgentUpsertedContact' });
export const contactsOutput = pageOf(contactOutput).meta({ id: 'AgentContacts' });

export const sourceInput = z
  .object({
    connectionId: requiredText(255, {
      description: 'Identifier for your integration.',
      example: 'my-erp-integration',
    }),
    sourceId: requiredText(255, {
      description: "The account's id in your external system.",
      example: 'CUST-00123',
    }),
    lastUpdate: instantField({
      description: 'When the record was last synchronized; else now.',
      example: '2026-01-31T12:00:00Z',
    }),
  })
  .meta({ id: 'AgentSourceInput' });

const accountFields = {
  organizationId: z
    .string()
    .nullish()
    .meta({ format: 'uuid', description: 'Your organization, if sent.', example: ID }),
  fullName: requiredText(320, { description: 'Full name of the company.', example: 'Acme Corporation' }),
  currencyCode: currencyField({ description: 'ISO 4217. Locked once set.', example: 'EUR' }),
  billingAddress: z
    .object({
      street: text('Street.', '1 rue de la Paix'),
      city: text('City.', 'Paris'),
      postalCode: text('Postal code.', '75002'),
      stateOrProvince: text('State or province.', null),
      country: countryField({ description: 'ISO 3166-1 alpha-2.', example: 'FR' }),
    })
    .nullish()
    .meta({ description: 'Billing address, or {}.' }),
  contacts: z
    .array(contactInput)
    .max(100)
    .nullish()
    .meta({ description: 'Contacts of the account; at most 100 at once.' }),
  source: sourceInput
    .nullish()
    .meta({ description: 'The record in your external system that this account stands for.' }),
};
export const accountInput = z.object(accountFields).meta({ id: 'AgentAccountInput' });

export const accountOutput = z
  .object({
    id: id('Unique identifier (UUID).'),
    organizationId: id('The organization it belongs to.'),
    fullName: z.string().meta({
      description: 'Full name of the company; its number as long as nobody has named it.',
      example: 'Acme Corporation',
    }),
    currencyCode: z.string().nullable().meta({ description: 'ISO 4217.', example: 'EUR' }),
    billingAddress: z
      .object({
        street: z.string().nullable(),
        city: z.string().nullable(),
        postalCode: z.string().nullable(),
        stateOrProvince: z.string().nullable(),
        country: z.string().nullable(),
      })
      .partial()
      .meta({ description: 'Billing address; {} when there is none.' }),
    contacts: z.array(contactOutput).meta({
      description: 'Its oldest contacts, at most 100; all of them are at /accounts/{accountId}/contacts.',
    }),
    source: z
      .object({
        connectionId: z.string().meta({ example: 'my-erp-integration' }),
        sourceId: z.string().meta({ example: 'CUST-00123' }),
        connectorType: z.literal('Custom'),
        lastUpdate: instant('When the source was last linked or refreshed.'),
      })
      .nullable()
      .meta({ description: 'The record in an external system that this account stands for.' }),
    readOnlyReason: z.null().meta({ description: 'Always null: no account is read-only here.' }),
    createdAt: instant('When it was created.'),
    updatedAt: instant('When something last changed.'),
  })
  .meta({ id: 'AgentAccount' });
export const accountsOutput = pageOf(accountOutput).meta({ id: 'AgentAccounts' });

export const organizationOutput = z
  .object({
    id: id('Unique identifier (UUID).'),
    name: z.string().meta({ example: 'Acme Receivables' }),
    fullName: z.string().meta({ description: 'The same text as `name`.', example: 'Acme Receivables' }),
    language: z.string().meta({ description: 'The language of contacts that have none.', example: 'en' }),
    createdAt: instant('When it was created.'),
    updatedAt: instant('When something last changed.'),
  })
  .meta({ id: 'AgentOrganization' });
export const organizationsOutput = pageOf(organizationOutput).meta({ id: 'AgentOrganizations' });

export const statusOutput = z.object({ status: z.literal('ok') }).meta({ id: 'AgentStatus' });

const anyValue = z.unknown().meta({ description: 'null means "not set".' });
export const historyOutput = pageOf(
  z.object({
    action: z.enum(['created', 'updated', 'deleted']).meta({ example: 'updated' }),
    at: instant('When.'),
    keyId: z.string().nullable().meta({ description: 'The id of the key that wrote it.', example: ID }),
    requestId: z
      .string()
      .nullable()
      .meta({ description: 'The X-Request-Id of the request.', example: 'nightly-2026-01-31' }),
    changes: z
      .array(z.object({ field: z.string().meta({ example: 'email' }), old: anyValue, new: anyValue }))
      .meta({ description: 'Each field before and after; empty where a person was erased.' }),
  }),
).meta({ id: 'AgentHistory' });
