/** A store that fails at every point where it can: nothing is half-written, nobody is let in, no answer is a 500, and none takes long. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hashKey } from '../src/storage/keys.ts';
import { adminSend, newKey, newTenant, type Reply, send } from './client.ts';
import * as battery from './faces.ts';
import { counting, database, dump, empty, type Hand, raise } from './store.ts';
import { AGENT, attempt, INGEST, missing, newWorld, type World, writes } from './writes.ts';

const LOST = 'D1_ERROR: Network connection lost.';
const PASSING = [
  LOST,
  'D1_ERROR: D1 DB reset because its code was updated.',
  'D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.',
  'D1_ERROR: internal error; reference = x',
];
/** Errors after which a second try would only make the queue longer. */
const NOT_AGAIN = [
  'D1_ERROR: D1 DB is overloaded. Too many requests queued.',
  'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
  'D1_ERROR: no such luck',
];

// the pause before a second try is the shortest
vi.spyOn(Math, 'random').mockReturnValue(0);

/** The caller is told that the store is away. */
function expectUnavailable({ status, headers, body }: Reply) {
  expect([status, headers.get('Retry-After')]).toEqual([503, '1']);
  expect(['store.unavailable', 'account.changed']).toContain(body.code);
}

let keys = 0;
const newAttempt = () => {
  keys += 1;
  return `fault ${keys}`;
};

it('has every write of the document in its table', async () => {
  expect(await missing()).toEqual([]);
});

describe.each(Object.entries(writes))('%s', (_, write) => {
  beforeEach(empty);

  /** How many statements each batch of the write has. */
  let batches: number[];
  beforeAll(async () => {
    const world = await newWorld();
    const counter = counting();
    const { status } = await attempt(world, newAttempt(), write(world), { bindings: { DB: counter.DB } });
    expect(status).toBeLessThan(300);
    expect(counter.batches.length).toBeGreaterThan(0);
    batches = counter.batches;
  });

  it('leaves nothing behind when any one of its statements fails, or none can be asked, and is done by the retry', async () => {
    const world = await newWorld();
    const key = newAttempt();
    const before = await dump();
    for (const [which, size] of batches.entries()) {
      // fails at each statement, at the commit after the last of them, and on the way back from the store
      for (let position = 0; position <= size + 1; position += 1) {
        let batch = -1;
        const DB = database(async (statements, go) => {
          batch += 1;
          if (batch !== which) return go();
          if (position > size) throw new Error('D1_ERROR: no such luck');
          return go(statements.toSpliced(position, 0, raise()));
        });
        expectUnavailable(await attempt(world, key, write(world), { bindings: { DB } }));
        expect(batch, 'the batch was reached').toBeGreaterThanOrEqual(which);
        expect(await dump(), `batch ${which}, statement ${position}`).toEqual(before);
      }
    }
    const retry = await attempt(world, key, write(world));
    expect([retry.status < 300, retry.headers.get('Idempotent-Replayed')]).toEqual([true, null]);
  });

  it('is done once when the answer of the store is lost after the commit, and the client retries', async () => {
    for (const which of batches.keys()) {
      const world = await newWorld();
      const key = newAttempt();
      let batch = -1;
      const DB = database(async (_statements, go) => {
        batch += 1;
        const results = await go();
        if (batch === which) throw new Error('D1_ERROR: the answer was lost');
        return results;
      });
      expectUnavailable(await attempt(world, key, write(world), { bindings: { DB } }));
      const before = await dump();
      const retry = await attempt(world, key, write(world));
      expect(retry.status).toBeLessThan(300);
      const isLast = which === batches.length - 1;
      expect(retry.headers.get('Idempotent-Replayed')).toBe(isLast ? 'true' : null);
      if (isLast) expect(await dump()).toEqual(before);
    }
  });

  it('survives a connection that is lost, before the commit or after it, without the client noticing', async () => {
    for (const which of batches.keys()) {
      for (const after of [false, true]) {
        const world = await newWorld();
        const key = newAttempt();
        let batch = -1;
        const DB = database(async (_statements, go) => {
          batch += 1;
          if (batch !== which) return go();
          if (after) await go();
          throw new Error(LOST);
        });
        const reply = await attempt(world, key, write(world), { bindings: { DB } });
        expect(reply.status, `${reply.text} ${which} ${after}`).toBeLessThan(300);
        expect(reply.headers.get('Idempotent-Replayed')).toBeNull();
        const before = await dump();
        const again = await attempt(world, key, write(world));
        expect([again.status, again.text]).toEqual([reply.status, reply.text]);
        expect(await dump()).toEqual(before);
      }
    }
  });

  it.each([
    ['', () => ({})],
    [
      ', with If-Match',
      ({ contact, account, linked }: World) => ({
        'If-Match': [contact, account, linked].map((id) => `"${id}.1.x"`).join(', '),
      }),
    ],
  ])(
    'is never refused for what it has done itself, when the line is lost after the commit%s',
    async (_condition, headersOf) => {
      const ask = async (hand: Hand) => {
        const world = await newWorld();
        return attempt(world, null, write(world), {
          headers: headersOf(world),
          bindings: { DB: database(hand) },
        });
      };
      let asked = 0;
      const { status } = await ask((_statements, go) => {
        asked += 1;
        return go();
      });
      if (status === 412) return; // a resource that would be created has no version yet
      expect(status).toBeLessThan(300);
      for (let which = 1; which <= asked; which += 1) {
        let batch = 0;
        const reply = await ask(async (_statements, go) => {
          batch += 1;
          const results = await go();
          if (batch === which) throw new Error(LOST);
          return results;
        });
        if (reply.status >= 300) expectUnavailable(reply);
      }
    },
  );
});

