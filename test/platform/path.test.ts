/** URLs that no client means: they are refused or find nothing, in the form of every other answer and as fast. */
import { expect, it } from 'vitest';
import { adminSend, newTenant, send } from '../client.ts';

const { id, ingest, agent } = await newTenant();
const KB = 1_024;
const long = 'x'.repeat(16 * KB);

it.each<[string, number, () => ReturnType<typeof send>]>([
  ['a reference of 4 KB', 422, () => ingest('GET', `/contacts/${'x'.repeat(4 * KB)}`)],
  ['a reference of 16 KB', 422, () => ingest('PUT', `/contacts/${long}`, {})],
  ['16 KB of escapes that are no text', 422, () => ingest('GET', `/accounts/${'%FF'.repeat(5 * KB)}`)],
  ['an id of 16 KB', 404, () => agent('GET', `/accounts/${long}`)],
  ['an id of 16 KB, to the operator', 404, () => adminSend('GET', `/tenants/${long}`)],
  ['8 000 segments', 404, () => ingest('GET', '/a'.repeat(8 * KB))],
  ['8 000 empty segments', 404, () => agent('GET', `/accounts${'/'.repeat(8 * KB)}`)],
  ['16 KB outside every face', 404, () => send('GET', `/${long}`)],
  ['a hook of 16 KB', 404, () => send('POST', `/hooks/${id}/${long}`, { raw: '{}' })],
  ['a cursor of 16 KB', 422, () => ingest('GET', `/contacts?after=${long}`)],
  ['an address of 16 KB', 200, () => ingest('GET', `/contacts?email=a@${'a.'.repeat(8 * KB)}`)],
  ['4 000 unknown parameters', 200, () => ingest('GET', `/contacts?${'a=1&'.repeat(4 * KB)}`)],
  ['16 KB of escapes in a query', 422, () => ingest('GET', `/contacts?email=${'%FF'.repeat(5 * KB)}`)],
])('%s: %i', async (_, expected, ask) => {
  const started = performance.now();
  const { status, headers } = await ask();
  expect(status).toBe(expected);
  expect(headers.get('Content-Type')).toMatch(/^application\/(problem\+)?json/);
  expect(performance.now() - started).toBeLessThan(2_000);
});
