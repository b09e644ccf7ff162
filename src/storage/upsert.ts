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
  /** Whom an attempt of this upsert may have created: the answer of the store can be lost after the commit. */
  let own: Value | undefined;
  return untilUnchanged(MOST_ATTEMPTS, 'store.unavailable', async () => {
    const { id, decision, explanation } = await findMatch(book, accountId, changes, options);
    if (id === null) refuseIncomplete(changes, options);
    if (options.dryRun) {
      const { preview } = await import('./preview.ts');
      return { ...(await preview(book, accountId, id, changes)), explanation };
    }
    const creation = id === null ? creatingIn(book, accountId, newContact(changes)) : null;
    own = creation?.seed.id ?? own;
    const outcome = await write<Seed>(book, {
      ...(creation ?? patching(book, { accountId, id: id! }, changes)),
      seed: { created: id === null || id === own, ...(explanation && { explanation }) },
      before: [
        requireDecision(book, decision),
        // what is kept tells of others, too: nobody whom an erasure has removed since
        ...(explanation && book.attempt ? [requireUnchanged(book, decision)] : []),
      ],
    });
    return upserted(contactIn(outcome.row), outcome);
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
