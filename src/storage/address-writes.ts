/** What the operator does to one address: sets it back to Valid, or simulates a delivery event for it. */
import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { EmailStatus } from '../core/contact.ts';
import type { DeliveryEvent, DeliveryKind } from '../core/delivery.ts';
import { Failure } from '../core/failure.ts';
import { p, query, type Row, type TenantId, type Writer } from './database.ts';
import { insertEvents, readAddresses, writeAddresses } from './delivery-events.ts';
import { untilUnchanged } from './patience.ts';
import { addresses, contacts, history } from './schema.ts';
import { recall, rowQuery, write } from './writing.ts';

/** An address as the operator is shown it. */
export interface AddressStatus {
  status: EmailStatus;
  /** Days with a soft bounce since the last delivery. */
  softBounces: number;
}

const kept = rowQuery(
  ['status', 'softBounces'],
  () =>
    sql`SELECT status AS "status", soft_bounces AS "softBounces" FROM ${addresses} WHERE tenant_id = ${p('tenantId')} AND address_key = ${p('addressKey')}`,
);
/** Ends the batch when the address has changed since it was read. */
const refuseChanged = query(
  () =>
    sql`INSERT INTO refusals (code) SELECT 'address.changed' WHERE ${p('version')} <> coalesce((SELECT version FROM ${addresses} WHERE tenant_id = ${p('tenantId')} AND address_key = ${p('addressKey')}), 0)`,
);
/** Each contact with the address gets a history entry of the change, by the operator (no key), in this request. */
const insertHistory = query(
  () => sql`INSERT INTO ${history} (tenant_id, subject_id, account_id, action, changes, key_id, request_id, at)
SELECT tenant_id, id, account_id, 'updated', json_object('email_status', json_array(${p('from')}, 'Valid')), NULL, ${p('requestId')}, ${p('now')}
FROM ${contacts} WHERE tenant_id = ${p('tenantId')} AND email_key = ${p('addressKey')}`,
);

const MOST_ATTEMPTS = 10;

/** An address of a tenant, and the request in which something is done to it. */
interface Target {
  tenantId: string;
  addressKey: string;
  requestId: string;
}

interface Recording extends Target, Pick<DeliveryEvent, 'provider' | 'kind' | 'reason'> {
  /** Throws when the event may not happen to an address of this status. Returns whether it belongs in the contacts' history. */
  admit(status: EmailStatus): boolean;
}

/**
 * 2 round trips (3 with an Idempotency-Key), and 2 more each time that another writer changes the same address in between. Records the event, and
 * returns the address as it is then. Throws `tenant.not_found`, and `address.changed` when other writers are faster in every attempt.
 */
async function record(office: Writer, recording: Recording): Promise<AddressStatus> {
  const { tenantId, addressKey, requestId, admit, provider, kind, reason } = recording;
  const now = new Date().toISOString();
  const event = { addressKey, provider, eventId: uuidv7(), kind, at: now, code: null, reason };
  const payer = { ...office, tenantId: tenantId as TenantId };
  const known = await recall(office);
  if (known) return statusIn(known.row);
  return untilUnchanged(MOST_ATTEMPTS, 'address.changed', async () => {
    const found = await readAddresses(payer, new Map([[addressKey, [event]]]));
    if (!found) throw new Failure('tenant.not_found');
    const { status: from = 'Valid', version = 0 } = found.stored.get(addressKey) ?? {};
    const audited = admit(from as EmailStatus);
    const values = { tenantId, addressKey, version, from, requestId, now };
    const { row } = await write(office, {
      before: [refuseChanged(office, values)],
      change: insertEvents(payer, { now, events: JSON.stringify([event]) }),
      after: [
        writeAddresses(payer, { now, addresses: JSON.stringify(found.changed) }),
        ...(audited ? [insertHistory(office, values)] : []),
      ],
      row: kept(office, { tenantId, addressKey }),
      seed: {},
    });
    return statusIn(row);
  });
}

const statusIn = (row: Row | undefined): AddressStatus => ({
  status: (row?.status ?? 'Valid') as EmailStatus,
  softBounces: Number(row?.softBounces ?? 0),
});

/** Sets the address back to Valid. Costs and throws what `record` does, and `address.complained` for a Complained address without `force`. */
export const revalidate = (
  office: Writer,
  { force, ...target }: Target & { force: boolean },
): Promise<AddressStatus> =>
  record(office, {
    ...target,
    provider: 'admin',
    kind: force ? 'revalidated_by_force' : 'revalidated',
    reason: `Request ${target.requestId}`,
    admit(status) {
      if (status === 'Complained' && !force) throw new Failure('address.complained');
      return status !== 'Valid';
    },
  });

/** Records an event of the provider `simulator`, which counts like any other. Costs and throws what `record` does. */
export const simulate = (office: Writer, target: Target & { kind: DeliveryKind }): Promise<AddressStatus> =>
  record(office, { ...target, provider: 'simulator', reason: 'Simulated', admit: () => false });
