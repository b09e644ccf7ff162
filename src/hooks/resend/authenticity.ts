// Vendor page: Resend, "Verify webhooks requests": Svix, which is Standard Webhooks with header names of its own.
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { type Incoming, isRecent, type Provider } from '../provider.ts';
import { fromBase64 } from '../secrets.ts';

const HEADERS = ['id', 'timestamp', 'signature'] as const;

const headersIn = (headers: Headers) =>
  Object.fromEntries(
    HEADERS.map((name) => [
      `webhook-${name}`,
      headers.get(`svix-${name}`) ?? headers.get(`webhook-${name}`) ?? '',
    ]),
  );

export const secretForm = 'the signing secret: whsec_ and at least 24 bytes in base64';

/** The platform's base64 may have spaces in it, that of the library may not. */
export const isSecret = (text: string) =>
  /^whsec_\S+$/.test(text) && (fromBase64(text.slice('whsec_'.length))?.length ?? 0) >= 24;

export const authenticate: Provider['authenticate'] = ({ headers, bytes, now }: Incoming, secret) => {
  const given = headersIn(headers);
  // The library also accepts a timestamp with other text behind it, which would make a replay look new.
  if (!isRecent(given['webhook-timestamp']!, now)) return null;
  try {
    const text = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(bytes);
    new Webhook(secret).verify(text, given, { jsonParse: false });
  } catch (error) {
    if (error instanceof WebhookVerificationError) return null;
    throw error;
  }
  // A retry has the same id and a new time. It is no replay, and its event still counts once.
  return { nonce: `${given['webhook-id']}.${given['webhook-timestamp']}` };
};

export const idOf: Provider['idOf'] = ({ headers }) => headersIn(headers)['webhook-id'];
