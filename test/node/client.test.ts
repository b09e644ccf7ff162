/** @diglot/client in Node, over the network. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createDiglot } from '../../packages/client/src/index.ts';
import { type Local, startLocal } from '../../scripts/local.ts';
import { migrate } from '../../scripts/migrate.ts';
import { localAdminToken } from '../../scripts/settings.ts';
import { documentedBy, remembering, undocumented } from '../documented.ts';
import { clientCases } from '../packages/client-cases.ts';

let local: Local;
let requireDocumented: ReturnType<typeof documentedBy>;
beforeAll(async () => {
  local = await startLocal({ port: 0 });
  await migrate(await local.database());
  const document = await fetch(`${local.url}/openapi.json`);
  requireDocumented = remembering(documentedBy(await document.json()));
}, 60_000);
afterAll(() => local.stop());
afterEach(() => expect(undocumented.splice(0), 'answers that are not documented').toEqual([]));

const fetchLocal = async (request: Request) => {
  const answer = await fetch(request);
  await requireDocumented(request, answer);
  return answer;
};

const admin = async (path: string, body: object) => {
  const headers = { Authorization: `Bearer ${localAdminToken()}`, 'Content-Type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const answer = await fetchLocal(new Request(`${local.url}/admin/v1${path}`, init));
  return (await answer.json()) as { id: string; key: string };
};

clientCases(() => ({
  baseUrl: local.url,
  fetch: fetchLocal,
  newKey: async (rateLimit = { limit: 1_000_000, windowSeconds: 60 }) => {
    const { id } = await admin('/tenants', { name: 'Test' });
    return (await admin(`/tenants/${id}/keys`, { name: 'test', scopes: ['accounts:all'], rateLimit })).key;
  },
}));

it('reports no write as done that a redirect has made a read of', async () => {
  const asked: string[] = [];
  const server = createServer(({ method, url }, answer) => {
    asked.push(`${method} ${url}`);
    if (method === 'POST') answer.writeHead(301, { Location: '/elsewhere' }).end();
    else answer.writeHead(200, { 'Content-Type': 'application/json' }).end('{"name":"Old Name"}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { ingest } = createDiglot({ baseUrl, key: 'x' });
  const params = { path: { reference: 'C' } };
  try {
    await expect(
      ingest.POST('/contacts/{reference}', { params, body: { name: 'New Name' } }),
    ).rejects.toMatchObject({
      status: 301,
      message: 'This leads to /elsewhere, and is not followed. Is the baseUrl right?',
    });
    expect(asked).toEqual(['POST /api/v1/ingest/contacts/C']);
  } finally {
    server.close();
  }
});
