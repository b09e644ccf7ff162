/**
 * The D1 tables of the book, as migrations/ makes them (`npm run check` compares the two). Tables that a cold start need not load are in
 * delivery-schema.ts and operator-schema.ts. What Drizzle cannot express (triggers, WITHOUT ROWID, deferred keys) is in the migrations, with its
 * reason. Each part of `drizzle-orm/sqlite-core` is imported from its own file: the whole of it would bring the query builder into every cold start.
 */
import { sql } from 'drizzle-orm';
import { integer } from 'drizzle-orm/sqlite-core/columns/integer';
import { real } from 'drizzle-orm/sqlite-core/columns/real';
import { text } from 'drizzle-orm/sqlite-core/columns/text';
import { foreignKey } from 'drizzle-orm/sqlite-core/foreign-keys';
import { index, uniqueIndex } from 'drizzle-orm/sqlite-core/indexes';
import { primaryKey } from 'drizzle-orm/sqlite-core/primary-keys';
import { sqliteTable } from 'drizzle-orm/sqlite-core/table';

export const tenants = sqliteTable('tenants', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  defaultLanguage: text('default_language').notNull().default('en'),
  createdAt: text('created_at').notNull(),
  updatedAt: text('updated_at').notNull(),
});

/** The tenant that a row belongs to, and with which it is removed. */
export const tenantId = () =>
  text('tenant_id')
    .notNull()
    .references(() => tenants.id, { onDelete: 'cascade' });

export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    tenantId: tenantId(),
    name: text('name').notNull(),
    hash: text('hash').notNull(),
    scopes: text('scopes').notNull(),
    rateLimit: text('rate_limit'),
    expiresAt: text('expires_at'),
    createdAt: text('created_at').notNull(),
    lastUsedAt: text('last_used_at'),
  },
  (table) => [
    uniqueIndex('api_keys_hash').on(table.hash),
    index('api_keys_tenant').on(table.tenantId, table.id),
  ],
);

/** The columns of every row that callers can change: the version makes its ETag, the last two tell who made that version. */
const revision = {
  version: integer('version').notNull().default(1),
  createdAt: text('created_at').notNull(),
  updatedAt: text('updated_at').notNull(),
  changedBy: text('changed_by'),
  requestId: text('request_id'),
};

export const accounts = sqliteTable(
  'accounts',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    number: text('number').notNull(),
    name: text('name'),
    displayReference: text('display_reference'),
    currency: text('currency'),
    language: text('language'),
    billingAddress: text('billing_address').notNull().default('{}'),
    remitTo: text('remit_to').notNull().default('{}'),
    phone: text('phone'),
    mobilePhone: text('mobile_phone'),
    fax: text('fax'),
    email: text('email'),
    paymentTerms: text('payment_terms'),
    creditLimit: real('credit_limit'),
    accountGroup: text('account_group'),
    parentAccountNumber: text('parent_account_number'),
    isParentAccount: integer('is_parent_account'),
    branchName: text('branch_name'),
    description: text('description'),
    vat: text('vat'),
    companyRegistrationNumber: text('company_registration_number'),
    dataProviders: text('data_providers'),
    customFields: text('custom_fields').notNull().default('{}'),
    sourceConnectionId: text('source_connection_id'),
    sourceId: text('source_id'),
    sourceUpdatedAt: text('source_updated_at'),
    ...revision,
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('accounts_number').on(table.tenantId, table.number),
    uniqueIndex('accounts_source')
      .on(table.tenantId, table.sourceConnectionId, table.sourceId)
      .where(sql`source_id IS NOT NULL`),
  ],
);

export const contacts = sqliteTable(
  'contacts',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    reference: text('reference').notNull(),
    accountId: text('account_id'),
    name: text('name'),
    firstName: text('first_name'),
    lastName: text('last_name'),
    function: text('function'),
    email: text('email'),
    phone: text('phone'),
    mobilePhone: text('mobile_phone'),
    fax: text('fax'),
    title: text('title'),
    department: text('department'),
    contactType: text('contact_type'),
    language: text('language'),
    address1: text('address1'),
    address2: text('address2'),
    city: text('city'),
    state: text('state'),
    zip: text('zip'),
    country: text('country'),
    notes: text('notes'),
    isPrimary: integer('is_primary'),
    customFields: text('custom_fields').notNull().default('{}'),
    referenceKey: text('reference_key').notNull(),
    nameKey: text('name_key'),
    firstNameKey: text('first_name_key'),
    lastNameKey: text('last_name_key'),
    emailKey: text('email_key'),
    fullName: text('full_name')
      .notNull()
      .generatedAlwaysAs(
        sql`coalesce(name, first_name || ' ' || last_name, first_name, last_name, email, reference)`,
      ),
    comparedName: text('compared_name')
      .notNull()
      .generatedAlwaysAs(
        sql`coalesce(name_key, trim(first_name_key || ' ' || last_name_key), first_name_key, last_name_key, email_key, reference_key)`,
      ),
    ...revision,
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    foreignKey({
      columns: [table.tenantId, table.accountId],
      foreignColumns: [accounts.tenantId, accounts.id],
    }).onDelete('cascade'),
    uniqueIndex('contacts_reference').on(table.tenantId, table.reference),
    index('contacts_account').on(table.tenantId, table.accountId, table.id),
    index('contacts_compared_name').on(table.tenantId, table.accountId, table.comparedName),
    index('contacts_email')
      .on(table.tenantId, table.emailKey, table.accountId, table.id)
      .where(sql`email_key IS NOT NULL`),
    index('contacts_updated').on(table.tenantId, table.updatedAt, table.id),
  ],
);

export const nameSegments = sqliteTable(
  'name_segments',
  {
    tenantId: text('tenant_id').notNull(),
    accountId: text('account_id').notNull(),
    length: integer('length').notNull(),
    position: integer('position').notNull(),
    segment: text('segment').notNull(),
    name: text('name').notNull(),
    oldestId: text('oldest_id').notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.tenantId, table.accountId, table.length, table.position, table.segment, table.name],
    }),
  ],
);

export const addresses = sqliteTable(
  'addresses',
  {
    tenantId: tenantId(),
    addressKey: text('address_key').notNull(),
    status: text('status').notNull(),
    updatedAt: text('updated_at').notNull(),
    evidence: text('evidence').notNull().default('{}'),
    softBounces: integer('soft_bounces').notNull().default(0),
    cause: text('cause'),
    causeAt: text('cause_at'),
    version: integer('version').notNull().default(0),
    standing: text('standing').generatedAlwaysAs(
      sql`CASE status WHEN 'Bounced' THEN 'bounced' WHEN 'Complained' THEN 'complained' ELSE iif(soft_bounces > 0, 'wavering', 'steady') END`,
    ),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.addressKey] })],
);

export const history = sqliteTable(
  'history',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    tenantId: tenantId(),
    subjectId: text('subject_id').notNull(),
    accountId: text('account_id'),
    action: text('action').notNull(),
    changes: text('changes').notNull(),
    keyId: text('key_id'),
    requestId: text('request_id'),
    at: text('at').notNull(),
  },
  (table) => [index('history_subject').on(table.tenantId, table.subjectId, table.sequence)],
);

export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    scope: text('scope').notNull(),
    key: text('key').notNull(),
    fingerprint: text('fingerprint').notNull(),
    seed: text('seed').notNull(),
    changed: integer('changed').notNull(),
    row: text('row'),
    createdAt: text('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.scope, table.key] }),
    index('idempotency_keys_created').on(table.createdAt),
  ],
);
