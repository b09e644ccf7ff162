/**
 * Applying delivery events, each once. core/delivery.ts decides what they mean for an address, the triggers of migrations/0009 what that means for
 * accounts.
 */
import { sql } from 'drizzle-orm';
import {
  DEFAULT_RULE,
  type DeliveryEvent,
  type DeliveryRule,
  type Evidence,
  judge,
  learn,
} from '../core/delivery.ts';
import { Failure } from '../core/failure.ts';
import { p, type Row, run, type TenantPayer, tenantQuery } from './database.ts';
import { deliveries } from './delivery-schema.ts';
import { deliverySettings } from './operator-schema.ts';
import { addresses, tenants } from './schema.ts';
import { tenantFound } from './tenant-writes.ts';

const selectRule = tenantQuery(
  (tenant) =>
    sql`SELECT soft_bounces AS "softBounces", within_days AS "withinDays" FROM ${deliverySettings} WHERE tenant_id = ${tenant}`,
);
/** CROSS JOIN keeps this order of loops: one look-up by primary key for each address. */
const selectAddresses = tenantQuery(
  (
    tenant,
  ) => sql`SELECT ${addresses.addressKey} AS "addressKey", ${addresses.status} AS "status", ${addresses.evidence} AS "evidence", ${addresses.version} AS "version"
FROM json_each(${p('keys')}) AS key CROSS JOIN ${addresses} ON ${addresses.tenantId} = ${tenant} AND ${addresses.addressKey} = key.value`,
);
/** The times of those events that are stored already. */
const selectTimes = tenantQuery(
  (
    tenant,
  ) => sql`SELECT ${deliveries.provider} AS "provider", ${deliveries.eventId} AS "eventId", ${deliveries.addressKey} AS "addressKey", ${deliveries.at} AS "at"
FROM json_each(${p('events')}) AS event CROSS JOIN ${deliveries} ON ${deliveries.tenantId} = ${tenant} AND ${deliveries.provider} = event.value ->> 'provider'
  AND ${deliveries.eventId} = event.value ->> 'eventId' AND ${deliveries.addressKey} = event.value ->> 'addressKey'`,
);
/** Stores the events that are not stored yet. */
export const insertEvents = tenantQuery(
  (
    tenant,
  ) => sql`INSERT INTO ${deliveries} (tenant_id, provider, event_id, address_key, kind, at, code, reason, received_at)
SELECT ${tenant}, value ->> 'provider', value ->> 'eventId', value ->> 'addressKey', value ->> 'kind', value ->> 'at', value ->> 'code', value ->> 'reason', ${p('now')}
FROM json_each(${p('events')}) WHERE EXISTS (SELECT 1 FROM ${tenants} WHERE ${tenants.id} = ${tenant})
ON CONFLICT DO NOTHING`,
);
/** Writes only over the version that was read, or where there is still none. A writer that loses this race, to an erasure too, reads again. */
export const writeAddresses = tenantQuery(
  (
    tenant,
  ) => sql`INSERT INTO ${addresses} (tenant_id, address_key, status, evidence, soft_bounces, cause, cause_at, version, updated_at)
SELECT ${tenant}, value ->> 'addressKey', value ->> 'status', value ->> 'evidence', value ->> 'softBounces', value ->> 'cause', value ->> 'causeAt', value ->> 'version', ${p('now')}
FROM json_each(${p('addresses')}) WHERE EXISTS (SELECT 1 FROM ${tenants} WHERE ${tenants.id} = ${tenant})
  AND value ->> 'version' - 1 = coalesce((SELECT version FROM ${addresses} WHERE tenant_id = ${tenant} AND address_key = value ->> 'addressKey'), 0)
ON CONFLICT DO UPDATE SET status = excluded.status, evidence = excluded.evidence, soft_bounces = excluded.soft_bounces,
  cause = excluded.cause, cause_at = excluded.cause_at, version = excluded.version, updated_at = excluded.updated_at
RETURNING address_key AS "addressKey"`,
);

/** How often one address may change under a consumer before it leaves the rest to the queue's own retries. */
const MOST_ATTEMPTS = 10;
/** How many events are applied at once. With this many, no value comes near the 2 MB that D1 allows. */
const MOST_AT_ONCE = 500;

