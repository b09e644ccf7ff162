/** The header Idempotency-Key, and what makes two requests the same one. storage/writing.ts keeps outcomes and replays them. */
import type { Attempt } from '../storage/database.ts';
import { Problem } from './problem.ts';

const KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;
/**
 * The form of kept outcomes, which are read by position. A change to it raises this: then an attempt from before an upgrade is refused, where its
 * values would be read as those of other fields.
 */
export const FORM = '1';

/** The attempt that a write belongs to; null without the header. Throws 400 `idempotency.invalid_key`. */
export async function attemptOf(request: Request, body: Uint8Array | null): Promise<Attempt | null> {
  const key = request.headers.get('Idempotency-Key');
  if (key === null) return null;
  if (!KEY.test(key)) throw new Problem('idempotency.invalid_key');
  const { pathname, search } = new URL(request.url);
  const whole = new Blob([`${FORM}\n${request.method}\n${pathname}${search}\n`, body ?? '']);
  const hash = await crypto.subtle.digest('SHA-256', await whole.arrayBuffer());
  return { key, fingerprint: new Uint8Array(hash).toBase64() };
}
