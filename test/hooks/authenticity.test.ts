/** "Replays, old timestamps (5 minutes) and bad signatures are refused with 401 and leave nothing." */

import { env } from 'cloudflare:workers';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isRecent } from '../../src/hooks/provider.ts';
import { adminSend, newTenant, send } from '../client.ts';
import { database } from '../store.ts';
import * as mailgunFixtures from './fixtures/mailgun.ts';
import * as postmarkFixtures from './fixtures/postmark.ts';
import * as resendFixtures from './fixtures/resend.ts';
import * as sendgridFixtures from './fixtures/sendgrid.ts';
import * as sesFixtures from './fixtures/ses.ts';
import { certificate } from './fixtures/sns-certificate.ts';
import {
  eventually,
  hooked,
  mailgun,
  outside,
  post,
  postmark,
  queueIsDone,
  resend,
  type Signed,
  sendgrid,
  ses,
  setSecret,
  signSns,
  snsEnvelope,
  TOPIC,
} from './signing.ts';

afterEach(() => void vi.restoreAllMocks());

const MINUTES = 60_000;
const providers = [
  {
    name: 'sendgrid',
    signer: sendgrid,
    payload: [sendgridFixtures.bounce],
    signature: 'X-Twilio-Email-Event-Webhook-Signature',
    timed: true,
  },
  { name: 'mailgun', signer: mailgun, payload: mailgunFixtures.permanent, signature: null, timed: true },
  {
    name: 'resend',
    signer: resend,
    payload: resendFixtures.bounced,
    signature: 'svix-signature',
    timed: true,
  },
  { name: 'ses', signer: ses, payload: sesFixtures.bounce, signature: null, timed: true },
  {
    name: 'postmark',
    signer: postmark,
    payload: postmarkFixtures.bounce,
    signature: 'Authorization',
    timed: false,
  },
];

const left = async (tenantId: string) => {
  const counts = await env.DB.prepare(
    `SELECT (SELECT count(*) FROM deliveries WHERE tenant_id = ?1) AS deliveries, (SELECT count(*) FROM addresses WHERE tenant_id = ?1) AS addresses,
      (SELECT count(*) FROM hook_receipts WHERE tenant_id = ?1) AS receipts`,
  )
    .bind(tenantId)
    .first();
  return counts;
};
const nothing = { deliveries: 0, addresses: 0, receipts: 0 };