/** A store whose answer to one of the batches is lost after the commit, and how many batches were asked of it. */
function losing(which: number) {
  const store = {
    batches: 0,
    DB: database(async (_statements, go) => {
      store.batches += 1;
      const results = await go();
      if (store.batches === which) throw new Error(LOST);
      return results;
    }),
  };
  return store;
}

it('an upsert that creates says so, also where the answer is lost after the commit and there is no Idempotency-Key', async () => {
  const { key, account } = await newTenant();
  const path = `${AGENT}/accounts/${await account()}/contacts/upsert`;
  const json = { fullName: 'Ada Example', email: 'ada@example.com', language: 'en' };
  const { DB } = losing(2); // the first reads
  const statuses = [];
  for (const bindings of [{ DB }, {}])
    statuses.push((await send('PUT', path, { key, json, bindings })).status);
  expect(statuses).toEqual([201, 200]);
});

it.each([
  ['tenant', () => '/tenants', { name: 'Made once' }],
  ['key', (id: string) => `/tenants/${id}/keys`, { name: 'Made once', scopes: ['ingest'] }],
] as const)('a %s is made and told of once, also where the answer is lost', async (_, path, json) => {
  const { id } = await newTenant();
  const store = losing(1);
  const made = await adminSend('POST', path(id), { json, bindings: { DB: store.DB } });
  expect([made.status, store.batches], made.text).toEqual([201, 2]);
  const { body } = await adminSend('GET', `${path(id)}?first=100`);
  const named = body.items.filter(({ name }: { name: string }) => name === 'Made once');
  expect(named.map((it: { id: string }) => it.id)).toEqual([made.body.id]);
});

it('a write that makes a stub survives it without an Idempotency-Key too', async () => {
  const { key, ingest } = await newTenant();
  await ingest('PUT', '/contacts/OLD', { name: 'Ada' });
  const calls = [
    ['PUT', 'NEW-1', 201],
    ['POST', 'NEW-2', 201],
    ['PATCH', 'OLD', 200],
  ] as const;
  for (const [method, reference, status] of calls) {
    const store = losing(1);
    const reply = await send(method, `${INGEST}/contacts/${reference}`, {
      key,
      json: { account_number: `OF ${reference}` },
      bindings: { DB: store.DB },
    });
    expect([reply.status, store.batches], reply.text).toEqual([status, 2]);
    expect((await ingest('GET', `/accounts/OF%20${reference}`)).status).toBe(200);
  }
});

let made: Promise<battery.World> | undefined;
/** Where every operation would succeed. Nothing is written there: what fails, fails whole. */
const succeeding = () => {
  made ??= battery.newWorld();
  return made;
};

