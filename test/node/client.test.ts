/** @diglot/client in Node, over the network. */
import { afterAll, beforeAll } from 'vitest';
import { type Local, startLocal } from '../../scripts/local.ts';
import { migrate } from '../../scripts/migrate.ts';
import { localAdminToken } from '../../scripts/settings.ts';
import { clientCases } from '../packages/client-cases.ts';

let local: Local;
beforeAll(async () => {
  local = await startLocal({ port: 0 });
  await migrate(local.db);
}, 60_000);
afterAll(() => local.stop());

const admin = async (path: string, body: object) => {
  const headers = { Authorization: `Bearer ${localAdminToken()}`, 'Content-Type': 'application/json' };
  const answer = await fetch(`${local.url}/admin/v1${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return (await answer.json()) as { id: string; key: string };
};

clientCases(() => ({
  baseUrl: local.url,
  fetch: (request) => fetch(request),
  newKey: async (rateLimit = { limit: 1_000_000, windowSeconds: 60 }) => {
    const { id } = await admin('/tenants', { name: 'Test' });
    return (await admin(`/tenants/${id}/keys`, { name: 'test', scopes: ['accounts:all'], rateLimit })).key;
  },
}));
