/** The pages and documents, which scripts/pages.ts has built into static assets. */
import type { Context } from 'hono';
import { JSON_TYPE } from './answer.ts';
import type { Env } from './env.ts';
import { Problem } from './problem.ts';

/** Their paths. A face's own document is beside its operations (`mount`). */
export const pagePaths = [
  '/',
  '/docs',
  '/docs/*',
  '/openapi.json',
  '/llms.txt',
  '/llms-full.txt',
  '/favicon.svg',
];

/** Allows nothing but what this Worker serves: no foreign script, no plug-ins, no frames. */
const policy = (styles: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${styles}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const POLICY = policy("'self'");
/** Scalar writes styles at run time, and the SVG pictures have styles of their own. */
const POLICY_WITH_STYLES = policy("'self' 'unsafe-inline'");
const STYLED = /^\/docs$|\.svg$/;

/** Answers a GET with a static asset; no round trip. Throws `route.not_found`. */
export async function page(c: Context<Env>): Promise<Response> {
  const asset = await c.env.ASSETS.fetch(c.req.raw);
  if (asset.status === 404) throw new Problem('route.not_found');
  const answer = new Response(asset.body, asset);
  answer.headers.set('Content-Security-Policy', STYLED.test(c.req.path) ? POLICY_WITH_STYLES : POLICY);
  answer.headers.set('Referrer-Policy', 'no-referrer');
  if (c.req.path.endsWith('.json')) answer.headers.set('Content-Type', JSON_TYPE);
  return answer;
}
