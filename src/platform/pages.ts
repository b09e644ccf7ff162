/** What people and tools read instead of call: the pages and documents that scripts/pages.ts has built into static assets. */
import type { Context } from 'hono';
import type { Env } from './env.ts';
import { Problem } from './problem.ts';

/** Where they stand; a face's own document is beside its operations (`mount`). */
export const pagePaths = [
  '/',
  '/docs',
  '/docs/*',
  '/openapi.json',
  '/llms.txt',
  '/llms-full.txt',
  '/favicon.svg',
];

/** Nothing but what this Worker serves, no plug-ins, no frames. Styles stand inline because Scalar writes them at run time. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Answers a GET with a static asset; no round trip. Throws `route.not_found`. */
export async function page(c: Context<Env>): Promise<Response> {
  const asset = await c.env.ASSETS.fetch(c.req.raw);
  if (asset.status === 404) throw new Problem('route.not_found');
  const answer = new Response(asset.body, asset);
  answer.headers.set('Content-Security-Policy', POLICY);
  answer.headers.set('Referrer-Policy', 'no-referrer');
  return answer;
}
