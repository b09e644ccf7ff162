/** Conditional requests (RFC 9110, section 13) on ETags of the form "id.version.digest". */
import type { Precondition } from '../storage/precondition.ts';
import { Problem } from './problem.ts';

/**
 * The strong ETag of an answer: the row, its version, and a digest of the text. The digest is there because an answer also shows what belongs to
 * other rows (an address's delivery status, an account's number). Writers compare the first two, readers all three.
 */
export const etagOf = ({ id, version }: { id: string; version: number }, text: string) =>
  `"${id}.${version}.${fnv1a(text)}"`;

/** FNV-1a: enough to tell two texts of one version apart. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}

/**
 * A list of entity tags. Empty elements are none (RFC 9110, section 5.6.1.2). The platform reads octets beyond ASCII as UTF-8, so that a tag may have
 * any character there.
 */
const LIST =
  /^[\s,]*(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"(?:\s*,[\s,]*(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*")*[\s,]*$/;

function tagsIn(header: string): string[] {
  if (header === '*') return ['*'];
  if (!LIST.test(header)) throw new Problem('header.malformed');
  return header.match(/(?:W\/)?"[^"]*"/g) as string[];
}

/** The row and its version in a strong tag. */
const ROW = /^"([^.]*\.[^."]*)/;

/**
 * What the headers require of the row: `id.version` of each strong tag of If-Match, or `*`. If-None-Match takes only `*`; an operation that cannot
 * create anything then accepts no row. Throws 400 `header.malformed`.
 */
export function preconditionOf(headers: Headers, mayCreate: boolean): Precondition {
  const match = headers.get('If-Match');
  const noneMatch = headers.get('If-None-Match');
  if (noneMatch !== null && noneMatch !== '*') throw new Problem('header.malformed');
  // a weak tag stays whole and so matches no row, as does a star in quotes
  const tags = match === null ? null : tagsIn(match).map((tag) => ROW.exec(tag)?.[1] ?? tag);
  return {
    ifMatch: noneMatch === null || mayCreate ? tags : [],
    ifNoneMatch: noneMatch !== null,
  };
}

/** True when the reader has this answer already: 304. Throws 400 `header.malformed`. */
export function isKnown(headers: Headers, etag: string): boolean {
  const header = headers.get('If-None-Match');
  // readers compare weakly (RFC 9110, section 13.1.2): a weak tag ends as the strong one does
  return header !== null && tagsIn(header).some((tag) => tag === '*' || tag.endsWith(etag));
}
