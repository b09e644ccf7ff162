/** "300 requests per 60 s sliding window per token, adjustable per key": counted exactly, reported exactly, and without effect on any other key. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checksum } from '../src/core/key.ts';
import type { Bindings } from '../src/platform/env.ts';
import { limitHeaders } from '../src/platform/rate-limit.ts';
import { hashKey, lookup, type RateLimit, type Scope } from '../src/storage/keys.ts';
import { type Call, newKey, newTenant, type Reply, send } from './client.ts';
import { counting } from './store.ts';

const INGEST = '/api/v1/ingest';
const AGENT = '/api/public/v1';

const statuses = (replies: Reply[]) => replies.map(({ status }) => status);
const times = (count: number, make: (index: number) => Promise<Reply>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** A key with this limit, of a tenant of its own unless one is named. */
async function limited(rateLimit: RateLimit | null, tenant?: string) {
  const id = tenant ?? (await newTenant()).id;
  const { key, id: keyId } = await newKey(id, ['ingest', 'accounts:all'] satisfies Scope[], { rateLimit });
  const get = (call: Call = {}) => send('GET', `${INGEST}/contacts`, { key, ...call });
  return { tenant: id, key, keyId, get };
}

/** What the headers say; null where there is none. */
const told = ({ headers }: Reply) => ({
  limit: headers.get('X-RateLimit-Limit'),
  remaining: headers.get('X-RateLimit-Remaining'),
  policy: headers.get('RateLimit-Policy'),
  left: /^"key";r=(\d+);t=\d+$/.exec(headers.get('RateLimit') ?? '')?.[1],
});

/** A clock that stands still until it is moved, for the Worker and its limiter alike: no test depends on how busy the machine is. */
function movedClock(): (milliseconds: number) => void {
  let now = Date.UTC(2026, 0, 1);
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  return (milliseconds) => {
    now += milliseconds;
  };
}
afterEach(() => void vi.restoreAllMocks());

describe('what every answer says', () => {
  it('counts down by one, in the vendor’s headers and in those of the draft, whatever the answer is', async () => {
    movedClock();
    const { key } = await limited({ limit: 9, windowSeconds: 60 });
    const reset = String(Date.now() / 1_000 + 60);
    const calls: [method: string, path: string, json?: unknown][] = [
      ['GET', `${INGEST}/contacts`],
      ['GET', `${INGEST}/contacts/NOBODY`],
      ['PUT', `${INGEST}/contacts/ONE`, {}],
      ['POST', `${INGEST}/contacts/ONE`, {}],
      ['PUT', `${INGEST}/contacts/ONE`, { email: 'x' }],
      ['DELETE', `${INGEST}/contacts/ONE`],
      ['GET', `${AGENT}/organizations`],
      ['GET', `${AGENT}/nowhere`],
      ['PROPFIND', `${AGENT}/accounts`],
    ];
    for (const [index, [method, path, json]] of calls.entries()) {
      const reply = await send(method, path, { key, json });
      const remaining = String(8 - index);
      expect(told(reply)).toEqual({ limit: '9', remaining, policy: '"key";q=9;w=60', left: remaining });
      expect(reply.headers.get('X-RateLimit-Reset')).toBe(reset);
    }
  });

  it('is the default of 300 in 60 seconds where the key has no limit of its own', async () => {
    const { get } = await limited(null);
    expect(told(await get())).toEqual({
      limit: '300',
      remaining: '299',
      policy: '"key";q=300;w=60',
      left: '299',
    });
  });

  it('is nothing where nobody is counted: without a good key, and to the operator', async () => {
    const refused = await send('GET', `${INGEST}/contacts`, { key: 'dgl_x' });
    const operator = await send('GET', '/admin/v1/tenants', {
      headers: { Authorization: `Bearer ${env.ADMIN_TOKEN}` },
    });
    for (const reply of [refused, operator, await send('GET', `${AGENT}/status`)]) {
      expect(told(reply)).toEqual({ limit: null, remaining: null, policy: null, left: undefined });
    }
  });
});

