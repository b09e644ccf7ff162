/** What works through a whole account or a whole tenant is waited for longer than other calls (docs/reliability.md). */
import { createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, it, vi } from 'vitest';
import worker from '../../src/index.ts';
import { adminSend, newTenant, send, type TestTenant } from '../client.ts';
import { database } from '../store.ts';

afterEach(() => void vi.useRealTimers());

/** Asks a store that takes so many seconds for each batch, by a clock that runs faster. */
async function slowly<Answer>(seconds: number, ask: (DB: D1Database) => Promise<Answer>): Promise<Answer> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const DB = database(async (_, go) => {
    await new Promise((resolve) => {
      setTimeout(resolve, seconds * 1_000);
    });
    return go();
  });
  let isAnswered = false;
  const answered = ask(DB).finally(() => {
    isAnswered = true;
  });
  for (let tenths = 0; !isAnswered; tenths += 1) {
    expect(tenths).toBeLessThan(3_000);
    await scheduler.wait(1); // what does not wait for a timer goes on in real time
    await vi.advanceTimersByTimeAsync(100);
  }
  return answered;
}

type Ask = (tenant: TestTenant, account: string, bindings: { DB: D1Database }) => Promise<{ status: number }>;

it.each<[what: string, seconds: number, status: number, ask: Ask]>([
  [
    'an erasure',
    24,
    201,
    ({ id }, _, bindings) =>
      adminSend('POST', `/tenants/${id}/erasures`, { json: { email: 'ada@example.com' }, bindings }),
  ],
  [
    'a dossier',
    24,
    200,
    ({ id }, _, bindings) => adminSend('GET', `/tenants/${id}/dossier?email=ada%40example.com`, { bindings }),
  ],
  [
    'the removal of an account',
    8,
    204,
    ({ key }, account, bindings) => send('DELETE', `/api/public/v1/accounts/${account}`, { key, bindings }),
  ],
])('%s is, %i seconds for each batch', async (_, seconds, status, ask) => {
  const tenant = await newTenant();
  const account = await tenant.account();
  const reply = await slowly(seconds, (DB) => ask(tenant, account, { DB }));
  expect(reply.status).toBe(status);
});

it('the clock is, 8 seconds for each slice', async () => {
  const told = vi.spyOn(console, 'log').mockImplementation(() => {});
  await slowly(8, (DB) => worker.scheduled(createScheduledController(), { ...env, DB }));
  expect(told).toHaveBeenCalledOnce();
  told.mockRestore();
});

it('a look-up of keys that never answers is not: a key is made and revoked without it', async () => {
  const { id } = await newTenant();
  const never = () => new Promise<never>(() => {});
  const KEYS = { get: never, put: never, delete: never } as unknown as KVNamespace;
  const json = { name: 'made', scopes: ['ingest'] };
  const made = await slowly(0, (DB) =>
    adminSend('POST', `/tenants/${id}/keys`, { json, bindings: { KEYS, DB } }),
  );
  expect(made.status, made.text).toBe(201);
  const path = `/tenants/${id}/keys/${made.body.id}`;
  const revoked = await slowly(0, (DB) => adminSend('DELETE', path, { bindings: { KEYS, DB } }));
  expect(revoked.status).toBe(204);
});