describe.each(providers)('$name', ({ name, signer, payload, signature, timed }) => {
  it('takes what is signed, and its event is kept', async () => {
    outside();
    const provider = signer();
    const tenant = await hooked(name, provider);
    const reply = await tenant.post(provider.sign(payload));
    expect(reply.status, reply.text).toBe(200);
    await eventually(async () =>
      expect(await left(tenant.id)).toMatchObject({ deliveries: 1, addresses: 1 }),
    );
  });

  it('refuses every forgery with the same 401, and keeps nothing', async () => {
    outside();
    const provider = signer();
    const other = signer();
    const tenant = await hooked(name, provider);
    const unset = await newTenant();
    const good = provider.sign(payload);
    const spoilt = (body: (text: string) => string, headers: Record<string, string> = {}): Signed => ({
      body: body(good.body),
      headers: { ...good.headers, ...headers },
    });
    const same = (text: string) => text;
    const forgeries: Signed[] = [
      spoilt(() => ''),
      spoilt(() => '{'),
      spoilt(() => 'null'),
      spoilt(() => '[]'),
      ...(name === 'ses' ? [] : [other.sign(payload)]),
      ...(name === 'mailgun' || name === 'postmark'
        ? []
        : [spoilt((text) => text.replace('example', 'exbmple'))]),
      // where the body is signed, it is signed to the octet
      ...(name === 'sendgrid' || name === 'resend'
        ? [(text: string) => `${text} `, (text: string) => `\ufeff${text}`].map((change) => spoilt(change))
        : []),
      ...(signature
        ? [
            spoilt(same, { [signature]: '' }),
            spoilt(same, { [signature]: 'AAAA' }),
            spoilt(same, { [signature]: 'Basic AAAA' }),
          ]
        : []),
      ...(timed
        ? [provider.sign(payload, Date.now() - 6 * MINUTES), provider.sign(payload, Date.now() + 6 * MINUTES)]
        : []),
    ].filter(
      (forgery) => name !== 'postmark' || forgery.headers.Authorization !== good.headers.Authorization,
    );
    const answers = await Promise.all(forgeries.map((forgery) => tenant.post(forgery)));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [401, 'hook.unauthorized']),
    );
    const elsewhere = [
      await post(unset.id, name, good),
      await post(crypto.randomUUID(), name, good),
      await post('x', name, good),
    ];
    const shape = ({ status, body }: { status: number; body: object }) => ({
      status,
      body: { ...body, requestId: '' },
    });
    for (const answer of elsewhere) expect(shape(answer)).toEqual(shape(answers[0]!));
    await queueIsDone();
    expect(await left(tenant.id)).toEqual(nothing);
  });

  // the secret of SES is its topic, of which there is one
  if (name !== 'ses')
    it('takes two secrets while one replaces the other', async () => {
      outside();
      const [old, middle, next] = [signer(), signer(), signer()];
      const tenant = await hooked(name, old);
      // The same request within the same second would be a replay.
      let at = Date.now();
      const sent = async (provider: typeof old) => {
        at -= 1_000;
        return (await tenant.post(provider.sign(payload, at))).status;
      };
      await scheduler.wait(2); // a time is told in milliseconds
      const { body: rotating } = await setSecret(tenant.id, name, middle.secret);
      expect(rotating.liveSecrets).toBe(2);
      expect(rotating.rotatedAt > rotating.createdAt).toBe(true);
      expect((await setSecret(tenant.id, name, middle.secret)).body.liveSecrets).toBe(2);
      for (const provider of [old, middle]) expect(await sent(provider)).toBe(200);
      await setSecret(tenant.id, name, next.secret);
      for (const end of ['x', 'y']) await setSecret(tenant.id, 'email', tenant.id.replaceAll('-', '') + end);
      expect(await sent(old)).toBe(401);
      for (const provider of [middle, next]) expect(await sent(provider)).toBe(200);
      const { body: ended } = await adminSend('DELETE', `/tenants/${tenant.id}/hooks/${name}/previous`);
      expect(ended.liveSecrets).toBe(1);
      expect((await adminSend('GET', `/tenants/${tenant.id}/hooks/email`)).body.liveSecrets).toBe(2);
      expect(await sent(middle)).toBe(401);
      expect(await sent(next)).toBe(200);
      expect((await adminSend('DELETE', `/tenants/${tenant.id}/hooks/${name}`)).status).toBe(204);
      expect(await sent(next)).toBe(401);
    });

  it('never shows a secret again', async () => {
    const { secret } = signer();
    const tenant = await newTenant();
    const answers = [
      await setSecret(tenant.id, name, secret),
      await adminSend('GET', `/tenants/${tenant.id}/hooks`),
      await adminSend('GET', `/tenants/${tenant.id}/hooks/${name}`),
    ];
    for (const { status, text } of answers) {
      expect(status).toBe(200);
      expect(text).not.toContain(secret);
    }
    expect(answers[2]!.body).toMatchObject({
      provider: name,
      path: `/hooks/${tenant.id}/${name}`,
      liveSecrets: 1,
    });
  });

  if (timed)
    it('takes each request once, also of twenty at once', async () => {
      outside();
      const provider = signer();
      const tenant = await hooked(name, provider);
      const good = provider.sign(payload);
      const answers = await Promise.all(Array.from({ length: 20 }, () => tenant.post(good)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(401)]);
      expect((await tenant.post(good)).status).toBe(401);
      await eventually(async () =>
        expect(await left(tenant.id)).toEqual({ deliveries: 1, addresses: 1, receipts: 1 }),
      );
    });

  if (timed)
    it('takes it when it comes again after the store has not said whether it was accepted', async () => {
      outside();
      const provider = signer();
      const tenant = await hooked(name, provider);
      const { body: raw, headers } = provider.sign(payload);
      let batches = 0;
      const DB = database(async (_statements, go) => {
        batches += 1;
        const results = await go();
        if (batches === 2) throw new Error('D1_ERROR: the answer was lost'); // the first batch looks the secret up
        return results;
      });
      const path = `/hooks/${tenant.id}/${name}`;
      const first = await send('POST', path, { raw, headers, bindings: { DB } });
      expect([first.status, first.headers.get('Retry-After')]).toEqual([503, '1']);
      expect((await tenant.post({ body: raw, headers })).status).toBe(200);
    });

  if (timed)
    it.each([
      ['2: that it was accepted', 2],
      ['3: that it was taken back', 3],
    ])('takes it when it comes again after the line to the store was lost at batch %s', async (_, which) => {
      outside();
      const provider = signer();
      const tenant = await hooked(name, provider);
      const { body: raw, headers } = provider.sign(payload);
      let batches = 0;
      const DB = database(async (_statements, go) => {
        batches += 1;
        const lost = new Error('D1_ERROR: Network connection lost.');
        if (batches === which && which === 3) throw lost;
        const results = await go();
        if (batches === which) throw lost;
        return results;
      });
      const sendBatch = () => Promise.reject(new Error('Queue is away'));
      const DELIVERIES = Object.assign(Object.create(env.DELIVERIES), { sendBatch });
      const path = `/hooks/${tenant.id}/${name}`;
      await send('POST', path, { raw: 'x', headers, bindings: { DB } }); // looks the secret up
      const first = await send('POST', path, { raw, headers, bindings: { DB, DELIVERIES } });
      expect(first.status).toBe(503);
      expect((await tenant.post({ body: raw, headers })).status).toBe(200);
    });

  if (timed)
    it('is still refused after another of the same millisecond could not be queued', async () => {
      outside();
      const provider = signer();
      const [tenant, other] = [await hooked(name, provider), await hooked(name, provider)];
      const now = Date.now();
      vi.spyOn(Date, 'now').mockReturnValue(now);
      const accepted = provider.sign(payload);
      const failing = provider.sign({ ...(payload as object), more: 1 });
      expect((await tenant.post(accepted)).status).toBe(200);
      const sendBatch = () => Promise.reject(new Error('Queue is away'));
      const DELIVERIES = Object.assign(Object.create(env.DELIVERIES), { sendBatch });
      for (const [{ id }, { body: raw, headers }] of [
        [tenant, failing],
        [other, accepted],
      ] as const) {
        const bindings = { DELIVERIES };
        expect((await send('POST', `/hooks/${id}/${name}`, { raw, headers, bindings })).status).toBe(503);
      }
      expect((await tenant.post(accepted)).status).toBe(401);
    });

  if (timed)
    it('refuses it when it comes again, also after a copy of which the store did not say whether it was accepted', async () => {
      outside();
      const provider = signer();
      const tenant = await hooked(name, provider);
      const { body: raw, headers } = provider.sign(payload);
      expect((await tenant.post({ body: raw, headers })).status).toBe(200);
      let batches = 0;
      const DB = database((_statements, go) => {
        batches += 1;
        return batches === 1 ? Promise.reject(new Error('D1_ERROR: no such luck')) : go();
      });
      const path = `/hooks/${tenant.id}/${name}`;
      expect((await send('POST', path, { raw, headers, bindings: { DB } })).status).toBe(503);
      expect(batches, 'its acceptance was asked for, and taken back').toBe(2);
      expect((await tenant.post({ body: raw, headers })).status).toBe(401);
    });
});

