/** The one log line of each request. */
import { expect, it, vi } from 'vitest';
import { newKey, newTenant, send } from './client.ts';

/** The log line of the one request that is made. */
async function lineOf(request: () => Promise<unknown>): Promise<Record<string, unknown>> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await request();
  const lines = log.mock.calls.map(([line]) => JSON.parse(line));
  log.mockRestore();
  expect(lines).toHaveLength(1);
  return lines[0];
}

it('has ids, the pattern of the route, the outcome and its cost', async () => {
  const { id } = await newTenant();
  const { id: keyId, key } = await newKey(id, ['ingest']);
  const json = { email: 'jane@example.com' };
  const line = await lineOf(() => send('PUT', '/api/v1/ingest/contacts/C-1', { key, json }));
  expect(line).toEqual({
    level: 'info',
    requestId: expect.any(String),
    tenant: id,
    key: keyId,
    method: 'PUT',
    route: '/api/v1/ingest/contacts/{reference}',
    status: 201,
    ms: expect.any(Number),
    roundTrips: 1,
    rowsRead: expect.any(Number),
    rowsWritten: expect.any(Number),
  });
  expect(line.ms).toBeLessThan(60_000);
  expect(await lineOf(() => send('GET', '/api/v1/ingest/contacts/C-1', { key }))).toMatchObject({
    method: 'GET',
    status: 200,
    rowsWritten: 0,
  });
});

it('has why a request was refused, each kind of fault once', async () => {
  const { ingest } = await newTenant();
  const faults = { email: 'no address', language: 'xx', country: 'XX', phone: 1, fax: 2 };
  expect(await lineOf(() => ingest('PUT', '/contacts/C-1', faults))).toMatchObject({
    status: 422,
    code: 'validation.failed',
    faults: ['email.invalid', 'field.type', 'language.unknown', 'country.unknown'],
  });
  const missing = await lineOf(() => ingest('GET', '/contacts/C-2'));
  expect(missing).toMatchObject({ status: 404, code: 'contact.not_found' });
  expect(missing).not.toHaveProperty('faults');
  expect(await lineOf(() => send('GET', '/nowhere'))).toMatchObject({
    route: 'none',
    status: 404,
    code: 'route.not_found',
  });
});
