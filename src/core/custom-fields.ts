/** A custom field's value; `null` in a write removes the key, and never appears in what is stored. */
type CustomFieldValue = string | number | boolean | null;

/** Keys are the caller's own, `__proto__` included. So only JSON.parse and Object.fromEntries make these objects: an assignment would lose that key. */
export type CustomFields = Record<string, CustomFieldValue>;

/** How many keys a contact or account may carry [ours]. The tables hold the same number in a trigger. */
export const MOST_CUSTOM_FIELDS = 100;
