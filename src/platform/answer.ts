/** The answers that handlers give, and how they go out. */
import type { Contact } from '../core/contact.ts';
import { etagOf, isKnown } from './conditional.ts';

/** What makes the ETag of an answer. */
export interface Revision {
  id: string;
  version: number;
}

/** 200, with the ETag of the revision, if one is given. */
export const ok = <Body, Of extends Revision = never>(body: Body, revision?: Of) => ({
  status: 200 as const,
  body,
  revision,
});

/** 201, with the path of the new resource in Location. */
export const created = <Body, Of extends Revision = never>(location: string, body: Body, revision?: Of) => ({
  status: 201 as const,
  body,
  revision,
  location,
});

/** 204. */
export const noContent = () => ({ status: 204 as const });

/** An answer as `respond` takes it. */
export interface PlainAnswer {
  status: number;
  body?: unknown;
  revision?: Revision;
  location?: string;
  /** The contact that the body shows, where it is not the revision itself. */
  contact?: Contact;
  headers?: Record<string, string>;
}

/** The type of every answer in JSON. */
export const JSON_TYPE = 'application/json; charset=utf-8';

/** Cloudflare makes the ETag of an answer that it compresses weak, and If-Match does not match weak tags. */
const UNTOUCHED = 'no-store, no-transform';

/** The answer as it goes out, with its headers; 304 for a reader who has it already. Throws 400 `header.malformed`. */
export function respond(
  requestHeaders: Headers,
  { status, body, revision, location, headers: own }: PlainAnswer,
  writes: boolean,
): Response {
  if (body === undefined) return new Response(null, { status });
  const text = JSON.stringify(body);
  const headers: Record<string, string> = { 'Content-Type': JSON_TYPE, ...own };
  if (location) headers.Location = location;
  if (revision) {
    const tagged = { ETag: etagOf(revision, text), 'Cache-Control': UNTOUCHED };
    if (!writes && isKnown(requestHeaders, tagged.ETag))
      return new Response(null, { status: 304, headers: tagged });
    Object.assign(headers, tagged);
  }
  return new Response(text, { status, headers });
}
