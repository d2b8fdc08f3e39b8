/** The program file itself: the bundle, an older Node, the server it starts. */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { command as serve } from '../src/commands/serve.ts';
import { longName } from '../src/core/flags.ts';
import { BIN, makeWorld } from './postern.ts';
import { until } from './server.ts';

const world = makeWorld();
afterAll(() => world.remove());

const BUNDLE = resolve(import.meta.dirname, '../dist/postern.cjs');
const SERVER = resolve(import.meta.dirname, '../../server/src/main.ts');
const SOURCE = resolve(import.meta.dirname, '../src/main.ts');
const node = (...args: string[]) =>
  spawnSync(process.execPath, args, { env: { ...world.env }, cwd: world.home, encoding: 'utf8' });

describe('the program', () => {
  test('is one file, which needs nothing beside it', () => {
    const alone = join(world.home, 'alone.cjs');
    copyFileSync(BUNDLE, alone);
    expect(node(alone, 'version')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^postern v\d/) as string,
    });
    const asking = node(alone, 'apps', 'list', '--server', 'http://127.0.0.1:1', '-t', 'x');
    expect(asking).toMatchObject({ status: 69 });
  });

  test('keeps compiled code in the home of its user, never where others can write', async () => {
    await world.run(['version']);
    expect(existsSync(join(world.home, '.cache', 'postern'))).toBe(true);
    const other = makeWorld({ XDG_CACHE_HOME: join(world.home, 'elsewhere') });
    await other.run(['version']);
    expect(existsSync(join(world.home, 'elsewhere', 'postern'))).toBe(true);
    other.remove();
    const nowhere = await world.run(['version'], {
      env: { HOME: '/nonexistent', POSTERN_CONFIG_DIR: world.home },
    });
    expect(nowhere).toMatchObject({ code: 0, stderr: '' });
  });

  test('runs from source where nothing was built', () => {
    expect(node(SOURCE, 'version')).toMatchObject({ status: 0, stderr: '' });
  });

  test.each([
    [['--version'], 0, /^postern v\d/],
    [[], 0, /^Hand out tokens/],
    [['-h'], 0, /^Hand out tokens/],
    [['help', 'tokens', 'create'], 0, /^Create a token\n/],
    [['help', 'machine', 'exec'], 0, /^Run a command on a machine\./],
    [['tokens', '-h'], 0, /^Create, narrow, list/],
    [['machine', 'exec', 'ID', '-h'], 0, /^Run a command on a machine\./],
  ])('%j prints what was asked for', async (args, code, stdout) => {
    expect(await world.run(args)).toEqual({
      code,
      signal: null,
      stdout: expect.stringMatching(stdout) as string,
      stderr: '',
    });
  });

  test('a group without a command is a mistake, and its help goes to stderr', async () => {
    expect(await world.run(['tokens'])).toMatchObject({
      code: 64,
      stdout: '',
      stderr: expect.stringMatching(/^Create, narrow, list/) as string,
    });
    expect((await world.run(['tokens', '--nope'])).stderr).toContain('unknown flag: --nope');
  });

  // Loaded first, it makes this Node say that it is an older one.
  const older = join(world.home, 'older.cjs');
  writeFileSync(older, "Object.defineProperty(process.versions, 'node', { value: '20.1.0' });\n");

  test('hands over to the pinned Node when it is started by an older one', () => {
    const ran = node('--require', older, BIN, 'version', '--json');
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(ran.stdout)).toMatchObject({ node: expect.stringMatching(/^v2[4-9]/) as string });
    expect(node('--require', older, BIN, 'nonsense').status).toBe(64);
  });

  test('says what is needed when there is no newer Node', () => {
    const folder = join(world.home, 'bin');
    mkdirSync(folder);
    const copy = join(folder, 'postern.cjs');
    copyFileSync(BIN, copy);
    const ran = node('--require', older, copy);
    expect(ran).toMatchObject({ status: 70, stdout: '' });
    expect(ran.stderr).toContain('postern needs Node.js 24 or newer');
    expect(ran.stderr).toContain('npm ci');
  });
});

describe('serve', () => {
  test('starts the server, signs the owner in, and stops cleanly', async () => {
    const child = spawn(
      process.execPath,
      [BIN, 'serve', '--listen', '127.0.0.1:0', '--data-dir', 'data', '--owner-email', 'dana@example.test'],
      { env: { ...world.env }, cwd: world.home, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    await until(() => said.includes('Postern is running at'));
    expect(await world.run(['auth', 'whoami'])).toMatchObject({ code: 0, stdout: 'dana@example.test\n' });
    expect(existsSync(join(world.home, 'data'))).toBe(true);
    const ended = new Promise((done) => {
      child.on('close', done);
    });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('backup, restore and keys rewrap look after its data', async () => {
    expect(await world.run(['backup', 'copy', '--data-dir', 'data'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('the chain holds') as string,
    });
    expect(existsSync(join(world.home, 'copy', 'manifest.json'))).toBe(true);
    const asked = await world.run(['restore', 'copy', '--data-dir', 'data']);
    expect(asked).toMatchObject({ code: 64, stdout: '' });
    expect(asked.stderr).toContain('say --yes');
    const restored = await world.run(['restore', 'copy', '--data-dir', 'data', '--yes', '--json']);
    expect(restored.code).toBe(0);
    expect(JSON.parse(restored.stdout)).toMatchObject({
      version: 1,
      lines: [
        expect.stringMatching(/^restored /) as string,
        expect.any(String) as string,
        expect.any(String) as string,
      ],
    });
    expect(await world.run(['keys', 'rewrap', '--data-dir', 'data'])).toMatchObject({ code: 64 });
    expect(await world.run(['keys', 'rewrap', '--data-dir', 'data', '--yes'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('under a new key-encryption key') as string,
    });
  });

  test.each([
    [['backup'], 64],
    [['backup', 'x', '--data-dir', 'no-such-data'], 70],
    [['restore', 'no-such-copy', '--data-dir', 'data', '--yes'], 70],
    [['restore', 'copy', '--unknown-tokens', 'maybe', '--yes'], 64],
  ])('%j is refused', async (args, code) => {
    const ran = await world.run(args);
    expect(ran).toMatchObject({ code, stdout: '' });
    expect(ran.stderr).toMatch(/^error: [^\n]+\n/);
    expect(ran.stderr).not.toContain('    at ');
  });

  test('has every flag of the server, and none besides', () => {
    const usage = spawnSync(process.execPath, [SERVER, '--help'], { encoding: 'utf8' }).stdout;
    // The one flag that only `restore` has.
    const ofServer = (usage.match(/(?<=^ {2})--[a-z-]+/gm) ?? []).filter(
      (flag) => flag !== '--unknown-tokens',
    );
    expect(Object.keys(serve.flags).map(longName).toSorted()).toEqual(ofServer.toSorted());
  });

  test.each([
    [['--listen', 'nonsense'], 64, 'is not HOST:PORT'],
    [['--lisen', 'x'], 64, 'did you mean --listen?'],
  ])('refuses %j', async (args, code, message) => {
    const ran = await world.run(['serve', ...args]);
    expect(ran).toMatchObject({ code, stdout: '' });
    expect(ran.stderr).toContain(message);
  });
});
