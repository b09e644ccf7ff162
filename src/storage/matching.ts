/** "Which stored contact does this one mean", as the agent vendor's Upsert Operations guide has it. core/match.ts decides; upsert.ts writes. */
import { sql } from 'drizzle-orm';
import { addressKey } from '../core/address.ts';
import type { Explanation } from '../core/explanation.ts';
import { Failure } from '../core/failure.ts';
import { type Candidate, closest } from '../core/match.ts';
import { comparedName } from '../core/name.ts';
import type { ContactChanges } from './contact-patch.ts';
import { type Book, p, read, tenantQuery, type Value } from './database.ts';
import { mayBeNear, nearNames, nearValues } from './near-names.ts';
import { selectNeighbours, toNeighbour, withEmail, withName } from './neighbours.ts';
import { accounts, contacts, history, nameSegments } from './schema.ts';

/** The account, and the last line of the history there is: what is decided now may only be overtaken by later lines. */
export const selectAccount = tenantQuery(
  (tenant) =>
    sql`SELECT (SELECT max(${history.sequence}) FROM ${history}) AS "seen" FROM ${accounts} WHERE ${accounts.tenantId} = ${tenant} AND ${accounts.id} = ${p('accountId')}`,
);
/**
 * Ends the batch when something has happened in the account since; who has left it has a line where they went. `+` keeps SQLite on the
 * rowid: the lines since are few.
 */
export const requireUnchanged = tenantQuery(
  (tenant) =>
    sql`INSERT INTO refusals (code) SELECT 'account.changed' FROM ${history} WHERE ${history.sequence} > ${p('seen')} AND +${history.tenantId} = ${tenant} AND ${p('accountId')} IN (${history.accountId}, ${history.changes} ->> '$.account_id[0]') LIMIT 1`,
);

/** null when somebody else has changed the account in between: look again. */
export function unlessChanged(error: unknown): null {
  if (error instanceof Failure && error.code === 'account.changed') return null;
  throw error;
}

/**
 * Ends the batch when what was decided may no longer hold: when the account or the contact that was meant has gone, when that contact
 * no longer has what it was meant by, or when another one that has changed since may be meant now. Whoever else comes and goes in
 * the account is in nobody's way.
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
/** Names that may be near, each with its oldest contact; none are looked for where the email or the very name is there. */
const selectAlike = tenantQuery(
  (tenant) =>
    sql`SELECT ${nameSegments.name} AS "name", ${nameSegments.oldestId} AS "id" ${nearNames(tenant, sql`EXISTS (SELECT 1 ${withEmail(tenant)}) OR EXISTS (SELECT 1 ${withName(tenant)})`)}`,
);

/** How an upsert is to go about it, where that is not the vendor's way. */
export interface UpsertOptions {
  /** Only an address decides; then a new contact needs one, or the same upsert again would make another. */
  emailOnly?: boolean;
  /** Say why. */
  explains?: boolean;
  /** Only say what would happen, and why. */
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

/** 1 round trip. Throws `account.not_found`. */
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
  if (!account!.results[0]) throw new Failure('account.not_found');
  const owner = byEmail!.results[0]?.id as string | undefined;
  const namesake = byName!.results[0]?.id as string | undefined;
  const candidates = alike!.results as unknown as Candidate[];
  const near = owner || namesake || named.name === null ? null : closest(named.name, candidates);
  const id = owner ?? namesake ?? near?.id ?? null;
  return {
    id,
    decision: {
      ...named,
      seen: account!.results[0].seen ?? 0,
      meant: id,
      meantByEmail: owner ? values.emailKey : null,
      meantByName: owner ? null : (near?.name ?? named.name),
    },
    explanation:
      neighbours &&
      (await import('../core/explanation.ts')).explain(name, neighbours.results.map(toNeighbour), id),
  };
}
