import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newVisitor, type Scheme, type Visitor } from './browser.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let visitor: Visitor;
beforeAll(async () => {
  visitor = await newVisitor();
});
afterAll(() => visitor?.stop());

interface Violation {
  id: string;
  impact: string;
  nodes: { target: string[] }[];
}

/** Waits until nothing moves any more, except animations that never end: a text that is fading in has too little contrast. */
const STILL = `Promise.allSettled(document.getAnimations()
  .filter(({ effect }) => effect.getComputedTiming().endTime < Infinity).map(({ finished }) => finished))`;

/** What axe finds serious or critical. Its code is evaluated, not injected, because the pages' policy allows no foreign script. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  await page.evaluate(STILL);
  const found = await page.evaluate<{ violations: Violation[] }>('axe.run()');
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 3)}`);
}

const overflow = (page: Page) =>
  page.evaluate<number>('document.scrollingElement.scrollWidth - window.innerWidth');

const written = readdirSync(new URL('../../docs', import.meta.url)).filter((file) => file.endsWith('.md'));
const pages = ['/', '/docs', ...written.map((file) => `/docs/${file.slice(0, -3)}`)];
const widths = [360, 1440];
const schemes: Scheme[] = ['light', 'dark'];

const views = widths.flatMap((width) => schemes.map((scheme) => [width, scheme] as const));

/** Waits until the API reference has drawn what it fetched. */
const drawn = (page: Page) =>
  page.getByRole('heading', { name: 'Ingest contacts', level: 2 }).first().waitFor();

/** Scrolls to the end, which moves away while the API reference draws what comes into view. */
async function readToTheEnd(page: Page): Promise<void> {
  const further = () => page.evaluate<number>('scrollBy(0, innerHeight), scrollY');
  for (let from = -1, to = 0; to !== from; from = to, to = await further()) await page.waitForTimeout(100);
  await page.getByRole('button', { name: 'Show More' }).last().waitFor();
}

describe.each(pages)('%s', (path) => {
  it.each(views)('reads well at %i px, %s', async (width, scheme) => {
    const { page, trouble, close } = await visitor.open(path, width, scheme);
    if (path === '/docs') await drawn(page);
    await visitor.screenshot(page, `${path.slice(1).replaceAll('/', '-') || 'landing'}-${width}-${scheme}`);
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    expect(trouble).toEqual([]);
    await close();
  });
});

it('/ says that the service is healthy', async () => {
  const { page, trouble, close } = await visitor.open('/', 1440, 'light');
  await page.getByText(/^ok, with the tables of \d{4}_/).waitFor();
  expect(trouble).toEqual([]);
  await close();
});

describe('without JavaScript', () => {
  it.each(widths)('/docs says what to read in its place, at %i px', async (width) => {
    const { page, trouble, close } = await visitor.open('/docs', width, 'dark', false);
    const place = await page.getByRole('link', { name: 'llms-full.txt' }).getAttribute('href');
    await visitor.screenshot(page, `docs-no-javascript-${width}`);
    expect((await page.request.get(visitor.url + place)).status()).toBe(200);
    expect(await overflow(page)).toBe(0);
    expect(trouble).toEqual([]);
    await close();
  });

  it('/ does not say for ever that it checks something', async () => {
    const { page, close } = await visitor.open('/', 1440, 'light', false);
    expect(await page.getByText('checking').count()).toBe(0);
    expect(await page.getByRole('link', { name: '/health' }).count()).toBe(1);
    await close();
  });
});

it('/docs/errors leads to the paragraph of a code', async () => {
  const { page, close } = await visitor.open('/docs/errors#contact.not_found', 1440, 'light');
  const top = await page
    .locator('[id="contact.not_found"]')
    .evaluate((anchor) => anchor.getBoundingClientRect().top);
  expect(top).toBeGreaterThanOrEqual(0);
  expect(top).toBeLessThan(200);
  await close();
});

it('/docs/operating has its numbers under one another', async () => {
  const { page, close } = await visitor.open('/docs/operating', 1440, 'light');
  const alignments = await page.evaluate<string[]>(
    `Array.from([...document.querySelectorAll('tr')].find(({ textContent }) => textContent.includes('list of 50')).cells,
      (cell) => getComputedStyle(cell).textAlign)`,
  );
  expect(alignments).toEqual(['left', ...Array(7).fill('right')]);
  await close();
});

it('/docs/operating has its codes in one piece', async () => {
  const { page, close } = await visitor.open('/docs/operating', 1440, 'light');
  const broken = await page.evaluate<string[]>(
    `Array.from(document.querySelectorAll('td code'))
      .filter((code) => !/[\\s-]/.test(code.textContent) && code.getClientRects().length > 1)
      .map(({ textContent }) => textContent)`,
  );
  expect(broken).toEqual([]);
  await close();
});

describe('/docs', () => {
  it.each(views)('reads well to its end at %i px, %s', async (width, scheme) => {
    const { page, trouble, close } = await visitor.open('/docs', width, scheme);
    await drawn(page);
    await readToTheEnd(page);
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    expect(trouble).toEqual([]);
    await close();
  });

  it.each(views)('lets everybody try a call at %i px, %s', async (width, scheme) => {
    const { page, trouble, close } = await visitor.open('/docs', width, scheme);
    await drawn(page);
    await readToTheEnd(page);
    const call = 'put /api/v1/ingest/contacts/{reference}'; // with parameters, headers and a body; repeating it succeeds as well
    await page.getByRole('button', { name: `Test Request (${call})` }).click();
    await page.getByRole('textbox', { name: 'Request Body' }).waitFor();
    await visitor.screenshot(page, `docs-dialog-${width}-${scheme}`);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: /^Send/ }).first().click();
    await page.getByRole('textbox', { name: 'Body', exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(trouble).toEqual([]);
    await close();
  });

  it.each([
    [
      'Ingest dialect',
      'Lists contacts, oldest first',
      'get /api/v1/ingest/contacts',
      'priya.raman@supply.example.com',
    ],
    ['Agent dialect', 'List accounts', 'get /api/public/v1/accounts', 'Example Industrial Supply'],
  ])('tries a call of the %s', async (dialect, operation, call, expected) => {
    const { page, trouble, close } = await visitor.open('/docs', 1440, 'light');
    await drawn(page);
    await page.getByRole('button', { name: 'Ingest dialect' }).click();
    await page
      .getByRole('menuitem', { name: dialect })
      .or(page.getByRole('option', { name: dialect }))
      .click();
    await page.getByRole('button', { name: dialect }).waitFor(); // until then, a link of this name would be the first dialect's
    await page.getByRole('link', { name: operation }).click();
    await page.getByRole('button', { name: `Test Request (${call})` }).click();
    const [answer] = await Promise.all([
      page.waitForResponse(
        (response) => response.url().includes('/api/') && !response.url().endsWith('.json'),
      ),
      page.getByRole('button', { name: /^Send/ }).first().click(),
    ]);
    expect(answer.status()).toBe(200);
    await page.getByText('200 OK').first().waitFor();
    await page.getByText(expected).first().waitFor();
    await visitor.screenshot(page, `docs-try-${dialect.split(' ')[0]!.toLowerCase()}`);
    expect(trouble).toEqual([]);
    await close();
  });
});
