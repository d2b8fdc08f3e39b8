/** The shell blocks of docs/operate.md, run as they stand, in their order. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { install, ROOT, type Installation } from '../e2e/installation.ts';

let postern: Installation;
const scratch = mkdtempSync(join(tmpdir(), 'postern-operate-'));
beforeAll(async () => {
  postern = await install();
});
afterAll(async () => {
  await postern.remove();
  rmSync(scratch, { recursive: true, force: true });
});

const page = readFileSync(join(ROOT, 'docs/operate.md'), 'utf8');
const blocks = [...page.matchAll(/<!-- run: (online|offline) -->\n```sh\n(.*?)```/gs)].map((match) => ({
  when: match[1],
  script: match[2] ?? '',
}));

test('there are five blocks', () => {
  expect(blocks).toHaveLength(5);
});

test.each(blocks)('$when: $script', async ({ when, script }) => {
  if (when === 'offline') await postern.stop();
  const { status, stderr, stdout } = spawnSync('sh', ['-ec', script], {
    cwd: ROOT,
    encoding: 'utf8',
    env: {
      ...process.env,
      POSTERN_CONFIG_DIR: postern.configDir,
      DATA: postern.dataDir,
      BACKUP: join(scratch, 'backup'),
      NO_COLOR: '1',
    },
  });
  if (when === 'offline') await postern.start();
  expect(status, stdout + stderr).toBe(0);
});
