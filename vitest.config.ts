import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { unstable_getMiniflareWorkerOptions as readWorkerOptions } from 'wrangler';
import { MIGRATIONS } from './scripts/migrate.ts';

// The stores of tests are thrown away. In memory, where Linux has room for them (they take 140 MB), no commit waits for a disk.
if (process.platform === 'linux' && !process.env.TMPDIR && roomIn('/dev/shm') > 1024 ** 3) {
  const folder = mkdtempSync('/dev/shm/diglot-');
  process.env.TMPDIR = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

/** The free bytes of a file system; 0 where there is none. */
function roomIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

// As [build] of wrangler.toml has it, which vitest does not read.
execFileSync(process.execPath, [join(import.meta.dirname, 'scripts/pages.ts')], { stdio: 'inherit' });
const migrations = await readD1Migrations(MIGRATIONS);

/** The queues as they are deployed, except that a batch does not wait a second for more messages. */
const { queueConsumers } = readWorkerOptions('./wrangler.toml').workerOptions;
const promptly = Object.fromEntries(
  Object.entries(queueConsumers ?? {}).map(([queue, consumer]) => [
    queue,
    { ...consumer, maxBatchTimeout: 0 },
  ]),
);

/** Files that have a Worker and a store of their own, which costs each seconds of CPU. The others share theirs, and keep to tenants of their own. */
const ALONE = [
  // ask for the whole store, change its tables, or fill it
  'admin/removal auth conformance faults health hooks/consumer hostile model openapi plans properties',
  // send many requests at once, maybe while the code that answers them is still being loaded
  'account-change concurrency hooks/email hooks/flood idempotency isolation races revocation',
  // count what an isolate remembers
  'cost rate-limit',
].flatMap((names) => names.split(' ').map((name) => `test/${name}.test.ts`));

const NOT_IN_WORKERD = ['test/node/**', 'test/pages/**'];

const inWorkerd = (
  name: string,
  isolate: boolean,
  include: string[],
  exclude: string[],
): TestProjectConfiguration => ({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: './wrangler.toml' },
      miniflare: {
        bindings: {
          ADMIN_TOKEN: 'test-admin-token',
          LOCAL: 'true',
          MIGRATIONS: migrations,
          SEED: process.env.SEED ?? '1',
        },
        queueConsumers: promptly,
        cf: false,
      },
    }),
  ],
  test: {
    name,
    isolate,
    // No test is about time: this only ends one that hangs, on a machine however busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    include,
    exclude,
    setupFiles: ['test/setup.ts'],
  },
});

export default defineConfig({
  test: {
    reporters: ['default', './test/node/seen.ts'],
    // A quarter of the time goes by in waiting, for queues and windows: as many at once as there are cores. With more, windows pass before they are used.
    maxWorkers: '100%',
    coverage: { provider: 'istanbul', include: ['src/**/*.ts'] },
    projects: [
      inWorkerd('alone', true, ALONE, []),
      inWorkerd('sharing', false, ['test/**/*.test.ts'], [...NOT_IN_WORKERD, ...ALONE]),
      {
        test: {
          name: 'node',
          include: ['test/node/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
