// Vendor page: Mailgun, "Securing Webhooks": HMAC-SHA256 over timestamp + token only, so each token is good once.
import { type Incoming, isRecent, type Provider } from '../provider.ts';
import { isLongText } from '../secrets.ts';

const encoder = new TextEncoder();

export const secretForm = 'the HTTP webhook signing key of your Mailgun account';

export const isSecret = isLongText;

export const authenticate: Provider['authenticate'] = async ({ body, now }: Incoming, secret) => {
  const { timestamp, token, signature } = signatureIn(body);
  if (!isRecent(timestamp, now) || token === '' || !/^[0-9a-f]{64}$/i.test(signature)) return null;
  const key = await crypto.subtle.importKey(
    'raw',
    encoder.encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  );
  const mac = Uint8Array.fromHex(signature);
  const good = await crypto.subtle.verify('HMAC', key, mac, encoder.encode(timestamp + token));
  // The border between the two is not signed, so the pair is what is good once, not the token.
  return good ? { nonce: timestamp + token } : null;
};

function signatureIn(body: unknown): { timestamp: string; token: string; signature: string } {
  const given = (body as { signature?: Record<string, unknown> } | null | undefined)?.signature ?? {};
  const text = (name: string) =>
    ['string', 'number'].includes(typeof given[name]) ? String(given[name]) : '';
  return { timestamp: text('timestamp'), token: text('token'), signature: text('signature') };
}