/** Calls an operation of the document there. */
async function call(operation: battery.Operation, hand: Hand): Promise<Reply> {
  const world = battery.withNameFree(operation, await succeeding());
  return send(
    operation.method,
    battery.pathOf(operation, world.values) + battery.queryOf(operation, world, ''),
    {
      headers: operation.isPublic ? {} : battery.credentialOf(operation.face, world),
      json: battery.bodyOf(operation, world),
      bindings: { DB: database(hand) },
    },
  );
}

const stored = battery.operations.filter(({ isPublic }) => !isPublic);
const title = (operation: battery.Operation) => operation.title;

describe.each(
  stored.filter(({ writes }) => !writes).map((operation) => [title(operation), operation] as const),
)('%s', (_, operation) => {
  it('is tried once more when the line to the store is lost, and not a third time', async () => {
    for (const message of PASSING)
      for (const [failures, status] of [
        [1, 200],
        [2, 503],
      ] as const) {
        let asked = 0;
        const reply = await call(operation, async (_statements, go) => {
          asked += 1;
          if (asked <= failures) throw new Error(message);
          return go();
        });
        expect(reply.status, message).toBe(status);
        if (status === 503) {
          expectUnavailable(reply);
          expect(asked).toBe(2);
        }
      }
  });

  it.each(NOT_AGAIN)('is not tried again after: %s', async (message) => {
    let asked = 0;
    const reply = await call(operation, async () => {
      asked += 1;
      throw new Error(message);
    });
    expectUnavailable(reply);
    expect(asked).toBe(1);
  });
});

describe('a store that never answers', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** The reply, if it comes within this many seconds of a clock that runs faster. */
  async function within(seconds: number, asked: () => Promise<Reply>): Promise<Reply | undefined> {
    let reply: Reply | undefined;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const answered = asked().then((answer) => {
      reply = answer;
    });
    for (let passed = 0; passed < seconds * 1_000 && !reply; passed += 100) {
      await scheduler.wait(1); // what does not wait for a timer goes on in real time
      await vi.advanceTimersByTimeAsync(100);
    }
    vi.useRealTimers();
    if (reply) await answered;
    return reply;
  }
  const never = new Promise<never>(() => {});
  /** For these the operator waits longer: they are rare, and read everything that a tenant has. */
  const patient = ['POST /admin/v1/tenants/{id}/erasures', 'GET /admin/v1/tenants/{id}/dossier'];

  it.each(stored.map((operation) => [title(operation), operation] as const))(
    'is 503 within 10 seconds: %s',
    async (_, operation) => {
      await succeeding(); // before the clock is another
      const reply = await within(patient.includes(title(operation)) ? 26 : 10, () =>
        call(operation, () => never),
      );
      expect(reply).toBeDefined();
      expectUnavailable(reply!);
    },
  );

  it('is 503 within 10 seconds when it is the look-up of keys', async () => {
    const { id } = await newTenant();
    const { key } = await newKey(id, ['ingest']);
    const KEYS = { get: () => never } as unknown as KVNamespace;
    const reply = await within(10, () => send('GET', `${INGEST}/contacts`, { key, bindings: { KEYS } }));
    expect(reply).toBeDefined();
    expectUnavailable(reply!);
  });
});

