/** What a write says of itself, and what it asks of the row that it meets. */
import { Failure } from '../core/failure.ts';
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
const holds = ({ id, version }: { id: string; version: number }, ifMatch: readonly string[]) =>
  ifMatch.includes('*') || ifMatch.includes(`${id}.${version}`);

/** Throws `precondition.failed` when the row was left as it is because of what the write asked of it; never of the row that it made. */
export function requireMet(
  row: { id: string; version: number },
  { changed, seed }: { changed: boolean; seed: Precondition & { id?: Value } },
): void {
  if (row.id === seed.id) return;
  if (seed.ifNoneMatch || (seed.ifMatch && !changed && !holds(row, seed.ifMatch)))
    throw new Failure('precondition.failed');
}