describe('over the limit', () => {
  it('is 429 with Retry-After in whole seconds, in both dialects and for every kind of request', async () => {
    const { key, get } = await limited({ limit: 2, windowSeconds: 60 });
    expect(statuses([await get(), await get()])).toEqual([200, 200]);
    const calls: [method: string, path: string, json?: unknown][] = [
      ['GET', `${INGEST}/contacts`],
      ['GET', `${INGEST}/contacts/NOBODY`],
      ['GET', `${INGEST}/contacts?first=0`],
      ['PUT', `${INGEST}/contacts/ONE`, {}],
      ['PUT', `${INGEST}/contacts/ONE`, { email: 'x' }],
      ['DELETE', `${INGEST}/contacts/NOBODY`],
      ['GET', `${AGENT}/accounts/nothing`],
      ['GET', `${AGENT}/nowhere`],
      ['PUT', `${AGENT}/accounts`, {}],
    ];
    for (const [method, path, json] of calls) {
      const reply = await send(method, path, { key, json });
      expect([method, path, reply.status, reply.body.code]).toEqual([
        method,
        path,
        429,
        'rate_limit.exceeded',
      ]);
      expect(Number(reply.headers.get('Retry-After'))).toSatisfy(
        (s: number) => Number.isInteger(s) && s >= 1 && s <= 60,
      );
      expect(told(reply)).toMatchObject({ limit: '2', remaining: '0', left: '0' });
    }
  });

  it('writes nothing, and asks D1 for nothing to write', async () => {
    const { key, get, tenant } = await limited({ limit: 1, windowSeconds: 60 });
    await get();
    const { DB, batches } = counting();
    const refused = await send('POST', `${INGEST}/contacts/ONE`, { key, json: {}, bindings: { DB } });
    expect([refused.status, batches]).toEqual([429, []]);
    const { key: other } = await limited(null, tenant);
    expect((await send('GET', `${INGEST}/contacts/ONE`, { key: other })).status).toBe(404);
  });

  it('is not kept under an Idempotency-Key: the retry runs', async () => {
    const pass = movedClock();
    const { key, get } = await limited({ limit: 1, windowSeconds: 1 });
    await get();
    const post = () =>
      send('POST', `${INGEST}/contacts/ONE`, { key, json: {}, headers: { 'Idempotency-Key': 'again' } });
    const refused = await post();
    expect(refused.status).toBe(429);
    pass(Number(refused.headers.get('Retry-After')) * 1_000);
    const { status, headers } = await post();
    expect([status, headers.get('Idempotent-Replayed')]).toEqual([201, null]);
  });

  it('concerns no other key of the tenant, and no other tenant', async () => {
    const { get, tenant } = await limited({ limit: 1, windowSeconds: 60 });
    const same = await limited({ limit: 1, windowSeconds: 60 }, tenant);
    const other = await limited({ limit: 1, windowSeconds: 60 });
    expect(statuses([await get(), await get()])).toEqual([200, 429]);
    expect(statuses([await same.get(), await other.get()])).toEqual([200, 200]);
  });
});

it('a key that is no good any more is told so, and nothing of a limit', async () => {
  const { get, keyId } = await limited({ limit: 1, windowSeconds: 60 });
  expect((await get()).status).toBe(200);
  await env.DB.prepare('DELETE FROM api_keys WHERE id = ?').bind(keyId).run();
  const count = async (...given: Parameters<ReturnType<Bindings['LIMITER']['getByName']>['count']>) => {
    await scheduler.wait(200); // until the store has said so
    return env.LIMITER.getByName(keyId).count(...given);
  };
  const bindings = { LIMITER: { getByName: () => ({ count }) } as unknown as Bindings['LIMITER'] };
  const reply = await get({ bindings });
  expect([reply.status, reply.body.code, told(reply).limit]).toEqual([401, 'key.revoked', null]);
});

