/** What happened to a contact, as the triggers of migrations/0005 and 0016 have written it down. */
import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import { Failure } from '../core/failure.ts';
import type { Change, HistoryEntry } from '../core/history.ts';
import { bySelector, type ContactSelector } from './contact-record.ts';
import { type Book, columnsOf, p, type Row, read, tenantQuery } from './database.ts';
import { type Page, pageOfLarge, unlessLarge } from './page.ts';
import { accounts, contacts, history } from './schema.ts';

/** The present number of the account that a change names by id, before (0) or after (1); null when that account is gone. */
export const numberOf = (tenant: Placeholder | SQL, place: 0 | 1) =>
  sql`(SELECT ${accounts.number} FROM ${accounts} WHERE ${accounts.tenantId} = ${tenant} AND ${accounts.id} = ${history.changes} ->> ${sql.raw(`'$.account_id[${place}]'`)})`;

const selection = (tenant: Placeholder) => ({
  sequence: history.sequence,
  action: history.action,
  changes: history.changes,
  keyId: history.keyId,
  requestId: history.requestId,
  at: history.at,
  oldNumber: numberOf(tenant, 0),
  newNumber: numberOf(tenant, 1),
});

const queriesOf = bySelector((where) => ({
  subject: tenantQuery(
    (tenant) => sql`SELECT ${contacts.id} AS "id" FROM ${contacts} WHERE ${where(tenant)}`,
  ),
  entries: tenantQuery(
    (
      tenant,
    ) => sql`SELECT ${columnsOf({ ...selection(tenant), changes: unlessLarge(history.changes, history.changes) })} FROM ${history}
WHERE ${history.tenantId} = ${tenant} AND ${history.subjectId} = (SELECT ${contacts.id} FROM ${contacts} WHERE ${where(tenant)})
AND ${history.sequence} < ${p('before')} ORDER BY ${history.sequence} DESC LIMIT ${p('limit')}`,
  ),
}));

/**
 * 1 round trip; 2 when the page begins with a large entry. Up to `first` entries before this one, newest first. Throws `contact.not_found`, also for
 * a contact that was removed.
 */
export async function listHistory(
  book: Book,
  which: ContactSelector,
  first: number,
  before: number,
): Promise<Page<HistoryEntry>> {
  const { subject, entries } = queriesOf(which);
  return pageOfLarge(first, 'changes', toEntry, async (limit) => {
    const [found, result] = await read(book, [
      subject(book, { ...which }),
      entries(book, { ...which, before, limit }),
    ]);
    if (!found.results[0]) throw new Failure('contact.not_found');
    return result.results;
  });
}

const camelCase = (column: string) =>
  column.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Reads a row of the history. Columns get core's names. An account is shown by its number, or by its id when it is gone. */
export function toEntry(row: Row): HistoryEntry {
  const stored = JSON.parse(row.changes as string) as Record<string, [unknown, unknown]>;
  const changes = Object.entries(stored).map(([column, [from, to]]): Change => {
    if (column === 'account_id')
      return { field: 'accountNumber', old: row.oldNumber ?? from, new: row.newNumber ?? to };
    if (column === 'is_primary') return { field: 'isPrimary', old: flag(from), new: flag(to) };
    return { field: camelCase(column), old: from, new: to };
  });
  return {
    sequence: row.sequence as number,
    action: row.action as HistoryEntry['action'],
    at: row.at as string,
    keyId: row.keyId as string | null,
    requestId: row.requestId as string | null,
    changes,
  };
}

const flag = (value: unknown) => (value === null ? null : value === 1);
