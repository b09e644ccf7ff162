/** What the tests of a file have sent: keys, and every text of a body, a query or a path that could be somebody's own data. */

export const sentTexts = new Set<string>();

/** Words of the API itself and ids, which the log may contain. */
const PUBLIC = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[a-z_:/{}-]{1,24})$/i;
const SHORTEST = 6;

/** Records the texts in a body, or in any value. */
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

/** Records the texts in a body that is sent as it is, where it is JSON: also in JSON within it, as SNS has it. */
export function noteRaw(raw: unknown): void {
  const text = raw instanceof Uint8Array ? new TextDecoder().decode(raw) : raw;
  if (typeof text !== 'string') return;
  try {
    const value: unknown = JSON.parse(text, (_, part) => {
      if (typeof part === 'string' && part.startsWith('{')) noteRaw(part);
      return part;
    });
    noteSent(value);
  } catch {
    // no JSON: the Worker has read nothing of it
  }
}

/** Records the texts in a path and its query. */
export function notePath(path: string): void {
  for (const part of path.split(/[/?&=]/)) {
    noteSent(part);
    try {
      noteSent(decodeURIComponent(part));
    } catch {
      // not percent-encoded UTF-8: recorded only as it is
    }
  }
}
