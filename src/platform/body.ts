/** Reading a request's body: its type, its size and its text, before any schema sees it. */
import { parseJson } from './json.ts';
import { Problem } from './problem.ts';

/** The size of the longest body [ours]. */
const MOST_BYTES = 256 * 1024;

/** A media type of JSON, with or without parameters. */
const TYPE = /^application\/(merge-patch\+)?json\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/** JSON has no parameters (RFC 8259). Those that clients send are ignored, except a charset other than UTF-8. */
function isJson(type: string, method: string): boolean {
  const [found, patch] = TYPE.exec(type) ?? [];
  return (
    found !== undefined &&
    (!patch || method === 'PATCH') &&
    /^utf-?8$/i.test(CHARSET.exec(type)?.[1] ?? 'utf-8')
  );
}

/** Reads the body: its bytes, and its JSON value. Throws 415, 413 before anything is parsed, 400, or 422 when it is nested too deep. */
export async function readBody(request: Request): Promise<{ bytes: Uint8Array; value: unknown }> {
  const type = request.headers.get('Content-Type') ?? '';
  const encoding = request.headers.get('Content-Encoding') ?? 'identity';
  if (!isJson(type, request.method) || encoding.toLowerCase() !== 'identity')
    throw new Problem('media_type.unsupported');
  const bytes = await readBytes(request);
  return { bytes, value: parseJson(bytes) };
}

/** The bytes of the body. Throws 413 as soon as there are more than `most`, and 400 when it breaks off. */
export const readBytes = (request: Request, most = MOST_BYTES): Promise<Uint8Array> =>
  bytesOf(request, most).catch((error) => {
    throw error instanceof Problem ? error : new Problem('body.malformed_json');
  });

async function bytesOf(request: Request, most: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get('Content-Length') ?? Number.NaN);
  if (announced <= most) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > most) throw new Problem('body.too_large');
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