describe('SendGrid', () => {
  it('its own library verifies what the tests sign', () => {
    const provider = sendgrid();
    const { body, headers } = provider.sign([sendgridFixtures.bounce]);
    const library = new EventWebhook();
    const [signature, timestamp] = [
      headers['X-Twilio-Email-Event-Webhook-Signature']!,
      headers['X-Twilio-Email-Event-Webhook-Timestamp']!,
    ];
    expect(
      library.verifySignature(library.convertPublicKeyToECDSA(provider.secret), body, signature, timestamp),
    ).toBe(true);
  });

  it('takes signatures of every length of r and s', async () => {
    const provider = sendgrid();
    const tenant = await hooked('sendgrid', provider);
    const lengths = new Set<number>();
    for (let round = 0; round < 150 && lengths.size < 4; round += 1) {
      const signed = provider.sign([{ ...sendgridFixtures.open, round }]);
      const { length } = atob(signed.headers['X-Twilio-Email-Event-Webhook-Signature']!);
      if (lengths.has(length)) continue;
      lengths.add(length);
      expect((await tenant.post(signed)).status).toBe(200);
    }
    expect(lengths.size).toBeGreaterThanOrEqual(3);
  });

  it.each<[what: string, der: number[]]>([
    ['of nothing', [0x30, 0]],
    [
      'with an integer too long for the curve',
      [0x30, 69, 2, 33, ...Array(33).fill(0x7f), 2, 32, ...Array(32).fill(1)],
    ],
    ['with a second one too long', [0x30, 69, 2, 32, ...Array(32).fill(1), 2, 33, ...Array(33).fill(0x7f)]],
    ['that ends within an integer', [0x30, 4, 2, 32, 1, 1]],
    ['with one integer', [0x30, 3, 2, 1, 1]],
    ['with something behind it', [0x30, 8, 2, 1, 1, 2, 1, 1, 0, 0]],
    ['of zeros', [0x30, 6, 2, 1, 0, 2, 1, 0]],
    ['of integers without a digit', [0x30, 4, 2, 0, 2, 0]],
  ])('refuses a signature %s', async (_, der) => {
    const provider = sendgrid();
    const tenant = await hooked('sendgrid', provider);
    const { body, headers } = provider.sign([sendgridFixtures.bounce]);
    const signature = btoa(String.fromCharCode(...der));
    const forged = { ...headers, 'X-Twilio-Email-Event-Webhook-Signature': signature };
    expect((await tenant.post({ body, headers: forged })).status).toBe(401);
  });
});

