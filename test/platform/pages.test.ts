/** The pages and documents, as the Worker serves them. */
import { describe, expect, it } from 'vitest';
import { problems } from '../../src/platform/problems.ts';
import { send } from '../client.ts';

const { text: contents } = await send('GET', '/llms.txt');
const written = [...contents.matchAll(/\]\((\/docs\/[\w-]+)\)/g)].map(([, path]) => path!);
const html = ['/', '/docs', ...written];
const texts = ['/llms.txt', '/llms-full.txt', '/openapi.json', '/favicon.svg', '/docs/scalar.js'];

describe.each([...html, ...texts])('%s', (path) => {
  it('is served under a policy that lets nothing in from elsewhere', async () => {
    const { status, headers } = await send('GET', path);
    expect(status).toBe(200);
    const styled = path === '/docs' || path.endsWith('.svg');
    expect(headers.get('Content-Security-Policy')?.split('; ').sort()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "font-src 'self'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self' data:",
      "script-src 'self'",
      styled ? "style-src 'self' 'unsafe-inline'" : "style-src 'self'",
    ]);
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(headers.get('X-Request-Id')).toBeTruthy();
  });

  it('answers HEAD and OPTIONS, and refuses what would change it', async () => {
    expect((await send('HEAD', path)).status).toBe(200);
    const asked = await send('OPTIONS', path);
    expect([asked.status, asked.headers.get('Allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
    const { status, headers, body } = await send('POST', path);
    expect([status, body.code, headers.get('Allow')]).toEqual([
      405,
      'method.not_allowed',
      'GET, HEAD, OPTIONS',
    ]);
  });
});

it.each(html)('%s asks for nothing from elsewhere', async (path) => {
  const { text } = await send('GET', path);
  const loaded = [...text.matchAll(/<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="([^"]+)"/g)].map(
    ([, url]) => url!,
  );
  expect(loaded.length).toBeGreaterThan(0);
  for (const url of loaded) expect(url).toMatch(/^\/(?!\/)/);
  expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=/);
});

it('/docs/errors has the paragraph that the type of each problem names', async () => {
  const { body } = await send('GET', '/nowhere');
  expect(body.type).toBe('/docs/errors#route.not_found');
  const { text } = await send('GET', body.type.split('#')[0]);
  for (const code of Object.keys(problems)) expect(text, code).toContain(`id="${code}"`);
});

it('links between pages lead somewhere', async () => {
  const links = new Set<string>();
  for (const path of html) {
    const { text } = await send('GET', path);
    for (const [, link] of text.matchAll(/href="(\/[^"#]*)/g)) links.add(link!);
  }
  expect(links.size).toBeGreaterThan(10);
  for (const link of links) expect((await send('GET', link)).status, link).toBe(200);
});

it('llms.txt names every page, and llms-full.txt has every call', async () => {
  const { text } = await send('GET', '/llms.txt');
  expect(text).toMatch(/^# diglot\n\n> /);
  for (const line of text.split('\n').filter((line) => line.includes('): '))) expect(line).toMatch(/\.$/);
  expect(written).toEqual(expect.arrayContaining(['/docs/quick-start', '/docs/contract', '/docs/errors']));
  const { text: full } = await send('GET', '/llms-full.txt');
  const { body } = await send('GET', '/openapi.json');
  for (const [path, item] of Object.entries<object>(body.paths))
    for (const method of Object.keys(item)) expect(full).toContain(`\`${method.toUpperCase()} ${path}\``);
  const calls = full.split('## Calls\n\n')[1]!.split('\n\n')[0]!.split('\n');
  expect(calls, 'each call is one line').toHaveLength(
    Object.values<object>(body.paths).flatMap((item) => Object.keys(item)).length,
  );
});

it('what is no page is 404, as everywhere', async () => {
  for (const path of ['/docs/nowhere', '/docs/..%2f', '/docs/errors.md', '/index.php']) {
    const { status, body } = await send('GET', path);
    expect([status, body?.code], path).toEqual([404, 'route.not_found']);
  }
});
