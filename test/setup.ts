/** Before each test file, whose storage is its own: the real migrations. */
import { applyD1Migrations, type D1Migration } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, expect } from 'vitest';
import type { Bindings } from '../src/platform/env.ts';
import { sentTexts } from './sent.ts';

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import('../src/index.ts');
    }
    interface Env extends Bindings {
      ADMIN_TOKEN: string;
      MIGRATIONS: D1Migration[];
    }
  }
}

await applyD1Migrations(env.DB, env.MIGRATIONS);

/** The Worker's log of this file's run, kept from the console: what it must never hold is what a test has sent. */
const logged: string[] = [];
for (const level of ['log', 'warn', 'error'] as const) {
  const print = console[level];
  console[level] = (...parts: unknown[]) => {
    if (typeof parts[0] === 'string' && parts[0].startsWith('{"level":')) logged.push(parts[0]);
    else print(...parts);
  };
}

afterAll(() => {
  const log = logged.join('\n');
  const leaked = [...sentTexts].filter((text) => log.includes(text) || log.includes(JSON.stringify(text).slice(1, -1)));
  expect(leaked, 'texts that were sent and stand in the log').toEqual([]);
});
