import * as z from 'zod';
import {
  afterParameter,
  firstParameter,
  idParameter,
  instantField,
  requiredEmail,
  requiredLanguage,
  requiredText,
} from '../platform/fields.ts';
import { SCOPES } from '../storage/keys.ts';

const ID = '019a7c1e-5b00-7cc2-b7a1-3f1d5c1f4a01';
const id = (description: string) => z.string().meta({ format: 'uuid', description, example: ID });
const instant = (description: string) =>
  z.string().meta({ format: 'date-time', description, example: '2026-01-31T12:00:00.000Z' });

export const tenantParameter = z.object({ id: idParameter({ description: 'The tenant.', example: ID }) });
export const keyParameters = z.object({
  ...tenantParameter.shape,
  keyId: idParameter({ description: 'The key: its id, not the key itself.', example: ID }),
});
export const pageQuery = z.object({
  first: firstParameter({ description: 'How many to answer with.', example: 20 }),
  after: afterParameter(),
});

const name = requiredText(320, { description: 'For people.', example: 'Acme Receivables' });
const defaultLanguage = requiredLanguage({
  description: 'The language of contacts that have none. ISO 639-1.',
  example: 'en',
});

export const tenantInput = z
  .object({ name, defaultLanguage: defaultLanguage.optional() })
  .meta({ id: 'TenantInput' });
export const tenantChanges = z
  .object({ name: name.optional(), defaultLanguage: defaultLanguage.optional() })
  .meta({ id: 'TenantChanges' });
export const tenantOutput = z
  .object({
    id: id('The tenant.'),
    name: z.string().meta({ example: 'Acme Receivables' }),
    defaultLanguage: z.string().meta({ example: 'en' }),
    createdAt: instant('When it was created.'),
    updatedAt: instant('When something last changed.'),
  })
  .meta({ id: 'Tenant' });
export const tenantsOutput = z
  .object({
    items: z.array(tenantOutput),
    next: z.string().nullable().meta({
      description: 'The cursor of the next page, for `after`; null on the last page.',
      example: null,
    }),
  })
  .meta({ id: 'Tenants' });

const rateLimit = z.object({
  limit: z.number().int().min(1).max(1_000_000),
  windowSeconds: z.number().int().min(1).max(86_400),
});
const rateLimitMeta = {
  description: 'Requests in a sliding window; null: the default, 300 in 60 seconds.',
  example: { limit: 300, windowSeconds: 60 },
};
const scopes = z.array(z.enum(SCOPES)).meta({ description: 'What the key may do.', example: ['ingest'] });

export const keyInput = z
  .object({
    name: requiredText(320, { description: 'For people.', example: 'Nightly sync' }),
    scopes: scopes.min(1),
    rateLimit: rateLimit.nullish().meta(rateLimitMeta),
    expiresAt: instantField({
      description: 'When the key stops working; never, if left out.',
      example: '2027-01-31T00:00:00Z',
    }),
  })
  .meta({ id: 'KeyInput' });

const keyFields = {
  id: id('The key; not the key itself.'),
  name: z.string().meta({ example: 'Nightly sync' }),
  scopes,
  rateLimit: rateLimit.nullable().meta(rateLimitMeta),
  expiresAt: instant('When the key stops working.').nullable(),
  createdAt: instant('When it was created.'),
  lastUsedAt: instant('When it was last used, give or take a minute.').nullable(),
};
export const keyOutput = z.object(keyFields).meta({ id: 'Key' });
export const newKeyOutput = z
  .object({
    ...keyFields,
    key: z.string().meta({
      description: 'The key itself. Shown now and never again.',
      example: 'dgl_0123456789abcdefghijABCDEFGHIJ01_0A1b2C',
    }),
  })
  .meta({ id: 'NewKey' });
export const keysOutput = z.object({ items: z.array(keyOutput) }).meta({ id: 'Keys' });

const email = requiredEmail({ description: 'The address of the person.', example: 'ada@example.com' });
export const erasureInput = z.object({ email }).meta({ id: 'ErasureInput' });
const count = z.number().int().meta({ example: 1 });
export const erasureOutput = z
  .object({
    id: id('The erasure.'),
    at: instant('When.'),
    removed: z.object({
      contacts: count,
      accounts: count.meta({
        description: 'Accounts that had the address as their own; they stay, without it.',
      }),
      history: count.meta({ description: 'Entries emptied: who and when stays, what does not.' }),
      idempotencyAnswers: count,
      deliveries: count,
      addresses: count,
      deadLetters: count.meta({ description: 'What could not be applied and names the address.' }),
    }),
  })
  .meta({ id: 'Erasure' });

export const dossierQuery = z.object({ email });
const open = z.custom<object>().meta({ type: 'object', additionalProperties: true });
export const dossierOutput = z
  .object({
    contacts: z.array(open).meta({ description: 'With every field that is kept.' }),
    accounts: z.array(z.object({ id: id('The account.'), number: z.string(), email: z.string() })),
    history: z.array(open).meta({ description: 'Every entry that mentions the address, oldest first.' }),
    address: z.object({ status: z.string(), updatedAt: z.string() }).nullable(),
    deliveries: z.array(open),
    idempotencyAnswers: count.meta({ description: 'Kept for at most 24 hours.' }),
  })
  .meta({ id: 'Dossier' });
