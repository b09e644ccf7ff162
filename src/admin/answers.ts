import * as z from 'zod/mini';
import { id, instant, nextCursor } from '../platform/answer-fields.ts';
import { described } from '../platform/described.ts';
import { rateLimit, rateLimitMeta, scopes } from './schemas.ts';

export const tenant = described(
  z.object({
    id: id('The tenant.'),
    name: described(z.string(), { example: 'Acme Receivables' }),
    defaultLanguage: described(z.string(), { example: 'en' }),
    createdAt: instant('When it was created.'),
    updatedAt: instant('When it last changed.'),
  }),
  { id: 'Tenant' },
);
export const tenants = described(
  z.object({
    items: z.array(tenant),
    next: nextCursor('after'),
  }),
  { id: 'Tenants' },
);

const keyFields = {
  id: id('The id of the key, not the key itself.'),
  name: described(z.string(), { example: 'Nightly sync' }),
  scopes,
  rateLimit: described(z.nullable(rateLimit), rateLimitMeta),
  expiresAt: z.nullable(instant('When the key stops working.')),
  createdAt: instant('When it was created.'),
  lastUsedAt: z.nullable(instant('When it was last used, accurate to about a minute.')),
};
export const key = described(z.object(keyFields), { id: 'Key' });
export const newKey = described(
  z.object({
    ...keyFields,
    key: described(z.string(), {
      description: 'The key itself. Shown now and never again.',
      example: 'dgl_0123456789abcdefghijABCDEFGHIJ01_0A1b2C',
    }),
  }),
  { id: 'CreatedKey' },
);
export const keys = described(z.object({ items: z.array(key) }), { id: 'Keys' });
const count = described(z.int(), { example: 1 });
export const erasure = described(
  z.object({
    id: id('The erasure.'),
    at: instant('When the person was erased.'),
    removed: z.object({
      contacts: count,
      accounts: described(count, {
        description: 'Accounts that had the address as their own. They stay, without it.',
      }),
      history: described(count, {
        description:
          'Entries that say less now. Those of the person still say who made a change and when, but not what changed. Those of others lack the fields that mentioned the address.',
      }),
      idempotencyAnswers: count,
      deliveries: count,
      addresses: count,
      deadLetters: described(count, { description: 'Dead letters that name the address.' }),
    }),
  }),
  { id: 'Erasure' },
);
export const erasures = described(z.object({ items: z.array(erasure), next: nextCursor('after') }), {
  id: 'Erasures',
});
const open = described(z.custom<object>(), { type: 'object', additionalProperties: true });
export const dossier = described(
  z.object({
    contacts: described(z.array(open), { description: 'Each contact, with every field that is kept.' }),
    accounts: z.array(z.object({ id: id('The account.'), number: z.string(), email: z.string() })),
    history: described(z.array(open), {
      description:
        'Every entry that mentions the address, or belongs to a contact that has the address, or that had it and is gone. Oldest first.',
    }),
    address: z.nullable(
      z.object({
        status: z.string(),
        updatedAt: z.string(),
        evidence: described(open, {
          description: "When each kind of event last happened, and when each day's soft bounces did.",
        }),
      }),
    ),
    deliveries: z.array(open),
    reasons: described(z.array(open), {
      description:
        'Events of other addresses whose reason mentions this one, for example because mail was forwarded.',
    }),
    idempotencyAnswers: described(count, { description: 'Kept for at most 24 hours.' }),
    deadLetters: described(count, { description: 'Dead letters that name the address.' }),
    mentions: described(z.array(z.object({ kind: z.string(), id: z.string(), reference: z.string() })), {
      description:
        'Contacts of other people, and accounts, that have the address in a field such as their notes, where an erasure leaves it.',
    }),
  }),
  { id: 'Dossier' },
);

export * from './delivery-answers.ts';
