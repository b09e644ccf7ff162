/** Conditions of a write, as storage knows them. platform/conditional.ts reads them from headers. */
import { Failure } from '../core/failure.ts';
import type { Value } from './database.ts';

/** What a write requires of the stored row: that it has one of these ETags (id.version, or `*`), or that there is no such row. */
export interface Precondition {
  ifMatch?: readonly string[] | null;
  ifNoneMatch?: boolean;
}

/** The tags as statements bind them: a JSON array, or null. */
export const tags = (ifMatch: Precondition['ifMatch']): Value => (ifMatch ? JSON.stringify(ifMatch) : null);

/** True when the row as it is now carries one of the tags. */
const holds = ({ id, version }: { id: string; version: number }, ifMatch: readonly string[]) =>
  ifMatch.includes('*') || ifMatch.includes(`${id}.${version}`);

/** Throws `precondition.failed` when the write left the row as it was because of its precondition. A row that the write itself made always passes. */
export function requireMet(
  row: { id: string; version: number },
  { changed, seed }: { changed: boolean; seed: Precondition & { id?: Value } },
): void {
  if (row.id === seed.id) return;
  if (seed.ifNoneMatch || (seed.ifMatch && !changed && !holds(row, seed.ifMatch)))
    throw new Failure('precondition.failed');
}