describe('the window', () => {
  it('slides: requests become free one by one, as old ones leave it', async () => {
    const pass = movedClock();
    const { get } = await limited({ limit: 3, windowSeconds: 2 });
    expect((await get()).status).toBe(200); // leaves at 2.0 s
    pass(800);
    expect((await get()).status).toBe(200); // leaves at 2.8 s
    pass(600);
    expect((await get()).status).toBe(200); // leaves at 3.4 s
    const refused = await get();
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '1']);
    pass(800);
    expect(statuses([await get(), await get()])).toEqual([200, 429]); // one is free
    pass(800);
    expect(statuses([await get(), await get()])).toEqual([200, 429]); // and one more
    pass(2_400);
    expect(statuses(await times(4, () => get())).sort()).toEqual([200, 200, 200, 429]);
  });

  it('refuses nobody longer for asking while they are refused', async () => {
    const pass = movedClock();
    const { get } = await limited({ limit: 1, windowSeconds: 1 });
    await get();
    for (let passed = 0; passed < 1_000; passed += 100) {
      expect((await get()).status).toBe(429);
      pass(100);
    }
    expect((await get()).status).toBe(200);
  });
});

it('is not forgotten while nobody asks: an idle object is taken out of memory after ten seconds', async () => {
  const { get } = await limited({ limit: 2, windowSeconds: 60 });
  expect(statuses([await get(), await get()])).toEqual([200, 200]);
  await scheduler.wait(14_000);
  expect((await get()).status).toBe(429);
});

describe('the limiter, by a clock that is moved', () => {
  it.each([
    [1_001, '3', '2'],
    [1_000, '2', '1'],
    [1, '2', '1'],
    [-5_000, '1', '1'], // already free
  ])('tells of a request that is free in %i ms in whole seconds that are not too few', (ms, reset, left) => {
    vi.spyOn(Date, 'now').mockImplementation(() => 1_000);
    const limit = { limit: 1, windowSeconds: 60, allowed: true, remaining: 0, freeAt: 1_000 + ms };
    const told = limitHeaders(limit);
    expect([told['X-RateLimit-Reset'], told.RateLimit]).toEqual([reset, `"key";r=0;t=${left}`]);
  });

  function moved() {
    const pass = movedClock();
    const limiter = env.LIMITER.getByName(crypto.randomUUID());
    const count = async (rate: RateLimit, wanted = 1) => {
      const { requests, remaining } = await limiter.count(rate, wanted, null);
      return [requests, remaining];
    };
    return { count, pass };
  }

  it('frees a request when its window is over, to the millisecond', async () => {
    const { count, pass } = moved();
    const rate = { limit: 1, windowSeconds: 1 };
    expect(await count(rate)).toEqual([1, 0]);
    pass(999);
    expect(await count(rate)).toEqual([0, 0]);
    pass(1);
    expect(await count(rate)).toEqual([1, 0]);
  });

  it('makes nobody wait for longer than a window when its clock is set back', async () => {
    const { count, pass } = moved();
    const rate = { limit: 2, windowSeconds: 60 };
    expect(await count(rate)).toEqual([1, 1]);
    pass(-60 * 60_000);
    expect(await count(rate)).toEqual([1, 0]);
    expect(await count(rate)).toEqual([0, 0]);
    pass(60_000);
    expect(await count(rate)).toEqual([1, 1]);
  });

  it('loses none that still counts when it drops thousands that do not', async () => {
    const { count, pass } = moved();
    const rate = { limit: 20_000, windowSeconds: 60 };
    expect(await count(rate, 1_500)).toEqual([1_500, 18_500]);
    pass(30_000);
    expect(await count(rate)).toEqual([1, 18_499]);
    pass(30_000);
    expect(await count(rate)).toEqual([1, 19_998]);
  });

  it('counts ahead for another isolate once the window of a silent one is over', async () => {
    const { count, pass } = moved();
    const rate = { limit: 300, windowSeconds: 60 };
    expect(await count(rate, 3)).toEqual([3, 297]);
    pass(59_999);
    expect(await count(rate, 3)).toEqual([1, 296]);
    pass(1);
    expect(await count(rate, 3)).toEqual([3, 296]);
  });

  it('counts ahead while ten times as many are left, and one by one from there on', async () => {
    const { count } = moved();
    expect(await count({ limit: 30, windowSeconds: 60 }, 3)).toEqual([3, 27]);
    const { count: other } = moved();
    expect(await other({ limit: 29, windowSeconds: 60 }, 3)).toEqual([1, 28]);
  });

  it('has nothing left, and not less, where a limit was lowered below what was counted', async () => {
    const { count, pass } = moved();
    for (const left of [2, 1, 0]) expect(await count({ limit: 3, windowSeconds: 60 })).toEqual([1, left]);
    expect(await count({ limit: 1, windowSeconds: 60 })).toEqual([0, 0]);
    pass(60_000);
    expect(await count({ limit: 1, windowSeconds: 60 })).toEqual([1, 0]);
  });

  describe('takes back', () => {
    const rate = { limit: 300, windowSeconds: 60 };
    function limiting() {
      const pass = movedClock();
      const limiter = env.LIMITER.getByName(crypto.randomUUID());
      return { limiter, pass };
    }

    it('all that was counted ahead, where none of it was used, and then counts ahead for another isolate', async () => {
      const { limiter, pass } = limiting();
      const { at } = await limiter.count(rate, 3, null);
      pass(1_000);
      expect(await limiter.count(rate, 1, { at, requests: 3 })).toMatchObject({
        requests: 1,
        remaining: 299,
      });
      expect(await limiter.count(rate, 3, null)).toMatchObject({ requests: 3, remaining: 296 });
    });

    it('nothing that has left the window, so that no more requests pass than the limit', async () => {
      const { limiter, pass } = limiting();
      const { at } = await limiter.count(rate, 3, null);
      pass(60_000);
      expect(await limiter.count(rate, 1, null)).toMatchObject({ requests: 1, remaining: 299 });
      expect(await limiter.count(rate, 1, { at, requests: 3 })).toMatchObject({
        requests: 1,
        remaining: 298,
      });
    });

    it('nothing of what is counted ahead for another isolate by now', async () => {
      const { limiter, pass } = limiting();
      const { at } = await limiter.count(rate, 3, null);
      pass(60_000);
      expect(await limiter.count(rate, 3, null)).toMatchObject({ requests: 3, remaining: 297 });
      pass(1);
      expect(await limiter.count(rate, 1, { at, requests: 2 })).toMatchObject({
        requests: 1,
        remaining: 296,
      });
      expect(await limiter.count(rate, 3, null)).toMatchObject({ requests: 1, remaining: 295 });
    });
  });
});

