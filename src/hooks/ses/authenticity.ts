// Vendor page: Amazon SNS, "Verifying the signatures of Amazon SNS messages": versions 1 (SHA-1) and 2 (SHA-256) of RSA.
import { importX509 } from 'jose';
import { Failure } from '../../core/failure.ts';
import { isSame } from '../../platform/is-same.ts';
import { type Incoming, type Provider, WINDOW_MS } from '../provider.ts';
import { digest, fromBase64 } from '../secrets.ts';

const encoder = new TextEncoder();
const ARN = /^arn:aws:sns:([a-z0-9-]{1,32}):\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;

const CERTIFICATE = /^\/SimpleNotificationService-[0-9a-f]{1,64}\.pem$/;

const CONFIRMATION = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

/** What is signed, in this order, each name and value on a line of its own. */
const SIGNED = new Map([
  ['Notification', ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']],
  ['SubscriptionConfirmation', CONFIRMATION],
  ['UnsubscribeConfirmation', CONFIRMATION],
]);

const HASHES = new Map([
  ['1', 'SHA-1'],
  ['2', 'SHA-256'],
]);

type Envelope = Record<string, string | undefined>;

/** The texts of a body. SNS signs nothing else, and an array with a text in it would be compared as that text. */
const textsIn = (body: unknown): Envelope =>
  Object.fromEntries(Object.entries(body ?? {}).filter(([, value]) => typeof value === 'string'));

export const secretForm = 'the ARN of the SNS topic: it is no secret, but only its messages are taken';

export const isSecret = (text: string) => ARN.test(text);

/** A URL on the one host that speaks for the topic; null for any other. */
function urlAt(text: string | undefined, topic: string): URL | null {
  const url = URL.parse(text ?? '');
  const host = `sns.${ARN.exec(topic)?.[1]}.amazonaws.com`;
  const plain = url?.protocol === 'https:' && url.host === host && url.username === '' && url.password === '';
  return plain ? url : null;
}

/** By URL: they change once in a year or so. */
const certificates = new Map<string, ArrayBuffer>();

/** What SNS answers at this address. Throws `store.unavailable` while it does not: a 401 is final to it, and a 503 is not. */
async function ask(url: URL): Promise<{ ok: boolean; text: string }> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(5_000) });
    if (response.status < 500) return { ok: response.ok, text: await response.text() };
    throw new Error('SNS is out of order');
  } catch (cause) {
    throw new Failure('store.unavailable', [], { cause });
  }
}

/** The public key in a certificate; null where the text is none. */
const publicKeyIn = (certificate: string) =>
  importX509(certificate, 'RS256', { extractable: true })
    .then((key) => crypto.subtle.exportKey('spki', key as CryptoKey) as Promise<ArrayBuffer>)
    .catch(() => null);

async function keyFor(url: URL, hash: string): Promise<CryptoKey | null> {
  let known = certificates.get(url.href) ?? null;
  if (!known) {
    // kept when it is there: what one request waits for may end with it, and nobody else may wait for that
    known = await publicKeyIn((await ask(url)).text);
    if (!known) return null;
    if (certificates.size >= 100) certificates.clear();
    certificates.set(url.href, known);
  }
  return crypto.subtle.importKey('spki', known, { name: 'RSASSA-PKCS1-v1_5', hash }, false, ['verify']);
}

export const authenticate: Provider['authenticate'] = async ({ body, now }: Incoming, topic) => {
  const envelope = textsIn(body);
  const names = SIGNED.get(envelope.Type ?? '');
  const hash = HASHES.get(envelope.SignatureVersion ?? '');
  const certificate = urlAt(envelope.SigningCertURL, topic);
  const signature = fromBase64(envelope.Signature ?? '');
  const age = Math.abs(Date.parse(envelope.Timestamp ?? '') - now);
  if (
    !names ||
    !hash ||
    !signature ||
    !certificate ||
    !CERTIFICATE.test(certificate.pathname) ||
    !(age <= WINDOW_MS)
  )
    return null;
  if (!(await isSame(envelope.TopicArn ?? '', topic))) return null;
  const lines = names
    .filter((name) => envelope[name] !== undefined)
    .map((name) => `${name}\n${envelope[name]}\n`);
  const signed = encoder.encode(lines.join(''));
  const key = await keyFor(certificate, hash);
  const good = key && (await crypto.subtle.verify('RSASSA-PKCS1-v1_5', key, signature, signed));
  // The borders between names and values are not signed: all of it, not the MessageId, is what is good once.
  return good ? { nonce: await digest(signed) } : null;
};

/** "SubscriptionConfirmation confirmed only for that topic and only by fetching a URL on that host": both were checked before. */
export const settle: Provider['settle'] = async ({ body }) => {
  const { Type, SubscribeURL, TopicArn = '' } = textsIn(body);
  if (Type === 'Notification') return null;
  // to fetch its URL would subscribe again, whoever has ended it
  if (Type === 'UnsubscribeConfirmation') return 'hook.unsubscribed';
  const url = urlAt(SubscribeURL, TopicArn);
  const isOurs = url?.searchParams.get('TopicArn') === TopicArn;
  // SNS asks again where it is not answered with a 200.
  if (!isOurs || !(await ask(url)).ok) {
    const cause = new Error('SNS has not confirmed the subscription');
    throw new Failure('store.unavailable', [], { cause });
  }
  return 'hook.subscribed';
};