describe('a signature', () => {
  const TWILIO = 'X-Twilio-Email-Event-Webhook-Signature';
  const inBody = ({ body, headers }: Signed, change: (parts: { [name: string]: string }) => object) => ({
    headers,
    body: JSON.stringify({ ...JSON.parse(body), ...change(JSON.parse(body)) }),
  });
  const spaced = (base64: string) => `${base64.slice(0, 8)} ${base64.slice(8)}`;

  it.each<[name: string, sign: () => Signed & { secret: string }, rewritten: (signed: Signed) => Signed]>([
    [
      'sendgrid',
      () => {
        const provider = sendgrid();
        return { ...provider, ...provider.sign([sendgridFixtures.bounce]) };
      },
      ({ body, headers }) => ({ body, headers: { ...headers, [TWILIO]: spaced(headers[TWILIO]!) } }),
    ],
    [
      'mailgun',
      () => {
        const provider = mailgun();
        return { ...provider, ...provider.sign(mailgunFixtures.permanent) };
      },
      (signed) =>
        inBody(signed, ({ signature }) => ({
          signature: JSON.parse(
            JSON.stringify(signature).replace(/[0-9a-f]{64}/, (hex) => hex.toUpperCase()),
          ),
        })),
    ],
    [
      'resend',
      () => {
        const provider = resend();
        return { ...provider, ...provider.sign(resendFixtures.bounced) };
      },
      ({ body, headers }) => ({
        body,
        headers: { ...headers, 'svix-signature': `v1,AAAA ${headers['svix-signature']}` },
      }),
    ],
    [
      'ses',
      () => ({ ...ses(), ...signSns(snsEnvelope(sesFixtures.bounce)) }),
      (signed) => inBody(signed, ({ Signature = '' }) => ({ Signature: spaced(Signature) })),
    ],
  ])('of %s that is written in another way makes no other request', async (name, sign, rewritten) => {
    outside();
    const signed = sign();
    const tenant = await hooked(name, { secret: signed.secret, sign });
    expect((await tenant.post(rewritten(signed))).status).toBe(200);
    expect((await tenant.post(signed)).status).toBe(401);
  });

  it.each<[what: string, spoilt: (der: number[]) => number[]]>([
    ['with something behind it', ([set, length, ...rest]) => [set!, length! + 2, ...rest, 0, 0]],
    ['of another length', ([set, length, ...rest]) => [set!, length! + 1, ...rest]],
    ['of no sequence', ([, ...rest]) => [0x31, ...rest]],
    ['of no integers', ([set, length, , ...rest]) => [set!, length!, 3, ...rest]],
  ])('of SendGrid, good but %s, is refused', async (_, spoilt) => {
    const provider = sendgrid();
    const tenant = await hooked('sendgrid', provider);
    const { body, headers } = provider.sign([sendgridFixtures.bounce]);
    const der = [...atob(headers[TWILIO]!)].map((octet) => octet.charCodeAt(0));
    const signature = btoa(String.fromCharCode(...spoilt(der)));
    const reply = await tenant.post({ body, headers: { ...headers, [TWILIO]: signature } });
    expect(reply.status).toBe(401);
  });
});

