/** The core alone, in plain Node. It is pure, and mutation testing runs it thousands of times, each run slowed by instrumentation. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/core/**/*.test.ts'],
    testTimeout: 120_000,
    testNamePattern: /^(?!.*(costs nothing for a million characters|refuses a megabyte at once))/,
  },
});
