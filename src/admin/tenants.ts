import { created, noContent, ok } from '../platform/answer.ts';
import { cursorAfter, positionIn } from '../platform/cursor.ts';
import { removeTenant } from '../storage/tenant-removal.ts';
import { createTenant, listTenants, patchTenant } from '../storage/tenant-writes.ts';
import { getTenant } from '../storage/tenants.ts';
import { admin } from './dialect.ts';
import { pageQuery, tenantChanges, tenantInput, tenantParameter } from './schemas.ts';

const one = '/tenants/{id}';
const LIST = 'admin/tenants';

admin.serve(
  {
    method: 'post',
    path: '/tenants',
    operationId: 'adminCreateTenant',
    summary: 'Creates a tenant.',
    body: tenantInput,
    answers: { 201: { description: 'Created.', schema: 'tenant' } },
  },
  async ({ opened: office, body: { name, defaultLanguage = 'en' } }) => {
    const tenant = await createTenant(office, name, defaultLanguage.toLowerCase());
    return created(`${admin.base}/tenants/${tenant.id}`, tenant);
  },
);

admin.serve(
  {
    method: 'get',
    path: '/tenants',
    operationId: 'adminListTenants',
    summary: 'Lists the tenants, oldest first.',
    query: pageQuery,
    answers: { 200: { description: 'A page of tenants.', schema: 'tenants' } },
  },
  async ({ opened: office, query: { first, after } }) => {
    const page = await listTenants(office, first, await positionIn(LIST, { after }));
    return ok({ items: page.items, next: await cursorAfter(LIST, page, ({ id }) => id) });
  },
);

admin.serve(
  {
    method: 'get',
    path: one,
    operationId: 'adminGetTenant',
    summary: 'Retrieves a tenant.',
    params: tenantParameter,
    answers: { 200: { description: 'The tenant.', schema: 'tenant' } },
    refusals: ['tenant.not_found'],
  },
  async ({ opened: office, params: { id } }) => ok(await getTenant(office, id)),
);

admin.serve(
  {
    method: 'patch',
    path: one,
    operationId: 'adminPatchTenant',
    summary: 'Changes a tenant.',
    params: tenantParameter,
    body: tenantChanges,
    answers: { 200: { description: 'The tenant, changed.', schema: 'tenant' } },
    refusals: ['tenant.not_found'],
  },
  async ({ opened: office, params: { id }, body: { name, defaultLanguage } }) =>
    ok(await patchTenant(office, id, { name, defaultLanguage: defaultLanguage?.toLowerCase() })),
);

admin.serve(
  {
    method: 'delete',
    path: one,
    operationId: 'adminDeleteTenant',
    summary: 'Removes a tenant with everything that is kept for it: keys, accounts, contacts, history.',
    params: tenantParameter,
    answers: { 204: { description: 'Removed.' } },
    refusals: ['tenant.not_found', 'tenant.removing'],
  },
  async ({ opened: office, params: { id } }) => {
    await removeTenant(office, office.kv, id);
    return noContent();
  },
);
