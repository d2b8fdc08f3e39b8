/** The main job on Postgres: `--database-url`. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres, type PostgresServer } from '../../packages/store/test-suite/postgres-server.ts';
import { install, type Installation } from './installation.ts';

let server: PostgresServer;
let postern: Installation;
beforeAll(async () => {
  server = await startPostgres();
  postern = await install(['--database-url', await server.database()]);
});
afterAll(async () => {
  await postern.remove();
  server.stop();
});

test('mint, run, be refused, list, revoke, be refused; kill -9 loses nothing', async () => {
  const minted = await postern.postern([
    'tokens',
    'create',
    'machine-exec',
    '-a',
    'demo',
    '--',
    'echo',
    'hi',
  ]);
  const token = minted.stdout.toString().trim();
  const exec = (command: string) => postern.postern(['machine', 'exec', '-a', 'demo', '-t', token, command]);
  expect((await exec('echo hi')).stdout.toString()).toBe('hi\n');
  expect((await exec('id')).code).toBe(77);
  const listed = await postern.postern(['tokens', 'list', '-a', 'demo', '--json']);
  const { tokens } = JSON.parse(listed.stdout.toString()) as { tokens: { id: string }[] };
  await postern.kill9();
  await postern.start();
  expect((await exec('echo hi')).code).toBe(0);
  expect((await postern.postern(['tokens', 'revoke', tokens[0]?.id ?? ''])).code).toBe(0);
  await postern.kill9();
  await postern.start();
  expect((await exec('echo hi')).code).toBe(67);
  expect((await postern.postern(['audit', 'verify'])).code).toBe(0);
});
