/** Which stored contact an upsert means (docs/matching.md). core/match.ts decides between near names; upsert.ts writes. */
import { sql } from 'drizzle-orm';
import { addressKey } from '../core/address.ts';
import type { Explanation } from '../core/explanation.ts';
import { Failure } from '../core/failure.ts';
import { type Candidate, closest } from '../core/match.ts';
import { comparedName } from '../core/name.ts';
import type { ContactChanges } from './contact-patch.ts';
import { type Book, p, type Row, read, tenantQuery, type Value } from './database.ts';
import { mayBeNear, nearNames, nearValues } from './near-names.ts';
import { selectNeighbours, toNeighbour, withEmail, withName } from './neighbours.ts';
import { accounts, contacts, history, nameSegments } from './schema.ts';

/** The account, and the sequence of the last history entry there is. Only later entries can overtake what is decided now. */
export const selectAccount = tenantQuery(
  (tenant) =>
    sql`SELECT (SELECT max(${history.sequence}) FROM ${history}) AS "seen" FROM ${accounts} WHERE ${accounts.tenantId} = ${tenant} AND ${accounts.id} = ${p('accountId')}`,
);
/**
 * Ends the batch when a contact of the account, or the account itself, has changed since. A contact that moved away has its entry in its new account,
 * so the old account is looked for among the changes. `+` keeps SQLite on the rowid: the entries since are few.
 */
export const requireUnchanged = tenantQuery(
  (tenant) =>
    sql`INSERT INTO refusals (code) SELECT 'account.changed' FROM ${history} WHERE ${history.sequence} > ${p('seen')} AND +${history.tenantId} = ${tenant} AND ${p('accountId')} IN (${history.accountId}, ${history.changes} ->> '$.account_id[0]') LIMIT 1`,
);

/**
 * Ends the batch when the decision may no longer hold. That is when the account or the matched contact is gone, when that contact no longer has the
 * address or name that it was matched by, or when another contact that has changed since may match now. Other changes in the account do not matter.
 */
export const requireDecision = tenantQuery((tenant) => {
  const isHere = sql`${contacts.tenantId} = ${tenant} AND ${contacts.accountId} = ${p('accountId')}`;
  const stillMeant = sql`coalesce(${contacts.emailKey} = ${p('meantByEmail')} OR ${contacts.comparedName} = ${p('meantByName')}, FALSE)`;
  const maybeMeant = sql`coalesce(${contacts.emailKey} = ${p('emailKey')}, FALSE) OR coalesce(${contacts.comparedName} = ${p('name')}, FALSE) OR ${mayBeNear(contacts.comparedName)}`;
  return sql`INSERT INTO refusals (code) SELECT 'account.changed'
WHERE NOT EXISTS (SELECT 1 FROM ${accounts} WHERE ${accounts.tenantId} = ${tenant} AND ${accounts.id} = ${p('accountId')})
  OR (${p('meant')} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${contacts} WHERE ${isHere} AND ${contacts.id} = ${p('meant')}))
  OR EXISTS (SELECT 1 FROM ${history} CROSS JOIN ${contacts} ON ${isHere} AND ${contacts.id} = ${history.subjectId}
    WHERE ${history.sequence} > ${p('seen')} AND +${history.tenantId} = ${tenant} AND ${history.accountId} = ${p('accountId')}
      AND iif(${contacts.id} = ${p('meant')}, NOT ${stillMeant}, ${maybeMeant}))`;
});

const selectByEmail = tenantQuery(
  (tenant) => sql`SELECT ${contacts.id} AS "id" ${withEmail(tenant)} ORDER BY ${contacts.id} LIMIT 1`,
);
const selectByName = tenantQuery(
  (tenant) => sql`SELECT ${contacts.id} AS "id" ${withName(tenant)} ORDER BY ${contacts.id} LIMIT 1`,
);
/**
 * Names that may be near, each with its oldest contact. It looks for none when a contact has the email or exactly this name. A row for each of
 * thousands would cost more than the comparison, so they come as lines, in a few texts by the last digits of the id: one text could exceed D1's 2 MB.
 */
const selectAlike = tenantQuery(
  (tenant) =>
    sql`SELECT group_concat(${nameSegments.oldestId} || ${nameSegments.name}, char(10)) AS "lines" ${nearNames(tenant, sql`EXISTS (SELECT 1 ${withEmail(tenant)}) OR EXISTS (SELECT 1 ${withName(tenant)})`)} GROUP BY substr(${nameSegments.oldestId}, -2)`,
);

/** A line is an id and a compared name, which has no line breaks. */
const candidatesIn = ({ lines }: Row): Candidate[] =>
  (lines as string).split('\n').map((line) => ({ id: line.slice(0, 36), name: line.slice(36) }));

/** How an upsert departs from the vendor's. */
export interface UpsertOptions {
  /** Match by address only. A new contact then needs an address, or the same upsert again would create another one. */
  emailOnly?: boolean;
  /** Explain the decision. */
  explains?: boolean;
  /** Only say what would happen, and explain it. */
  dryRun?: boolean;
}

/** What was decided. */
interface Match {
  /** The contact that the rule means; null when it means none. */
  id: string | null;
  /** What `requireDecision` binds. */
  decision: Record<string, Value>;
  explanation: Explanation | undefined;
}

/** 1 round trip. Finds the contact that the changes mean. Throws `account.not_found`. */
export async function findMatch(
  book: Book,
  accountId: string,
  changes: ContactChanges,
  { emailOnly = false, explains = false, dryRun = false }: UpsertOptions,
): Promise<Match> {
  const name = changes.fullName === undefined ? null : comparedName(changes.fullName);
  const values = {
    accountId,
    emailKey: changes.email == null ? null : addressKey(changes.email),
    name,
    ...nearValues(name),
  };
  const named = emailOnly ? { ...values, name: null, ...nearValues(null) } : values;
  const [account, byEmail, byName, alike, neighbours] = await read(book, [
    selectAccount(book, values),
    selectByEmail(book, values),
    selectByName(book, named),
    selectAlike(book, named),
    ...(explains || dryRun ? [selectNeighbours(book, values)] : []),
  ]);
  if (!account.results[0]) throw new Failure('account.not_found');
  const owner = byEmail.results[0]?.id as string | undefined;
  const namesake = byName.results[0]?.id as string | undefined;
  const candidates = alike.results.flatMap(candidatesIn);
  const near = owner || namesake || named.name === null ? null : closest(named.name, candidates);
  const id = owner ?? namesake ?? near?.id ?? null;
  return {
    id,
    decision: {
      ...named,
      seen: account.results[0].seen ?? 0,
      meant: id,
      meantByEmail: owner ? values.emailKey : null,
      meantByName: owner ? null : (near?.name ?? named.name),
    },
    explanation:
      neighbours &&
      (await import('../core/explanation.ts')).explain(name, neighbours.results.map(toNeighbour), id),
  };
}