describe('Resend', () => {
  it('takes Standard Webhooks headers too, and one good signature among several', async () => {
    const provider = resend();
    const tenant = await hooked('resend', provider);
    const { body, headers } = provider.sign(resendFixtures.delivered);
    const standard = {
      'Content-Type': 'application/json',
      'webhook-id': headers['svix-id']!,
      'webhook-timestamp': headers['svix-timestamp']!,
      'webhook-signature': `v1,AAAA ${headers['svix-signature']}`,
    };
    expect((await tenant.post({ body, headers: standard })).status).toBe(200);
  });

  it('counts an event once that is sent again, newly signed, with the same id', async () => {
    const provider = resend();
    const tenant = await hooked('resend', provider);
    const now = Date.now();
    for (const at of [now, now - 1_000, now - 2_000])
      expect((await tenant.post(provider.signAs('msg_same', resendFixtures.bounced, at))).status).toBe(200);
    await queueIsDone();
    expect(await left(tenant.id)).toMatchObject({ deliveries: 1 });
  });

  it.each(['x', '.0', 'e0'])('does not take a timestamp with something behind it: %s', async (more) => {
    const provider = resend();
    const tenant = await hooked('resend', provider);
    const { body, headers } = provider.sign(resendFixtures.bounced);
    const changed = { ...headers, 'svix-timestamp': `${headers['svix-timestamp']}${more}` };
    expect((await tenant.post({ body, headers: changed })).status).toBe(401);
  });
});

describe('Mailgun', () => {
  it('takes a token once, whatever comes with it', async () => {
    const provider = mailgun();
    const tenant = await hooked('mailgun', provider);
    const first = provider.sign(mailgunFixtures.delivered);
    expect((await tenant.post(first)).status).toBe(200);
    const { signature } = JSON.parse(first.body);
    const second = { ...first, body: JSON.stringify({ signature, 'event-data': mailgunFixtures.permanent }) };
    expect((await tenant.post(second)).status).toBe(401);
  });
});

describe('Postmark', () => {
  it('takes a secret header in place of Basic credentials', async () => {
    const provider = postmark();
    const tenant = await hooked('postmark', provider);
    const send = (secret: string) =>
      tenant.post({
        body: JSON.stringify(postmarkFixtures.bounce),
        headers: { 'Content-Type': 'application/json', 'X-Webhook-Secret': secret },
      });
    expect((await send(provider.secret)).status).toBe(200);
    const { secret } = provider;
    for (const other of [
      `${secret}x`,
      secret.slice(0, -1),
      secret.slice(0, 1),
      secret.slice(1),
      secret.toUpperCase(),
      '',
    ])
      expect((await send(other)).status, other).toBe(401);
  });
});

