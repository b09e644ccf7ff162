/** Hooks as the operator sees them. What their secrets are good for, test/hooks/authenticity.test.ts says. */
import { expect, it } from 'vitest';
import { adminSend, newTenant } from '../client.ts';

const SECRETS = {
  postmark: 'user:0123456789abcdef',
  mailgun: '0123456789abcdef0123456789abcdef',
};
const put = (id: string, provider: string, secret: string) =>
  adminSend('PUT', `/tenants/${id}/hooks/${provider}`, { json: { secret } });
const list = async (id: string) => (await adminSend('GET', `/tenants/${id}/hooks`)).body.items;

it('are listed by provider, each with the path that the provider sends to, and the mailbox without one', async () => {
  const [{ id }, other] = [await newTenant(), await newTenant()];
  expect(await list(id)).toEqual([]);
  const put1 = await put(id, 'postmark', SECRETS.postmark);
  const put2 = await put(id, 'mailgun', SECRETS.mailgun);
  const put3 = await put(id, 'email', id.replaceAll('-', ''));
  await put(other.id, 'mailgun', SECRETS.mailgun);
  const hooks = await list(id);
  expect(hooks).toEqual([put3.body, put2.body, put1.body]);
  expect(hooks.map(({ provider, path }: Record<string, unknown>) => [provider, path])).toEqual([
    ['email', null],
    ['mailgun', `/hooks/${id}/mailgun`],
    ['postmark', `/hooks/${id}/postmark`],
  ]);
  for (const hook of hooks) {
    expect((await adminSend('GET', `/tenants/${id}/hooks/${hook.provider}`)).body).toEqual(hook);
    expect(hook).toMatchObject({ liveSecrets: 1, rotatedAt: hook.createdAt });
  }
  expect((await adminSend('DELETE', `/tenants/${id}/hooks/mailgun`)).status).toBe(204);
  expect(await list(id)).toEqual([put3.body, put1.body]);
  expect(await list(other.id)).toHaveLength(1);
});

it('are as they were when the same secret is set again, or a rotation ended that has not begun', async () => {
  const { id } = await newTenant();
  const { body } = await put(id, 'mailgun', SECRETS.mailgun);
  expect((await put(id, 'mailgun', SECRETS.mailgun)).body).toEqual(body);
  const ended = await adminSend('DELETE', `/tenants/${id}/hooks/mailgun/previous`);
  expect([ended.status, ended.body]).toEqual([200, body]);
});

it('that nobody has made, or whose tenant does not exist, are 404', async () => {
  const { id } = await newTenant();
  const nobody = crypto.randomUUID();
  const found = ({ status, body }: Awaited<ReturnType<typeof put>>) => [status, body.code];
  for (const tenant of [id, nobody])
    for (const [method, path] of [
      ['GET', 'mailgun'],
      ['DELETE', 'mailgun'],
      ['DELETE', 'mailgun/previous'],
    ] as const)
      expect(found(await adminSend(method, `/tenants/${tenant}/hooks/${path}`))).toEqual([
        404,
        'hook.not_found',
      ]);
  expect(found(await adminSend('GET', `/tenants/${nobody}/hooks`))).toEqual([404, 'tenant.not_found']);
  expect(found(await put(nobody, 'mailgun', SECRETS.mailgun))).toEqual([404, 'tenant.not_found']);
});
