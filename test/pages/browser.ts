/** The service on a free port with the demo tenant, and a browser that can reach nothing else. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { complete } from '../../scripts/complete.ts';
import { type Local, startLocal } from '../../scripts/local.ts';

const SCREENSHOTS = join(import.meta.dirname, '../../build/screenshots');

export type Scheme = 'light' | 'dark';

/** A page, with a record of everything that must not happen while it is open. */
interface Watched {
  page: Page;
  /** Errors in the console, exceptions, and requests to anywhere but the service. */
  trouble: string[];
  close(): Promise<void>;
}

export interface Visitor {
  url: string;
  open(path: string, width: number, scheme: Scheme, javaScriptEnabled?: boolean): Promise<Watched>;
  /** Saves a picture of the page as an artifact of the run. */
  screenshot(page: Page, name: string): Promise<void>;
  stop(): Promise<void>;
}

export async function newVisitor(): Promise<Visitor> {
  const executablePath = ['/usr/bin/chromium', process.env.CHROMIUM ?? ''].find((path) => existsSync(path));
  if (!executablePath) throw new Error('There is no chromium: apt-get install chromium, or set CHROMIUM.');
  const local = await startLocal({ port: 0 });
  let browser: Browser | undefined;
  try {
    await complete(local);
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  } catch (error) {
    await local.stop();
    throw error;
  }
  mkdirSync(SCREENSHOTS, { recursive: true });
  return visitor(local, browser);
}

function visitor(local: Local, browser: Browser): Visitor {
  return {
    url: local.url,
    async open(path, width, colorScheme, javaScriptEnabled = true) {
      const viewport = { width, height: 900 };
      const context = await browser.newContext({ viewport, colorScheme, javaScriptEnabled });
      const trouble: string[] = [];
      await context.route('**/*', (route) => {
        const { protocol, origin } = new URL(route.request().url());
        if (origin === local.url || protocol === 'data:' || protocol === 'blob:') return route.continue();
        trouble.push(`asked ${origin}`);
        return route.abort();
      });
      const page = await context.newPage();
      page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
      page.on('pageerror', (error) => trouble.push(error.message));
      await page.goto(`${local.url}${path}`, { waitUntil: 'networkidle' });
      return { page, trouble, close: () => context.close() };
    },
    async screenshot(page, name) {
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
    },
    async stop() {
      await browser.close();
      await local.stop();
    },
  };
}