describe('Amazon SES over SNS', () => {
  const notification = () => snsEnvelope(sesFixtures.bounce);
  it.each(['1', '2'] as const)('takes signature version %s', async (version) => {
    outside();
    const tenant = await hooked('ses', ses());
    expect((await tenant.post(signSns(notification(), version))).status).toBe(200);
    const { Subject: _, ...withoutSubject } = notification();
    expect((await tenant.post(signSns(withoutSubject, version))).status).toBe(200);
  });

  it('takes a topic of GovCloud, from the host of its region', async () => {
    const TopicArn = 'arn:aws-us-gov:sns:us-gov-west-1:123456789012:ses-events';
    const SigningCertURL = 'https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-90.pem';
    const asked = outside({ [SigningCertURL]: certificate });
    const tenant = await hooked('ses', { ...ses(), secret: TopicArn });
    expect((await tenant.post(signSns({ ...notification(), TopicArn, SigningCertURL }))).status).toBe(200);
    expect(asked).toEqual([SigningCertURL]);
    expect((await tenant.post(signSns(notification()))).status).toBe(401);
  });

  it.each([
    ['cannot be reached', () => Promise.reject(new TypeError('The network is gone'))],
    ['is out of order', () => Promise.resolve(new Response('', { status: 503 }))],
    ['is asked too often', () => Promise.resolve(new Response('', { status: 429 }))],
  ])('is taken later when the host of the certificates %s', async (_, answer) => {
    const tenant = await hooked('ses', ses());
    vi.spyOn(globalThis, 'fetch').mockImplementation(answer);
    const SigningCertURL = `https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-${Date.now()}.pem`;
    const sent = signSns({ ...notification(), SigningCertURL });
    const { status, body } = await tenant.post(sent);
    expect([status, body.code]).toEqual([503, 'store.unavailable']);
    vi.mocked(globalThis.fetch).mockImplementation(async () => new Response(certificate));
    expect((await tenant.post(sent)).status).toBe(200);
  });

  it('is taken later when the host of the certificates does not answer within five seconds', async () => {
    const tenant = await hooked('ses', ses());
    const waits: number[] = [];
    const { timeout } = AbortSignal;
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      waits.push(ms);
      return timeout.call(AbortSignal, ms / 100);
    });
    vi.spyOn(globalThis, 'fetch').mockImplementation(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal!.reason));
        }),
    );
    const SigningCertURL = 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-5000.pem';
    const { status, body } = await tenant.post(signSns({ ...notification(), SigningCertURL }));
    expect([status, body.code, waits]).toEqual([503, 'store.unavailable', [5_000]]);
  });

  it('is refused when the host of the certificates points elsewhere: nobody follows', async () => {
    const tenant = await hooked('ses', ses());
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) =>
      init?.redirect === 'manual'
        ? new Response(null, { status: 302, headers: { Location: 'https://evil.example.com/' } })
        : new Response(certificate),
    );
    const SigningCertURL = 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-302.pem';
    expect((await tenant.post(signSns({ ...notification(), SigningCertURL }))).status).toBe(401);
  });

  it.each([
    ['a version that there is not', { SignatureVersion: '3' }],
    ['a version by a name that every object has', { SignatureVersion: 'constructor' }],
    ['a type by a name that every object has', { Type: 'constructor' }],
    ['another topic', { TopicArn: `${TOPIC}-other` }],
    [
      'a certificate elsewhere',
      { SigningCertURL: 'https://evil.example.com/SimpleNotificationService-0123456789abcdef.pem' },
    ],
    [
      'a host that only begins like it',
      {
        SigningCertURL:
          'https://sns.eu-central-1.amazonaws.com.example.com/SimpleNotificationService-0123456789abcdef.pem',
      },
    ],
    [
      'another region',
      {
        SigningCertURL: 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
      },
    ],
    [
      'plain http',
      {
        SigningCertURL:
          'http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
      },
    ],
    [
      'another port',
      {
        SigningCertURL:
          'https://sns.eu-central-1.amazonaws.com:8443/SimpleNotificationService-0123456789abcdef.pem',
      },
    ],
    [
      'somebody before the host',
      {
        SigningCertURL:
          'https://user@sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
      },
    ],
    [
      'a certificate that is not in its place',
      {
        SigningCertURL:
          'https://sns.eu-central-1.amazonaws.com/of/SimpleNotificationService-0123456789abcdef.pem',
      },
    ],
    [
      'what is no certificate',
      {
        SigningCertURL:
          'https://sns.eu-central-1.amazonaws.com/?Action=SimpleNotificationService-0123456789abcdef.pem',
      },
    ],
  ])('refuses %s, and fetches nothing', async (_, change) => {
    const fetched = outside();
    const tenant = await hooked('ses', ses());
    const { body, headers } = signSns({ ...notification(), ...change });
    const sent = { headers, body: JSON.stringify({ ...JSON.parse(body), ...change }) };
    expect((await tenant.post(sent)).status).toBe(401);
    expect(fetched).toEqual([]);
  });

  it.each([
    ['its id with the subject behind it', ['MessageId', 'Subject']],
    ['its message with the id behind it', ['Message', 'MessageId']],
  ] as const)('takes a notification once, also with %s', async (_, [name, next]) => {
    outside();
    const tenant = await hooked('ses', ses());
    const { body, headers } = signSns(notification());
    expect((await tenant.post({ body, headers })).status).toBe(200);
    const { [next]: moved, ...rest } = JSON.parse(body);
    const again = { ...rest, [name]: `${rest[name]}\n${next}\n${moved}` };
    expect((await tenant.post({ headers, body: JSON.stringify(again) })).status).toBe(401);
  });

  it('refuses what SNS has signed for a topic of somebody else, whatever is sent in place of a text', async () => {
    outside();
    const tenant = await hooked('ses', ses());
    const { body, headers } = signSns({ ...notification(), TopicArn: `${TOPIC}-other` });
    const { MessageId, Subject, Timestamp, TopicArn, ...rest } = JSON.parse(body);
    const rows = Object.entries({ Subject, Timestamp, TopicArn }).map(([name, value]) => `${name}\n${value}`);
    const forged = {
      ...rest,
      MessageId: [MessageId, ...rows].join('\n'),
      Timestamp: [Timestamp],
      TopicArn: [TOPIC],
    };
    expect((await tenant.post({ headers, body: JSON.stringify(forged) })).status).toBe(401);
  });

  it('refuses an old notification, also where its time stands in another text', async () => {
    outside();
    const tenant = await hooked('ses', ses());
    const { body, headers } = signSns(snsEnvelope(sesFixtures.bounce, Date.now() - 6 * MINUTES));
    const { Timestamp, ...rest } = JSON.parse(body);
    const forged = { ...rest, Subject: `${rest.Subject}\nTimestamp\n${Timestamp}` };
    expect((await tenant.post({ headers, body: JSON.stringify(forged) })).status).toBe(401);
  });

  it.each(['Message', 'MessageId', 'Timestamp', 'TopicArn', 'SigningCertURL', 'Signature'])(
    'refuses a notification whose %s is no text, and of which none can be made',
    async (name) => {
      outside();
      const tenant = await hooked('ses', ses());
      const { body, headers } = signSns(notification());
      const forged = { ...JSON.parse(body), [name]: { toString: null, valueOf: null } };
      expect((await tenant.post({ headers, body: JSON.stringify(forged) })).status).toBe(401);
    },
  );

  const SUBSCRIBE = `https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=abc`;
  const confirmation = (change: Record<string, string> = {}) => {
    const { Subject: _, ...rest } = notification();
    return {
      ...rest,
      Type: 'SubscriptionConfirmation',
      Token: 'abc',
      Message: 'You have chosen to subscribe',
      SubscribeURL: SUBSCRIBE,
      ...change,
    };
  };

  it('confirms a subscription of its topic', async () => {
    const fetched = outside({ [SUBSCRIBE]: '<ConfirmSubscriptionResponse/>' });
    const tenant = await hooked('ses', ses());
    const reply = await tenant.post(signSns(confirmation()));
    expect([reply.status, reply.body]).toEqual([200, { queued: 0 }]);
    expect(reply.headers.get('Content-Type')).toBe('application/json; charset=utf-8');
    expect(fetched.filter((url) => url.includes('ConfirmSubscription'))).toEqual([SUBSCRIBE]);
  });

  it('says in the log when a subscription begins and ends, and does not begin it again', async () => {
    const fetched = outside({ [SUBSCRIBE]: '<ConfirmSubscriptionResponse/>' });
    const tenant = await hooked('ses', ses());
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (const Type of ['SubscriptionConfirmation', 'UnsubscribeConfirmation']) {
      const reply = await tenant.post(signSns(confirmation({ Type })));
      expect([reply.status, reply.body]).toEqual([200, { queued: 0 }]);
    }
    const line = { level: 'warn', code: 'hook.subscribed', tenant: tenant.id, provider: 'ses' };
    expect(warned.mock.calls).toEqual([
      [JSON.stringify(line)],
      [JSON.stringify({ ...line, code: 'hook.unsubscribed' })],
    ]);
    expect(fetched.filter((url) => url.includes('ConfirmSubscription'))).toEqual([SUBSCRIBE]);
  });

  it('has SNS ask again when it did not take the confirmation', async () => {
    outside();
    const tenant = await hooked('ses', ses());
    expect((await tenant.post(signSns(confirmation()))).status).toBe(503);
  });

  it.each([
    ['elsewhere', { SubscribeURL: `https://evil.example.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}` }],
    ['for another topic', { SubscribeURL: SUBSCRIBE.replace(TOPIC, `${TOPIC}-other`) }],
  ])('does not confirm %s, even when signed', async (_, change) => {
    const fetched = outside();
    const tenant = await hooked('ses', ses());
    await tenant.post(signSns(confirmation(change)));
    expect(fetched.filter((url) => url.includes('ConfirmSubscription'))).toEqual([]);
  });

  it('does not confirm what is not signed', async () => {
    const fetched = outside();
    const tenant = await hooked('ses', ses());
    const { body, headers } = signSns(confirmation());
    const forged = { headers, body: JSON.stringify({ ...JSON.parse(body), Token: 'other' }) };
    expect((await tenant.post(forged)).status).toBe(401);
    expect(fetched.filter((url) => url.includes('ConfirmSubscription'))).toEqual([]);
  });
});

