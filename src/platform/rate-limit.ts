/**
 * "300 requests per 60 s sliding window per token, adjustable per key" [vendor]. A Durable Object for each key counts exactly: the
 * platform's own rate limit binding cannot say what remains. For reads its answer is awaited beside the data's.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Context } from 'hono';
import { Failure } from '../core/failure.ts';
import type { Principal, RateLimit } from '../storage/keys.ts';
import { within } from '../storage/patience.ts';
import type { Env } from './env.ts';
import { Problem } from './problem.ts';

const DEFAULT: RateLimit = { limit: 300, windowSeconds: 60 };

/** The window of a key after this request. */
export interface Limit extends RateLimit {
  allowed: boolean;
  remaining: number;
  /** Milliseconds until the oldest request that counts leaves the window. */
  freeInMs: number;
}

/** Counts one key's requests, in memory: when it is moved the count starts again. */
export class RateLimiter extends DurableObject {
  /** When each request that counts was made, oldest first; what stands before `#start` has left the window. */
  #times: number[] = [];
  #start = 0;

  take({ limit, windowSeconds }: RateLimit): Limit {
    const now = Date.now();
    const since = now - windowSeconds * 1_000;
    while (this.#start < this.#times.length && this.#times[this.#start]! <= since) this.#start += 1;
    if (this.#start > 1_024 && this.#start * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#start);
      this.#start = 0;
    }
    const allowed = this.#times.length - this.#start < limit;
    if (allowed) this.#times.push(now);
    const counted = this.#times.length - this.#start;
    const freeInMs = counted > 0 ? this.#times[this.#start]! - since : 0;
    return { limit, windowSeconds, allowed, remaining: Math.max(0, limit - counted), freeInMs };
  }
}

/** How long the limiter may take before a request goes on without it. */
const PATIENCE_MS = 1_000;

/** Begins to count a request of this key; null when the limiter is away, which lets the request through and is logged. */
export async function countRequest(c: Context<Env>, { keyId, rateLimit }: Principal): Promise<Limit | null> {
  try {
    return await within(PATIENCE_MS, c.env.LIMITER.getByName(keyId).take(rateLimit ?? DEFAULT));
  } catch {
    console.warn(
      JSON.stringify({ level: 'warn', requestId: c.get('requestId'), code: 'rate_limit.away', key: keyId }),
    );
    return null;
  }
}

const seconds = (milliseconds: number) => Math.max(1, Math.ceil(milliseconds / 1_000));

/** Throws 429 when the request is over its key's limit. */
export async function requireWithinLimit(c: Context<Env>): Promise<void> {
  const limit = await c.get('limit');
  if (!limit || limit.allowed) return;
  throw new Problem('rate_limit.exceeded', { headers: { 'Retry-After': String(seconds(limit.freeInMs)) } });
}

/** Whatever is wrong with a request over its key's limit, it is over the limit; unless the key is no good any more. */
export async function orOverLimit(error: Error, c: Context<Env>): Promise<Error> {
  if (error instanceof Failure && error.code === 'key.revoked') return error;
  return requireWithinLimit(c).then(
    () => error,
    (over) => over,
  );
}

/** What is left, in the vendor's headers and in those of the IETF draft. */
export function limitHeaders({ limit, windowSeconds, remaining, freeInMs }: Limit): Record<string, string> {
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(Math.ceil((Date.now() + freeInMs) / 1_000)),
    'RateLimit-Policy': `"key";q=${limit};w=${windowSeconds}`,
    RateLimit: `"key";r=${remaining};t=${seconds(freeInMs)}`,
  };
}
