/**
 * The path as it was sent, still percent-encoded. Hono decodes it by default: then `%2F` in a reference would be a slash, and `%FF` and `%25FF` the
 * same text.
 */
export function rawPath(request: Request): string {
  const { url } = request;
  const start = url.indexOf('/', url.indexOf('//') + 2);
  const end = url.slice(start).search(/[?#]/);
  return end < 0 ? url.slice(start) : url.slice(start, start + end);
}
