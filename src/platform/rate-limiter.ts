/**
 * "300 requests per 60 s sliding window per token" [vendor]. A Durable Object for each key counts exactly: the platform's own rate
 * limit binding cannot say what remains.
 */
import { DurableObject } from 'cloudflare:workers';
import type { RateLimit } from '../storage/keys.ts';

/** So many requests, counted at one moment (Unix milliseconds). */
export interface Counted {
  at: number;
  requests: number;
}

/** What was counted for an isolate that asked: as many requests as it wanted, or fewer, where no more remain. */
export interface Taken extends Counted {
  /** What remains after them. */
  remaining: number;
  /** Unix milliseconds: when the oldest request that counts leaves the window. */
  freeAt: number;
}

/** How many times what is wanted must be left for it to be counted at once. */
const RESERVE = 10;

/** Counts one key's requests, in memory: when it is moved the count starts again. */
export class RateLimiter extends DurableObject {
  /** When each request that counts was made, oldest first; what stands before `#start` has left the window. */
  #times: number[] = [];
  #start = 0;
  /** What was counted ahead for one isolate, until that says how much of it was not used: only one at a time, so that the error is its. */
  #ahead: Counted | null = null;
  /**
   * Keeps all that in memory until the last request has left the window, or for the minute or two after which an idle object is taken
   * out all the same: without a timer that is ten seconds.
   */
  #awake: ReturnType<typeof setTimeout> | undefined;

  /** Counts requests as far as the limit goes, after taking back what was counted ahead for requests that did not come. */
  count({ limit, windowSeconds }: RateLimit, wanted: number, unused: Counted | null): Taken {
    if (unused) this.#takeBack(unused);
    const at = Date.now();
    const window = windowSeconds * 1_000;
    while (this.#start < this.#times.length && this.#times[this.#start]! <= at - window) this.#start += 1;
    if (this.#start > 1_024 && this.#start * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#start);
      this.#start = 0;
    }
    const left = Math.max(0, limit - this.#counted);
    const isAhead = wanted > 1 && !(this.#ahead && this.#ahead.at > at - window);
    // the last of it is counted one by one: nobody is refused for what somebody else holds
    const requests = isAhead && left >= wanted * RESERVE ? wanted : Math.min(1, left);
    if (requests > 1) this.#ahead = { at, requests };
    for (let request = 0; request < requests; request += 1) this.#times.push(at);
    if (requests > 0) {
      clearTimeout(this.#awake);
      this.#awake = setTimeout(() => {}, window);
    }
    const freeAt = this.#counted > 0 ? this.#times[this.#start]! + window : at;
    return { at, requests, remaining: left - requests, freeAt };
  }

  get #counted(): number {
    return this.#times.length - this.#start;
  }

  #takeBack({ at, requests }: Counted): void {
    if (this.#ahead?.at === at) this.#ahead = null;
    const last = this.#times.lastIndexOf(at);
    let first = last + 1;
    while (first > this.#start && this.#times[first - 1] === at && last - first + 1 < requests) first -= 1;
    this.#times.splice(first, last - first + 1);
  }
}
