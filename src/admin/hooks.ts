import { forgetSecrets } from '../hooks/intake.ts';
import { requireSecretForm } from '../hooks/secret-forms.ts';
import { noContent, ok } from '../platform/answer.ts';
import { endRotation, getHook, type Hook, listHooks, putHook, removeHook } from '../storage/hooks.ts';
import { hookInput, hookParameters } from './delivery-schemas.ts';
import { admin } from './dialect.ts';
import { tenantParameter } from './schemas.ts';

const all = '/tenants/{id}/hooks';
const one = '/tenants/{id}/hooks/{provider}';

const shown = (tenantId: string, hook: Hook) => ({
  ...hook,
  path: hook.provider === 'email' ? null : `/hooks/${tenantId}/${hook.provider}`,
});

admin.serve(
  {
    method: 'get',
    path: all,
    operationId: 'adminListHooks',
    summary: 'Lists the providers whose delivery events the tenant takes, without their secrets.',
    params: tenantParameter,
    answers: { 200: { description: 'The hooks.', schema: 'hooks' } },
    refusals: ['tenant.not_found'],
  },
  async ({ opened: office, params: { id } }) => {
    const hooks = await listHooks(office, id);
    return ok({ items: hooks.map((hook) => shown(id, hook)) });
  },
);

admin.serve(
  {
    method: 'put',
    path: one,
    operationId: 'adminPutHook',
    summary: 'Sets the secret of a provider.',
    description:
      'The previous secret stays good beside the new one, until the rotation is ended or the next one begins. Sending the same secret again changes nothing.',
    params: hookParameters,
    body: hookInput,
    answers: { 200: { description: 'The hook, without its secret.', schema: 'hook' } },
    refusals: ['tenant.not_found', 'hook.not_found'],
  },
  async ({ opened: office, params: { id, provider }, body: { secret } }) => {
    await requireSecretForm(provider, secret);
    const hook = await putHook(office, id, provider, secret);
    forgetSecrets(id, provider);
    return ok(shown(id, hook));
  },
);

admin.serve(
  {
    method: 'get',
    path: one,
    operationId: 'adminGetHook',
    summary: 'Retrieves a hook, without its secrets.',
    params: hookParameters,
    answers: { 200: { description: 'The hook.', schema: 'hook' } },
    refusals: ['hook.not_found'],
  },
  async ({ opened: office, params: { id, provider } }) => ok(shown(id, await getHook(office, id, provider))),
);

admin.serve(
  {
    method: 'delete',
    path: `${one}/previous`,
    operationId: 'adminEndRotation',
    summary: 'Ends a rotation: only the newest secret is good from now on.',
    params: hookParameters,
    answers: { 200: { description: 'The hook.', schema: 'hook' } },
    refusals: ['hook.not_found'],
  },
  async ({ opened: office, params: { id, provider } }) => {
    const hook = await endRotation(office, id, provider);
    forgetSecrets(id, provider);
    return ok(shown(id, hook));
  },
);

admin.serve(
  {
    method: 'delete',
    path: one,
    operationId: 'adminDeleteHook',
    summary: 'Removes a hook: events from this provider are no longer accepted.',
    params: hookParameters,
    answers: { 204: { description: 'Removed.' } },
    refusals: ['hook.not_found'],
  },
  async ({ opened: office, params: { id, provider } }) => {
    await removeHook(office, id, provider);
    forgetSecrets(id, provider);
    return noContent();
  },
);
