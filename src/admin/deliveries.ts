import { addressKey } from '../core/address.ts';
import type { DeliveryKind } from '../core/delivery.ts';
import { ok } from '../platform/answer.ts';
import { invalid, Problem } from '../platform/problem.ts';
import { type AddressStatus, revalidate, simulate } from '../storage/address-writes.ts';
import { getDeliverySettings, patchDeliverySettings } from '../storage/delivery-settings.ts';
import { revalidateInput, SIMULATED, settingsChanges, simulateInput } from './delivery-schemas.ts';
import { admin } from './dialect.ts';
import { tenantParameter } from './schemas.ts';

const settings = '/tenants/{id}/delivery-settings';

admin.serve(
  {
    method: 'get',
    path: settings,
    operationId: 'adminGetDeliverySettings',
    summary: 'Retrieves the delivery settings.',
    params: tenantParameter,
    answers: { 200: { description: 'The settings.', schema: 'settings' } },
    refusals: ['tenant.not_found'],
  },
  async ({ opened: office, params: { id } }) => ok(await getDeliverySettings(office, id)),
);

admin.serve(
  {
    method: 'patch',
    path: settings,
    operationId: 'adminPatchDeliverySettings',
    summary: 'Changes the delivery settings.',
    description:
      'New numbers apply to an address from its next event on. `senderDomains` replaces the whole list.',
    params: tenantParameter,
    body: settingsChanges,
    answers: { 200: { description: 'The settings, changed.', schema: 'settings' } },
    refusals: ['tenant.not_found', 'domain.taken'],
  },
  async ({ opened: office, params: { id }, body }) => {
    const senderDomains = body.senderDomains?.map((domain) => domain.toLowerCase());
    return ok(await patchDeliverySettings(office, id, { ...body, senderDomains }));
  },
);

const shown = (address: string, { status, softBounces }: AddressStatus) =>
  ok({ address, status, softBounces });

admin.serve(
  {
    method: 'post',
    path: '/tenants/{id}/addresses/revalidate',
    operationId: 'adminRevalidateAddress',
    summary: 'Sets an address back to Valid.',
    description:
      'Earlier delivery events no longer count. The history of each contact with the address gets an entry. After a complaint, `force` is required.',
    params: tenantParameter,
    body: revalidateInput,
    answers: { 200: { description: 'The address as it is now.', schema: 'address' } },
    refusals: ['tenant.not_found', 'address.complained', 'address.changed'],
  },
  async ({ opened: office, params: { id: tenantId }, body: { address, force = false } }) => {
    const { requestId } = office;
    return shown(
      address,
      await revalidate(office, { tenantId, addressKey: addressKey(address)!, force, requestId }),
    );
  },
);

type Simulated = (typeof SIMULATED)[number];
const kinds: Record<Simulated, DeliveryKind> = {
  bounce: 'hard_bounce',
  soft: 'soft_bounce',
  complain: 'complaint',
  delivered: 'delivered',
};

/** The event that bounce@simulator.test and the like name by their local part; undefined for any other address. */
function eventAt(key: string): Simulated | undefined {
  const [, local] = /^(.+)@simulator\.test$/.exec(key) ?? [];
  return SIMULATED.find((event) => event === local);
}

admin.serve(
  {
    method: 'post',
    path: '/tenants/{id}/simulate',
    operationId: 'adminSimulate',
    summary: 'Simulates a delivery event of an address.',
    description:
      'Only for tenants marked as test, and in local development. The event counts like a real one.',
    params: tenantParameter,
    body: simulateInput,
    answers: { 200: { description: 'The address as it is now.', schema: 'address' } },
    refusals: ['tenant.not_found', 'simulator.unavailable', 'address.changed'],
  },
  async ({ opened: office, params: { id: tenantId }, body: { address, event: named } }) => {
    const key = addressKey(address)!;
    const event = named ?? eventAt(key);
    if (!event) throw invalid('/event', 'field.required', 'This is required: the address names no event.');
    const { test } = await getDeliverySettings(office, tenantId);
    if (!test && !office.isLocal) throw new Problem('simulator.unavailable');
    const { requestId } = office;
    return shown(
      address,
      await simulate(office, { tenantId, addressKey: key, kind: kinds[event], requestId }),
    );
  },
);
