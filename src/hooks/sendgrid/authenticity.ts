// Vendor page: Twilio SendGrid, "Getting Started with the Event Webhook Security Features": ECDSA P-256 over timestamp + body.
import { type Incoming, isRecent, type Provider } from '../provider.ts';
import { digest, fromBase64 } from '../secrets.ts';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };

async function importKey(text: string): Promise<CryptoKey | null> {
  const key = fromBase64(text);
  if (!key) return null;
  return crypto.subtle.importKey('spki', key, CURVE, false, ['verify']).catch(() => null);
}

/**
 * Converts a signature from DER. WebCrypto takes r and s side by side, 32 bytes each. DER has them as integers: without leading zeros, but with one
 * where the first bit would otherwise be a sign. Returns null for anything else.
 */
function fromDer(der: Uint8Array): Uint8Array | null {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null;
  const raw = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    const integer = der.subarray(at + 2, at + 2 + length);
    if (der[at] !== 0x02 || integer.length !== length) return null;
    const digits = integer.subarray(integer.findIndex((byte) => byte !== 0));
    if (digits.length > 32) return null;
    raw.set(digits, end - digits.length);
    at += 2 + length;
  }
  return at === der.length ? raw : null;
}

export const secretForm = 'the verification key that SendGrid shows: a P-256 public key in base64';

export const isSecret = async (text: string) => (await importKey(text)) !== null;

export const authenticate: Provider['authenticate'] = async ({ headers, bytes, now }: Incoming, secret) => {
  const signature = headers.get('X-Twilio-Email-Event-Webhook-Signature') ?? '';
  const timestamp = headers.get('X-Twilio-Email-Event-Webhook-Timestamp') ?? '';
  const raw = fromDer(fromBase64(signature) ?? new Uint8Array());
  const key = await importKey(secret);
  if (!raw || !key || !isRecent(timestamp, now)) return null;
  const signed = await new Blob([timestamp, bytes]).arrayBuffer();
  const good = await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, raw, signed);
  return good ? { nonce: await digest(signed) } : null;
};
