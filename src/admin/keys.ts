import { created, noContent, ok } from '../platform/answer.ts';
import { invalid } from '../platform/problem.ts';
import { createKey, listKeys, revokeKey } from '../storage/key-writes.ts';
import { admin } from './dialect.ts';
import { keyInput, keyParameters, tenantParameter } from './schemas.ts';

const all = '/tenants/{id}/keys';

admin.serve(
  {
    method: 'post',
    path: all,
    operationId: 'adminCreateKey',
    summary: 'Creates a key of the tenant. Only this answer shows it.',
    params: tenantParameter,
    body: keyInput,
    answers: { 201: { description: 'Created.', schema: 'newKey' } },
    refusals: ['tenant.not_found'],
  },
  async ({ opened: office, params: { id }, body: { name, scopes, rateLimit = null, expiresAt = null } }) => {
    if (expiresAt !== null && Date.parse(expiresAt) <= Date.now())
      throw invalid('/expiresAt', 'time.invalid', 'This time is over already: the key would never work.');
    const key = await createKey(office, office.kv, office.secret, id, {
      name,
      scopes: [...new Set(scopes)],
      rateLimit,
      expiresAt,
    });
    return created(`${admin.base}/tenants/${id}/keys`, key);
  },
);

admin.serve(
  {
    method: 'get',
    path: all,
    operationId: 'adminListKeys',
    summary: 'Lists the keys of the tenant, without the keys themselves.',
    params: tenantParameter,
    answers: { 200: { description: 'The keys, oldest first.', schema: 'keys' } },
    refusals: ['tenant.not_found'],
  },
  async ({ opened: office, params: { id } }) => ok({ items: await listKeys(office, id) }),
);

admin.serve(
  {
    method: 'delete',
    path: '/tenants/{id}/keys/{keyId}',
    operationId: 'adminDeleteKey',
    summary: 'Revokes a key.',
    params: keyParameters,
    answers: { 204: { description: 'Revoked.' } },
    refusals: ['key.not_found'],
  },
  async ({ opened: office, params: { id, keyId } }) => {
    await revokeKey(office, office.kv, id, keyId);
    return noContent();
  },
);
