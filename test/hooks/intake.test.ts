import { createExecutionContext, createMessageBatch, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import worker from '../../src/index.ts';
import { newTenant, ORIGIN, send } from '../client.ts';
import { database } from '../store.ts';
import * as mailgunFixtures from './fixtures/mailgun.ts';
import * as postmarkFixtures from './fixtures/postmark.ts';
import * as sendgridFixtures from './fixtures/sendgrid.ts';
import * as sesFixtures from './fixtures/ses.ts';
import { certificate } from './fixtures/sns-certificate.ts';
import {
  eventually,
  hooked,
  mailgun,
  post,
  postmark,
  sendgrid,
  ses,
  setSecret,
  signSns,
  snsEnvelope,
  TOPIC,
} from './signing.ts';

afterEach(() => void vi.restoreAllMocks());

const status = async (
  tenant: { ingest: (method: string, path: string) => Promise<{ body: { email_status: string } }> },
  reference: string,
) => (await tenant.ingest('GET', `/contacts/${reference}`)).body.email_status;

const SUBSCRIBE = `https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=abc`;
const confirmation = {
  ...snsEnvelope(sesFixtures.bounce),
  Type: 'SubscriptionConfirmation',
  Token: 'abc',
  SubscribeURL: SUBSCRIBE,
};

/** A queue that accepts nothing. */
const away = (queue: typeof env.DELIVERIES): typeof env.DELIVERIES =>
  Object.assign(Object.create(queue), { sendBatch: () => Promise.reject(new Error('Queue is away')) });

it('an accepted request is queued to the end, also where the provider does not wait for it', async () => {
  const signer = sendgrid();
  const tenant = await hooked('sendgrid', signer);
  const { body, headers } = signer.sign([{ email: 'ada@example.com', event: 'bounce', sg_event_id: 'e1' }]);
  const { promise, resolve } = Promise.withResolvers<void>();
  const sent = vi.fn(() => promise);
  const DELIVERIES = Object.assign(Object.create(env.DELIVERIES), { sendBatch: sent });
  const context = createExecutionContext();
  const request = new Request(`${ORIGIN}/hooks/${tenant.id}/sendgrid`, { method: 'POST', body, headers });
  const answer = worker.fetch(request, { ...env, DELIVERIES }, context);
  await eventually(() => expect(sent).toHaveBeenCalled());
  const ended = vi.fn();
  const end = waitOnExecutionContext(context).then(ended);
  await scheduler.wait(50);
  expect(ended).not.toHaveBeenCalled();
  resolve();
  await end;
  expect((await answer).status).toBe(200);
});

describe('SendGrid', () => {
  it('a signed hard bounce is on the contact in both dialects within seconds', async () => {
    const signer = sendgrid();
    const tenant = await hooked('sendgrid', signer);
    await tenant.ingest('PUT', '/contacts/C-1', {
      account_number: 'A-1',
      name: 'Ada',
      email: 'Ada@Example.com',
    });
    const reply = await tenant.post(
      signer.sign([
        {
          email: 'ada@example.com',
          event: 'bounce',
          type: 'bounce',
          timestamp: 1_760_000_000,
          sg_event_id: 'e1',
          status: '5.1.1',
          reason: '550 5.1.1 No such user',
        },
      ]),
    );
    expect([reply.status, reply.body]).toEqual([200, { queued: 1 }]);
    await eventually(async () => expect(await status(tenant, 'C-1')).toBe('Bounced'));
    const { body } = await tenant.ingest('GET', '/contacts/C-1/deliveries');
    expect(body).toEqual({
      email: 'Ada@Example.com',
      email_status: 'Bounced',
      verdict: {
        provider: 'sendgrid',
        event_id: 'e1',
        kind: 'hard_bounce',
        at: '2025-10-09T08:53:20.000Z',
        code: '5.1.1',
        reason: '550 5.1.1 No such user',
      },
      items: [
        {
          provider: 'sendgrid',
          event_id: 'e1',
          kind: 'hard_bounce',
          at: '2025-10-09T08:53:20.000Z',
          code: '5.1.1',
          reason: '550 5.1.1 No such user',
        },
      ],
      next: null,
    });
  });
});

it('a request that the queue could not take may come again, as soon as it is answered', async () => {
  const signer = sendgrid();
  const tenant = await hooked('sendgrid', signer);
  await tenant.post(signer.sign([sendgridFixtures.delivered]));
  const { body: raw, headers } = signer.sign([sendgridFixtures.bounce]);
  let batches = 0;
  const DB = database(async (_, go) => {
    batches += 1;
    if (batches > 1) await scheduler.wait(200);
    return go();
  });
  const bindings = { DB, DELIVERIES: away(env.DELIVERIES) };
  const refused = await send('POST', `/hooks/${tenant.id}/sendgrid`, { raw, headers, bindings });
  expect([refused.status, refused.body.code, batches]).toEqual([503, 'store.unavailable', 2]);
  expect((await tenant.post({ body: raw, headers })).status).toBe(200);
  expect((await tenant.post({ body: raw, headers })).status).toBe(401);
});

it('a Worker without a queue says that the store is away, and may be sent the same again', async () => {
  const signer = sendgrid();
  const tenant = await hooked('sendgrid', signer);
  const { body: raw, headers } = signer.sign([sendgridFixtures.bounce]);
  const bindings = { DELIVERIES: undefined as never };
  const refused = await send('POST', `/hooks/${tenant.id}/sendgrid`, { raw, headers, bindings });
  expect([refused.status, refused.body.code]).toEqual([503, 'store.unavailable']);
  expect((await tenant.post({ body: raw, headers })).status).toBe(200);
});

it('a copy whose body is held back until the first is forgotten is too old when it is there', async () => {
  const signer = mailgun();
  const tenant = await hooked('mailgun', signer);
  const now = Date.now();
  const at = (minutes: number) => vi.spyOn(Date, 'now').mockImplementation(() => now + minutes * 60_000);
  const signed = signer.sign(mailgunFixtures.delivered, now);
  at(0);
  expect((await tenant.post(signed)).status).toBe(200);
  at(4);
  const raw = new ReadableStream(
    {
      async pull(controller) {
        at(11);
        await worker.queue(createMessageBatch('diglot-deliveries', []), env);
        controller.enqueue(new TextEncoder().encode(signed.body));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const { headers } = signed;
  const copy = await send('POST', `/hooks/${tenant.id}/mailgun`, { raw, headers, bindings: {} });
  expect(copy.status).toBe(401);
});

it('what is refused stands in the log with its tenant and provider, where the hook exists', async () => {
  const { id } = await newTenant();
  const { secret } = postmark();
  await setSecret(id, 'postmark', secret);
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const told = vi.spyOn(console, 'log').mockImplementation(() => {});
  const forged = postmark().sign(postmarkFixtures.bounce);
  for (const tenant of [id, crypto.randomUUID()])
    expect((await post(tenant, 'postmark', forged)).status).toBe(401);
  const line = { level: 'warn', code: 'hook.unauthorized', tenant: id, provider: 'postmark' };
  expect(warned.mock.calls).toEqual([[JSON.stringify(line)]]);
  const lines = told.mock.calls.map(([text]) => JSON.parse(text));
  const route = '/hooks/{tenantId}/{provider}';
  expect(lines).toMatchObject(Array(2).fill({ route, status: 401, code: 'hook.unauthorized' }));
});

it('a hook that was made elsewhere is known at once, though this isolate was asked for it before', async () => {
  const { id } = await newTenant();
  const signer = postmark();
  const ask = async () => (await post(id, 'postmark', signer.sign(postmarkFixtures.bounce))).status;
  expect(await ask()).toBe(401);
  await env.DB.prepare("INSERT INTO hooks VALUES (?, 'postmark', ?, NULL, '', '')")
    .bind(id, signer.secret)
    .run();
  expect(await ask()).toBe(200);
});

it('a body that is no UTF-8 is refused, rather than read as another', async () => {
  const signer = postmark();
  const tenant = await hooked('postmark', signer);
  const { headers } = signer.sign(postmarkFixtures.bounce);
  const text = JSON.stringify(postmarkFixtures.bounce);
  const body = Uint8Array.from(text.replace('john', 'j\u00f6hn'), (letter) => letter.charCodeAt(0));
  const reply = await send('POST', `/hooks/${tenant.id}/postmark`, { raw: body, headers });
  expect([reply.status, reply.body.code]).toEqual([400, 'body.malformed_json']);
});

it('a body may have 1 MiB, and may begin with a byte order mark', async () => {
  const signer = postmark();
  const tenant = await hooked('postmark', signer);
  const { body, headers } = signer.sign(postmarkFixtures.bounce);
  expect((await tenant.post({ body: body.padEnd(1024 * 1024), headers })).status).toBe(200);
  expect((await tenant.post({ body: `\ufeff${body}`, headers })).status).toBe(200);
});

it('a secret that was taken away elsewhere is good for five seconds, as long as this isolate remembers it', async () => {
  const signer = postmark();
  const tenant = await hooked('postmark', signer);
  const ask = async () => (await tenant.post(signer.sign(postmarkFixtures.bounce))).status;
  const now = Date.now();
  const at = (ms: number) => vi.spyOn(Date, 'now').mockImplementation(() => now + ms);
  at(0);
  expect(await ask()).toBe(200);
  await env.DB.prepare('DELETE FROM hooks WHERE tenant_id = ?').bind(tenant.id).run();
  at(4_999);
  expect(await ask()).toBe(200);
  at(5_000);
  expect(await ask()).toBe(401);
});

it('a hook takes no other method than POST, and says so', async () => {
  const path = `/hooks/${crypto.randomUUID()}/postmark`;
  const Allow = 'OPTIONS, POST';
  for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']) {
    const { status, headers } = await send(method, path);
    expect([status, headers.get('Allow')]).toEqual([405, Allow]);
  }
  const options = await send('OPTIONS', path);
  expect([options.status, options.headers.get('Allow')]).toEqual([204, Allow]);
});

describe('the document', () => {
  it('has the very statuses that a hook answers, and a hook each of them', async () => {
    const { id } = await newTenant();
    const signer = postmark();
    await setSecret(id, 'postmark', signer.secret);
    await setSecret(id, 'ses', ses().secret);
    const good = signer.sign(postmarkFixtures.bounce);
    const path = `/hooks/${id}/postmark`;
    const { body: raw, headers } = good;
    const sent = [
      await post(id, 'postmark', good),
      await post(id, 'postmark', { ...good, body: '{' }),
      await post(id, 'postmark', { ...good, headers: {} }),
      await post(id, 'nobody', good),
      await post(id, 'postmark', { ...good, body: 'x'.repeat(1024 * 1024 + 1) }),
      await send('POST', path, { raw, headers, bindings: { DELIVERIES: away(env.DELIVERIES) } }),
    ];
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(certificate));
    vi.spyOn(crypto.subtle, 'verify').mockRejectedValue(new Error('What nobody expects'));
    sent.push(await post(id, 'ses', signSns(confirmation)));
    const flood = await Promise.all(Array.from({ length: 400 }, () => post(id, 'postmark', good)));
    const statuses = new Set([...sent, ...flood].map(({ status }) => String(status)));
    const { body: document } = await send('GET', '/openapi.json');
    const { responses } = document.paths['/hooks/{tenantId}/{provider}'].post;
    expect([...statuses].sort()).toEqual(Object.keys(responses).sort());
  });
});
