/** What happens to letters on the queue: they are applied together, except those that fail, and those become dead letters. */
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DeliveryEvent, DeliveryKind } from '../../src/core/delivery.ts';
import type { Letter } from '../../src/hooks/provider.ts';
import worker from '../../src/index.ts';
import { newMeter, type TenantId } from '../../src/storage/database.ts';
import { applyEvents } from '../../src/storage/delivery-events.ts';
import { adminSend, newTenant, send, type TestTenant } from '../client.ts';
import { counting, database } from '../store.ts';
import * as cloudflare from './fixtures/cloudflare.ts';
import * as mailgunFixtures from './fixtures/mailgun.ts';
import * as sendgridFixtures from './fixtures/sendgrid.ts';
import * as sesFixtures from './fixtures/ses.ts';
import { eventually, hooked, mailgun, outside, sendgrid, ses } from './signing.ts';

const QUEUE = 'diglot-deliveries';
const letter = (tenantId: string, payload: unknown, provider = 'sendgrid') => ({
  tenantId,
  provider,
  receivedAt: new Date().toISOString(),
  payload,
});
const bounce = (email: string, id = email) => [{ ...sendgridFixtures.bounce, email, sg_event_id: id }];

async function deliver(queue: string, bodies: unknown[], bindings: object = env) {
  const messages = bodies.map((body, index) => ({
    id: `${queue}-${crypto.randomUUID()}-${index}`,
    timestamp: new Date(),
    attempts: 1,
    body,
  }));
  const batch = createMessageBatch(queue, messages);
  const context = createExecutionContext();
  await worker.queue(batch, bindings as typeof env);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, context);
  return { messages, acked: explicitAcks, again: retryMessages.map(({ msgId }) => msgId) };
}

/** A database that refuses every batch in which this text is bound. */
function refusing(text: string): D1Database {
  const refuses = database((statements, go) =>
    statements.some((statement) => JSON.stringify(statement).includes(text))
      ? Promise.reject(new Error('D1_ERROR: the disk is gone'))
      : go(),
  );
  // The values can be seen only when they are bound.
  const prepare = (words: string) => {
    const statement = refuses.prepare(words);
    return {
      bind: (...values: unknown[]) =>
        Object.assign(statement.bind(...values), { toJSON: () => ({ values }) }),
    };
  };
  return { ...refuses, prepare } as unknown as D1Database;
}

/** The lines that are logged at these levels from now on. */
function listening(...levels: ('log' | 'warn' | 'error')[]): () => object[] {
  const lines: object[] = [];
  for (const level of levels)
    vi.spyOn(console, level).mockImplementation((line) => void lines.push(JSON.parse(line)));
  return () => lines;
}

afterEach(() => void vi.restoreAllMocks());

const statusOf = async (tenant: TestTenant, reference: string) =>
  (await tenant.ingest('GET', `/contacts/${reference}`)).body.email_status;

