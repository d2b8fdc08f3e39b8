import { defineConfig } from 'vitest/config';

/** The opt-in suite of what takes minutes by its nature. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    testTimeout: 400_000,
    hookTimeout: 120_000,
    pool: 'forks',
    sequence: { concurrent: true },
  },
});