/**
 * 2 round trips for each 500 events, and 2 more each time that another writer changes one of their addresses in between. Each event counts once,
 * whatever the order. An address without a contact is remembered too. Events of a tenant that no longer exists are dropped. Throws
 * `store.unavailable`.
 */
export async function applyEvents(payer: TenantPayer, events: readonly DeliveryEvent[]): Promise<void> {
  for (let at = 0; at < events.length; at += MOST_AT_ONCE)
    await applySome(payer, events.slice(at, at + MOST_AT_ONCE));
}

async function applySome(payer: TenantPayer, events: readonly DeliveryEvent[]): Promise<void> {
  let byAddress = Map.groupBy(events, ({ addressKey }) => addressKey);
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const found = await readAddresses(payer, byAddress);
    if (!found) return;
    const { changed } = found;
    const now = new Date().toISOString();
    const [, written] = await run(payer, [
      insertEvents(payer, { now, events: JSON.stringify([...byAddress.values()].flat()) }),
      writeAddresses(payer, { now, addresses: JSON.stringify(changed) }),
    ]);
    const done = new Set(written.results.map(({ addressKey }) => addressKey));
    const missed = new Set(changed.map(({ addressKey }) => addressKey).filter((key) => !done.has(key)));
    if (missed.size === 0) return;
    byAddress = new Map([...byAddress].filter(([key]) => missed.has(key)));
  }
  throw new Failure('store.unavailable');
}

/**
 * 1 round trip. Returns the addresses as they are stored (`stored`), and those that the events change, as they are to be written (`changed`); null
 * when the tenant no longer exists.
 */
export async function readAddresses(payer: TenantPayer, byAddress: Map<string, DeliveryEvent[]>) {
  const keys = JSON.stringify([...byAddress.keys()]);
  const events = [...byAddress.values()].flat();
  const [tenant, rules, found, times] = await run(
    payer,
    [
      tenantFound(payer, { tenantId: payer.tenantId }),
      selectRule(payer),
      selectAddresses(payer, { keys }),
      selectTimes(payer, { events: JSON.stringify(events) }),
    ],
    { again: true },
  );
  if (!tenant.results[0]) return null;
  const rule = (rules.results[0] as unknown as DeliveryRule | undefined) ?? DEFAULT_RULE;
  const stored = new Map(found.results.map((row) => [row.addressKey as string, row]));
  const first = firstTimes([...(times.results as unknown as Happening[]), ...events]);
  const timed = new Map(
    [...byAddress].map(([key, some]) => [key, some.map((event) => ({ ...event, at: first(event) }))]),
  );
  return { stored, changed: changes(timed, stored, rule) };
}

type Happening = Pick<DeliveryEvent, 'provider' | 'eventId' | 'addressKey' | 'at'>;

/** A repeated event keeps the time of its first report. Otherwise an event without a time of its own would happen anew with each report. */
function firstTimes(happenings: Happening[]): (event: Happening) => string {
  const idOf = ({ provider, eventId, addressKey }: Happening) => `${provider} ${eventId} ${addressKey}`;
  const times = new Map(happenings.toReversed().map((it) => [idOf(it), it.at]));
  return (event) => times.get(idOf(event)) ?? event.at;
}

/** The addresses that the events change, as they are to be written. */
function changes(byAddress: Map<string, DeliveryEvent[]>, stored: Map<string, Row>, rule: DeliveryRule) {
  return [...byAddress].flatMap(([addressKey, events]) => {
    const row = stored.get(addressKey);
    const known: Evidence = JSON.parse((row?.evidence ?? '{}') as string);
    const evidence = JSON.stringify(sorted(events.reduce(learn, known)));
    if (row ? evidence === row.evidence : evidence === '{}') return [];
    const version = Number(row?.version ?? 0) + 1;
    return [{ addressKey, evidence, version, ...judge(JSON.parse(evidence), rule) }];
  });
}

/** The evidence with its keys sorted: equal evidence is equal JSON, in whatever order it was learnt. */
const sorted = ({ soft, ...evidence }: Evidence) => ({
  ...Object.fromEntries(Object.entries(evidence).sort()),
  ...(soft && { soft: Object.fromEntries(Object.entries(soft).sort()) }),
});
