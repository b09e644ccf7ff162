/** How much of an isolate and of the store hooks may take: a flood of events waits or is refused, and the API is not affected. */
import { Problem } from '../platform/problem.ts';

const PER_SECOND = 100;
const BURST = 300;
const MOST_BUCKETS = 10_000;

interface Bucket {
  left: number;
  at: number;
}

const buckets = new Map<string, Bucket>();

/** True while the hook, or the address that asks for unknown hooks, is within 100 requests a second, or 300 at once. */
export function isWithinLimit(whose: string, now: number): boolean {
  if (buckets.size >= MOST_BUCKETS) buckets.clear();
  const { left, at } = buckets.get(whose) ?? { left: BURST, at: now };
  const available = Math.min(BURST, left + (Math.max(0, now - at) / 1_000) * PER_SECOND);
  const isWithin = available >= 1;
  buckets.set(whose, { left: isWithin ? available - 1 : available, at: now });
  return isWithin;
}

/** How many writes of hooks may be at the store at once. D1 does one write at a time, and the API should not wait behind a long line of them. */
const MOST_AT_STORE = 2;
const LONGEST_WAIT_MS = 5_000;
/** A place that is held for longer becomes free again, because a canceled request does not give its place back. */
const LONGEST_HOLD_MS = 20_000;

/** When each write that is at the store began. */
const atStore = new Set<{ since: number }>();

function isFull(): boolean {
  for (const place of atStore) if (Date.now() - place.since > LONGEST_HOLD_MS) atStore.delete(place);
  return atStore.size >= MOST_AT_STORE;
}

/** Does the work as soon as there is room for it. Throws 429 after five seconds without room. */
export async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const started = Date.now();
  while (isFull()) {
    if (Date.now() - started > LONGEST_WAIT_MS)
      throw new Problem('hook.busy', { headers: { 'Retry-After': '5' } });
    await scheduler.wait(5 + Math.random() * 10);
  }
  const place = { since: Date.now() };
  atStore.add(place);
  try {
    return await work();
  } finally {
    atStore.delete(place);
  }
}