it('a time is good for five minutes, before and after, to the millisecond', () => {
  const at = Date.UTC(2026, 0, 1);
  const good = [-300_001, -300_000, 0, 300_000, 300_001].map((ms) => isRecent(String(at / 1_000), at + ms));
  expect(good).toEqual([false, true, true, true, false]);
});

describe('the path', () => {
  it('knows its providers and its method', async () => {
    const { id } = await newTenant();
    const signed = { body: '{}', headers: { 'Content-Type': 'application/json' } };
    for (const name of ['acme', 'email', 'cloudflare', 'constructor', '__proto__'])
      expect((await post(id, name, signed)).status, name).toBe(404);
    expect((await setSecret(id, 'acme', 'a-long-enough-secret')).status).toBe(404);
    expect((await setSecret(id, '__proto__', 'a-long-enough-secret')).status).toBe(404);
  });

  it.each([
    ['sendgrid', 'not a key'],
    ['mailgun', 'fifteen-letters'],
    ['postmark', 'me:short'],
    ['resend', 'whsec_AAAA'],
    ['resend', `whsec_${'AAAA '.repeat(8)}`],
    ['ses', 'arn:aws:sqs:eu-central-1:123456789012:queue'],
    ['ses', 'arn:aws-cn:sns:cn-north-1:123456789012:ses-events'],
    ['email', 'bounces'],
    ['email', 'REPORTSOFBOUNCES0000001'],
  ])('a secret for %s has its form', async (name, secret) => {
    const { id } = await newTenant();
    const { status, body } = await setSecret(id, name, secret);
    expect([status, body.errors[0].pointer, body.errors[0].code]).toEqual([422, '/secret', 'secret.invalid']);
    expect(JSON.stringify(body)).not.toContain(secret);
  });

  it('a secret for Postmark is told how long it must be', async () => {
    const { body } = await setSecret((await newTenant()).id, 'postmark', 'user:password');
    expect(body.errors[0].message).toContain('at least 16 characters');
  });

  it('an unknown provider is told as one', async () => {
    const { body } = await setSecret((await newTenant()).id, 'acme', 'a-long-enough-secret');
    expect(body.detail).toBe('There is no such provider, or this tenant has no secret for it.');
  });
});
