/** Runs every block of docs/guides/command-line.md, in order, in one shell that stops at the first failure. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BIN } from './postern.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

test('the guide to the command line works as written', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../docs/guides/command-line.md'), 'utf8');
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block ?? '');
  expect(blocks.length).toBeGreaterThan(5);
  const bin = join(server.owner.home, 'bin');
  mkdirSync(bin);
  symlinkSync(BIN, join(bin, 'postern'));
  symlinkSync(process.execPath, join(bin, 'node'));
  const path = `${bin}${delimiter}${server.owner.env['PATH'] ?? ''}`;
  const ran = spawnSync('bash', ['-euo', 'pipefail', '-c', blocks.join('\n')], {
    cwd: server.owner.home,
    env: { ...server.owner.env, PATH: path },
    encoding: 'utf8',
  });
  expect(ran, ran.stderr).toMatchObject({ status: 0 });
});
