import { InvalidArgumentError } from 'commander';
import { addressArgument, counted, each, print, program, tenantArgument } from './program.ts';
import { call, findTenant } from './service.ts';

interface AddressStatus {
  status: string;
  softBounces: number;
}

export interface DeliverySettings {
  softBounces: number;
  withinDays: number;
  test: boolean;
  senderDomains: string[];
}

program
  .command('revalidate')
  .description('set an address back to Valid')
  .addArgument(tenantArgument())
  .addArgument(addressArgument())
  .option('--force', 'even after a complaint')
  .action(async (tenant: string, address: string, { force }: { force?: true }) => {
    const { id } = await findTenant(tenant);
    const path = `/tenants/${id}/addresses/revalidate`;
    const answer = await call<AddressStatus>('POST', path, { address, force });
    print(answer, [`${address} is ${answer.status}.`]);
  });

program
  .command('simulate')
  .description('simulate a delivery event for an address (test tenants and local services only)')
  .addArgument(tenantArgument())
  .addArgument(addressArgument())
  .option(
    '--event <event>',
    'bounce, soft, complain or delivered; optional for bounce@simulator.test and the like',
  )
  .action(async (tenant: string, address: string, { event }: { event?: string }) => {
    const { id } = await findTenant(tenant);
    const answer = await call<AddressStatus>('POST', `/tenants/${id}/simulate`, { address, event });
    print(answer, [`${address} is ${answer.status}. Days with a soft bounce: ${answer.softBounces}.`]);
  });

program
  .command('delivery-settings')
  .description('show or change how delivery events count')
  .addArgument(tenantArgument())
  .option('--soft-bounces <days>', 'days with a soft bounce that make an address Bounced', wholeNumber)
  .option('--within-days <days>', 'period in which those days must fall', wholeNumber)
  .option('--test', 'allow simulated delivery events for this tenant')
  .option('--no-test', 'refuse them')
  .option(
    '--sender-domain <domain>',
    'domain that it sends from through Cloudflare Email Service; may be repeated, replaces the list',
    each,
  )
  .option('--no-sender-domain', 'empty the list, so that another tenant may have its domains')
  .action(
    async (tenant: string, options: Partial<DeliverySettings> & { senderDomain?: string[] | false }) => {
      const { softBounces, withinDays, test, senderDomain } = options;
      const senderDomains = senderDomain === false ? [] : senderDomain;
      const { id } = await findTenant(tenant);
      const changes = { softBounces, withinDays, test, senderDomains };
      const changed = Object.values(changes).some((value) => value !== undefined);
      const path = `/tenants/${id}/delivery-settings`;
      const now = await (changed
        ? call<DeliverySettings>('PATCH', path, changes)
        : call<DeliverySettings>('GET', path));
      print(now, [
        `An address is Bounced after ${counted(now.softBounces, 'day')} with a soft bounce within ${counted(now.withinDays, 'day')}.`,
        `Simulated delivery events are ${now.test ? 'allowed' : 'refused, except by a local service'}.`,
        `Sender domains: ${now.senderDomains.join(', ') || 'none'}`,
      ]);
    },
  );

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('This is not a whole number.');
  return Number(text);
}
