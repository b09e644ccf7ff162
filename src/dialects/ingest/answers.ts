// Vendor pages: Ingest API, "Contacts" and "Accounts"; "Shared Schemas" for addresses and custom fields.
import * as z from 'zod/mini';
import { EMAIL_STATUSES } from '../../core/contact.ts';
import { entryFields, id, instant, nextCursor, nullableTexts } from '../../platform/answer-fields.ts';
import { described } from '../../platform/described.ts';
import { customField } from '../../platform/json-fields.ts';
import { accountTexts, addressFields, textFields } from './schemas.ts';

const customFieldValue = described(z.unknown(), customField(['object', 'array', 'null']));
const customFields = described(z.object({ collections: z.record(z.string(), customFieldValue) }), {
  description: 'Your own fields, or `{"collections": {}}` if there are none.',
});

export const contact = described(
  z.object({
    reference: described(z.string(), {
      description: 'Your own identifier of the contact.',
      example: 'CONTACT-001',
    }),
    id: id('The contactId of the agent dialect. Read-only.'),
    ...nullableTexts(textFields),
    is_primary: described(z.nullable(z.boolean()), { description: 'True = primary contact.', example: true }),
    custom_fields: customFields,
    email_status: described(z.nullable(z.enum(EMAIL_STATUSES)), {
      description: 'The delivery status of the address, or null without an address. Read-only.',
      example: 'Valid',
    }),
    created_at: instant('Read-only.'),
    updated_at: instant('When the contact last changed. An equal write changes nothing. Read-only.'),
  }),
  { id: 'IngestContact' },
);

const next = nextCursor('after');
export const contacts = described(z.object({ items: z.array(contact), next }), {
  id: 'IngestContacts',
});
const address = described(z.object(nullableTexts(addressFields)), { id: 'IngestAddress' });

export const account = described(
  z.object({
    account_number: described(z.string(), {
      description: 'Your own identifier of the account.',
      example: 'ACCT-001',
    }),
    id: id('The accountId of the agent dialect. Read-only.'),
    name: described(z.nullable(z.string()), {
      description: 'Account display name. null for a stub.',
      example: 'Acme Corporation',
    }),
    ...nullableTexts(accountTexts),
    credit_limit: described(z.nullable(z.number()), { description: 'Credit limit.', example: 50000 }),
    is_parent_account: described(z.nullable(z.boolean()), {
      description: 'Marks this account as the parent.',
      example: false,
    }),
    billing_address: z.nullable(address),
    remit_to: z.nullable(address),
    data_providers: described(z.nullable(z.record(z.string(), z.unknown())), {
      description: 'Kept and shown unchanged.',
      example: { duns: '150483782' },
    }),
    custom_fields: customFields,
    created_at: instant('Read-only.'),
    updated_at: instant('When the account last changed. Read-only.'),
  }),
  { id: 'IngestAccount' },
);
export const accounts = described(z.object({ items: z.array(account), next }), {
  id: 'IngestAccounts',
});

const { keyId, requestId, ...entry } = entryFields;
export const history = described(
  z.object({ items: z.array(z.object({ ...entry, key_id: keyId, request_id: requestId })), next }),
  { id: 'IngestHistory' },
);

export * from './delivery-answers.ts';
