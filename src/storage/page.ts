/** A page of a list. */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { p, type Row } from './database.ts';

/** Up to as many items as were asked for. `more` tells whether others follow. */
export interface Page<Item> {
  items: Item[];
  more: boolean;
}

/** The page in the rows of a query whose limit was one more than `first`. */
export const pageOf = <Item>(rows: Row[], first: number, toItem: (row: Row) => Item): Page<Item> => ({
  items: rows.slice(0, first).map(toItem),
  more: rows.length > first,
});

/** From how many bytes on a record is large. A page of 100 others is then at most some ten megabytes, and an isolate has 128. */
const LARGE = 32_768;

/** Reads `value`, but NULL where these columns of it are large and the query may find more than two rows. */
export const unlessLarge = (value: SQLWrapper, ...columns: SQLWrapper[]): SQL => {
  const bytes = columns.map((column) => sql`coalesce(octet_length(${column}), 0)`);
  return sql`iif(${sql.join(bytes, sql` + `)} >= ${sql.raw(String(LARGE))} AND ${p('limit')} > 2, NULL, ${value})`;
};

/**
 * Like `pageOf`, for records that may be large: the page ends before the first large one, which is a page of its own. `ask` runs the query with a
 * limit, and `field` is what the query reads by `unlessLarge`. Asks twice when the page begins with a large record.
 */
export async function pageOfLarge<Item>(
  first: number,
  field: string,
  toItem: (row: Row) => Item,
  ask: (limit: number) => Promise<Row[]>,
): Promise<Page<Item>> {
  const rows = await ask(first + 1);
  const large = rows.findIndex((row) => row[field] === null);
  if (large === 0) return pageOf(await ask(2), 1, toItem);
  return pageOf(rows, large > 0 ? large : first, toItem);
}
