/** Removing very many rows a thousand at a time, so that other requests can run in between and no statement exceeds D1's time limit. */
import { type Payer, type query, run, type Value } from './database.ts';

/** How many rows one statement removes. For contacts, that takes some hundredths of a second. */
export const SLICE = 1_000;
/** How many milliseconds one of these statements may take. */
export const SLICE_MS = 9_000;

/**
 * 1 round trip for each thousand rows, and 1 more. Repeats the statement until it removes nothing or `goesOn` returns false. Returns how many rows
 * were removed.
 */
export async function inSlices(
  payer: Payer,
  statement: ReturnType<typeof query>,
  values: Record<string, Value>,
  goesOn: () => boolean,
): Promise<number> {
  let removed = 0;
  while (goesOn()) {
    const bound = statement(payer, { ...values, slice: SLICE });
    const [result] = await run(payer, [bound], { again: true, patience: SLICE_MS });
    if (result.meta.changes === 0) break;
    removed += result.meta.changes;
  }
  return removed;
}