describe('the consumer', () => {
  it('applies what it can and retries the rest', async () => {
    const tenant = await newTenant();
    await tenant.ingest('PUT', '/contacts/C-1', { email: 'ann@example.com' });
    const { messages, acked, again } = await deliver(QUEUE, [
      letter(tenant.id, bounce('ann@example.com')),
      letter(tenant.id, [{ ...sendgridFixtures.bounce, sg_event_id: undefined }]),
      letter(tenant.id, null, 'nobody'),
      letter(tenant.id, [sendgridFixtures.open]),
      letter(crypto.randomUUID(), bounce('ann@example.com')),
    ]);
    expect(again).toEqual([messages[1]!.id, messages[2]!.id]);
    expect(acked.sort()).toEqual([messages[0]!.id, messages[3]!.id, messages[4]!.id].sort());
    expect(await statusOf(tenant, 'C-1')).toBe('Bounced');
  });

  it('applies to each tenant what is its own, however many come in one batch', async () => {
    const tenants = [await newTenant(), await newTenant()];
    for (const { ingest } of tenants)
      for (const [index, name] of ['ann', 'bob'].entries())
        await ingest('PUT', `/contacts/C-${index}`, { email: `${name}@example.com` });
    const [one, other] = tenants.map(({ id }) => id);
    await deliver(QUEUE, [
      letter(one!, bounce('ann@example.com')),
      letter(other!, bounce('bob@example.com')),
    ]);
    const statuses = (tenant: TestTenant) => Promise.all(['C-0', 'C-1'].map((it) => statusOf(tenant, it)));
    expect(await Promise.all(tenants.map(statuses))).toEqual([
      ['Bounced', 'Valid'],
      ['Valid', 'Bounced'],
    ]);
  });

  it('does not let one letter that the store refuses keep the others back', async () => {
    const lines = listening('error');
    const tenant = await newTenant();
    const { messages, acked, again } = await deliver(
      QUEUE,
      [
        letter(tenant.id, bounce('good@example.com')),
        letter(tenant.id, bounce('poison@example.com')),
        letter(tenant.id, bounce('fine@example.com')),
      ],
      { ...env, DB: refusing('poison@example.com') },
    );
    expect(again).toEqual([messages[1]!.id]);
    expect(acked).toEqual([messages[0]!.id, messages[2]!.id]);
    expect(lines()).toEqual([
      {
        level: 'error',
        code: 'deliveries.not_applied',
        tenant: tenant.id,
        provider: 'sendgrid',
        cause: 'store.unavailable',
      },
    ]);
  });

  it('passes over what is of a tenant that is removed just now', async () => {
    const tenant = await newTenant();
    let batches = 0;
    const removing = database(async (_, go) => {
      batches += 1;
      if (batches === 2) await adminSend('DELETE', `/tenants/${tenant.id}`);
      return go();
    });
    const bodies = [letter(tenant.id, bounce('ann@example.com'))];
    const { acked } = await deliver(QUEUE, bodies, { ...env, DB: removing });
    expect(acked).toHaveLength(1);
  });

  it('loses neither of two letters, whichever of them the store refuses', async () => {
    listening('error');
    const tenant = await newTenant();
    const two = [bounce('good@example.com'), bounce('poison@example.com')];
    for (const [refused, events] of [
      [1, two],
      [0, two.toReversed()],
    ] as const) {
      const bodies = events.map((payload) => letter(tenant.id, payload));
      const DB = refusing('poison@example.com');
      const { messages, acked, again } = await deliver(QUEUE, bodies, { ...env, DB });
      expect([again, acked]).toEqual([[messages[refused]!.id], [messages[1 - refused]!.id]]);
    }
  });

  it('applies what it can read of a letter, and tries the rest again', async () => {
    const lines = listening('warn');
    const tenant = await newTenant();
    await tenant.ingest('PUT', '/contacts/C-1', { email: 'ann@example.com' });
    const nameless = { ...sendgridFixtures.bounce, sg_event_id: undefined };
    const { messages, again } = await deliver(QUEUE, [
      letter(tenant.id, [nameless, ...bounce('ann@example.com'), null]),
    ]);
    expect(again).toEqual([messages[0]!.id]);
    expect(await statusOf(tenant, 'C-1')).toBe('Bounced');
    const line = { level: 'warn', code: 'deliveries.unreadable', tenant: tenant.id, provider: 'sendgrid' };
    expect(lines()).toEqual([line]);
  });

  it('counts an event once that names no time, on whichever days it is sent again', async () => {
    const tenant = await newTenant();
    await tenant.ingest('PUT', '/contacts/C-1', { email: 'ann@example.com' });
    const [blocked] = bounce('ann@example.com');
    const sent = (day: string) => ({
      ...letter(tenant.id, [{ ...blocked, type: 'blocked', timestamp: undefined }]),
      receivedAt: `2026-10-0${day}T00:00:00.000Z`,
    });
    await deliver(QUEUE, [sent('1'), sent('2')]);
    await deliver(QUEUE, [sent('3')]);
    expect(await statusOf(tenant, 'C-1')).toBe('Valid');
    const { results } = await env.DB.prepare('SELECT soft_bounces FROM addresses WHERE tenant_id = ?')
      .bind(tenant.id)
      .all();
    expect(results).toEqual([{ soft_bounces: 1 }]);
  });

  it('passes over what is no letter at all', async () => {
    const { messages, acked } = await deliver(QUEUE, ['a text', 7]);
    expect(acked).toEqual(messages.map(({ id }) => id));
  });

  it('retries all while the store is away', async () => {
    const tenant = await newTenant();
    const DB = database(() => Promise.reject(new Error('D1_ERROR: overloaded')));
    const { messages, again } = await deliver(QUEUE, [letter(tenant.id, bounce('ann@example.com'))], {
      ...env,
      DB,
    });
    expect(again).toEqual([messages[0]!.id]);
  });

  it.each([
    [1, 2],
    [5, 32],
    [9, 300],
  ])('waits longer each time: after %i times %i s', async (attempts, delaySeconds) => {
    listening('warn');
    const retry = vi.fn();
    const body = letter(crypto.randomUUID(), null, 'nobody');
    const messages = [{ id: 'a', timestamp: new Date(), attempts, body, retry, ack: vi.fn() }];
    await worker.queue({ queue: QUEUE, messages } as unknown as MessageBatch, env);
    expect(retry.mock.calls).toEqual([[{ delaySeconds }]]);
  });

  it('tries again, and says so, when nobody can tell whose domain an event is from', async () => {
    const lines = listening('error');
    const DB = database(() => Promise.reject(new Error('D1_ERROR: overloaded')));
    const { messages, again } = await deliver('diglot-email-events', [cloudflare.hard], { ...env, DB });
    expect(again).toEqual([messages[0]!.id]);
    const line = { level: 'error', code: 'deliveries.not_applied', tenant: null, provider: 'cloudflare' };
    expect(lines()).toEqual([{ ...line, cause: 'store.unavailable' }]);
  });

  it('says in the log what it has ignored, and what the rest has cost', async () => {
    const tenant = await newTenant();
    const lines = listening('log', 'warn');
    await deliver(QUEUE, [
      letter(tenant.id, [sendgridFixtures.open]),
      letter(tenant.id, bounce('ann@example.com')),
      letter(tenant.id, [null]),
    ]);
    expect(lines()).toMatchObject([
      { level: 'warn', code: 'deliveries.unreadable' },
      { level: 'info', code: 'deliveries.ignored', tenant: tenant.id, provider: 'sendgrid' },
      { code: 'deliveries.consumed', letters: 3, events: 1, roundTrips: 3, rowsWritten: 4 },
    ]);
  });

  it('forgets which requests were accepted when their time would no longer be good', async () => {
    const { id } = await newTenant();
    const receipt = (nonce: string, minutes: number) =>
      env.DB.prepare("INSERT INTO hook_receipts VALUES (?1, 'mailgun', ?2, ?3)").bind(
        id,
        nonce,
        new Date(Date.now() - minutes * 60_000).toISOString(),
      );
    await env.DB.batch([receipt('old', 16), receipt('young', 11)]);
    await deliver(QUEUE, []);
    const { results } = await env.DB.prepare('SELECT nonce FROM hook_receipts WHERE tenant_id = ?1')
      .bind(id)
      .all();
    expect(results).toEqual([{ nonce: 'young' }]);
  });

  it('takes what Cloudflare Email Service says of a domain that the tenant sends from', async () => {
    const tenant = await newTenant();
    const other = await newTenant();
    await tenant.ingest('PUT', '/contacts/C-1', { email: 'user@example.net' });
    const name = `send${Date.now()}.example.com`;
    const from = (domain: string, sender: string) => ({
      ...cloudflare.hard,
      source: { ...cloudflare.hard.source, domain },
      payload: { ...cloudflare.hard.payload, sender },
    });
    const settings = (id: string, senderDomains: string[]) =>
      adminSend('PATCH', `/tenants/${id}/delivery-settings`, { json: { senderDomains } });
    expect((await settings(tenant.id, [name.toUpperCase()])).body.senderDomains).toEqual([name]);
    expect((await settings(other.id, ['mine.example.com', name])).status).toBe(409);
    expect((await settings(other.id, ['not a domain'])).status).toBe(422);
    expect((await settings(other.id, ['mine.example.com'])).status).toBe(200);
    const { again } = await deliver('diglot-email-events', [
      from('elsewhere.example.com', 'billing@elsewhere.example.com'),
      from(name, 'billing@elsewhere.example.com'),
      from(name, `billing@not${name}`),
    ]);
    expect(again).toEqual([]);
    expect(await statusOf(tenant, 'C-1')).toBe('Valid');
    await deliver('diglot-email-events', [from(name, `billing@${name}`)]);
    expect(await statusOf(tenant, 'C-1')).toBe('Bounced');
    await tenant.ingest('PUT', '/contacts/C-2', { email: 'other@example.net' });
    const shouted = from(name.toUpperCase(), `Billing <billing@eu.${name}>`.toUpperCase());
    const subdomain = { ...shouted, payload: { ...shouted.payload, recipient: 'other@example.net' } };
    await deliver('diglot-email-events', [subdomain]);
    expect(await statusOf(tenant, 'C-2')).toBe('Bounced');
    await tenant.ingest('PUT', '/contacts/C-3', { email: 'third@example.net' });
    const third = {
      ...shouted,
      payload: { ...shouted.payload, eventId: 'e3', recipient: 'third@example.net' },
    };
    const replayed = { ...letter(tenant.id, third, 'cloudflare'), tenantId: null }; // as a dead letter has it
    await deliver(QUEUE, [replayed]);
    expect(await statusOf(tenant, 'C-3')).toBe('Bounced');
  });

  it('asks once for each domain: of a hundred questions at once most would wait, and D1 be thought away', async () => {
    const { DB, batches } = counting();
    const senders = Array.from({ length: 100 }, (_, index) => `nobody${index % 2}.example.com`);
    const events = senders.map((domain) => ({ type: cloudflare.hard.type, source: { domain }, payload: {} }));
    const nowhere = { type: cloudflare.hard.type, payload: {} };
    expect((await deliver('diglot-email-events', [...events, nowhere], { ...env, DB })).again).toEqual([]);
    expect(batches).toEqual([1, 1, 1]); // one for each domain, and one to forget old receipts after every batch
  });
});