/** What so many at once are answered: asked again with a new key where the limiter took longer than its callers wait for it, and some went uncounted. */
async function burstOf(count: number, rate: RateLimit): Promise<Reply[]> {
  for (;;) {
    const { get } = await limited(rate);
    const replies = await times(count, () => get());
    if (replies.every((reply) => told(reply).limit !== null)) return replies;
  }
}

it('a burst is counted without an error: of 400 at once exactly 250 pass, and every number is told once', async () => {
  movedClock();
  const replies = await burstOf(400, { limit: 250, windowSeconds: 60 });
  const passed = replies.filter(({ status }) => status === 200);
  expect([passed.length, replies.filter(({ status }) => status === 429).length]).toEqual([250, 150]);
  const remaining = passed.map(({ headers }) => Number(headers.get('X-RateLimit-Remaining')));
  expect(remaining.sort((a, b) => b - a)).toEqual(Array.from({ length: 250 }, (_, index) => 249 - index));
});

describe('a busy key', () => {
  /** The limiter, with a count of how often it was asked. */
  function listening() {
    let asked = 0;
    const getByName = (name: string) => ({
      count: (...given: Parameters<ReturnType<Bindings['LIMITER']['getByName']>['count']>) => {
        asked += 1;
        return env.LIMITER.getByName(name).count(...given);
      },
    });
    return { bindings: { LIMITER: { getByName } as unknown as Bindings['LIMITER'] }, asked: () => asked };
  }
  const remaining = ({ headers }: Reply) => Number(headers.get('X-RateLimit-Remaining'));
  /** What another isolate would be told: what remains after one more request. */
  const toldElsewhere = async (keyId: string, rate: RateLimit) =>
    (await env.LIMITER.getByName(keyId).count(rate, 1, null)).remaining;

  it('is counted without an error, and the limiter is asked once for a hundredth of its limit', async () => {
    const { bindings, asked } = listening();
    const { get } = await limited({ limit: 400, windowSeconds: 60 });
    const replies: Reply[] = [];
    for (let sent = 0; sent < 410; sent += 1) replies.push(await get({ bindings }));
    const passed = replies.filter(({ status }) => status === 200);
    expect(passed.map(remaining)).toEqual(Array.from({ length: 400 }, (_, index) => 399 - index));
    expect(statuses(replies.slice(400))).toEqual(Array(10).fill(429));
    // nine tenths by fours, the last tenth and the refused request one by one
    expect(asked()).toBeLessThanOrEqual(360 / 4 + 40 + 10 + 5);
  });

  it('is counted without an error by many at once', async () => {
    movedClock();
    const { get } = await limited({ limit: 300, windowSeconds: 60 });
    for (let sent = 0; sent < 3; sent += 1) await get();
    const replies: Reply[] = [];
    for (let sent = 0; sent < 320; sent += 40) replies.push(...(await times(40, () => get())));
    const passed = replies.filter(({ status }) => status === 200);
    expect(passed).toHaveLength(297);
    expect(passed.map(remaining).sort((a, b) => b - a)).toEqual(
      Array.from({ length: 297 }, (_, index) => 296 - index),
    );
  });

  it('takes no more than a hundredth of its limit from other isolates, and gives that back when it asks again', async () => {
    const rate = { limit: 500, windowSeconds: 60 };
    const { get, keyId } = await limited(rate);
    for (let sent = 0; sent < 3; sent += 1) await get();
    const elsewhere = await toldElsewhere(keyId, rate);
    expect(elsewhere).toBeLessThan(500 - 4);
    expect(elsewhere).toBeGreaterThanOrEqual(500 - 4 - 5);
    await scheduler.wait(1_100);
    expect(remaining(await get())).toBe(500 - 5);
    expect(await toldElsewhere(keyId, rate)).toBe(500 - 6);
  });

  it('takes at most a thousand requests from other isolates, however high its limit is', async () => {
    const rate = { limit: 1_000_000, windowSeconds: 60 };
    const { get, keyId } = await limited(rate);
    for (let sent = 0; sent < 3; sent += 1) await get();
    const elsewhere = await toldElsewhere(keyId, rate);
    expect(elsewhere).toBeLessThan(1_000_000 - 500);
    expect(elsewhere).toBeGreaterThanOrEqual(1_000_000 - 4 - 1_000);
  });

  it('is missing a hundredth at most, however many isolates fall silent with something counted ahead', async () => {
    const rate = { limit: 300, windowSeconds: 60 };
    const limiter = env.LIMITER.getByName(crypto.randomUUID());
    let passed = 0;
    for (let refused = false; !refused; ) {
      // each isolate makes one request and is busy then; three more are counted for it, of which it makes only one
      for (const wanted of [1, 3]) {
        const { requests } = await limiter.count(rate, wanted, null);
        if (requests > 0) passed += 1;
        else refused = true;
      }
    }
    expect(passed).toBeGreaterThanOrEqual(297);
  });

  it('gives back what was not used, and nothing of what others have used at the same moment', async () => {
    const rate = { limit: 100_000, windowSeconds: 60 };
    const limiter = env.LIMITER.getByName(crypto.randomUUID());
    const { at, requests } = await limiter.count(rate, 1_000, null);
    expect(requests).toBe(1_000);
    for (let other = 0; other < 5; other += 1) await limiter.count(rate, 1, null);
    const { remaining } = await limiter.count(rate, 1, { at, requests: 990 });
    expect(remaining).toBe(100_000 - 10 - 5 - 1);
  });

  it('is counted once only where the limiter is slow', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const rate = { limit: 500, windowSeconds: 60 };
    const { get, keyId } = await limited(rate);
    const count = async (...given: Parameters<ReturnType<Bindings['LIMITER']['getByName']>['count']>) => {
      const taken = await env.LIMITER.getByName(keyId).count(...given);
      await scheduler.wait(1_100);
      return taken;
    };
    const bindings = { LIMITER: { getByName: () => ({ count }) } as unknown as Bindings['LIMITER'] };
    for (let round = 0; round < 3; round += 1) await times(4, () => get({ bindings }));
    // 12 requests came, and only one part was counted ahead
    expect(await toldElsewhere(keyId, rate)).toBeGreaterThanOrEqual(500 - 12 - 5 - 1);
  });
});

