/**
 * "300 requests per 60 s sliding window per token" [vendor]. A Durable Object for each key counts exactly. The platform's own rate limit binding
 * cannot say how many requests remain.
 */
import { DurableObject } from 'cloudflare:workers';
import type { RateLimit } from '../storage/keys.ts';

/** A number of requests, counted at one moment (Unix milliseconds). */
interface Counted {
  at: number;
  requests: number;
}

/** What was counted for an isolate that asked: as many requests as it wanted, or one, or none. */
export interface Taken extends Counted {
  /** How many requests remain after these. */
  remaining: number;
  /** Unix milliseconds: when the oldest request that counts leaves the window. */
  freeAt: number;
}

/** Requests are counted ahead only while this many times their number is left. */
const RESERVE = 10;

/** Counts one key's requests, in memory. When the platform moves the object, the count starts again. */
export class RateLimiter extends DurableObject {
  /** When each request was made, oldest first. Those before `#start` have left the window. */
  #times: number[] = [];
  #start = 0;
  /**
   * What was counted ahead for one isolate, until it says how much of it was not used. Only one isolate at a time has such a part, so no more than
   * that is ever missing.
   */
  #ahead: Counted | null = null;
  /**
   * A timer that keeps all this in memory until the last request has left the window. An idle object is evicted after ten seconds without a timer,
   * and with one after a minute or two.
   */
  #awake: ReturnType<typeof setTimeout> | undefined;

  /**
   * Counts the wanted requests, after it has taken back what was counted ahead and not used. It counts only one of them while another isolate's part is
   * out or little of the limit is left, and none when nothing is left.
   */
  count({ limit, windowSeconds }: RateLimit, wanted: number, unused: Counted | null): Taken {
    if (unused) this.#takeBack(unused);
    const at = Date.now();
    const window = windowSeconds * 1_000;
    this.#setBack(at);
    while (this.#start < this.#times.length && this.#times[this.#start]! <= at - window) this.#start += 1;
    if (this.#start > 1_024 && this.#start * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#start);
      this.#start = 0;
    }
    const left = Math.max(0, limit - this.#counted);
    const othersHold = this.#ahead !== null && this.#ahead.at > at - window;
    // the last part of a limit is counted one by one, so that nobody is refused for requests that an isolate only holds
    const requests = !othersHold && left >= wanted * RESERVE ? wanted : Math.min(1, left);
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

  /** Where the clock was set back, what was counted later than now counts as of now. Otherwise it would count until that time comes again. */
  #setBack(now: number): void {
    for (let last = this.#times.length - 1; last >= this.#start && this.#times[last]! > now; last -= 1)
      this.#times[last] = now;
  }

  #takeBack({ at, requests }: Counted): void {
    if (this.#ahead?.at === at) this.#ahead = null;
    const end = this.#times.lastIndexOf(at) + 1;
    const first = Math.max(this.#start, end - requests);
    this.#times.splice(first, end - first);
  }
}
