import { defineConfig } from 'vitest/config';

/** The opt-in suite that drives a real flyctl. */
export default defineConfig({
  test: { include: ['test/flyctl/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000, pool: 'forks' },
});
