import { Argument } from 'commander';
import { baseUrl, confirm, print, program, readSecret, table, tenantArgument, yesOption } from './program.ts';
import { call, findTenant } from './service.ts';

export interface Hook {
  provider: string;
  path: string | null;
  liveSecrets: 1 | 2;
  rotatedAt: string;
}

const providerArgument = () =>
  new Argument('<provider>', 'who sends the events; email is for reports by mail').choices([
    'ses',
    'sendgrid',
    'mailgun',
    'postmark',
    'resend',
    'email',
  ]);
export const secretsOf = ({ liveSecrets }: Hook) => (liveSecrets === 2 ? 'rotating' : 'one secret');
const urlOf = ({ path }: Hook) => (path === null ? 'by mail' : `${baseUrl()}${path}`);

const hooks = program
  .command('hooks')
  .description('manage the hooks that take delivery events from mail providers');

hooks
  .command('list')
  .description('list the hooks of a tenant, without the secrets')
  .addArgument(tenantArgument())
  .action(async (tenant: string) => {
    const { id } = await findTenant(tenant);
    const { items } = await call<{ items: Hook[] }>('GET', `/tenants/${id}/hooks`);
    const rows = items.map((hook) => [hook.provider, urlOf(hook), secretsOf(hook), hook.rotatedAt]);
    print(items, table(['PROVIDER', 'EVENTS GO TO', 'SECRETS', 'SINCE'], rows));
  });

hooks
  .command('set')
  .description(
    'set the secret of a provider, typed or piped in; the previous secret stays good until end-rotation',
  )
  .addArgument(tenantArgument())
  .addArgument(providerArgument())
  .action(async (tenant: string, provider: string) => {
    const { id } = await findTenant(tenant);
    const secret = await readSecret();
    const hook = await call<Hook>('PUT', `/tenants/${id}/hooks/${provider}`, { secret });
    print(hook, [
      hook.path === null
        ? 'Delivery reports by mail are accepted.'
        : `Tell ${provider} to send its events to ${urlOf(hook)}`,
      ...(hook.liveSecrets === 2
        ? [
            `The previous secret also works until you run: npm run diglot -- hooks end-rotation ${tenant} ${provider}`,
          ]
        : []),
    ]);
  });

hooks
  .command('end-rotation')
  .description('stop accepting the previous secret')
  .addArgument(tenantArgument())
  .addArgument(providerArgument())
  .action(async (tenant: string, provider: string) => {
    const { id } = await findTenant(tenant);
    const path = `/tenants/${id}/hooks/${provider}/previous`;
    print(await call<Hook>('DELETE', path), [`Only the newest secret of ${provider} works now.`]);
  });

hooks
  .command('delete')
  .description('take no more events from a provider')
  .addArgument(tenantArgument())
  .addArgument(providerArgument())
  .addOption(yesOption())
  .action(async (tenant: string, provider: string, { yes }: { yes?: true }) => {
    const { id, name } = await findTenant(tenant);
    await confirm(`Take no more events from ${provider} for ${name}?`, yes);
    await call('DELETE', `/tenants/${id}/hooks/${provider}`);
    print({ provider }, [`No more events are taken from ${provider}.`]);
  });
