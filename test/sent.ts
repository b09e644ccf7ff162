/** What the tests of a file have sent: keys, and every text of every body, query and path that could be somebody's own. */

export const sentTexts = new Set<string>();

/** Words of the API itself, which stand in routes and ids that the log may name. */
const PUBLIC = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[a-z_:/{}-]{1,24})$/i;
const SHORTEST = 6;

/** Remembers the texts in a body, or any value. */
export function noteSent(value: unknown): void {
  if (typeof value === 'string') {
    if (value.length >= SHORTEST && !PUBLIC.test(value)) sentTexts.add(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      noteSent(key);
      noteSent(part);
    }
  }
}

/** Remembers what stands in a path and its query. */
export function notePath(path: string): void {
  for (const part of path.split(/[/?&=]/)) {
    noteSent(part);
    try {
      noteSent(decodeURIComponent(part));
    } catch {
      // not percent-encoded UTF-8: then only as it stands
    }
  }
}
