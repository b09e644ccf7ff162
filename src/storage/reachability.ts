/** Whom the tenant's mail can still reach. The counts are kept by the triggers of migrations/0009. Every verb is one D1 round trip. */
import { type SQL, sql } from 'drizzle-orm';
import type { EmailStatus } from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import {
  type ReachabilityReason,
  type ReachabilityState,
  reasonsOf,
  type Standing,
} from '../core/reachability.ts';
import { type AccountSelector, bySelector } from './account-record.ts';
import { spokenLanguage } from './contact-record.ts';
import { type Book, p, type Row, read, tenantQuery } from './database.ts';
import { reachability, reachabilityTotals } from './delivery-schema.ts';
import { type Page, pageOf } from './page.ts';
import { accounts, addresses, contacts, tenants } from './schema.ts';

/** How one account can be reached, and why. */
export interface AccountReachability {
  id: string;
  number: string;
  /** The account's name; null in a stub. */
  name: string | null;
  state: ReachabilityState;
  reasons: ReachabilityReason[];
  /** When the state last changed, or the account was made. */
  since: string;
}

/** A contact with an address, and the reasons for its place in the order to use. */
export interface Recipient {
  id: string;
  reference: string;
  fullName: string;
  email: string;
  emailStatus: EmailStatus;
  spokenLanguage: string;
  isPrimary: boolean;
  /** False for an address that mail does not or must not go to. */
  usable: boolean;
  why: string[];
}

/** How many recipients an account shows [ours]: the first of them is the one to use. */
const MOST_RECIPIENTS = 100;

const { steady, wavering, bounced, complained, silent, primariesLost, state, changedAt } = reachability;
const selection = sql`${accounts.id} AS "id", ${accounts.number} AS "number", ${accounts.name} AS "name", ${state} AS "state", ${changedAt} AS "since",
  ${steady} AS "steady", ${wavering} AS "wavering", ${bounced} AS "bounced", ${complained} AS "complained", ${silent} AS "silent", ${primariesLost} AS "primariesLost"`;
const fromAccounts = sql`FROM ${reachability} CROSS JOIN ${accounts} ON ${accounts.tenantId} = ${reachability.tenantId} AND ${accounts.id} = ${reachability.accountId}`;

function toReachability(row: Row): AccountReachability {
  const { id, number, name, since } = row as unknown as AccountReachability;
  const known = row.state as ReachabilityState;
  return { id, number, name, state: known, reasons: reasonsOf(known, row as unknown as Standing), since };
}

const queriesOf = bySelector((where) => ({
  account: tenantQuery(
    (tenant) =>
      sql`SELECT ${selection} FROM ${accounts} CROSS JOIN ${reachability} ON ${reachability.tenantId} = ${accounts.tenantId} AND ${reachability.accountId} = ${accounts.id} WHERE ${where(tenant)}`,
  ),
  recipients: tenantQuery(
    (
      tenant,
    ) => sql`SELECT ${contacts.id} AS "id", ${contacts.reference} AS "reference", ${contacts.fullName} AS "fullName", ${contacts.email} AS "email", ${contacts.isPrimary} AS "isPrimary", ${spokenLanguage} AS "spokenLanguage", coalesce(${addresses.standing}, 'steady') AS "standing"
FROM ${tenants} CROSS JOIN ${accounts} ON ${accounts.tenantId} = ${tenants.id} CROSS JOIN ${contacts} ON ${contacts.tenantId} = ${accounts.tenantId} AND ${contacts.accountId} = ${accounts.id}
LEFT JOIN ${addresses} ON ${addresses.tenantId} = ${contacts.tenantId} AND ${addresses.addressKey} = ${contacts.emailKey}
WHERE ${where(tenant)} AND ${contacts.email} IS NOT NULL
ORDER BY coalesce(${addresses.standing}, 'steady') NOT IN ('bounced', 'complained') DESC, ${contacts.isPrimary} IS TRUE DESC,
  CASE ${addresses.standing} WHEN 'wavering' THEN 1 WHEN 'bounced' THEN 2 WHEN 'complained' THEN 3 ELSE 0 END, ${contacts.updatedAt} DESC, ${contacts.id}
LIMIT ${MOST_RECIPIENTS}`,
  ),
}));

const statusOf: Record<string, EmailStatus> = { bounced: 'Bounced', complained: 'Complained' };
const whyOf: Record<string, string> = { steady: 'valid', wavering: 'soft_bounces' };

function toRecipient({ standing, isPrimary, ...row }: Row): Recipient {
  const status = statusOf[standing as string] ?? 'Valid';
  return {
    ...(row as unknown as Recipient),
    emailStatus: status,
    isPrimary: isPrimary === 1,
    usable: status === 'Valid',
    why: [...(isPrimary === 1 ? ['primary'] : []), whyOf[standing as string] ?? (standing as string)],
  };
}

/**
 * 1 round trip, which reads all contacts of the account. Returns its state, and up to 100 recipients in the order to use. Throws `account.not_found`.
 */
export async function getReachability(
  book: Book,
  which: AccountSelector,
): Promise<AccountReachability & { recipients: Recipient[] }> {
  const queries = queriesOf(which);
  const [account, recipients] = await read(book, [
    queries.account(book, { ...which }),
    queries.recipients(book, { ...which }),
  ]);
  const row = account.results[0];
  if (!row) throw new Failure('account.not_found');
  return { ...toReachability(row), recipients: recipients.results.map(toRecipient) };
}

const page = (inState: SQL) =>
  tenantQuery(
    (tenant) =>
      sql`SELECT ${selection} ${fromAccounts} WHERE ${reachability.tenantId} = ${tenant} ${inState} AND ${reachability.accountId} > ${p('after')} ORDER BY ${reachability.accountId} LIMIT ${p('limit')}`,
  );
const pageOfAll = page(sql``);
const pageInState = page(sql`AND ${state} = ${p('state')}`);
const selectTotals = tenantQuery(
  (tenant) =>
    sql`SELECT ${reachabilityTotals.state} AS "state", ${reachabilityTotals.accounts} AS "accounts" FROM ${reachabilityTotals} WHERE ${reachabilityTotals.tenantId} = ${tenant}`,
);

/** How many accounts there are in each state. */
type Totals = Record<ReachabilityState, number>;

/** 1 round trip. Up to `first` accounts after the one with this id, oldest first, and how many accounts there are in each state. */
export async function listReachability(
  book: Book,
  filter: ReachabilityState | undefined,
  first: number,
  after: string,
): Promise<Page<AccountReachability> & { totals: Totals }> {
  const select =
    filter === undefined
      ? pageOfAll(book, { after, limit: first + 1 })
      : pageInState(book, { after, limit: first + 1, state: filter });
  const [listed, counted] = await read(book, [select, selectTotals(book)]);
  const totals: Totals = { reachable: 0, at_risk: 0, dark: 0 };
  for (const row of counted.results) totals[row.state as ReachabilityState] = Number(row.accounts);
  return { ...pageOf(listed.results, first, toReachability), totals };
}
