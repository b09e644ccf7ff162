import { confirm, print, program, Refusal, table, tenantArgument, yesOption } from './program.ts';
import { call, callForAll, findTenant, type Tenant } from './service.ts';

const tenants = program.command('tenants').description('manage tenants');

tenants
  .command('create')
  .description('create a tenant')
  .argument('<name>')
  .option('--default-language <code>', 'ISO 639-1 code for contacts without a language')
  .action(async (name: string, { defaultLanguage }: { defaultLanguage?: string }) => {
    const tenant = await call<Tenant>('POST', '/tenants', { name, defaultLanguage });
    print(tenant, [
      `Created tenant ${tenant.name} with the id ${tenant.id}.`,
      `Next, create a key: npm run diglot -- keys create ${tenant.id} --scope ingest`,
    ]);
  });

tenants
  .command('list')
  .description('list all tenants')
  .action(async () => {
    const all = await callForAll<Tenant>('/tenants');
    const rows = all.map(({ id, name, defaultLanguage, createdAt }) => [
      id,
      name,
      defaultLanguage,
      createdAt,
    ]);
    print(all, table(['ID', 'NAME', 'LANGUAGE', 'CREATED'], rows));
  });

tenants
  .command('change')
  .description('change the name or the default language of a tenant')
  .addArgument(tenantArgument())
  .option('--name <name>', 'what it is called from now on')
  .option('--default-language <code>', 'ISO 639-1 code for contacts without a language')
  .action(async (nameOrId: string, changes: { name?: string; defaultLanguage?: string }) => {
    const { id } = await findTenant(nameOrId);
    const tenant = await call<Tenant>('PATCH', `/tenants/${id}`, changes);
    print(tenant, [`Tenant ${id} is called ${tenant.name}, with the language ${tenant.defaultLanguage}.`]);
  });

tenants
  .command('delete')
  .description('delete a tenant and everything kept for it')
  .addArgument(tenantArgument())
  .addOption(yesOption())
  .action(async (tenant: string, { yes }: { yes?: true }) => {
    const { id, name } = await findTenant(tenant);
    await confirm(`Delete ${name} (${id}) with all its keys, accounts and contacts?`, yes);
    await remove(id);
    print({ id }, [`Deleted tenant ${name}.`]);
  });

/** Deletes the tenant. A large book takes more than one request. */
async function remove(id: string): Promise<void> {
  for (;;) {
    try {
      return await call('DELETE', `/tenants/${id}`);
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'tenant.removing')) throw error;
      console.error('The book is large. Its keys are deleted; deleting the rest …');
    }
  }
}
