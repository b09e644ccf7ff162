import type { DeadLetter } from './dead-letters.ts';
import type { DeliverySettings } from './delivery.ts';
import { type Hook, secretsOf } from './hooks.ts';
import { type Key, limitOf } from './keys.ts';
import type { Erasure } from './people.ts';
import { print, program } from './program.ts';
import { call, callForAll, type Tenant } from './service.ts';

program
  .command('inventory')
  .description(
    'list what the operator has set and done, of all tenants, to compare before and after a restore',
  )
  .action(async () => {
    const tenants = [];
    for (const tenant of await callForAll<Tenant>('/tenants')) tenants.push(await inventoryOf(tenant));
    const deadLetters = await callForAll<DeadLetter>('/dead-letters');
    const lines = deadLetters.map(({ id, tenantId, provider, reason, receivedAt }) => [
      'letter',
      tenantId ?? 'unknown',
      id,
      provider,
      reason,
      receivedAt,
    ]);
    print({ tenants, deadLetters }, [...tenants.flatMap(linesOf), ...lines.map((words) => words.join(' '))]);
  });

async function inventoryOf(tenant: Tenant) {
  const path = `/tenants/${tenant.id}`;
  const [keys, hooks, settings, erasures] = await Promise.all([
    call<{ items: Key[] }>('GET', `${path}/keys`),
    call<{ items: Hook[] }>('GET', `${path}/hooks`),
    call<DeliverySettings>('GET', `${path}/delivery-settings`),
    callForAll<Erasure>(`${path}/erasures`),
  ]);
  return { ...tenant, keys: keys.items, hooks: hooks.items, settings, erasures };
}

/** One line for each thing, with all that tells it from another and nothing that changes by itself, such as when a key was last used. */
function linesOf({
  id,
  name,
  defaultLanguage,
  keys,
  hooks,
  settings,
  erasures,
}: Awaited<ReturnType<typeof inventoryOf>>): string[] {
  const { softBounces, withinDays, test, senderDomains } = settings;
  const rule = `${softBounces} soft bounces in ${withinDays} days`;
  return [
    `tenant ${id} ${name} ${defaultLanguage}`,
    ...keys.map((key) =>
      ['key', id, key.id, key.scopes.join(' '), limitOf(key), key.expiresAt ?? 'never', key.name].join(' '),
    ),
    ...hooks.map((hook) => `hook ${id} ${hook.provider} ${secretsOf(hook)} since ${hook.rotatedAt}`),
    `settings ${id} ${[rule, ...(test ? ['test'] : []), ...senderDomains].join(', ')}`,
    ...erasures.map((erasure) => `erasure ${id} ${erasure.id} ${erasure.at}`),
  ];
}