describe('dead letters', () => {
  it('are listed without what is in them, replayed once their cause is gone, and dropped', async () => {
    const tenant = await newTenant();
    await tenant.ingest('PUT', '/contacts/C-1', { email: 'dead@example.com' });
    const { messages } = await deliver('diglot-deliveries-dead', [
      letter(tenant.id, bounce('dead@example.com')),
      letter(tenant.id, [{ event: 'bounce', email: 'secret@example.com' }]),
      cloudflare.hard,
    ]);
    const { body, text } = await adminSend('GET', '/dead-letters?first=100');
    expect(body.items).toMatchObject([
      { tenantId: tenant.id, provider: 'sendgrid', reason: 'not_applied' },
      { tenantId: tenant.id, provider: 'sendgrid', reason: 'unreadable' },
      {
        tenantId: null,
        provider: 'cloudflare',
        reason: 'not_applied',
        receivedAt: messages[2]!.timestamp.toISOString(),
      },
    ]);
    expect(text).not.toContain('@example');
    const [applicable, unreadable] = body.items.map(({ id }: { id: string }) => `/dead-letters/${id}`);
    expect((await adminSend('POST', `${applicable}/replay`)).status).toBe(204);
    expect((await adminSend('POST', `${applicable}/replay`)).status).toBe(404);
    await eventually(async () => expect(await statusOf(tenant, 'C-1')).toBe('Bounced'));
    const queue = Object.assign(Object.create(env.DELIVERIES), {
      sendBatch: () => Promise.reject(new Error('Queue is away')),
    });
    const failed = await adminSend('POST', `${unreadable}/replay`, { bindings: { DELIVERIES: queue } });
    expect([failed.status, failed.body.code]).toEqual([503, 'store.unavailable']);
    expect((await adminSend('DELETE', unreadable)).status).toBe(204);
    expect((await adminSend('DELETE', unreadable)).status).toBe(404);
    expect((await adminSend('GET', '/dead-letters')).body.items).toHaveLength(1);
  });

  it('are listed oldest first, each once, also while others come and go; and by no cursor of another list', async () => {
    const { id } = await newTenant();
    const bury = (index: number) =>
      deliver('diglot-deliveries-dead', [letter(id, bounce(`dead${index}@example.com`))]);
    for (let index = 0; index < 5; index += 1) await bury(index);
    const list = async (query: string) => (await adminSend('GET', `/dead-letters?${query}`)).body;
    const idsOf = ({ items }: { items: { id: string }[] }) => items.map((item) => item.id);
    const all = idsOf(await list('first=100'));
    expect(all).toEqual(all.toSorted());
    const found: string[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const body = await list(`first=2${after && `&after=${after}`}`);
      found.push(...idsOf(body));
      if (after === '') {
        await adminSend('DELETE', `/dead-letters/${found[1]}`); // the one that the cursor names
        await bury(5);
      }
      after = body.next;
    }
    expect(found.slice(0, all.length)).toEqual(all);
    expect(found).toHaveLength(all.length + 1);
    const { next } = (await adminSend('GET', '/tenants?first=1')).body;
    for (const after of [next, 'AAAA', '']) {
      const { status, body } = await adminSend('GET', `/dead-letters?after=${after}`);
      expect([status, body.errors]).toMatchObject([422, [{ pointer: 'after', code: 'cursor.invalid' }]]);
    }
  });
});

