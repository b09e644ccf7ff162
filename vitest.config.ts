import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';
import { MIGRATIONS } from './scripts/migrate.ts';

// As [build] of wrangler.toml has it, which vitest does not read.
execFileSync(process.execPath, [join(import.meta.dirname, 'scripts/pages.ts')], { stdio: 'inherit' });
const migrations = await readD1Migrations(MIGRATIONS);

export default defineConfig({
  test: {
    reporters: ['default', './test/node/seen.ts'],
    // Half of the time goes by in waiting, for queues and windows: as many at once as there are cores.
    maxWorkers: '100%',
    coverage: { provider: 'istanbul', include: ['src/**/*.ts'] },
    projects: [
      {
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
              cf: false,
            },
          }),
        ],
        test: {
          name: 'worker',
          // No test is about time: this only ends one that hangs, on a machine however busy.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          include: ['test/**/*.test.ts'],
          exclude: ['test/node/**', 'test/pages/**'],
          setupFiles: ['test/setup.ts'],
        },
      },
      {
        test: { name: 'node', include: ['test/node/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
    ],
  },
});
