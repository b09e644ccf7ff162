/** A page of a list. */

/** As many as were asked for, or as there are; `more` tells whether any follow. */
export interface Page<Item> {
  items: Item[];
  more: boolean;
}

/** The page in the rows of a query whose limit was one more than `first`. */
export const pageOf = <Row, Item>(rows: Row[], first: number, toItem: (row: Row) => Item): Page<Item> => ({
  items: rows.slice(0, first).map(toItem),
  more: rows.length > first,
});
