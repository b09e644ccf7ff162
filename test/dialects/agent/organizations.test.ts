/** "The tenant(s) of the token", and "200, no auth": organizations and the status of the agent dialect. */
import { describe, expect, it } from 'vitest';
import { adminSend, newTenant, send } from '../../client.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const NOBODY = '019a0000-0000-7000-8000-000000000000';

describe('organizations', () => {
  it('are the one tenant of the key', async () => {
    const { id, agent } = await newTenant({ name: 'Acme Receivables', defaultLanguage: 'FR' });
    await newTenant();
    const { status, body } = await agent('GET', '/organizations');
    expect([status, body]).toEqual([
      200,
      {
        nodes: [
          {
            id,
            name: 'Acme Receivables',
            fullName: 'Acme Receivables',
            language: 'fr',
            createdAt: expect.stringMatching(TIME),
            updatedAt: expect.stringMatching(TIME),
          },
        ],
        pageInfo: { endCursor: null },
      },
    ]);
    expect((await agent('GET', `/organizations/${id}`)).body).toEqual(body.nodes[0]);
    expect((await agent('GET', `/organizations/${id.toUpperCase()}`)).body).toEqual(body.nodes[0]);
    for (const query of ['?first=1', '?first=100', '?unknown=1'])
      expect((await agent('GET', `/organizations${query}`)).body).toEqual(body);
  });

  it('follow what the operator changes', async () => {
    const { id, agent } = await newTenant();
    const { body: made } = await agent('GET', `/organizations/${id}`);
    await scheduler.wait(5);
    await adminSend('PATCH', `/tenants/${id}`, { json: { name: 'New Name', defaultLanguage: 'de' } });
    const { body } = await agent('GET', `/organizations/${id}`);
    expect(body).toMatchObject({ name: 'New Name', language: 'de', createdAt: made.createdAt });
    expect(body.updatedAt > made.updatedAt).toBe(true);
  });

  it('of others are 404, like those that there are not', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const texts = new Set<string>();
    for (const id of [other.id, NOBODY, 'x', '%00', '%FF']) {
      const { status, body } = await tenant.agent('GET', `/organizations/${id}`);
      expect([status, body.code, body.message.startsWith('404')]).toEqual([
        404,
        'organization.not_found',
        true,
      ]);
      texts.add(JSON.stringify({ ...body, requestId: '' }));
    }
    expect(texts.size).toBe(1);
  });

  it.each(['first=0', 'first=101', 'first=x', 'after=x', 'after='])('refuse ?%s', async (query) => {
    const { agent } = await newTenant();
    expect((await agent('GET', `/organizations?${query}`)).status).toBe(422);
  });
});

it('GET /status answers 200 to everybody, at no cost', async () => {
  const { status, body, headers } = await send('GET', '/api/public/v1/status');
  expect([status, body, headers.get('Server-Timing')]).toEqual([200, { status: 'ok' }, null]);
  expect((await send('GET', '/api/public/v1/status', { key: 'no key at all' })).status).toBe(200);
});
