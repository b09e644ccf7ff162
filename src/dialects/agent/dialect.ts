// Vendor pages: Public API, "Getting Started" and "Scopes": the base path, the bearer token, and what a token may do.
import { openBook } from '../../platform/auth.ts';
import { cursorAfter } from '../../platform/cursor.ts';
import { defineDialect } from '../../platform/dialect.ts';
import { Problem } from '../../platform/problem.ts';
import type { Book } from '../../storage/database.ts';
import type { Page } from '../../storage/page.ts';
import { wording } from './errors.ts';
import { shown, words } from './mapping.ts';

export const agent = defineDialect({
  base: '/api/public/v1',
  wording,
  view: { name: 'agent', schema: async () => (await import('./answers.ts')).contact, words, show: shown },
  answers: () => import('./answers.ts'),
  documentation: {
    title: 'diglot: agent dialect',
    tag: 'Agent',
    description:
      'The agent dialect (`/api/public/v1`, camelCase, `Authorization: Bearer`): accounts with their contacts, by ids and cursors. Reads need the scope `accounts:read` or `accounts:all`. Writes need `accounts:all`.',
    security: ['bearer', 'apiKey'],
  },
  scopes: { reads: ['accounts:read', 'accounts:all'], writes: ['accounts:all'] },
  open: (c, scopes) => openBook(c, scopes, 'Bearer'),
});

/** The path of an account, below which its contacts are. */
export const accountPath = (accountId: string) => `${agent.base}/accounts/${accountId}`;

/** Throws `organization.not_found` for any organization but the tenant's own, so that another tenant's looks like one that does not exist. */
export function refuseForeign(book: Book, organizationId: string | null | undefined): void {
  if (organizationId != null && organizationId.toLowerCase() !== book.tenantId)
    throw new Problem('organization.not_found');
}

/** A page as this vendor shows it: "`endCursor` is `null` on the last page and on an empty one" (contract). */
export const fromPage = async <Item extends { id: string }, Node>(
  list: string,
  page: Page<Item>,
  toNode: (item: Item) => Node,
) => ({
  nodes: page.items.map(toNode),
  pageInfo: { endCursor: await cursorAfter(list, page, ({ id }) => id) },
});
