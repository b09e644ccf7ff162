/**
 * "A 422 names all faults of the request at once" (contract, "Errors"). Some faults show only against the stored account, and a trigger reports only
 * the first of them. This file finds the others.
 */
import { sql } from 'drizzle-orm';
import { Failure, type FailureCode } from '../core/failure.ts';
import type { AccountChanges } from './account-writes.ts';
import { type Book, query, run } from './database.ts';

/** For each fault, the fields that cause it: a write without them does not have the fault. */
const fieldsAtFault: Partial<Record<FailureCode, (keyof AccountChanges)[]>> = {
  'account.parent_flag_required': ['parentAccountNumber', 'isParentAccount'],
  'currency.locked': ['currency'],
  'custom_fields.too_many': ['customFields'],
};

/** Ends every batch that reaches it, so that nothing of the batch is written. */
const undo = query(() => sql`INSERT INTO refusals (code) VALUES ('precondition.failed')`);

/**
 * 1 round trip for each fault. Returns the failure of a write of these changes, together with the other faults of the same changes. It finds them by
 * patching with the remaining fields, and undoing that. An error that is no such fault is returned as it is, without a round trip.
 */
export async function withAllFaults(
  error: unknown,
  book: Book,
  changes: AccountChanges,
  patch: (changes: AccountChanges) => D1PreparedStatement | null,
): Promise<unknown> {
  const others: Failure[] = [];
  const rest = { ...changes };
  for (let last = error; last instanceof Failure && fieldsAtFault[last.code]; ) {
    if (last !== error) others.push(last);
    for (const field of fieldsAtFault[last.code]!) delete rest[field];
    const change = patch(rest);
    last = change && (await run(book, [change, undo(book)]).catch((failure) => failure));
  }
  if (others.length === 0) return error;
  const { code, fields, cause } = error as Failure;
  return new Failure(code, fields, { cause, others });
}
