import { InvalidArgumentError } from 'commander';
import { addressArgument, each, print, program, tenantArgument } from './program.ts';
import { call, findTenant } from './service.ts';

interface AddressStatus {
  status: string;
  softBounces: number;
}

interface DeliverySettings {
  softBounces: number;
  withinDays: number;
  test: boolean;
  senderDomains: string[];
}

program
  .command('revalidate')
  .description('sets an address back to Valid')
  .addArgument(tenantArgument())
  .addArgument(addressArgument())
  .option('--force', 'also after a complaint')
  .action(async (tenant: string, address: string, { force }: { force?: true }) => {
    const { id } = await findTenant(tenant);
    const path = `/tenants/${id}/addresses/revalidate`;
    const answer = await call<AddressStatus>('POST', path, { address, force });
    print(answer, [`${address} is ${answer.status}.`]);
  });

program
  .command('simulate')
  .description('simulates what mail to an address met, for a tenant marked as test or a local service')
  .addArgument(tenantArgument())
  .addArgument(addressArgument())
  .option(
    '--event <event>',
    'bounce, soft, complain or delivered; may be left out for bounce@simulator.test …',
  )
  .action(async (tenant: string, address: string, { event }: { event?: string }) => {
    const { id } = await findTenant(tenant);
    const answer = await call<AddressStatus>('POST', `/tenants/${id}/simulate`, { address, event });
    print(answer, [`${address} is ${answer.status}, with ${answer.softBounces} soft bounces.`]);
  });

program
  .command('delivery-settings')
  .description('shows what delivery events go by, after the changes if there are any')
  .addArgument(tenantArgument())
  .option('--soft-bounces <days>', 'how many days with a soft bounce make an address Bounced', wholeNumber)
  .option('--within-days <days>', 'within how many days', wholeNumber)
  .option('--test', 'let the simulator speak for this tenant')
  .option('--no-test', 'let it not')
  .option(
    '--sender-domain <domain>',
    'from where it sends through Cloudflare Email Service; may be repeated, and replaces all',
    each,
  )
  .action(async (tenant: string, options: Partial<DeliverySettings> & { senderDomain?: string[] }) => {
    const { softBounces, withinDays, test, senderDomain: senderDomains } = options;
    const { id } = await findTenant(tenant);
    const changes = { softBounces, withinDays, test, senderDomains };
    const changed = Object.values(changes).some((value) => value !== undefined);
    const path = `/tenants/${id}/delivery-settings`;
    const now = await (changed
      ? call<DeliverySettings>('PATCH', path, changes)
      : call<DeliverySettings>('GET', path));
    print(now, [
      `Bounced after ${now.softBounces} days with a soft bounce within ${now.withinDays} days.`,
      `The simulator ${now.test ? 'speaks' : 'does not speak'} for this tenant.`,
      `Sender domains: ${now.senderDomains.join(', ') || 'none'}`,
    ]);
  });

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('This is not a whole number.');
  return Number(text);
}
