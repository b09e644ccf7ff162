/** What a write says of itself, and what it asks of the row that it meets. */
import type { Book, Value } from './database.ts';

/** Who changes something, when, and in which request. */
export const revisionOf = (book: Book) => ({
  now: new Date().toISOString(),
  changedBy: book.keyId,
  requestId: book.requestId,
});

/** What a write asks of the row that it meets: one of these ETags (id.version, or `*`), or that there is none. */
export interface Precondition {
  ifMatch?: readonly string[] | null;
  ifNoneMatch?: boolean;
}
/** The tags as the statements take them. */
export const tags = (ifMatch: Precondition['ifMatch']): Value => (ifMatch ? JSON.stringify(ifMatch) : null);
/** True when the row as it is now carries one of the tags. */
export const holds = ({ id, version }: { id: string; version: number }, ifMatch: readonly string[]) =>
  ifMatch.includes('*') || ifMatch.includes(`${id}.${version}`);
