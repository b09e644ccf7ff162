// Vendor page: Public API, API reference "Organizations" and "Status". A key speaks for one tenant, so the list has one item.
import { ok } from '../../platform/answer.ts';
import { listOf, positionIn } from '../../platform/cursor.ts';
import { getOwnTenant } from '../../storage/tenants.ts';
import { agent, fromPage, refuseForeign } from './dialect.ts';
import { fromTenant } from './mapping.ts';
import { organizationParameter, pageQuery } from './schemas.ts';

agent.serve(
  {
    method: 'get',
    path: '/organizations',
    operationId: 'agentListOrganizations',
    summary: 'List the organizations of the token',
    query: pageQuery,
    answers: { 200: { description: 'The one organization of the token.', schema: 'organizations' } },
  },
  async ({ opened: book, query: { after } }) => {
    const list = listOf(book, 'agent/organizations');
    await positionIn(list, { after });
    const page = { items: [await getOwnTenant(book)], more: false };
    return ok(await fromPage(list, page, fromTenant));
  },
);

agent.serve(
  {
    method: 'get',
    path: '/organizations/{organizationId}',
    operationId: 'agentGetOrganization',
    summary: 'Get an organization',
    params: organizationParameter,
    answers: { 200: { description: 'The organization.', schema: 'organization' } },
    refusals: ['organization.not_found'],
  },
  async ({ opened: book, params: { organizationId } }) => {
    refuseForeign(book, organizationId);
    return ok(fromTenant(await getOwnTenant(book)));
  },
);

agent.serve(
  {
    method: 'get',
    path: '/status',
    operationId: 'agentGetStatus',
    summary: 'Tell whether the API answers',
    public: true,
    answers: { 200: { description: 'It does.', schema: 'status' } },
  },
  async () => ok({ status: 'ok' as const }),
);
