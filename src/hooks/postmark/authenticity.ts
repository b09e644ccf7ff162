// Vendor page: Postmark, "Webhooks overview": no signature; Basic credentials in the URL, or a header of your own.
import { isSame } from '../../platform/is-same.ts';
import type { Incoming, Provider } from '../provider.ts';
import { fromBase64, isLongText } from '../secrets.ts';

export const secretForm =
  'what you enter at Postmark, at least 16 characters without a space: user:password of the URL, or the value of the header X-Webhook-Secret';

export const isSecret = isLongText;

/** Postmark's requests have neither a time nor anything that is valid only once. Only the ids of the events reveal a repeated one. */
export const authenticate: Provider['authenticate'] = async ({ headers }: Incoming, secret) => {
  const basic = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(headers.get('Authorization') ?? '')?.[1];
  const credentials = basic && new TextDecoder().decode(fromBase64(basic) ?? undefined);
  const given = headers.get('X-Webhook-Secret') ?? credentials;
  return given && (await isSame(given, secret)) ? { nonce: null } : null;
};
