/** What commands say when there is no server, and how settings are found. */
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';
import { BIN, makeWorld } from './postern.ts';
import { makeExecToken } from './tokens.ts';

// A server that cannot be there: whoever asks it fails the test.
const world = makeWorld({ POSTERN_SERVER: 'http://127.0.0.1:1' });
afterAll(() => world.remove());

const token = makeExecToken([true, 'uname', '-a'], [false, 'git', 'log']);
describe('without a server', () => {
  test('the way there is named, with what to do', async () => {
    const ran = await world.run(['apps', 'list', '-t', 'fo1_x']);
    expect(ran).toEqual({
      code: 69,
      signal: null,
      stdout: '',
      stderr:
        'error: cannot reach http://127.0.0.1:1: connection refused\n' +
        'hint: is the server running? Start it with: postern serve. Another address: --server\n',
    });
  });

  test('--json makes a failure one line of JSON', async () => {
    const ran = await world.run(['apps', 'list', '-t', 'fo1_x', '--json']);
    expect(ran).toMatchObject({ code: 69, stdout: '' });
    expect(JSON.parse(ran.stderr)).toMatchObject({ version: 1, error: { code: 'connection_lost' } });
  });

  test('a token in the wrong place does not end in an error text', async () => {
    const secret = token.replace('FlyV1 ', '');
    for (const args of [
      [secret],
      ['tokens', secret],
      ['tokens', 'list', '--scope', secret],
      [`--${secret}`],
    ]) {
      const ran = await world.run(args);
      expect(ran.code).toBe(64);
      expect(ran.stdout + ran.stderr).not.toContain(secret.slice(4, 30));
    }
  });

  test('a token that is set but empty is an error, never the session', async () => {
    const ran = await world.run(['apps', 'list'], { env: { POSTERN_TOKEN: '' } });
    expect(ran).toMatchObject({ code: 67, stdout: '' });
    expect(ran.stderr).toContain('POSTERN_TOKEN is set but empty');
  });

  test.each(['ftp://x', 'nonsense', 'http://u:p@x', 'http://x/?q'])(
    'the address %s is refused',
    async (server) => {
      expect(await world.run(['apps', 'list', '--server', server])).toMatchObject({ code: 64, stdout: '' });
    },
  );

  test('nobody is asked where there is no terminal', async () => {
    const ran = await world.run(['auth', 'login']);
    expect(ran.code).toBe(67);
    expect(ran.stderr).toContain('requires an interactive terminal');
    expect(ran.stderr).toContain('--link');
  });

  test('doctor finds it', async () => {
    const ran = await world.run(['doctor', '--json']);
    expect(ran.code).toBe(69);
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: false });
  });

  test('config show tells where each setting comes from', async () => {
    writeFileSync(
      join(world.home, 'fly.toml'),
      '# x\nprimary_region = "iad"\napp = \'shop\'\n[env]\napp = "no"\n',
    );
    const ran = await world.run(['config', 'show', '--json'], { env: { POSTERN_ORG: 'acme' } });
    expect(JSON.parse(ran.stdout)).toMatchObject({
      server: { value: 'http://127.0.0.1:1', from: 'POSTERN_SERVER' },
      token: { kind: 'none' },
      app: { value: 'shop', from: join(world.home, 'fly.toml') },
      organization: { value: 'acme', from: 'POSTERN_ORG' },
    });
  });

  test('a fault in a credentials file is said, and the file is left alone', async () => {
    const other = makeWorld();
    const directory = join(other.home, 'config');
    await other.run(['version']);
    const { mkdirSync } = await import('node:fs');
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'credentials.json'), '{"version":2}');
    const ran = await other.run(['apps', 'list']);
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain('is not a credentials file');
    expect(existsSync(join(directory, 'credentials.json'))).toBe(true);
    other.remove();
  });
});

test('Ctrl-C leaves a server that never answers, before anything runs', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const silent = createServer((socket) => {
    socket.on('error', () => undefined).on('data', () => resolve());
  });
  await new Promise<void>((done) => {
    silent.listen(0, '127.0.0.1', done);
  });
  const bound = silent.address();
  const url = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
  const args = ['machine', 'exec', '-a', 'demo', '148e21ab9c3d89', 'ls', '--server', url, '-t', 'fo1_x'];
  const child = spawn(process.execPath, [BIN, ...args], { env: { ...world.env }, cwd: world.home });
  const ended = new Promise((done) => {
    child.on('close', done);
  });
  await asked;
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  silent.close();
});
