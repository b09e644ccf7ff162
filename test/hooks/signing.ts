/** Requests as the providers sign them, made with Node's crypto and the providers' own libraries: never by the code under test. */

import { env } from 'cloudflare:workers';
import { createHmac, createSign, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { Webhook } from 'svix';
import { expect, vi } from 'vitest';
import { adminSend, newTenant, type Reply, send, type TestTenant } from '../client.ts';
import { permanent } from './fixtures/mailgun.ts';
import { certificate, privateKey } from './fixtures/sns-certificate.ts';

/** The parts of a request, so that a test can spoil any of them. */
export interface Signed {
  body: string;
  headers: Record<string, string>;
}

const CERTIFICATE_URL =
  'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem';

const seconds = (at: number) => String(Math.floor(at / 1_000));
const json = { 'Content-Type': 'application/json' };

interface Signer {
  secret: string;
  sign(payload: unknown, at?: number): Signed;
}

export function sendgrid(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return {
    secret: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    sign(payload, at = Date.now()) {
      const body = JSON.stringify(payload);
      const signature = createSign('sha256')
        .update(seconds(at) + body)
        .sign(key);
      return {
        body,
        headers: {
          ...json,
          'X-Twilio-Email-Event-Webhook-Signature': signature.toString('base64'),
          'X-Twilio-Email-Event-Webhook-Timestamp': seconds(at),
        },
      };
    },
  };
}

export function mailgun(): Signer {
  const secret = randomBytes(24).toString('hex');
  return {
    secret,
    sign(payload, at = Date.now()) {
      const timestamp = seconds(at);
      const token = randomBytes(25).toString('hex');
      const signature = createHmac('sha256', secret)
        .update(timestamp + token)
        .digest('hex');
      return {
        body: JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': payload }),
        headers: json,
      };
    },
  };
}

export function postmark(): Signer {
  const secret = `postmark:${randomBytes(16).toString('hex')}`;
  return {
    secret,
    sign: (payload) => ({
      body: JSON.stringify(payload),
      headers: { ...json, Authorization: `Basic ${Buffer.from(secret).toString('base64')}` },
    }),
  };
}

export function resend(): Signer & { signAs(id: string, payload: unknown, at?: number): Signed } {
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const signAs = (id: string, payload: unknown, at = Date.now()) => {
    const body = JSON.stringify(payload);
    const signature = new Webhook(secret).sign(id, new Date(at), body);
    return {
      body,
      headers: { ...json, 'svix-id': id, 'svix-timestamp': seconds(at), 'svix-signature': signature },
    };
  };
  return { secret, signAs, sign: (payload, at) => signAs(`msg_${randomUUID()}`, payload, at) };
}

/** What SNS sends, signed with the key of the certificate that `certified` serves. */
export const snsEnvelope = (message: object, at = Date.now()): Record<string, string> => ({
  Type: 'Notification',
  MessageId: randomUUID(),
  TopicArn: TOPIC,
  Subject: 'Amazon SES Email Event Notification',
  Message: JSON.stringify(message),
  Timestamp: new Date(at).toISOString(),
  SigningCertURL: CERTIFICATE_URL,
  UnsubscribeURL: 'https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe',
});

/** The envelope with its signature, over the names and in the order that the vendor's page gives for its type. */
export function signSns(envelope: Record<string, string>, version: '1' | '2' = '2'): Signed {
  const names =
    envelope.Type === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names
    .map((name) => (envelope[name] === undefined ? '' : `${name}\n${envelope[name]}\n`))
    .join('');
  const signer = createSign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256').update(text);
  const body = JSON.stringify({
    ...envelope,
    SignatureVersion: version,
    Signature: signer.sign(privateKey, 'base64'),
  });
  return {
    body,
    headers: { 'Content-Type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': envelope.Type! },
  };
}

/** Replaces `fetch` by one that serves only the certificate and these answers. Returns what was fetched. */
export function outside(answers: Record<string, string> = {}): string[] {
  const fetched: string[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const url = String(input instanceof Request ? input.url : input);
    fetched.push(url);
    const answer = { [CERTIFICATE_URL]: certificate, ...answers }[url];
    return answer === undefined ? new Response('', { status: 404 }) : new Response(answer);
  });
  return fetched;
}

export const ses = (): Signer => ({
  secret: TOPIC,
  sign: (payload, at) => signSns(snsEnvelope(payload as object, at)),
});

export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:ses-events';

/** A tenant with a hook, ready for what its provider signs. */
export async function hooked(
  provider: string,
  signer: Signer,
): Promise<TestTenant & { post(signed: Signed): Promise<Reply> }> {
  const tenant = await newTenant();
  await setSecret(tenant.id, provider, signer.secret);
  return { ...tenant, post: (signed) => post(tenant.id, provider, signed) };
}

export const setSecret = (tenantId: string, provider: string, secret: string) =>
  adminSend('PUT', `/tenants/${tenantId}/hooks/${provider}`, { json: { secret } });

export const post = (tenantId: string, provider: string, { body, headers }: Signed) =>
  send('POST', `/hooks/${tenantId}/${provider}`, { raw: body, headers });

/** Waits for what a queue brings about: as long as a test may take, on a machine however busy. */
export const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 50_000 });

/** Waits until the queue has delivered what is on it: it keeps the order, so an event that is sent now is applied last. */
export async function queueIsDone(): Promise<void> {
  const signer = mailgun();
  const last = await hooked('mailgun', signer);
  await last.post(signer.sign(permanent));
  const applied = env.DB.prepare('SELECT count(*) AS events FROM deliveries WHERE tenant_id = ?1').bind(
    last.id,
  );
  await eventually(async () => expect(await applied.first('events')).toBe(1));
}
