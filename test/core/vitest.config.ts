/** The core alone, in plain Node: it is pure, and mutation testing runs it thousands of times, slowed by its own instruments. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/core/**/*.test.ts'],
    testTimeout: 120_000,
    testNamePattern: /^(?!.*(costs nothing for a million characters|refuses a megabyte at once))/,
  },
});
