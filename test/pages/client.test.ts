/** @diglot/client in a browser: bundled as an application would, against the service that serves the page. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO_KEY } from '../../src/core/key.ts';
import { newVisitor, type Visitor } from './browser.ts';

let visitor: Visitor;
beforeAll(async () => {
  visitor = await newVisitor();
});
afterAll(() => visitor?.stop());

/** Runs in the page. */
const work = async ([baseUrl, key]: [string, string]) => {
  const { createDiglot, DiglotProblem } = (
    globalThis as unknown as { client: typeof import('../../packages/client/src/index.ts') }
  ).client;
  const { ingest } = createDiglot({ baseUrl, key });
  const params = { path: { reference: 'FROM-A-BROWSER' } };
  const { data } = await ingest.PUT('/contacts/{reference}', { params, body: { name: 'Ada Lovelace' } });
  const listed: string[] = [];
  for await (const { reference } of ingest.each('/contacts', { params: { query: { first: 2 } } }))
    listed.push(reference);
  const missing = { path: { reference: 'NOBODY' } };
  const problem = await ingest.GET('/contacts/{reference}', { params: missing }).catch((error) => error);
  return { name: data.name, listed, code: problem instanceof DiglotProblem && problem.code };
};

it('calls, pages, retries and tells problems', async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../../packages/client/src/index.ts')],
    bundle: true,
    format: 'iife',
    globalName: 'client',
    platform: 'browser',
    write: false,
  });
  const { page, close } = await visitor.open('/', 1440, 'light');
  const keys: (string | undefined)[] = [];
  await page.route('**/contacts/FROM-A-BROWSER', (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    return keys.length === 1 ? route.abort('connectionreset') : route.continue();
  });
  await page.evaluate(outputFiles[0]!.text.replace('var client =', 'globalThis.client ='));
  const done = await page.evaluate(work, [visitor.url, DEMO_KEY] as [string, string]);
  expect(done).toEqual({ name: 'Ada Lovelace', listed: expect.any(Array), code: 'contact.not_found' });
  expect(new Set(done.listed).size).toBe(done.listed.length);
  expect(done.listed.length).toBeGreaterThan(2);
  expect(done.listed).toContain('FROM-A-BROWSER');
  expect([keys.length, keys[1]]).toEqual([2, keys[0]]);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  await close();
});
