/** A page of a list. */

/** Up to as many items as were asked for. `more` tells whether others follow. */
export interface Page<Item> {
  items: Item[];
  more: boolean;
}

/** The page in the rows of a query whose limit was one more than `first`. */
export const pageOf = <Row, Item>(rows: Row[], first: number, toItem: (row: Row) => Item): Page<Item> => ({
  items: rows.slice(0, first).map(toItem),
  more: rows.length > first,
});
