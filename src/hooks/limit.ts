/** How much one hook may take of an isolate: a flood is turned away before anything of it is read. */

const PER_SECOND = 100;
const BURST = 300;
const MOST_HOOKS = 1_000;

interface Bucket {
  left: number;
  at: number;
}

const buckets = new Map<string, Bucket>();

/** True while the hook is within 100 requests a second, or 300 at once. */
export function isWithinLimit(hook: string, now: number): boolean {
  if (buckets.size >= MOST_HOOKS) buckets.clear();
  const { left, at } = buckets.get(hook) ?? { left: BURST, at: now };
  const available = Math.min(BURST, left + ((now - at) / 1_000) * PER_SECOND);
  buckets.set(hook, { left: Math.max(0, available - 1), at: now });
  return available >= 1;
}
