/** Who asks: the key in a request's headers, and the tenant's book that it opens. */
import type { Context } from 'hono';
import { DEMO_KEY, isWellFormedKey } from '../core/key.ts';
import { type Book, newMeter } from '../storage/database.ts';
import { findPrincipal, hashKey, type Principal, type Scope, touchKey } from '../storage/keys.ts';
import type { Env } from './env.ts';
import { networkOf } from './network.ts';
import { Problem } from './problem.ts';
import { countRequest } from './rate-limit.ts';

/** How many milliseconds an isolate relies on what it knows of a key. */
const REMEMBERED_MS = 5_000;
/** After how many milliseconds an isolate notes again that a key is in use. */
const TOUCH_MS = 60_000;
const MOST_REMEMBERED = 10_000;

interface Remembered {
  principal: Principal | null;
  until: number;
  touched: number;
}

/** By the hash of the key; the key itself is kept nowhere. */
const remembered = new Map<string, Remembered>();

/**
 * Opens the book of the tenant whose key the request carries, if the key has one of the scopes, and begins to count the request against the key's
 * limit. 1 KV read for a key that the isolate has not looked up for five seconds, and on a miss 1 round trip; 1 more each minute, for which no request
 * waits, notes that the key is in use. Throws 400, 401, 403, 429, 503.
 */
export async function openBook(c: Context<Env>, scopes: readonly Scope[], challenge: string): Promise<Book> {
  const key = keyIn(c.req.raw.headers);
  const principal = key === null ? null : await principalOf(c, key);
  const refused = `${challenge} realm="diglot", error="invalid_token"`;
  if (!principal) {
    const asked = key === null ? `${challenge} realm="diglot"` : refused;
    throw new Problem('auth.unauthorized', { headers: { 'WWW-Authenticate': asked } });
  }
  c.set('challenge', refused);
  c.set('principal', principal);
  c.set('limit', countRequest(c, principal));
  if (!principal.scopes.some((scope) => scopes.includes(scope)))
    throw new Problem('auth.forbidden', {
      detail: `The key is good, but this operation needs another scope: ${scopes.join(' or ')}.`,
    });
  const { tenantId, keyId } = principal;
  const requestId = c.get('requestId');
  return { ...c.get('payer'), tenantId, scope: tenantId, keyId, requestId, attempt: null };
}

/** The token that Authorization bears; '' where it bears something else, null without the header. */
export function bearerIn(headers: Headers): string | null {
  const authorization = headers.get('Authorization');
  return authorization === null ? null : (/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '');
}

/** The key that the request carries; null where there is none. Every dialect takes both headers. Throws 400 where they do not carry the same key. */
function keyIn(headers: Headers): string | null {
  const apiKey = headers.get('X-API-Key');
  const bearer = bearerIn(headers);
  if (apiKey !== null && bearer !== null && apiKey !== bearer) throw new Problem('auth.ambiguous');
  return apiKey ?? bearer;
}

/**
 * The principal of the key; null for a key that is not valid. Unless this isolate knows the key as valid, the request is first counted by its
 * address.
 */
async function principalOf(c: Context<Env>, key: string): Promise<Principal | null> {
  const hash = await hashKey(key);
  const now = Date.now();
  let known = remembered.get(hash);
  if (!known?.principal) await refuseFlood(c);
  if (!known || known.until <= now) {
    const good = isWellFormedKey(key) && (key !== DEMO_KEY || c.env.LOCAL === 'true');
    const principal = good ? await findPrincipal(c.get('payer'), c.env.KEYS, hash) : null;
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    known = { principal, until: now + REMEMBERED_MS, touched: known?.touched ?? 0 };
    remembered.set(hash, known);
  }
  const { principal } = known;
  if (!principal || (principal.expiresAt !== null && Date.parse(principal.expiresAt) <= now)) return null;
  if (now - known.touched >= TOUCH_MS) {
    known.touched = now;
    const touched = touchKey({ db: c.env.DB, meter: newMeter() }, principal.keyId);
    c.executionCtx.waitUntil(touched.catch(() => {}));
  }
  return principal;
}

/** Refuses an address that keeps sending unknown keys, before any look-up. Refuses nobody while the counter is away. Throws 429. */
export async function refuseFlood(c: Context<Env>): Promise<void> {
  const network = networkOf(c.req.raw.headers);
  if (network === null || !c.env.UNKNOWN_KEYS) return;
  const { success } = await c.env.UNKNOWN_KEYS.limit({ key: network }).catch(() => ({ success: true }));
  if (!success) throw new Problem('rate_limit.exceeded', { headers: { 'Retry-After': '60' } });
}
