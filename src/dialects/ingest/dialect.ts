// Vendor page: Ingest API, "API Reference Overview": the base path and the key.
import { openBook } from '../../platform/auth.ts';
import { defineDialect } from '../../platform/dialect.ts';
import { wording } from './errors.ts';
import { fromContact, words } from './mapping.ts';

export const ingest = defineDialect({
  base: '/api/v1/ingest',
  wording,
  view: {
    name: 'ingest',
    schema: async () => (await import('./answers.ts')).contact,
    words,
    show: fromContact,
  },
  answers: () => import('./answers.ts'),
  documentation: {
    title: 'diglot: ingest dialect',
    tag: 'Ingest',
    description:
      'The ingest dialect (`/api/v1/ingest`, snake_case, `X-API-Key`): contacts and accounts by your own references. Reads need the scope `ingest`, `accounts:read` or `accounts:all`. Writes need `ingest` or `accounts:all`.',
    security: ['apiKey', 'bearer'],
  },
  scopes: { reads: ['ingest', 'accounts:read', 'accounts:all'], writes: ['ingest', 'accounts:all'] },
  open: (c, scopes) => openBook(c, scopes, 'ApiKey'),
});

/** The path of an ingest resource. */
export const locationOf = (collection: 'contacts' | 'accounts', key: string) =>
  `${ingest.base}/${collection}/${encodeURIComponent(key)}`;
