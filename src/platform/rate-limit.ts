/**
 * "300 requests per 60 s sliding window per token, adjustable per key" [vendor]. rate-limiter.ts counts. Here an isolate asks it: for reads while the
 * data is read, and for a busy key a few requests ahead. The limit of one key never delays another key.
 */
import type { Context } from 'hono';
import { Failure } from '../core/failure.ts';
import type { Principal, RateLimit } from '../storage/keys.ts';
import { within } from '../storage/patience.ts';
import type { Env } from './env.ts';
import { log, loggedId } from './log.ts';
import { Problem } from './problem.ts';
import type { Taken } from './rate-limiter.ts';

const DEFAULT: RateLimit = { limit: 300, windowSeconds: 60 };

/** The window of a key after this request. */
export interface Limit extends RateLimit {
  allowed: boolean;
  remaining: number;
  /** Unix milliseconds: when the oldest request that counts leaves the window. */
  freeAt: number;
}

/** How many milliseconds the limiter may take before a request goes on without it. */
const PATIENCE_MS = 1_000;
/** A key that sends another request within this many milliseconds is busy. */
const BUSY_MS = 1_000;
/** For how many milliseconds requests that were counted ahead may be used. */
const AHEAD_MS = 1_000;
/** What part of the limit is counted ahead, for one isolate at a time. Other isolates never miss more than this part. */
const AHEAD = 1 / 100;
const MOST_AHEAD = 1_000;
const MOST_REMEMBERED = 10_000;

/** What this isolate knows of a key's limit. */
interface Asked {
  busyUntil: number;
  /** Until when one request asks for more than itself: only one at a time does. */
  askingUntil: number;
  /** What was counted for requests that have not come yet. */
  ahead: Taken | null;
}
const asked = new Map<string, Asked>();

function askedOf(keyId: string): Asked {
  const known = asked.get(keyId);
  if (known) return known;
  if (asked.size >= MOST_REMEMBERED) asked.delete(asked.keys().next().value!);
  const nothing = { busyUntil: 0, askingUntil: 0, ahead: null };
  asked.set(keyId, nothing);
  return nothing;
}

/** Begins to count a request of this key. null when the limiter is away: the request is then let through, and that is logged. */
export async function countRequest(c: Context<Env>, { keyId, rateLimit }: Principal): Promise<Limit | null> {
  const rate = rateLimit ?? DEFAULT;
  const known = askedOf(keyId);
  const now = Date.now();
  const { ahead } = known;
  if (ahead && ahead.requests > 0 && now < ahead.at + AHEAD_MS) return limitAfter(rate, ahead);
  const isBusy = now < known.busyUntil && now >= known.askingUntil;
  const wanted = isBusy ? aheadOf(rate) : 1;
  if (wanted > 1) known.askingUntil = now + PATIENCE_MS;
  known.busyUntil = now + BUSY_MS;
  known.ahead = null;
  try {
    const unused = ahead && { at: ahead.at, requests: ahead.requests };
    const taken = await within(PATIENCE_MS, () => c.env.LIMITER.getByName(keyId).count(rate, wanted, unused));
    if (wanted > 1) Object.assign(known, { askingUntil: 0, ahead: taken });
    return limitAfter(rate, taken);
  } catch {
    log('warn', { requestId: loggedId(c), code: 'rate_limit.away', key: keyId });
    return null;
  }
}

const aheadOf = ({ limit }: RateLimit) => Math.min(Math.max(1, Math.floor(limit * AHEAD)), MOST_AHEAD);

/** The limit after one of the requests that `taken` holds. */
function limitAfter(rate: RateLimit, taken: Taken): Limit {
  const allowed = taken.requests > 0;
  if (allowed) taken.requests -= 1;
  return { ...rate, allowed, remaining: taken.remaining + taken.requests, freeAt: taken.freeAt };
}

const secondsUntil = (time: number) => Math.max(1, Math.ceil((time - Date.now()) / 1_000));

/** Throws 429 when the request is over its key's limit. */
export async function requireWithinLimit(c: Context<Env>): Promise<void> {
  const limit = await c.get('limit');
  if (!limit || limit.allowed) return;
  throw new Problem('rate_limit.exceeded', {
    headers: { 'Retry-After': String(secondsUntil(limit.freeAt)) },
  });
}

/** The error to answer with. A request over its key's limit is answered with that, whatever else is wrong with it, unless its key was revoked. */
export async function orOverLimit(error: Error, c: Context<Env>): Promise<Error> {
  if (error instanceof Failure && error.code === 'key.revoked') return error;
  return requireWithinLimit(c).then(
    () => error,
    (over) => over,
  );
}

/** The headers that tell the limit and what is left of it: the vendor's, and those of the IETF draft. */
export function limitHeaders({ limit, windowSeconds, remaining, freeAt }: Limit): Record<string, string> {
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(Math.ceil(Math.max(freeAt, Date.now()) / 1_000)),
    'RateLimit-Policy': `"key";q=${limit};w=${windowSeconds}`,
    RateLimit: `"key";r=${remaining};t=${secondsUntil(freeAt)}`,
  };
}
