/**
 * The D1 tables of delivery events, and of what they mean for accounts. They are apart from schema.ts because only calls about deliveries and
 * reachability load them. The status of an address, which every contact shows, is in schema.ts.
 */
import { sql } from 'drizzle-orm';
import { integer } from 'drizzle-orm/sqlite-core/columns/integer';
import { text } from 'drizzle-orm/sqlite-core/columns/text';
import { foreignKey } from 'drizzle-orm/sqlite-core/foreign-keys';
import { index } from 'drizzle-orm/sqlite-core/indexes';
import { primaryKey } from 'drizzle-orm/sqlite-core/primary-keys';
import { sqliteTable } from 'drizzle-orm/sqlite-core/table';
import { accounts, tenantId } from './schema.ts';

export const deliveries = sqliteTable(
  'deliveries',
  {
    tenantId: tenantId(),
    provider: text('provider').notNull(),
    eventId: text('event_id').notNull(),
    addressKey: text('address_key').notNull(),
    kind: text('kind').notNull(),
    at: text('at').notNull(),
    code: text('code'),
    reason: text('reason'),
    receivedAt: text('received_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.provider, table.eventId, table.addressKey] }),
    index('deliveries_address').on(table.tenantId, table.addressKey, table.at, table.provider, table.eventId),
    index('deliveries_received').on(table.receivedAt),
  ],
);

export const reachability = sqliteTable(
  'reachability',
  {
    tenantId: text('tenant_id').notNull(),
    accountId: text('account_id').notNull(),
    steady: integer('steady').notNull().default(0),
    wavering: integer('wavering').notNull().default(0),
    bounced: integer('bounced').notNull().default(0),
    complained: integer('complained').notNull().default(0),
    silent: integer('silent').notNull().default(0),
    primariesLost: integer('primaries_lost').notNull().default(0),
    state: text('state')
      .notNull()
      .generatedAlwaysAs(
        sql`CASE WHEN steady + wavering = 0 THEN 'dark' WHEN steady = 0 OR primaries_lost > 0 OR (steady + wavering = 1 AND bounced + complained > 0) THEN 'at_risk' ELSE 'reachable' END`,
      ),
    changedAt: text('changed_at').notNull().default(sql`(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.accountId] }),
    foreignKey({
      columns: [table.tenantId, table.accountId],
      foreignColumns: [accounts.tenantId, accounts.id],
    }).onDelete('cascade'),
    index('reachability_state').on(table.tenantId, table.state, table.accountId),
  ],
);

export const reachabilityTotals = sqliteTable(
  'reachability_totals',
  {
    tenantId: tenantId(),
    state: text('state').notNull(),
    accounts: integer('accounts').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.state] })],
);
