import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    // test/long takes minutes by its nature; test/flyctl needs a binary that is not ours to bring; see vitest.{long,flyctl}.config.ts.
    exclude: ['**/node_modules/**', '**/dist/**', 'test/flyctl/**', 'test/long/**'],
    reporters: ['default', './test/closing-line-reporter.ts'],
    allowOnly: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['packages/token/src/**'],
      thresholds: { statements: 100, branches: 100, functions: 100, lines: 100 },
    },
  },
});
