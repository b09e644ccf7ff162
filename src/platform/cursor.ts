/**
 * Opaque cursors of lists: a position, and a digest over it, the tenant and the list asked for. The digest keeps no secret (the
 * position is an id that the caller has just been shown, and the tenant comes from the key): it makes an altered cursor, another
 * tenant's, another list's or an older form's all the same invalid cursor, with no secret to configure or rotate.
 */
import { invalid } from './problem.ts';

const encoder = new TextEncoder();
const FORM = '1';

async function digest(list: string, position: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', encoder.encode(`${FORM}\n${list}\n${position}`));
  return btoa(String.fromCharCode(...new Uint8Array(hash, 0, 9)));
}

const toUrl = (base64: string) => base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** The cursor after a position in a list; `list` names tenant, path and filters. */
export async function toCursor(list: string, position: string): Promise<string> {
  return toUrl(btoa(`${await digest(list, position)}${position}`));
}

/** The position in a cursor. Throws 422 `cursor.invalid`, in the same words whatever is wrong with it. */
export async function fromCursor(list: string, cursor: string): Promise<string> {
  if (cursor.length <= 200 && /^[\w-]+$/.test(cursor)) {
    const position = decoded(cursor).slice(12);
    if ((await toCursor(list, position)) === cursor) return position;
  }
  throw invalid('after', 'cursor.invalid', 'Not a cursor of this list. Start again without one.');
}

function decoded(cursor: string): string {
  try {
    return atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return '';
  }
}
