/**
 * A tenant's settings for delivery results: the numbers of the rule, whether the simulator may be used, and the domains that the tenant sends from.
 */
import { sql } from 'drizzle-orm';
import { DEFAULT_RULE, type DeliveryRule } from '../core/delivery.ts';
import { Failure } from '../core/failure.ts';
import { type Payer, p, query, type Row, run, type TenantId, type Writer } from './database.ts';
import { deliverySettings, senderDomains } from './operator-schema.ts';
import { tenants } from './schema.ts';
import { rowQuery, write } from './writing.ts';

/** The settings of a tenant, with the default rule where it has set none. */
interface DeliverySettings extends DeliveryRule {
  /** Whether the simulator may be used for this tenant. */
  test: boolean;
  /** The domains that the tenant's mail through Cloudflare Email Service comes from. */
  senderDomains: string[];
}

const one = () => sql`SELECT soft_bounces AS "softBounces", within_days AS "withinDays", test AS "test",
  (SELECT json_group_array(domain) FROM (SELECT domain FROM ${senderDomains} WHERE tenant_id = tenants.id ORDER BY domain)) AS "senderDomains"
FROM ${tenants} LEFT JOIN ${deliverySettings} ON ${deliverySettings.tenantId} = tenants.id WHERE tenants.id = ${p('tenantId')}`;
const select = query(one);
const kept = rowQuery(['softBounces', 'withinDays', 'test', 'senderDomains'], one);
const upsert = query(
  () => sql`INSERT INTO ${deliverySettings} (tenant_id, soft_bounces, within_days, test)
SELECT id, coalesce(${p('softBounces')}, ${DEFAULT_RULE.softBounces}), coalesce(${p('withinDays')}, ${DEFAULT_RULE.withinDays}), coalesce(${p('test')}, 0) FROM ${tenants} WHERE id = ${p('tenantId')}
ON CONFLICT DO UPDATE SET soft_bounces = coalesce(${p('softBounces')}, soft_bounces), within_days = coalesce(${p('withinDays')}, within_days), test = coalesce(${p('test')}, test)`,
);
const dropDomains = query(
  () =>
    sql`DELETE FROM ${senderDomains} WHERE tenant_id = ${p('tenantId')} AND ${p('domains')} IS NOT NULL AND domain NOT IN (SELECT value FROM json_each(${p('domains')}))`,
);
const addDomains = query(
  () => sql`INSERT INTO ${senderDomains} (domain, tenant_id)
SELECT value, tenants.id FROM ${tenants}, json_each(${p('domains')}) WHERE tenants.id = ${p('tenantId')} ON CONFLICT DO NOTHING`,
);
/** Ends the batch when one of the domains is another tenant's. */
const refuseTaken = query(
  () =>
    sql`INSERT INTO refusals (code) SELECT 'domain.taken' FROM json_each(${p('domains')}) CROSS JOIN ${senderDomains} ON domain = value WHERE tenant_id <> ${p('tenantId')} LIMIT 1`,
);
const selectByDomain = query(
  () => sql`SELECT tenant_id AS "tenantId" FROM ${senderDomains} WHERE domain = ${p('domain')}`,
);

function settingsIn(row: Row | undefined): DeliverySettings {
  if (!row) throw new Failure('tenant.not_found');
  const { softBounces, withinDays, test, senderDomains: domains } = row;
  return {
    softBounces: Number(softBounces ?? DEFAULT_RULE.softBounces),
    withinDays: Number(withinDays ?? DEFAULT_RULE.withinDays),
    test: test === 1,
    senderDomains: JSON.parse(domains as string),
  };
}

/** 1 round trip. Throws `tenant.not_found`. */
export async function getDeliverySettings(payer: Payer, tenantId: string): Promise<DeliverySettings> {
  const [found] = await run(payer, [select(payer, { tenantId })], { again: true });
  return settingsIn(found.results[0]);
}

/** 1 round trip. What is left out stays. Throws `tenant.not_found`, `domain.taken`. */
export async function patchDeliverySettings(
  office: Writer,
  tenantId: string,
  changes: { [Name in keyof DeliverySettings]?: DeliverySettings[Name] | undefined },
): Promise<DeliverySettings> {
  const { softBounces = null, withinDays = null, test, senderDomains: domains } = changes;
  const values = {
    tenantId,
    softBounces,
    withinDays,
    test: test === undefined ? null : Number(test),
    domains: domains === undefined ? null : JSON.stringify(domains),
  };
  const { row } = await write(office, {
    before: [refuseTaken(office, values)],
    change: upsert(office, values),
    after: [dropDomains(office, values), addDomains(office, values)],
    row: kept(office, { tenantId }),
    seed: {},
  });
  return settingsIn(row);
}

/** 1 round trip. The tenant that sends from this domain; null when there is none. */
export async function tenantOfDomain(payer: Payer, domain: string): Promise<TenantId | null> {
  const [found] = await run(payer, [selectByDomain(payer, { domain })], { again: true });
  return (found.results[0]?.tenantId as TenantId | undefined) ?? null;
}
