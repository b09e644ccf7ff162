/** Calls that are made again, and what makes that safe. */

export type Fetch = (request: Request) => Promise<Response>;

export interface RetryOptions {
  /** How often a call is made again at most; 3 if you do not say. */
  retries?: number;
  /** How many seconds it may be waited for the next attempt; 60 if you do not say. An answer that asks for more is thrown instead. */
  longestWait?: number;
}

const PASSING = [429, 502, 503, 504];
/** Seconds before the second attempt; doubled for each one after it. */
const FIRST_WAIT = 0.5;

/**
 * A fetch that waits and tries again after 429, 502, 503, 504 and a line that broke, as `Retry-After` says, or else longer each time; never
 * exactly as long as others do. Of the calls that were over the limit only one at a time tries again: if all did, the limit would have room for a
 * few of them, and the others would run out of retries. Writes are given an `Idempotency-Key` where they have none, the same for each attempt.
 */
export function retrying(fetch: Fetch, { retries = 3, longestWait = 60 }: RetryOptions): Fetch {
  const join = newQueue();
  return async (request) => {
    if (request.method !== 'GET' && !request.headers.has('Idempotency-Key'))
      request.headers.set('Idempotency-Key', randomKey());
    let place: Place | undefined;
    try {
      for (let attempt = 0; ; ) {
        const isLast = attempt >= retries;
        let response: Response | undefined;
        try {
          const answer = await fetch(isLast ? request : request.clone());
          await answer.clone().arrayBuffer(); // a line may also break within the answer
          response = answer;
        } catch (error) {
          if (isLast) throw error;
        }
        if (response && (isLast || !PASSING.includes(response.status))) return response;
        const asked = askedFor(response?.headers.get('Retry-After'));
        if (response && asked !== undefined && asked > longestWait) return response;
        await response?.body?.cancel();
        if (response?.status === 429 && !place) {
          place = join();
          if (place.before) {
            await orAborted(place.before, request.signal);
            continue; // as good as the first attempt: what was asked for then has passed
          }
        }
        const own = Math.min(FIRST_WAIT * 2 ** attempt, longestWait);
        // what was asked for is the least
        const seconds = asked === undefined ? own * (0.5 + Math.random() / 2) : asked + Math.random() / 4;
        await sleep(seconds, request.signal);
        attempt += 1;
      }
    } finally {
      place?.leave();
    }
  };
}

interface Place {
  /** Resolves when all before have left; undefined when nobody is before. */
  before: Promise<unknown> | undefined;
  leave(): void;
}

/** A queue. Returns how to join its end. */
function newQueue(): () => Place {
  let end: Promise<unknown> | undefined;
  return () => {
    const before = end;
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    // whoever leaves before his turn lets nobody pass those who are still before him
    const all = Promise.all([before, left]).then(() => {
      if (end === all) end = undefined;
    });
    end = all;
    return { before, leave };
  };
}

/** Seconds, from either form of the header (RFC 9110, 10.2.3). `Date.parse` takes `1.5` for a day in 2001, so it is asked only about dates. */
function askedFor(header: string | null | undefined): number | undefined {
  if (!header) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const seconds = header.endsWith(' GMT') ? (Date.parse(header) - Date.now()) / 1_000 : NaN;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** 128 random bits; `crypto.randomUUID` is not there on pages without TLS. */
const randomKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

/** Rejects as soon as the signal is aborted. */
const orAborted = (promise: Promise<unknown>, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    if (signal.aborted) stop();
  });

/** Milliseconds. A timer that is set to more goes off at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

async function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise((resolve) => {
    timer = setTimeout(resolve, Math.min(seconds * 1_000, LONGEST_TIMER));
  });
  await orAborted(over, signal).finally(() => clearTimeout(timer));
}
