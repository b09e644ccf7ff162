/**
 * Opaque cursors of lists: a position, and a digest of it together with the tenant and the list. The digest keeps nothing secret: the position is an
 * id that the caller has just been shown, and the tenant comes from the key. It makes an altered cursor, a cursor of another tenant or list, and one
 * of an older form equally invalid, without a secret to configure or rotate.
 */
import type { Book } from '../storage/database.ts';
import type { Page } from '../storage/page.ts';
import { invalid } from './problem.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const FORM = '1';

/** How many octets of the digest a cursor has. */
const DIGEST = 9;

async function digest(list: string, position: string): Promise<Uint8Array> {
  const hash = await crypto.subtle.digest('SHA-256', encoder.encode(`${FORM}\n${list}\n${position}`));
  return new Uint8Array(hash, 0, DIGEST);
}

/**
 * The cursor after a position in a list; `list` is what `listOf` gives. The text is encoded in one piece: over a whole page JSON.stringify is
 * twice as slow for a string that is a part of another, or put together from parts.
 */
async function toCursor(list: string, position: string): Promise<string> {
  const text = encoder.encode(position);
  const cursor = new Uint8Array(DIGEST + text.length);
  cursor.set(await digest(list, position));
  cursor.set(text, DIGEST);
  return cursor.toBase64({ alphabet: 'base64url', omitPadding: true });
}

/** Names a list of the tenant for its cursors: which one, and what it is limited to. */
export const listOf = ({ tenantId }: Book, ...what: unknown[]): string => JSON.stringify([tenantId, ...what]);

/** A cursor as it was sent, if one was, under the name of its parameter: `{ after }`. */
export type SentCursor = Readonly<Record<string, string | undefined>>;

/** The position in the cursor; null where none was sent. Throws 422 `cursor.invalid`, in the same words whatever is wrong with it. */
export async function fromCursor(list: string, sent: SentCursor): Promise<string | null> {
  const [name, cursor] = Object.entries(sent)[0]!;
  if (cursor === undefined) return null;
  if (cursor.length <= 200) {
    const position = unchecked(cursor);
    if ((await toCursor(list, position)) === cursor) return position;
  }
  throw invalid(name, 'cursor.invalid', 'This is not a cursor of this list. Start again without one.');
}

/** The position in a cursor, not verified; '' for a text that is not base64. */
function unchecked(cursor: string): string {
  try {
    return decoder.decode(Uint8Array.fromBase64(cursor, { alphabet: 'base64url' }).subarray(DIGEST));
  } catch {
    return '';
  }
}

/** The position after which a page starts; the first page starts after ''. Throws 422 `cursor.invalid`. */
export const positionIn = async (list: string, sent: SentCursor): Promise<string> =>
  (await fromCursor(list, sent)) ?? '';

/** The cursor of the page that follows this one; null on the last page, and on an empty one. */
export async function cursorAfter<Item>(
  list: string,
  { items, more }: Page<Item>,
  positionOf: (item: Item) => string,
): Promise<string | null> {
  const last = items.at(-1);
  return more && last ? toCursor(list, positionOf(last)) : null;
}