describe('the look-up of keys fails', () => {
  const fail = async () => {
    throw new Error('KV GET failed: 500 Internal Server Error');
  };
  const KEYS = { get: fail, put: fail, delete: fail } as unknown as KVNamespace;

  it('and nobody is let in, nor told that the key is no good', async () => {
    const { id } = await newTenant();
    const { values } = await succeeding();
    for (const operation of stored.filter(({ face }) => face.scopes)) {
      const { key } = await newKey(id, ['ingest', 'accounts:all']);
      const path = battery.pathOf(operation, values);
      expectUnavailable(await send(operation.method, path, { key, bindings: { KEYS } }));
    }
  });

  it('and D1 with it, which is asked after a miss', async () => {
    const { id } = await newTenant();
    const { key } = await newKey(id, ['ingest']);
    const DB = database(async () => {
      throw new Error('D1_ERROR: no such luck');
    });
    const miss = { get: async () => null } as unknown as KVNamespace;
    expectUnavailable(await send('GET', `${INGEST}/contacts`, { key, bindings: { KEYS: miss, DB } }));
    expect((await send('GET', `${INGEST}/contacts`, { key })).status).toBe(200);
  });

  it('and keys are still made and revoked: D1 is the record', async () => {
    const { id } = await newTenant();
    const made = await adminSend('POST', `/tenants/${id}/keys`, {
      json: { name: 'made', scopes: ['ingest'] },
      bindings: { KEYS },
    });
    expect(made.status, made.text).toBe(201);
    const { key, id: keyId } = made.body;
    expect((await send('GET', `${INGEST}/contacts`, { key })).status).toBe(200);
    const revoked = await adminSend('DELETE', `/tenants/${id}/keys/${keyId}`, { bindings: { KEYS } });
    expect(revoked.status).toBe(204);
    expect((await send('GET', `${INGEST}/contacts`, { key })).status).toBe(401);
  });

  it('and a tenant is still removed', async () => {
    const { id, key } = await newTenant();
    expect((await adminSend('DELETE', `/tenants/${id}`, { bindings: { KEYS } })).status).toBe(204);
    expect((await send('GET', `${INGEST}/contacts`, { key })).status).toBe(401);
  });
});

it.each(['key', 'tenant'])(
  'a removed %s has no look-up left, also where the answer was lost and the retry finds nothing',
  async (what) => {
    const { id } = await newTenant();
    const { id: keyId, key } = await newKey(id, ['ingest']);
    const path = what === 'key' ? `/tenants/${id}/keys/${keyId}` : `/tenants/${id}`;
    let batches = 0;
    const DB = database(async (_statements, go) => {
      batches += 1;
      const results = await go();
      if (batches === 2) throw new Error('D1_ERROR: the answer was lost'); // the first reads
      return results;
    });
    expectUnavailable(await adminSend('DELETE', path, { bindings: { DB } }));
    expect((await adminSend('DELETE', path)).status).toBe(404);
    expect(await env.KEYS.get(`key:${await hashKey(key)}`)).toBeNull();
  },
);

describe('what nobody expected', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each(stored.map((operation) => [title(operation), operation] as const))(
    'is a 500 that tells nothing and is logged once: %s',
    async (_, operation) => {
      const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
      const DB = {
        prepare: () => {
          throw new TypeError('SECRET is not a function');
        },
      } as unknown as D1Database;
      const world = battery.withNameFree(operation, await succeeding());
      const reply = await send(
        operation.method,
        battery.pathOf(operation, world.values) + battery.queryOf(operation, world, ''),
        {
          headers: battery.credentialOf(operation.face, world),
          json: battery.bodyOf(operation, world),
          bindings: { DB },
        },
      );
      expect([reply.status, reply.body.code]).toEqual([500, 'internal']);
      expect(reply.headers.get('Content-Type')).toBe('application/problem+json; charset=utf-8');
      expect(reply.body.requestId).toBe(reply.headers.get('X-Request-Id'));
      expect(reply.text).not.toContain('SECRET');
      expect(reply.text).not.toMatch(/TypeError|\.ts|at /);
      expect(logged).toHaveBeenCalledTimes(1);
      const line = JSON.parse(logged.mock.calls[0]![0]);
      expect(line).toMatchObject({ level: 'error', code: 'internal', requestId: reply.body.requestId });
      expect(JSON.stringify(line)).not.toContain('SECRET');
      const sent = JSON.stringify(Object.values(battery.bodyOf(operation, world) ?? {}));
      for (const [text] of sent.matchAll(/(?<=")[^"]{8,}(?=")/g))
        expect(JSON.stringify(line)).not.toContain(text);
    },
  );

  it('is logged without a request id that could be an address', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { key } = await newTenant();
    const DB = {} as D1Database;
    const long = 'x'.repeat(64);
    for (const id of ['ada@example.com', 'mine-1', `${long}x`, long]) {
      const headers = { 'X-Request-Id': id };
      const reply = await send('GET', `${INGEST}/contacts`, { key, headers, bindings: { DB } });
      expect([reply.status, reply.body.requestId]).toEqual([500, id]);
    }
    expect(logged.mock.calls.map(([line]) => JSON.parse(line).requestId)).toEqual([
      undefined,
      'mine-1',
      undefined,
      long,
    ]);
  });
});
