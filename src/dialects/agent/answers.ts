// Vendor pages: Public API, "Contacts", "Upsert Operations", "Account Sources"; its API reference for accounts and organizations.
import * as z from 'zod/mini';
import { EMAIL_STATUSES } from '../../core/contact.ts';
import { entryFields, id, instant, nextCursor } from '../../platform/answer-fields.ts';
import { described } from '../../platform/described.ts';

const pageOf = <Node extends z.ZodMiniType>(node: Node) =>
  z.object({ nodes: z.array(node), pageInfo: z.object({ endCursor: nextCursor('after') }) });

export const contact = described(
  z.object({
    id: id('Unique identifier (UUID).'),
    fullName: described(z.string(), { description: 'Person’s full name.', example: 'John Smith' }),
    email: described(
      z.nullable(
        z.object({
          address: described(z.string(), { example: 'john@acme.com' }),
          status: described(z.enum(EMAIL_STATUSES), {
            description: 'Read-only and updated automatically based on delivery results.',
            example: 'Valid',
          }),
        }),
      ),
      { description: 'Email address and validation status.' },
    ),
    language: described(z.string(), {
      description: "The contact's language, else its account's, else the tenant's.",
      example: 'en',
    }),
    createdAt: instant('When it was created.'),
    updatedAt: instant('When it last changed.'),
  }),
  { id: 'AgentContact' },
);

const edits = (description: string) =>
  described(z.nullable(z.int().check(z.minimum(0))), { description, example: null });
const explanation = described(
  z.object({
    outcome: described(z.enum(['created', 'updated', 'unchanged']), {
      description: 'What the upsert did, or would do in a dry run.',
      example: 'updated',
    }),
    rule: described(z.enum(['email', 'name', 'none']), {
      description: 'What decided: the address, the name, or neither.',
      example: 'email',
    }),
    distance: edits('If the name decided: its Levenshtein distance to the name that was sent.'),
    limit: edits('If the name decided: the distance that was allowed.'),
    candidates: described(
      z.array(
        z.object({
          id: id('The contact.'),
          fullName: described(z.string(), { description: 'Person’s full name.', example: 'John Smith' }),
          sameEmail: described(z.boolean(), {
            description: 'Whether the contact has the address that was sent.',
            example: true,
          }),
          distance: edits(
            'Levenshtein distance of its name to the name that was sent. null if no name was sent.',
          ),
          limit: edits('The distance that is allowed between the two names.'),
        }),
      ),
      {
        description:
          'Contacts of this account that were considered: the one that was taken, then others with the same address, then those with the nearest names. At most ten.',
      },
    ),
  }),
  { id: 'AgentExplanation' },
);
export const upsert = described(z.extend(contact, { explanation: z.optional(explanation) }), {
  id: 'AgentUpsertedContact',
});
export const contacts = described(pageOf(contact), { id: 'AgentContacts' });

export const account = described(
  z.object({
    id: id('Unique identifier (UUID).'),
    organizationId: id('The organization that the account belongs to.'),
    fullName: described(z.string(), {
      description: 'Full name of the company, or its number while it has no name.',
      example: 'Acme Corporation',
    }),
    currencyCode: described(z.nullable(z.string()), { description: 'ISO 4217.', example: 'EUR' }),
    billingAddress: described(
      z.partial(
        z.object({
          street: z.nullable(z.string()),
          city: z.nullable(z.string()),
          postalCode: z.nullable(z.string()),
          stateOrProvince: z.nullable(z.string()),
          country: z.nullable(z.string()),
        }),
      ),
      { description: 'Billing address, or {} if there is none.' },
    ),
    contacts: described(z.array(contact), {
      description:
        'The oldest contacts of the account, at most 100. All of them are at /accounts/{accountId}/contacts.',
    }),
    source: described(
      z.nullable(
        z.object({
          connectionId: described(z.string(), { example: 'my-erp-integration' }),
          sourceId: described(z.string(), { example: 'CUST-00123' }),
          connectorType: z.literal('Custom'),
          lastUpdate: instant('When the source was last linked or refreshed.'),
        }),
      ),
      { description: 'The record in an external system that this account stands for.' },
    ),
    readOnlyReason: described(z.nullable(z.string()), {
      description: 'Always null: no account is read-only here.',
      example: null,
    }),
    createdAt: instant('When it was created.'),
    updatedAt: instant('When it last changed.'),
  }),
  { id: 'AgentAccount' },
);
export const accounts = described(pageOf(account), { id: 'AgentAccounts' });

export const organization = described(
  z.object({
    id: id('Unique identifier (UUID).'),
    name: described(z.string(), { example: 'Acme Receivables' }),
    fullName: described(z.string(), { description: 'The same text as `name`.', example: 'Acme Receivables' }),
    language: described(z.string(), {
      description: 'The default language, for contacts that have none.',
      example: 'en',
    }),
    createdAt: instant('When it was created.'),
    updatedAt: instant('When it last changed.'),
  }),
  { id: 'AgentOrganization' },
);
export const organizations = described(pageOf(organization), { id: 'AgentOrganizations' });

export const status = described(z.object({ status: z.literal('ok') }), { id: 'AgentStatus' });

export const history = described(pageOf(z.object(entryFields)), { id: 'AgentHistory' });

export * from './delivery-answers.ts';
