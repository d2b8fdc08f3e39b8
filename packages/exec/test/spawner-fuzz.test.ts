/** The decoder of the native spawner, under the sanitizers: two seconds here, as long as one likes by hand. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('mutated requests never make it read or write where it may not', () => {
  const folder = join(import.meta.dirname, '../../../native/spawner');
  const { status, stdout, stderr } = spawnSync('make', ['--silent', '-C', folder, 'fuzz', 'SECONDS=2'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toMatch(/no wrong access/);
});
