/** One field of a contact before and after; null means "not set". */
export interface Change {
  /** Core's name of the field. */
  field: string;
  old: unknown;
  new: unknown;
}

/** One write: who (by the id of the key), when, in which request, and what it changed. */
export interface HistoryEntry {
  sequence: number;
  action: 'created' | 'updated' | 'deleted';
  at: string;
  keyId: string | null;
  requestId: string | null;
  /** Empty where a person was erased. */
  changes: Change[];
}
