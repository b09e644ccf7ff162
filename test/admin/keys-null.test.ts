import { expect, it } from 'vitest';
import { adminSend, newTenant } from '../client.ts';

it('a key with null for what is optional is one with the defaults', async () => {
  const { id } = await newTenant();
  const { status, body } = await adminSend('POST', `/tenants/${id}/keys`, {
    json: { name: 'sync', scopes: ['ingest'], rateLimit: null, expiresAt: null },
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({ rateLimit: null, expiresAt: null });
});