it('takes its limit from the operator’s setting of the key, no matter which isolate or dialect it is used from', async () => {
  const { key } = await limited({ limit: 4, windowSeconds: 60 });
  await env.KEYS.delete(lookup(await hashKey(key))); // as in a location where KV does not have it yet
  const replies = [];
  for (const path of [
    `${INGEST}/contacts`,
    `${AGENT}/accounts`,
    `${INGEST}/accounts`,
    `${AGENT}/organizations`,
  ])
    replies.push(await send('GET', path, { headers: { Authorization: `Bearer ${key}` } }));
  expect(statuses(replies)).toEqual([200, 200, 200, 200]);
  expect((await send('GET', `${AGENT}/accounts`, { key })).status).toBe(429);
});

describe('a limiter that is away', () => {
  const limiter = (count: () => Promise<never>) =>
    ({ getByName: () => ({ count }) }) as unknown as Bindings['LIMITER'];

  it.each([
    ['fails', async () => Promise.reject(new Error('Durable Object reset'))],
    ['never answers', () => new Promise<never>(() => {})],
  ])(
    'and %s lets reads and writes through, without the headers, and says so in the log',
    async (_, count) => {
      const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
      const { key, keyId } = await limited({ limit: 1, windowSeconds: 60 });
      const bindings = { LIMITER: limiter(count as () => Promise<never>) };
      const started = Date.now();
      const replies = await Promise.all([
        send('PUT', `${INGEST}/contacts/ONE`, { key, json: {}, bindings }),
        send('GET', `${INGEST}/contacts`, { key, bindings }),
        send('GET', `${AGENT}/accounts`, { key, bindings }),
      ]);
      expect(statuses(replies)).toEqual([201, 200, 200]);
      expect(Date.now() - started).toBeLessThan(3_000);
      for (const reply of replies) expect(told(reply).limit).toBeNull();
      const lines = warned.mock.calls.map(([line]) => JSON.parse(line));
      expect(lines).toHaveLength(3);
      for (const line of lines)
        expect(line).toMatchObject({ level: 'warn', code: 'rate_limit.away', key: keyId });
    },
  );

  it('is logged without a request id that could be an address', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { get } = await limited(null);
    const bindings = { LIMITER: limiter(async () => Promise.reject(new Error('Durable Object reset'))) };
    for (const id of ['ada@example.com', 'mine-1']) await get({ bindings, headers: { 'X-Request-Id': id } });
    expect(warned.mock.calls.map(([line]) => JSON.parse(line).requestId)).toEqual([undefined, 'mine-1']);
  });
});

