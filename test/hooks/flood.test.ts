/** "A flood on a hook cannot starve the API." */
import { afterEach, expect, it, vi } from 'vitest';
import { inTurn, isWithinLimit } from '../../src/hooks/limit.ts';
import * as fixtures from './fixtures/mailgun.ts';
import { hooked, mailgun, post } from './signing.ts';

const statuses = (replies: { status: number }[]) => new Set(replies.map(({ status }) => status));

afterEach(() => void vi.restoreAllMocks());

it('lets 300 through at once, however long it was quiet, and then 100 a second', () => {
  const passed = (now: number) =>
    Array.from({ length: 1_000 }, () => isWithinLimit('a hook', now)).filter(Boolean).length;
  expect([0, 1_000, 3_600_000].map(passed)).toEqual([300, 100, 300]);
});

it('lets its share through of whatever comes steadily, but too fast: what is turned away costs nothing', () => {
  const passed = Array.from({ length: 2_000 }, (_, index) => isWithinLimit('a fast hook', index * 5));
  const afterTheBurst = passed.slice(1_000).filter(Boolean);
  expect(afterTheBurst).toHaveLength(500); // 5 seconds
});

it('lets through whoever comes when the clock was set back', () => {
  expect([3_600_000, 0, 1].map((now) => isWithinLimit('an early hook', now))).toEqual([true, true, true]);
});

it('keeps who comes third waiting for five seconds, and gives a place that was held for twenty away', async () => {
  const began = Date.now();
  let now = began;
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  const done: (() => void)[] = [];
  const held = [1, 2].map(() => inTurn(() => new Promise<void>((resolve) => void done.push(resolve))));
  expect(done).toHaveLength(2);
  const ended = vi.fn();
  const late = inTurn(async () => 'in').finally(ended);
  const refused = expect(late).rejects.toMatchObject({ code: 'hook.busy', headers: { 'Retry-After': '5' } });
  now = began + 5_000;
  await scheduler.wait(50);
  expect(ended).not.toHaveBeenCalled();
  now = began + 5_001;
  await refused;
  now = began + 20_000;
  const next = vi.fn(async () => 'in');
  const turn = inTurn(next);
  await scheduler.wait(50);
  expect(next).not.toHaveBeenCalled();
  now = began + 20_001;
  expect(await turn).toBe('in');
  for (const finish of done) finish();
  await Promise.all(held);
});

it('takes the place back from what has failed', async () => {
  for (let failed = 0; failed < 3; failed += 1) {
    const failing = inTurn(() => Promise.reject(new Error('the store is away')));
    await expect(failing).rejects.toThrow('the store is away');
  }
});

it('turns a flood away with 429, and the API answers meanwhile', async () => {
  const signer = mailgun();
  const tenant = await hooked('mailgun', signer);
  const forged = mailgun();
  await tenant.post(signer.sign(fixtures.delivered));
  const flood = Promise.all(
    Array.from({ length: 1_000 }, () => tenant.post(forged.sign(fixtures.delivered))),
  );
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => tenant.ingest('GET', '/contacts?first=1')),
  );
  expect(statuses(answers)).toEqual(new Set([200]));
  const replies = await flood;
  expect(statuses(replies)).toEqual(new Set([401, 429]));
  const refused = replies.find(({ status }) => status === 429);
  expect([refused?.body.code, refused?.headers.get('Retry-After')]).toEqual(['hook.busy', '5']);
  await scheduler.wait(1_100);
  expect((await tenant.post(signer.sign(fixtures.delivered))).status).toBe(200);
});

it('does not let a flood on hooks that nobody has touch one that somebody has', async () => {
  const signer = mailgun();
  const tenant = await hooked('mailgun', signer);
  expect((await tenant.post(signer.sign(fixtures.delivered))).status).toBe(200);
  const nowhere = () => post(crypto.randomUUID(), 'mailgun', signer.sign(fixtures.delivered));
  const replies = await Promise.all(Array.from({ length: 1_000 }, nowhere));
  expect(statuses(replies)).toEqual(new Set([401, 429]));
  expect((await tenant.post(signer.sign(fixtures.delivered))).status).toBe(200);
});

it('does not let it touch one that is not known yet either', async () => {
  const signer = mailgun();
  const tenant = await hooked('mailgun', signer);
  const from = (address: string) => ({ 'CF-Connecting-IP': address });
  const signed = signer.sign(fixtures.delivered);
  const nowhere = () =>
    post(crypto.randomUUID(), 'mailgun', { ...signed, headers: { ...signed.headers, ...from('192.0.2.1') } });
  const flood = Promise.all(Array.from({ length: 1_000 }, nowhere));
  const first = await tenant.post({ ...signed, headers: { ...signed.headers, ...from('192.0.2.2') } });
  expect(first.status).toBe(200);
  expect(statuses(await flood)).toEqual(new Set([401, 429]));
});
