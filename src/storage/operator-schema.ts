/** The D1 tables that only the operator's face, the hooks and the cron trigger use. They are apart from schema.ts so that no API call loads them. */
import { sql } from 'drizzle-orm';
import { integer } from 'drizzle-orm/sqlite-core/columns/integer';
import { text } from 'drizzle-orm/sqlite-core/columns/text';
import { index, uniqueIndex } from 'drizzle-orm/sqlite-core/indexes';
import { primaryKey } from 'drizzle-orm/sqlite-core/primary-keys';
import { sqliteTable } from 'drizzle-orm/sqlite-core/table';
import { tenantId, tenants } from './schema.ts';

export const deliverySettings = sqliteTable('delivery_settings', {
  tenantId: tenantId().primaryKey(),
  softBounces: integer('soft_bounces').notNull(),
  withinDays: integer('within_days').notNull(),
  test: integer('test').notNull(),
});

export const senderDomains = sqliteTable(
  'sender_domains',
  { domain: text('domain').primaryKey(), tenantId: tenantId() },
  (table) => [index('sender_domains_tenant').on(table.tenantId, table.domain)],
);

export const hooks = sqliteTable(
  'hooks',
  {
    tenantId: tenantId(),
    provider: text('provider').notNull(),
    secret: text('secret').notNull(),
    previousSecret: text('previous_secret'),
    createdAt: text('created_at').notNull(),
    rotatedAt: text('rotated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.provider] }),
    uniqueIndex('hooks_mailbox').on(table.secret).where(sql`provider = 'email'`),
    index('hooks_previous_mailbox')
      .on(table.previousSecret)
      .where(sql`provider = 'email' AND previous_secret IS NOT NULL`),
  ],
);

export const hookReceipts = sqliteTable(
  'hook_receipts',
  {
    tenantId: tenantId(),
    provider: text('provider').notNull(),
    nonce: text('nonce').notNull(),
    at: text('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.provider, table.nonce] }),
    index('hook_receipts_at').on(table.at),
  ],
);

export const deadLetters = sqliteTable(
  'dead_letters',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').references(() => tenants.id, { onDelete: 'cascade' }),
    provider: text('provider').notNull(),
    body: text('body').notNull(),
    reason: text('reason').notNull(),
    receivedAt: text('received_at').notNull(),
    diedAt: text('died_at').notNull(),
  },
  (table) => [index('dead_letters_tenant').on(table.tenantId, table.id)],
);

export const events = sqliteTable(
  'events',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    tenantId: tenantId(),
    type: text('type').notNull(),
    accountId: text('account_id'),
    contactId: text('contact_id'),
    data: text('data').notNull(),
    at: text('at').notNull(),
  },
  (table) => [index('events_tenant').on(table.tenantId, table.sequence)],
);

export const erasures = sqliteTable(
  'erasures',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    at: text('at').notNull(),
    requestId: text('request_id'),
    subjects: text('subjects'),
    removed: text('removed'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

/**
 * Statements insert here the reason for which their batch must end. A trigger refuses the row, so no row ever stays. Statements of every call name
 * this table in their text, so nothing imports it.
 */
export const refusals = sqliteTable('refusals', { code: text('code').notNull() });
