/** "Errors with all faults, not only the first": also of those that only the stored account shows, of which a trigger tells the first alone. */
import { sql } from 'drizzle-orm';
import { Failure, type FailureCode } from '../core/failure.ts';
import type { AccountChanges } from './account-writes.ts';
import { type Book, query, run } from './database.ts';

/** By fault: the fields without which the same write would not have it. */
const fieldsAtFault: Partial<Record<FailureCode, (keyof AccountChanges)[]>> = {
  'account.parent_flag_required': ['parentAccountNumber', 'isParentAccount'],
  'currency.locked': ['currency'],
  'custom_fields.too_many': ['customFields'],
};

/** Ends every batch that gets as far as this. */
const undo = query(() => sql`INSERT INTO refusals (code) VALUES ('precondition.failed')`);

/**
 * The failure of a write of these changes, with the others that it has: found by patching with the rest, and undoing it. A round trip for
 * each fault, none where the error is no fault of this kind, which is returned as it is.
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
