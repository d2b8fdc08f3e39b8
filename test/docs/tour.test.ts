/** The tour of the README, run as it stands. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { install, ROOT, type Installation } from '../e2e/installation.ts';

let postern: Installation;
beforeAll(async () => {
  postern = await install();
});
afterAll(() => postern.remove());

test('every line of the tour works as the README says', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const tour = /^## A tour$.*?```sh\n(.*?)```/ms.exec(readme)?.[1] ?? '';
  const lines = tour.trim().split('\n');
  expect(lines).toHaveLength(10);
  const script = lines.map((line) => `echo "== ${lines.indexOf(line)}"\n${line}\necho "-- $?"`).join('\n');
  const { stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, POSTERN_CONFIG_DIR: postern.configDir, NO_COLOR: '1' },
  });
  const parts = stdout.split(/^== \d+\n/m).slice(1);
  expect(parts, stderr).toHaveLength(10);
  for (const [index, part] of parts.entries())
    expect(part, `line ${index + 1}: ${stderr}`).toMatch(/-- 0\n$/);
  expect(parts[0]).toContain('owner@localhost');
  expect(parts[1]).toContain(postern.machine);
  expect(parts[3]).toContain('Linux');
  expect(parts[4]).toContain('refused with exit code 77');
  expect(parts[6]).toContain('ValidityWindow');
  expect(parts[7]).toContain('ci job');
  expect(parts[9]).toContain('refused with exit code 67');
});
