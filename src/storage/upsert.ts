/** Upsert: changes the contact that matching.ts finds, or creates one. It writes only while the match still holds. */
import { type Contact, newContact } from '../core/contact.ts';
import type { Explanation } from '../core/explanation.ts';
import { Failure } from '../core/failure.ts';
import { type ContactChanges, patching } from './contact-patch.ts';
import { contactIn } from './contact-record.ts';
import { creatingIn } from './contact-writes.ts';
import type { Book, Value } from './database.ts';
import { findMatch, requireDecision, requireUnchanged, type UpsertOptions } from './matching.ts';
import { untilUnchanged } from './patience.ts';
import { type Outcome, recall, write } from './writing.ts';

/** How an upsert went, or would have gone. */
export interface Upserted {
  contact: Contact;
  outcome: 'created' | 'updated' | 'unchanged';
  explanation: Explanation | undefined;
}

/** How many attempts an upsert makes while other requests keep changing the account, before it throws `store.unavailable`. */
const MOST_ATTEMPTS = 100;

/**
 * 2 round trips (3 with an Idempotency-Key), and 2 more each time that a contact that may match changes in between (with that key and an explanation,
 * any contact of the account). Changes the contact that the rule means, or creates one. A new contact needs `fullName` and `language`, and with
 * `emailOnly` an address (else `contact.incomplete`). The same upsert many times at once leaves one contact. Throws `account.not_found`, and
 * `store.unavailable` when other writers are faster in every attempt.
 */
export async function upsertContact(
  book: Book,
  accountId: string,
  changes: ContactChanges,
  options: UpsertOptions = {},
): Promise<Upserted> {
  const known = options.dryRun ? null : await recall<Seed>(book);
  if (known) return upserted(contactIn(known.row), known);
  const started = new Date().toISOString();
  /** What an attempt of this upsert may have done, and to whom: the answer of the store was lost, maybe after the commit. */
  let lost: { id: Value; seed: Seed } | undefined;
  return untilUnchanged(MOST_ATTEMPTS, 'store.unavailable', async () => {
    const { id, decision, explanation } = await findMatch(book, accountId, changes, options);
    if (id === null) refuseIncomplete(changes, options);
    if (options.dryRun) {
      const { preview } = await import('./preview.ts');
      return { ...(await preview(book, accountId, id, changes)), explanation };
    }
    const creation = id === null ? creatingIn(book, accountId, newContact(changes)) : null;
    const isOwn = lost?.seed.created && lost.id === id;
    const seed = isOwn ? lost!.seed : { created: id === null, ...(explanation && { explanation }) };
    const { roundTrips } = book.meter;
    const outcome = await write<Seed>(book, {
      ...(creation ?? patching(book, { accountId, id: id! }, changes)),
      seed,
      before: [
        requireDecision(book, decision),
        // what is kept tells of others, too: nobody whom an erasure has removed since
        ...(explanation && book.attempt ? [requireUnchanged(book, decision)] : []),
      ],
    }).finally(() => {
      const wasTriedAgain = book.meter.roundTrips - roundTrips > 1;
      if (wasTriedAgain && !book.attempt) lost = { id: creation?.seed.id ?? id, seed };
    });
    const contact = contactIn(outcome.row);
    const isDone = !outcome.changed && lost?.id === contact.id && contact.updatedAt >= started;
    return upserted(contact, isDone ? { changed: true, seed: lost!.seed } : outcome);
  });
}

type Seed = { created: boolean; explanation?: Explanation };

const upserted = (
  contact: Contact,
  { changed, seed }: Pick<Outcome<Seed>, 'changed' | 'seed'>,
): Upserted => ({
  contact,
  outcome: seed.created ? 'created' : changed ? 'updated' : 'unchanged',
  explanation: seed.explanation,
});

function refuseIncomplete({ fullName, language, email }: ContactChanges, { emailOnly }: UpsertOptions): void {
  const missing = [
    fullName == null && 'fullName',
    emailOnly && email == null && 'email',
    language == null && 'language',
  ].filter((field) => typeof field === 'string');
  if (missing.length > 0) throw new Failure('contact.incomplete', missing);
}
