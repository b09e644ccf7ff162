import { created, ok } from '../platform/answer.ts';
import { cursorAfter, positionIn } from '../platform/cursor.ts';
import { dossier } from '../storage/dossier.ts';
import { erase, listErasures } from '../storage/erasure.ts';
import { admin } from './dialect.ts';
import { dossierQuery, erasureInput, pageQuery, tenantParameter } from './schemas.ts';

admin.serve(
  {
    method: 'post',
    path: '/tenants/{id}/erasures',
    operationId: 'adminCreateErasure',
    summary: 'Removes a person from everything that is kept for the tenant.',
    description:
      'Removes the contacts with the address, the address from accounts, what the history, kept answers, delivery events and dead letters say about it, and what the history says about removed contacts that had it. Mentions in the notes, custom fields or names of other people stay: the `mentions` of the dossier list where. An erasure cannot be undone. It leaves counts, but nothing about the person.',
    params: tenantParameter,
    body: erasureInput,
    answers: { 201: { description: 'What was removed.', schema: 'erasure' } },
    refusals: ['tenant.not_found'],
  },
  async ({ opened: office, params: { id }, body: { email } }) => {
    const erasure = await erase(office, id, email, office.requestId);
    return created(`${admin.base}/tenants/${id}/erasures`, erasure);
  },
);

admin.serve(
  {
    method: 'get',
    path: '/tenants/{id}/erasures',
    operationId: 'adminListErasures',
    summary:
      'Lists the erasures of the tenant, oldest first: when, and how many items of each kind, but never who.',
    params: tenantParameter,
    query: pageQuery,
    answers: { 200: { description: 'A page of erasures.', schema: 'erasures' } },
    refusals: ['tenant.not_found'],
  },
  async ({ opened: office, params: { id }, query: { first, after } }) => {
    const list = `admin/erasures/${id}`;
    const page = await listErasures(office, id, first, await positionIn(list, { after }));
    return ok({ items: page.items, next: await cursorAfter(list, page, (last) => last.id) });
  },
);

admin.serve(
  {
    method: 'get',
    path: '/tenants/{id}/dossier',
    operationId: 'adminGetDossier',
    summary: 'Exports everything that is held about an address.',
    params: tenantParameter,
    query: dossierQuery,
    answers: { 200: { description: 'Everything that is held.', schema: 'dossier' } },
    refusals: ['tenant.not_found'],
  },
  async ({ opened: office, params: { id }, query: { email } }) => ok(await dossier(office, id, email)),
);
