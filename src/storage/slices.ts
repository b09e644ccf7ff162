/** Removing very many rows a thousand at a time, so that other requests come in between, and no statement is longer than D1 lets it be. */
import { type Payer, type query, run, type Value } from './database.ts';

/** How many rows one statement removes: of contacts, that takes some hundredths of a second. */
export const SLICE = 1_000;
/** How long one of them may take. */
export const SLICE_MS = 9_000;

/** A round trip for each thousand rows, and one. Runs the statement while it removes anything and `goesOn`; returns how many rows went. */
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
    if (result!.meta.changes === 0) break;
    removed += result!.meta.changes;
  }
  return removed;
}