describe('the last resort', () => {
  const DEAD = 'diglot-deliveries-dead';
  const away = database(() => Promise.reject(new Error('D1_ERROR: overloaded')));

  it('is told in the log, by tenant, provider and reason', async () => {
    const lines = listening('error');
    const [tenant, other] = [await newTenant(), await newTenant()];
    const { messages, acked } = await deliver(DEAD, [
      letter(tenant.id, bounce('one@example.com')),
      letter(other.id, bounce('one@example.com')),
      letter(tenant.id, [], 'mailgun'),
      letter(tenant.id, bounce('two@example.com')),
      letter(tenant.id, [{ event: 'bounce', email: 'three@example.com' }]),
    ]);
    expect(acked).toEqual(messages.map(({ id }) => id));
    const told = { level: 'error', code: 'deliveries.buried', tenant: tenant.id, provider: 'sendgrid' };
    expect(lines()).toEqual([
      { ...told, reason: 'not_applied', letters: 2 },
      { ...told, tenant: other.id, reason: 'not_applied', letters: 1 },
      { ...told, provider: 'mailgun', reason: 'unreadable', letters: 1 },
      { ...told, reason: 'unreadable', letters: 1 },
    ]);
  });

  it('buries what it can, even what is no letter, and tries the rest again later', async () => {
    const lines = listening('error');
    const tenant = await newTenant();
    const strange = [
      'a text',
      null,
      { provider: 'ses', receivedAt: 'now' },
      { tenantId: null, provider: 'ses' },
      { tenantId: null, receivedAt: 'now' },
    ];
    const bodies = [letter(tenant.id, bounce('poison@example.com')), ...strange, letter(tenant.id, [])];
    const { messages, acked, again } = await deliver(DEAD, bodies, { ...env, DB: refusing('poison') });
    expect(again).toEqual([messages[0]!.id]);
    expect(acked).toEqual(messages.slice(1).map(({ id }) => id));
    expect(lines()).toMatchObject([
      { code: 'deliveries.not_buried', tenant: tenant.id, provider: 'sendgrid', cause: 'store.unavailable' },
      ...strange.map(() => ({ code: 'deliveries.buried', tenant: null, provider: 'cloudflare' })),
      { code: 'deliveries.buried', tenant: tenant.id, provider: 'sendgrid' },
    ]);
  });

  it('passes over what is of a tenant that is gone, and buries the rest with it', async () => {
    listening('error');
    const tenant = await newTenant();
    const listed = async () => (await adminSend('GET', '/dead-letters?first=100')).body.items.length;
    const before = await listed();
    const { messages, acked } = await deliver(DEAD, [
      letter(crypto.randomUUID(), bounce('gone@example.com')),
      letter(tenant.id, bounce('here@example.com')),
    ]);
    expect(acked).toEqual(messages.map(({ id }) => id));
    expect(await listed()).toBe(before + 1);
  });

  it.each([
    [1, 60],
    [5, 960],
    [50, 14_400],
  ])(
    'waits longer each time while the store is away: after %i times %i s',
    async (attempts, delaySeconds) => {
      listening('error');
      const retry = vi.fn();
      const body = letter(crypto.randomUUID(), []);
      const messages = [{ id: 'a', timestamp: new Date(), attempts, body, retry, ack: vi.fn() }];
      await worker.queue({ queue: DEAD, messages } as unknown as MessageBatch, { ...env, DB: away });
      expect(retry.mock.calls).toEqual([[{ delaySeconds }]]);
    },
  );
});

