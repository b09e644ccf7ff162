/** What D1's errors mean. */
import { Failure, type FailureCode } from '../core/failure.ts';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/**
 * What D1 says when the database has moved, or the connection to it was lost or took too long. An overload is not among these: a second try would
 * only add to D1's queue.
 */
const PASSING = /network connection lost|reset because|timed? ?out|internal error|transient|try again/i;

/** What the tables refuse, by the words in SQLite's message, and the input fields at fault. */
const refusals: [words: string, code: FailureCode, ...fields: string[]][] = [
  ['currency.locked', 'currency.locked', 'currency'],
  ['custom_fields.too_many', 'custom_fields.too_many', 'customFields'],
  ['account.parent_flag_required', 'account.parent_flag_required', 'isParentAccount'],
  ['account.changed', 'account.changed'],
  ['address.changed', 'address.changed'],
  ['key.revoked', 'key.revoked'],
  ['accounts.source_connection_id', 'source.conflict'],
  ['source.conflict', 'source.conflict'],
  ['precondition.failed', 'precondition.failed'],
  ['domain.taken', 'domain.taken'],
  ['hooks.secret', 'hook.secret_taken', 'secret'],
  ['idempotency.key_reused', 'idempotency.key_reused'],
  ['no such table', 'store.outdated'],
  ['no such column', 'store.outdated'],
];

/** The failure that the error stands for; `store.unavailable` when its message is none of `refusals`. */
export function failureOf(error: unknown): Failure {
  const message = messageOf(error);
  const refusal = refusals.find(([words]) => message.includes(words));
  if (!refusal) return new Failure('store.unavailable', [], { cause: error });
  const [, code, ...fields] = refusal;
  return new Failure(code, fields, { cause: error });
}

/** True when a second try is worth it. */
export const isPassing = (error: unknown): boolean =>
  failureOf(error).code === 'store.unavailable' && PASSING.test(messageOf(error));
