// Vendor page: Amazon SNS, "Verifying the signatures of Amazon SNS messages": versions 1 (SHA-1) and 2 (SHA-256) of RSA.
import { importX509 } from 'jose';
import { Failure } from '../../core/failure.ts';
import { type Incoming, type Provider, WINDOW_MS } from '../provider.ts';
import { digest, fromBase64 } from '../secrets.ts';

const encoder = new TextEncoder();
/** The ARN of a topic, and in it the region, which names the host that speaks for the topic. */
const ARN = /^arn:aws(?:-us-gov)?:sns:([a-z0-9-]{1,32}):\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;
/** The path of a certificate on that host. */
const CERTIFICATE = /^\/SimpleNotificationService-[0-9a-f]{1,64}\.pem$/;

const CONFIRMATION = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

/** What is signed, by type and in this order; each name and each value stands on a line of its own. */
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

/** The texts in a body. SNS signs nothing else, and an array that holds one text would compare as that text. */
const textsIn = (body: unknown): Envelope =>
  Object.fromEntries(Object.entries(body ?? {}).filter(([, value]) => typeof value === 'string'));

export const secretForm =
  'the ARN of the SNS topic: it is not secret, but only messages of this topic are accepted';

export const isSecret = (text: string) => ARN.test(text);

/** A URL on the one host that speaks for the topic; null for any other. */
function urlAt(text: string | undefined, topic: string): URL | null {
  const url = URL.parse(text ?? '');
  const host = `sns.${ARN.exec(topic)?.[1]}.amazonaws.com`;
  const plain = url?.protocol === 'https:' && url.host === host && url.username === '' && url.password === '';
  return plain ? url : null;
}

/** Public keys by the URL of their certificate. They change about once a year. */
const certificates = new Map<string, ArrayBuffer>();

/** What SNS answers at this URL. Throws `store.unavailable` when SNS gives no answer: SNS tries again after a 503, but not after a 401. */
async function ask(url: URL): Promise<{ ok: boolean; text: string }> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(5_000) });
    if (response.status >= 500 || response.status === 429) throw new Error('SNS is out of order, or busy');
    return { ok: response.ok, text: await response.text() };
  } catch (cause) {
    throw new Failure('store.unavailable', [], { cause });
  }
}

/** The public key in a certificate; null when the text is not a certificate. */
const publicKeyIn = (certificate: string) =>
  importX509(certificate, 'RS256', { extractable: true })
    .then((key) => crypto.subtle.exportKey('spki', key as CryptoKey) as Promise<ArrayBuffer>)
    .catch(() => null);

async function keyFor(url: URL, hash: string): Promise<CryptoKey | null> {
  let known = certificates.get(url.href) ?? null;
  if (!known) {
    // kept only once it is here: a fetch may end with the request that started it, so no other request waits for that fetch
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
    !(age <= WINDOW_MS) ||
    envelope.TopicArn !== topic
  )
    return null;
  const lines = names
    .filter((name) => envelope[name] !== undefined)
    .map((name) => `${name}\n${envelope[name]}\n`);
  const signed = encoder.encode(lines.join(''));
  const key = await keyFor(certificate, hash);
  const good = key && (await crypto.subtle.verify('RSASSA-PKCS1-v1_5', key, signature, signed));
  // The borders between names and values are not signed, so all of the text is what is good once, not the MessageId.
  return good ? { nonce: await digest(signed) } : null;
};

/** Confirms a subscription, only by fetching a URL on the host that speaks for the topic. `authenticate` has checked the topic. */
export const settle: Provider['settle'] = async ({ body }) => {
  const { Type, SubscribeURL, TopicArn = '' } = textsIn(body);
  if (Type === 'Notification') return null;
  // fetching its URL would subscribe the hook again, against the will of whoever ended the subscription
  if (Type === 'UnsubscribeConfirmation') return 'hook.unsubscribed';
  const url = urlAt(SubscribeURL, TopicArn);
  const isOurs = url?.searchParams.get('TopicArn') === TopicArn;
  // SNS sends the confirmation again when the answer is not 200.
  if (!isOurs || !(await ask(url)).ok) {
    const cause = new Error('SNS has not confirmed the subscription');
    throw new Failure('store.unavailable', [], { cause });
  }
  return 'hook.subscribed';
};