describe('whatever the order', () => {
  it('10 000 events of 100 addresses through the store, shuffled, a third repeated, in small batches at once, end as in order', async () => {
    const kinds: DeliveryKind[] = [
      'delivered',
      'deferred',
      'soft_bounce',
      'soft_bounce',
      'soft_bounce',
      'note',
    ];
    const rare: DeliveryKind[] = ['hard_bounce', 'complaint', 'revalidated', 'revalidated_by_force'];
    const some = fc.record({
      address: fc.nat(99),
      kind: fc.oneof(
        { weight: 60, arbitrary: fc.constantFrom(...kinds) },
        { weight: 1, arbitrary: fc.constantFrom(...rare) },
      ),
      at: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 2, 1) }),
    });
    const events = fc.sample(some, { numRuns: 10_000, seed: 9 }).map(
      ({ address, kind, at }, index): DeliveryEvent => ({
        addressKey: `person${address}@example.com`,
        provider: 'sendgrid',
        eventId: `e${index}`,
        kind,
        at: new Date(at).toISOString(),
        code: null,
        reason: null,
      }),
    );
    const repeated = [...events, ...events.filter((_, index) => index % 3 === 0)];
    const [shuffled = []] = fc.sample(
      fc.shuffledSubarray(repeated, { minLength: repeated.length, maxLength: repeated.length }),
      { numRuns: 1, seed: 9 },
    );
    const payerOf = ({ id }: TestTenant) => ({ db: env.DB, meter: newMeter(), tenantId: id as TenantId });
    const [one, other] = [await newTenant(), await newTenant()];
    await applyEvents(
      payerOf(one),
      events.toSorted((a, b) => (a.at < b.at ? -1 : 1)),
    );
    const parts = Array.from({ length: Math.ceil(shuffled.length / 200) }, (_, part) =>
      shuffled.slice(part * 200, part * 200 + 200),
    );
    for (let at = 0; at < parts.length; at += 2)
      await Promise.all(parts.slice(at, at + 2).map((part) => applyEvents(payerOf(other), part)));
    const kept = async ({ id }: TestTenant) =>
      (
        await env.DB.prepare(
          'SELECT address_key, status, soft_bounces, evidence, cause, cause_at FROM addresses WHERE tenant_id = ?1 ORDER BY address_key',
        )
          .bind(id)
          .all()
      ).results;
    const expected = await kept(one);
    expect(expected.length).toBe(100);
    expect(new Set(expected.map(({ status }) => status)).size).toBe(3);
    expect(await kept(other)).toEqual(expected);
    const count = async ({ id }: TestTenant) =>
      (
        await env.DB.prepare('SELECT count(*) AS events FROM deliveries WHERE tenant_id = ?1')
          .bind(id)
          .first<{ events: number }>()
      )?.events;
    expect(await count(other)).toBe(10_000);
  }, 60_000);
});

