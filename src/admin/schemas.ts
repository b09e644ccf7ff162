import * as z from 'zod/mini';
import { described, ID } from '../platform/described.ts';
import { instantField, requiredEmail, requiredLanguage, requiredText } from '../platform/fields.ts';
import { afterParameter, firstParameter, idParameter } from '../platform/parameters.ts';
import { SCOPES } from '../storage/keys.ts';

export const tenantParameter = z.object({ id: idParameter({ description: 'The tenant.', example: ID }) });
export const keyParameters = z.object({
  ...tenantParameter.shape,
  keyId: idParameter({ description: 'The id of the key, not the key itself.', example: ID }),
});
export const pageQuery = z.object({
  first: firstParameter({ description: 'How many items a page has at most.', example: 20 }),
  after: afterParameter(),
});

const name = requiredText(320, { description: 'A name, for people.', example: 'Acme Receivables' });
const defaultLanguage = requiredLanguage({
  description: 'The default language, for contacts that have none. ISO 639-1.',
  example: 'en',
});

export const tenantInput = described(z.object({ name, defaultLanguage: z.optional(defaultLanguage) }), {
  id: 'TenantInput',
});
export const tenantChanges = described(
  z.object({ name: z.optional(name), defaultLanguage: z.optional(defaultLanguage) }),
  { id: 'TenantChanges' },
);

export const rateLimit = z.object({
  limit: z.int().check(z.minimum(1), z.maximum(1_000_000)),
  windowSeconds: z.int().check(z.minimum(1), z.maximum(86_400)),
});
export const rateLimitMeta = {
  description: 'Requests in a sliding window. null means the default, 300 in 60 seconds.',
  example: { limit: 300, windowSeconds: 60 },
};
export const scopes = described(z.array(z.enum(SCOPES)), {
  description: 'What the key may do.',
  example: ['ingest'],
});

export const keyInput = described(
  z.object({
    name: requiredText(320, { description: 'A name, for people.', example: 'Nightly sync' }),
    scopes: scopes.check(z.minLength(1)),
    rateLimit: described(z.nullish(rateLimit), rateLimitMeta),
    expiresAt: instantField({
      description: 'When the key stops working, which must be in the future. If left out, never.',
      example: '2027-01-31T00:00:00Z',
    }),
  }),
  { id: 'KeyInput' },
);

const email = requiredEmail({ description: 'The address of the person.', example: 'ada@example.com' });
export const erasureInput = described(z.object({ email }), { id: 'ErasureInput' });

export const dossierQuery = z.object({ email });
