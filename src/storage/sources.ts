/** The link from an account to its record in another system. Every verb is one D1 round trip. */
import { sql } from 'drizzle-orm';
import type { Source } from '../core/account.ts';
import { Failure } from '../core/failure.ts';
import { identifierFault } from '../core/text.ts';
import { type AccountRecord, accountIn, byId, select } from './account-record.ts';
import { type Book, p, tenantQuery } from './database.ts';
import { type Precondition, requireMet, tags } from './precondition.ts';
import { authorship, ifMatches, revised } from './record.ts';
import { accounts } from './schema.ts';
import { write } from './writing.ts';

/** A source as sent. Without `lastUpdate` the present time is stored. */
export type SourceLink = Source & { lastUpdate?: string | undefined };

/** What a link binds. `sourceNumber` is null for a sourceId that could not stand in a path: it is no number for the ingest dialect. */
export const sourceValues = (source: SourceLink | null, now: string) => ({
  connectionId: source?.connectionId ?? null,
  sourceId: source?.sourceId ?? null,
  sourceNumber: source && identifierFault(source.sourceId) === null ? source.sourceId : null,
  sourceUpdatedAt: source ? (source.lastUpdate ?? now) : null,
});

const link = tenantQuery((tenant) => {
  const { version, sourceId, sourceConnectionId, sourceUpdatedAt, number, id } = accounts;
  const free = sql`${number} = ${id} AND NOT EXISTS (SELECT 1 FROM ${accounts} AS other WHERE other.tenant_id = ${tenant} AND other.number = ${p('sourceNumber')})`;
  const next = sql`iif(${free}, coalesce(${p('sourceNumber')}, ${number}), ${number})`;
  return sql`UPDATE ${accounts} SET source_connection_id = ${p('connectionId')}, source_id = ${p('sourceId')}, source_updated_at = ${p('sourceUpdatedAt')},
  number = ${next}, ${revised({ version })}
WHERE ${byId(tenant)} AND ${ifMatches(accounts)} AND (${sourceId} IS NULL OR (${sourceConnectionId}, ${sourceId}) = (${p('connectionId')}, ${p('sourceId')}))
  AND (${sourceUpdatedAt}, ${number}) IS NOT (${p('sourceUpdatedAt')}, ${next})`;
});

/**
 * 1 round trip. Links the account to its record in another system. The same source again only refreshes `lastUpdate`. An account that had no number of its
 * own takes the sourceId as its number, if that is free. Throws `account.not_found`, `source.conflict`, `precondition.failed`.
 */
export async function linkSource(
  book: Book,
  id: string,
  source: SourceLink,
  { ifMatch }: Precondition = {},
): Promise<AccountRecord> {
  const authored = authorship(book);
  const values = { id, ...authored, ...sourceValues(source, authored.now), ifMatch: tags(ifMatch) };
  const outcome = await write(book, {
    change: link(book, values),
    row: select(book, { id }),
    seed: { ifMatch },
    once: Boolean(ifMatch),
  });
  const account = accountIn(outcome.row);
  requireMet(account, outcome);
  if (account.source?.connectionId !== source.connectionId || account.source.sourceId !== source.sourceId)
    throw new Failure('source.conflict');
  return account;
}

const unlink = tenantQuery(
  (
    tenant,
  ) => sql`UPDATE ${accounts} SET source_connection_id = NULL, source_id = NULL, source_updated_at = NULL, ${revised({ version: accounts.version })}
WHERE ${byId(tenant)} AND ${ifMatches(accounts)} AND ${accounts.sourceId} IS NOT NULL`,
);

/** 1 round trip. Removes the link. Throws `account.not_found`, `source.not_found` when there is none, `precondition.failed`. */
export async function unlinkSource(book: Book, id: string, { ifMatch }: Precondition = {}): Promise<void> {
  const outcome = await write(book, {
    change: unlink(book, { id, ...authorship(book), ifMatch: tags(ifMatch) }),
    row: select(book, { id }),
    seed: { ifMatch },
    once: true,
  });
  requireMet(accountIn(outcome.row), outcome);
  if (!outcome.changed) throw new Failure('source.not_found');
}

/** Ends the batch when the account has another source than this one. */
const refuseLinked = tenantQuery(
  (tenant) => sql`INSERT INTO refusals (code) SELECT 'source.conflict' FROM ${accounts}
WHERE ${byId(tenant)} AND (${accounts.sourceConnectionId}, ${accounts.sourceId}) <> (${p('connectionId')}, ${p('sourceId')})`,
);

/**
 * The statements that link the account (or unlink it, for null) within a larger batch. They end the batch with `source.conflict` when the account has
 * another source.
 */
export function sourceStatements(book: Book, id: string, source: SourceLink | null): D1PreparedStatement[] {
  const authored = authorship(book);
  const values = { id, ...authored, ...sourceValues(source, authored.now), ifMatch: null };
  return source ? [refuseLinked(book, values), link(book, values)] : [unlink(book, values)];
}