describe('floods of unknown keys', () => {
  let count = 0;
  /** A well-formed key that belongs to nobody. */
  const unknown = () => {
    count += 1;
    const random = `Nobody${String(count).padStart(26, '0')}`;
    return `dgl_${random}_${checksum(random)}`;
  };
  /** KV, with a record of its reads. */
  const listening = () => {
    const asked: string[] = [];
    const get = (name: string, type: 'json') => {
      asked.push(name);
      return env.KEYS.get(name, type);
    };
    return { asked, KEYS: { get } as unknown as KVNamespace };
  };

  it('are refused by address before anything is looked up, while a good key from there still works', async () => {
    const address = '192.0.2.77';
    const { key } = await limited(null);
    const get = (as: string, from: string, bindings: Partial<Bindings> = {}) =>
      send('GET', `${INGEST}/contacts`, { key: as, headers: { 'CF-Connecting-IP': from }, bindings });
    expect((await get(key, address)).status).toBe(200);
    let refused: Reply | undefined;
    // more than twice the limit: requests are counted by minutes of the clock, and a minute may end meanwhile
    for (let sent = 0; sent < 2_400 && !refused; sent += 40) {
      const replies = await times(40, () => get(unknown(), address));
      refused = replies.find(({ status }) => status === 429);
      for (const { status } of replies) expect([401, 429]).toContain(status);
    }
    expect(refused?.headers.get('Retry-After')).toBe('60');
    const { DB, batches } = counting();
    const { KEYS, asked } = listening();
    const full = { limit: async () => ({ success: false }) }; // like the real one until the minute ends
    const bindings = { DB, KEYS, UNKNOWN_KEYS: full } as unknown as Partial<Bindings>;
    expect((await get(unknown(), address, bindings)).status).toBe(429);
    expect((await get('no key at all', address, bindings)).status).toBe(429);
    expect([batches, asked]).toEqual([[], []]);
    expect((await get(key, address)).status).toBe(200);
    expect((await get(unknown(), '192.0.2.78')).status).toBe(401);
  });

  it('are counted by the address that the platform names, and by no other header', async () => {
    const asked: string[] = [];
    const UNKNOWN_KEYS = {
      limit: async ({ key }: { key: string }) => {
        asked.push(key);
        return { success: true };
      },
    };
    const headers = {
      'CF-Connecting-IP': '192.0.2.79',
      'X-Forwarded-For': '198.51.100.1',
      'X-Real-IP': '198.51.100.2',
      'True-Client-IP': '198.51.100.3',
    };
    const bindings = { UNKNOWN_KEYS } as unknown as Partial<Bindings>;
    const key = unknown();
    for (const times of [1, 2]) {
      expect((await send('GET', `${INGEST}/contacts`, { key, headers, bindings })).status).toBe(401);
      expect(asked).toEqual(Array(times).fill('192.0.2.79'));
    }
  });

  it('of the operator are counted as well, unless they are right', async () => {
    const full = { limit: async () => ({ success: false }) };
    const bindings = { UNKNOWN_KEYS: full } as unknown as Partial<Bindings>;
    const ask = (token: string) => {
      const headers = { 'CF-Connecting-IP': '192.0.2.81', Authorization: `Bearer ${token}` };
      return send('GET', '/admin/v1/tenants', { headers, bindings });
    };
    const { status, headers: refused } = await ask('a guess');
    expect([status, refused.get('Retry-After')]).toEqual([429, '60']);
    expect((await ask(`${env.ADMIN_TOKEN}`)).status).toBe(200);
  });

  it('are counted by the network of an IPv6 address: whoever has one of its addresses has them all', async () => {
    const asked: string[] = [];
    const limit = async ({ key }: { key: string }) => ({ success: asked.push(key) > 0 });
    const bindings = { UNKNOWN_KEYS: { limit } } as unknown as Partial<Bindings>;
    const key = unknown();
    for (const address of [
      '2001:db8:1:2:3:4:5:6',
      '2001:db8:1:2::9',
      '2001:db8:1:2:ffff::',
      '2001:db8::1',
      '2001:db8:0:0:1::2',
      '2001:DB8::ffff:192.0.2.1',
      '::1',
      '2001:0:0:3::1',
      '2001::3:4:5:6:7',
      '2001:0:0:3:4:5:6:7::8', // of no platform
    ])
      await send('GET', `${INGEST}/contacts`, { key, headers: { 'CF-Connecting-IP': address }, bindings });
    expect(asked).toEqual([
      ...Array(3).fill('2001:db8:1:2'),
      ...Array(3).fill('2001:db8:0:0'),
      '0:0:0:0',
      ...Array(3).fill('2001:0:0:3'),
    ]);
  });

  it('pass when their limiter is away', async () => {
    const UNKNOWN_KEYS = { limit: () => Promise.reject(new Error('away')) };
    const { key } = await limited(null);
    const reply = await send('GET', `${INGEST}/contacts`, {
      key,
      headers: { 'CF-Connecting-IP': '192.0.2.80' },
      bindings: { UNKNOWN_KEYS } as unknown as Partial<Bindings>,
    });
    expect(reply.status).toBe(200);
  });
});
