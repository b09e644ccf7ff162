/** Runs before each test file: applies the real migrations, where the file's store has not got them yet. */
import { applyD1Migrations, type D1Migration } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterAll, afterEach, expect } from 'vitest';
import type { Bindings } from '../src/platform/env.ts';
import { seen, uncounted, undocumented } from './documented.ts';
import { sentTexts } from './sent.ts';

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import('../src/index.ts');
    }
    interface Env extends Bindings {
      ADMIN_TOKEN: string;
      MIGRATIONS: D1Migration[];
      SEED: string;
    }
  }
}

await applyD1Migrations(env.DB, env.MIGRATIONS);

// The cases are the same each time, so that a failure comes from the change. `SEED=random` looks for new cases, and a failure names its seed.
if (env.SEED !== 'random') fc.configureGlobal({ seed: Number(env.SEED) });

afterEach(({ task }) => {
  task.file.meta.seen = seen;
  expect(undocumented.splice(0), 'answers that are not documented').toEqual([]);
});

/** The Worker's log of this file, kept from the console. It must not contain anything that a test has sent. */
const logged: string[] = [];
/** What was printed beside it: the Worker has nothing to say that is no line of its log. */
const printed: unknown[][] = [];
for (const level of ['debug', 'info', 'log', 'warn', 'error'] as const) {
  const print = console[level];
  console[level] = (...parts: unknown[]) => {
    const [line] = parts;
    if (parts.length === 1 && typeof line === 'string' && line.startsWith('{"level":')) {
      logged.push(line);
      if (line.includes('rate_limit.away')) uncounted.answers += 1;
    } else {
      printed.push(parts);
      print(...parts);
    }
  };
}

// Loads what answers refusals. Here modules come over the wire, and one that two requests load at once would be the property of the first.
await exports.default.fetch('https://diglot.test/none');

/** The values in a line of the log, at any depth. */
const leaves = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [String(value)];
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

afterAll(() => {
  // Each value once, and without ids, which are ours: a file with thousands of requests would have megabytes of them.
  const values = new Set(
    logged.flatMap((line) => leaves(JSON.parse(line))).filter((value) => !ID.test(value)),
  );
  const log = [...values].join('\n');
  const leaked = [...sentTexts].filter((text) => log.includes(text));
  expect(leaked, 'texts that were sent and stand in the log').toEqual([]);
  expect(printed, 'what is no line of the log').toEqual([]);
});