describe('a request of many events', () => {
  /** A queue that takes anything, and keeps it. */
  function taking(): { DELIVERIES: typeof env.DELIVERIES; sent: Letter[] } {
    const sent: Letter[] = [];
    const sendBatch = async (messages: Iterable<MessageSendRequest<Letter>>) => {
      for (const { body } of messages) sent.push(body);
    };
    return { DELIVERIES: Object.assign(Object.create(env.DELIVERIES), { sendBatch }), sent };
  }

  it('is cut to what the queue takes, and nothing of it is lost', async () => {
    const provider = sendgrid();
    const tenant = await hooked('sendgrid', provider);
    const many = Array.from({ length: 1_000 }, (_, index) => ({
      ...sendgridFixtures.bounce,
      email: `p${index}@example.com`,
      sg_event_id: `many-${index}`,
      reason: '5'.repeat(400),
    }));
    const reply = await tenant.post(provider.sign(many));
    expect(reply.status, reply.text).toBe(200);
    expect(reply.body.queued).toBeGreaterThan(5);
    expect(reply.headers.get('Content-Type')).toBe('application/json; charset=utf-8');
    const count = () =>
      env.DB.prepare('SELECT count(*) AS n FROM deliveries WHERE tenant_id = ?1')
        .bind(tenant.id)
        .first<{ n: number }>();
    await eventually(async () => expect((await count())?.n).toBe(1_000));
  });

  it('loses nothing but an event that no message holds and nobody can read', async () => {
    const lines = listening('warn');
    const provider = sendgrid();
    const tenant = await hooked('sendgrid', provider);
    await tenant.ingest('PUT', '/contacts/C-1', { email: 'ann@example.com' });
    const nameless = { ...sendgridFixtures.bounce, sg_event_id: undefined, reason: 'x'.repeat(40_000) };
    const reply = await tenant.post(provider.sign([nameless, ...bounce('ann@example.com')]));
    expect([reply.status, reply.body]).toEqual([200, { queued: 1 }]);
    await eventually(async () => expect(await statusOf(tenant, 'C-1')).toBe('Bounced'));
    expect(lines()).toMatchObject([{ code: 'deliveries.unreadable', tenant: tenant.id }]);
  });

  it('keeps an event that nobody can read, for somebody to look at, however many come with it', async () => {
    const provider = sendgrid();
    const tenant = await hooked('sendgrid', provider);
    const many = Array.from({ length: 80 }, (_, index) => ({
      ...bounce(`p${index}@example.com`)[0],
      reason: 'x'.repeat(900),
    }));
    const { DELIVERIES, sent } = taking();
    const nameless = { ...sendgridFixtures.bounce, sg_event_id: undefined };
    const { body: raw, headers } = provider.sign([...many, nameless]);
    const { status } = await send('POST', `/hooks/${tenant.id}/sendgrid`, {
      raw,
      headers,
      bindings: { DELIVERIES },
    });
    expect(status).toBe(200);
    expect(sent.flatMap(({ payload }) => payload)).toEqual([...many, nameless]);
  });

  // 100 parts of 299 characters, with what stands between and around them, are one more than a message holds; 131 of 228 are just what it holds
  it.each([299, 228])('keeps it also where every part has %i characters', async (length) => {
    const provider = sendgrid();
    const tenant = await hooked('sendgrid', provider);
    const { DELIVERIES, sent } = taking();
    const parts = Array.from({ length: 200 }, (_, index) => {
      const part = { event: 'bounce', email: 'ann@example.com', reason: '', no: 1_000 + index };
      return { ...part, reason: 'x'.repeat(length - JSON.stringify(part).length) };
    });
    const { body: raw, headers } = provider.sign(parts);
    const bindings = { DELIVERIES };
    const { status } = await send('POST', `/hooks/${tenant.id}/sendgrid`, { raw, headers, bindings });
    expect(status).toBe(200);
    expect(sent.flatMap(({ payload }) => payload)).toEqual(parts);
  });

  it('is taken in any script: characters of three bytes each', async () => {
    const provider = sendgrid();
    const tenant = await hooked('sendgrid', provider);
    await tenant.ingest('PUT', '/contacts/C-1', { email: 'p79@example.com' });
    const many = Array.from({ length: 80 }, (_, index) => ({
      ...bounce(`p${index}@example.com`)[0],
      reason: '滿'.repeat(2_500),
    }));
    const reply = await tenant.post(provider.sign(many));
    expect(reply.status, reply.text).toBe(200);
    await eventually(async () => expect(await statusOf(tenant, 'C-1')).toBe('Bounced'));
  });

  /** What a queue takes: 128 KB in a message, 256 KB at once. Here it takes anything, and says what it was given. */
  function weighed(): { DELIVERIES: typeof env.DELIVERIES; calls: number[][] } {
    const calls: number[][] = [];
    const sendBatch = async (messages: Iterable<MessageSendRequest>) => {
      calls.push([...messages].map(({ body }) => new TextEncoder().encode(JSON.stringify(body)).length));
    };
    return { DELIVERIES: Object.assign(Object.create(env.DELIVERIES), { sendBatch }), calls };
  }

  it.each([
    [
      'many parts',
      'sendgrid',
      sendgrid,
      Array.from({ length: 20 }, (_, index) => ({
        ...bounce(`p${index}@example.com`)[0],
        reason: '滿'.repeat(14_700), // two of them fill a message
      })),
    ],
    [
      'one part that is long',
      'mailgun',
      mailgun,
      { ...mailgunFixtures.permanent, 'delivery-status': { message: '滿'.repeat(300_000) } },
    ],
    [
      'one part of many recipients, each with all that an event can hold',
      'ses',
      ses,
      {
        ...sesFixtures.bounce,
        bounce: {
          ...sesFixtures.bounce.bounce,
          feedbackId: '"'.repeat(96),
          bouncedRecipients: Array.from({ length: 120 }, (_, index) => ({
            emailAddress: `${'p'.repeat(50)}${index}@${`${'d'.repeat(60)}.`.repeat(3)}com`,
            status: '滿'.repeat(64),
            diagnosticCode: '滿'.repeat(2_500),
          })),
        },
      },
    ],
  ])('is never more than a message holds, nor a call: %s', async (_, name, signer, payload) => {
    outside();
    const provider = signer();
    const tenant = await hooked(name, provider);
    const { DELIVERIES, calls } = weighed();
    const { body: raw, headers } = provider.sign(payload);
    const reply = await send('POST', `/hooks/${tenant.id}/${name}`, {
      raw,
      headers,
      bindings: { DELIVERIES },
    });
    expect([reply.status, reply.body.queued], reply.text).toEqual([200, calls.flat().length]);
    expect(Math.max(...calls.flat())).toBeLessThan(128_000);
    expect(Math.max(...calls.map((sizes) => sizes.reduce((sum, size) => sum + size)))).toBeLessThan(256_000);
  });

  it('over 1 MiB is refused', async () => {
    const provider = sendgrid();
    const tenant = await hooked('sendgrid', provider);
    const reply = await tenant.post(
      provider.sign([{ ...sendgridFixtures.bounce, reason: 'x'.repeat(1024 * 1024) }]),
    );
    expect([reply.status, reply.body.code]).toEqual([413, 'body.too_large']);
  });
});
