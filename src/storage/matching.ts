/** Upsert: "which stored contact does this one mean", as the agent vendor's Upsert Operations guide has it. core/match.ts decides. */
import { and, eq, sql } from 'drizzle-orm';
import { addressKey, isAddress } from '../core/address.ts';
import type { Contact, ContactFields } from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import { closest, probes } from '../core/match.ts';
import { comparedName } from '../core/name.ts';
import { contactIn, toContact } from './contact-record.ts';
import { type ContactChanges, upserting } from './contact-writes.ts';
import { type Book, build, read, tenantQuery } from './database.ts';
import { accounts, contacts, history, nameSegments } from './schema.ts';
import { recall, write } from './writing.ts';

const p = (name: string) => sql.placeholder(name);

/** The account, and the last line of the history there is: what is decided now holds until a later line speaks of this account. */
const selectAccount = tenantQuery(
  (tenant) =>
    sql`SELECT (SELECT max(${history.sequence}) FROM ${history}) AS "seen" FROM ${accounts} WHERE ${accounts.tenantId} = ${tenant} AND ${accounts.id} = ${p('accountId')}`,
);
/** Ends the batch when something has happened in the account since. `+` keeps SQLite on the rowid: the lines since are few. */
const requireUnchanged = tenantQuery(
  (tenant) =>
    sql`INSERT INTO refusals (code) SELECT 'account.changed' FROM ${history} WHERE ${history.sequence} > ${p('seen')} AND +${history.tenantId} = ${tenant} AND ${history.accountId} = ${p('accountId')} LIMIT 1`,
);

const selectByEmail = tenantQuery((tenant) =>
  build
    .select({ id: sql`${contacts.id}`.as('id') })
    .from(contacts)
    .where(
      and(
        eq(contacts.tenantId, tenant),
        eq(contacts.emailKey, p('emailKey')),
        eq(contacts.accountId, p('accountId')),
      ),
    )
    .orderBy(contacts.id)
    .limit(1),
);
const selectByName = tenantQuery((tenant) =>
  build
    .select({ id: sql`${contacts.id}`.as('id') })
    .from(contacts)
    .where(
      and(
        eq(contacts.tenantId, tenant),
        eq(contacts.accountId, p('accountId')),
        eq(contacts.comparedName, p('name')),
      ),
    )
    .orderBy(contacts.id)
    .limit(1),
);
/** Names that share a segment; none are looked for where the email or the very name is there. CROSS JOIN keeps this order of loops. */
const selectAlike = tenantQuery(
  (tenant) => sql`SELECT DISTINCT ${contacts.id} AS "id", ${contacts.comparedName} AS "name"
FROM json_each(${p('probes')}) AS probe
CROSS JOIN ${nameSegments} ON ${nameSegments.tenantId} = ${tenant} AND ${nameSegments.accountId} = ${p('accountId')}
  AND ${nameSegments.length} = probe.value ->> 'length' AND ${nameSegments.position} = probe.value ->> 'position' AND ${nameSegments.segment} = probe.value ->> 'segment'
CROSS JOIN ${contacts} ON ${contacts.tenantId} = ${tenant} AND ${contacts.id} = ${nameSegments.contactId}
WHERE NOT EXISTS (SELECT 1 FROM ${contacts} WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.emailKey} = ${p('emailKey')} AND ${contacts.accountId} = ${p('accountId')})
  AND NOT EXISTS (SELECT 1 FROM ${contacts} WHERE ${contacts.tenantId} = ${tenant} AND ${contacts.accountId} = ${p('accountId')} AND ${contacts.comparedName} = ${p('name')})`,
);

export interface Match {
  /** The contact that the rule means; null when it means none. */
  id: string | null;
  /** The last line of the history at the time of deciding. */
  seen: number;
}

/** 1 round trip. Throws `account.not_found`. */
export async function findMatch(book: Book, accountId: string, changes: ContactChanges): Promise<Match> {
  const name = changes.fullName === undefined ? null : comparedName(changes.fullName);
  const values = {
    accountId,
    emailKey: changes.email == null ? null : addressKey(changes.email),
    name,
    probes: name === null || isAddress(name) ? '[]' : JSON.stringify(probes(name)),
  };
  const [account, byEmail, byName, alike] = await read(book, [
    selectAccount(book, values),
    selectByEmail(book, values),
    selectByName(book, values),
    selectAlike(book, values),
  ]);
  if (!account!.results[0]) throw new Failure('account.not_found');
  const seen = Number(account!.results[0].seen ?? 0);
  const id = byEmail!.results[0]?.id ?? byName!.results[0]?.id;
  if (id) return { id: id as string, seen };
  const near =
    name === null ? null : closest(name, alike!.results as unknown as { id: string; name: string }[]);
  return { id: near?.id ?? null, seen };
}

/** How often an upsert looks again after others have changed the account under it, before it says that the store is busy. */
const MOST_ATTEMPTS = 100;

/**
 * 2 round trips (1 more with an Idempotency-Key), and 2 more each time that the account changed between them. Changes the contact that the rule means, or creates
 * one: then `fullName` and `language` are required (`contact.incomplete`). The same upsert many times at once leaves one contact.
 * Throws `account.not_found`.
 */
export async function upsertContact(
  book: Book,
  accountId: string,
  changes: ContactChanges,
  asNew: (changes: ContactChanges) => ContactFields,
): Promise<{ contact: Contact; created: boolean }> {
  const known = await recall<{ created: boolean }>(book);
  if (known) return { contact: contactIn(known.row), created: known.seed.created };
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const { id, seen } = await findMatch(book, accountId, changes);
    if (id === null) refuseIncomplete(changes);
    const change =
      id === null
        ? upserting.create(book, accountId, asNew(changes))
        : upserting.patch(book, accountId, id, changes);
    const outcome = await write(book, {
      ...change,
      before: [requireUnchanged(book, { accountId, seen })],
    }).catch(unlessChanged);
    if (outcome?.row) return { contact: toContact(outcome.row), created: outcome.seed.created };
    await scheduler.wait(Math.random() * Math.min(attempt, 10));
  }
  throw new Failure('store.unavailable');
}

/** null when somebody else has changed the account in between: look again. */
function unlessChanged(error: unknown): null {
  if (error instanceof Failure && error.code === 'account.changed') return null;
  throw error;
}

function refuseIncomplete({ fullName, language }: ContactChanges): void {
  const missing = [fullName == null && 'fullName', language == null && 'language'].filter(
    (field) => field !== false,
  );
  if (missing.length > 0) throw new Failure('contact.incomplete', missing);
}
