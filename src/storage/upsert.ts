/** Upsert: changes the contact that matching.ts finds meant, or creates one, as long as what was found still holds. */
import { type Contact, newContact } from '../core/contact.ts';
import type { Explanation } from '../core/explanation.ts';
import { Failure } from '../core/failure.ts';
import { type ContactChanges, patching } from './contact-patch.ts';
import { contactIn, toContact } from './contact-record.ts';
import { creatingIn } from './contact-writes.ts';
import type { Book } from './database.ts';
import { findMatch, requireDecision, type UpsertOptions, unlessChanged } from './matching.ts';
import { type Outcome, recall, write } from './writing.ts';

/** How an upsert went, or would have gone. */
export interface Upserted {
  contact: Contact;
  outcome: 'created' | 'updated' | 'unchanged';
  explanation: Explanation | undefined;
}

/** How often an upsert looks again after others have changed the account under it, before it says that the store is busy. */
const MOST_ATTEMPTS = 100;

/**
 * 2 round trips (1 more with an Idempotency-Key), and 2 more each time that somebody who could be meant changed between them. Changes
 * the contact that the rule means, or creates one: then `fullName` and `language` are required (`contact.incomplete`), and an address where only that decides. The same upsert
 * many times at once leaves one contact. Throws `account.not_found`, and `store.unavailable` where others are always faster.
 */
export async function upsertContact(
  book: Book,
  accountId: string,
  changes: ContactChanges,
  options: UpsertOptions = {},
): Promise<Upserted> {
  const known = options.dryRun ? null : await recall<Seed>(book);
  if (known) return upserted(contactIn(known.row), known);
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const { id, decision, explanation } = await findMatch(book, accountId, changes, options);
    if (id === null) refuseIncomplete(changes, options);
    if (options.dryRun) {
      const { preview } = await import('./preview.ts');
      const previewed = await preview(book, accountId, id, changes).catch(unlessChanged);
      if (previewed) return { ...previewed, explanation };
      continue;
    }
    const outcome = await write<Seed>(book, {
      ...(id === null
        ? creatingIn(book, accountId, newContact(changes))
        : patching(book, { accountId, id }, changes)),
      seed: { created: id === null, ...(explanation && { explanation }) },
      before: [requireDecision(book, decision)],
    }).catch(unlessChanged);
    if (outcome?.row) return upserted(toContact(outcome.row), outcome);
    await scheduler.wait(Math.random() * Math.min(attempt, 10));
  }
  throw new Failure('store.unavailable');
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
