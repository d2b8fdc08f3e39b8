/** `tokens create machine-exec` against the real server. */
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHeader } from '@postern/token';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ran } from './postern.ts';
import { mintedId, startServer, type TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const run = (...args: string[]): Promise<Ran> => server.owner.run(args);
const mint = (...args: string[]): Promise<Ran> =>
  run('tokens', 'create', 'machine-exec', '-a', 'demo', ...args);
const commandsOf = (header: string): unknown =>
  parseHeader(header.trim())[0]?.unsafeCaveats.flatMap((caveat) =>
    caveat.type === 'IfPresent'
      ? caveat.ifs.flatMap((inner) => (inner.type === 'Commands' ? inner.commands : []))
      : [],
  );
const as = (token: string, ...args: string[]): Promise<Ran> =>
  server.owner.run(args, { env: { POSTERN_TOKEN: token.trim() } });

describe('tokens create machine-exec', () => {
  test('prints the token and nothing else on stdout', async () => {
    const ran = await mint('-x', '1h', '--', 'uname', '-a');
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^FlyV1 fm2_[A-Za-z0-9+/=]+\n$/);
    expect(ran.stderr.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'allows:',
      'expires:',
      'use:',
      'revoke:',
      '',
    ]);
  });

  test('positional words are one exact argv; -C and -p are command lines, never split at commas', async () => {
    const { stdout } = await mint(
      '-C',
      'ls -l,id',
      '-C',
      `echo "a b" 'c,d'`,
      '-p',
      'git log',
      '--',
      'ls',
      '-l',
    );
    expect(commandsOf(stdout)).toEqual([
      { args: ['ls', '-l'], exact: true },
      { args: ['ls', '-l,id'], exact: true },
      { args: ['echo', 'a b', 'c,d'], exact: true },
      { args: ['git', 'log'], exact: false },
    ]);
  });

  test('one positional word with blanks is one word', async () => {
    const { stdout } = await mint('ls -l');
    expect(commandsOf(stdout)).toEqual([{ args: ['ls -l'], exact: true }]);
  });

  test('no command is every command, and says so', async () => {
    const ran = await mint('-x', '1h');
    expect(commandsOf(ran.stdout)).toEqual([{ args: [], exact: false }]);
    expect(ran.stderr).toContain('warning: this token allows every command');
  });

  test.each([
    [['-C', ''], 'the value of -C is blank'],
    [['-C', ' \t '], 'the value of -C is blank'],
    [['-p', ''], 'the value of -p is blank'],
    [['-p', "''"], 'the value of -p is blank'],
    [[''], 'the command is blank'],
    [['--', ' '], 'the command is blank'],
    [['-C', '"x'], 'unbalanced double quote'],
    [['-C', 'x\\'], 'ends in a backslash'],
    [['-C', 'a\nb'], 'more than one line'],
    [['-x', '-1h', 'ls'], 'lies in the past'],
    [['-x', '', 'ls'], 'invalid duration'],
    [['-x', '48', 'ls'], 'missing unit in duration'],
    [['-n', 'x'.repeat(201), 'ls'], 'name'],
  ])('refuses %j and mints nothing', async (args, message) => {
    const before = await countTokens();
    const ran = await mint(...args);
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain(message);
    expect(await countTokens()).toBe(before);
  });

  test('an app that is not there is 68', async () => {
    const ran = await run('tokens', 'create', 'machine-exec', '-a', 'nope', 'ls');
    expect(ran).toMatchObject({ code: 68, stdout: '' });
    expect(ran.stderr).toContain('nope');
  });

  test('a life of 20 years is said, one of 48 hours is not', async () => {
    expect((await mint('ls')).stderr).toContain('warning: this token lives 20 years');
    expect((await mint('-x', '48h', 'ls')).stderr).not.toContain('warning');
    expect((await mint('-x', '0', 'ls')).stderr).toContain('warning: this token never expires');
  });

  test.each([
    [['-p', 'find /var/log'], '"find": '],
    [['-C', 'bash'], '"bash": a shell runs whatever it is given'],
    [['-C', 'python3.12 -c pass'], '"python3.12": '],
    [['-p', '/usr/bin/env'], '"/usr/bin/env": '],
    [['ls -l'], 'is taken as the name of one program'],
    [['--template', 'sudo {ls|id}'], '"sudo": '],
  ])('%j is warned of', async (args, message) => {
    const ran = await mint('-x', '1h', ...args);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain(`warning: `);
    expect(ran.stderr).toContain(message);
  });

  test.each([[['-C', 'uname -a']], [['-C', 'find /var/log -name x']], [['-C', 'git status']]])(
    '%j is not',
    async (args) => {
      expect((await mint('-x', '1h', ...args)).stderr).not.toContain('warning');
    },
  );

  test('--json prints the token with its record', async () => {
    const ran = await mint('--json', '-n', 'nightly', '-x', '48h', 'ls');
    const parsed = JSON.parse(ran.stdout) as Record<string, unknown>;
    expect(Object.keys(parsed)).toEqual(['token', 'id', 'name', 'expires_at', 'version']);
    expect(parsed).toMatchObject({ name: 'nightly', id: mintedId(ran.stderr), version: 1 });
    expect(ran.stdout.startsWith('{\n    "token": "FlyV1 fm2_')).toBe(true);
  });

  test('--dry-run shows restrictions and mints nothing', async () => {
    const before = await countTokens();
    const ran = await mint('--dry-run', '-x', '1h', '-C', 'ls');
    expect(ran.code).toBe(0);
    expect(JSON.stringify(JSON.parse(ran.stdout))).toContain('"Commands"');
    expect(ran.stdout).not.toContain('fm2_');
    expect(ran.stderr).toContain('nothing was created');
    expect(await countTokens()).toBe(before);
  });

  test('--output writes a file only its owner can read, and replaces what was there', async () => {
    const path = join(server.owner.home, 'ci.token');
    const elsewhere = join(server.owner.home, 'elsewhere');
    writeFileSync(elsewhere, 'mine', { mode: 0o644 });
    symlinkSync(elsewhere, path);
    const ran = await mint('--output', 'ci.token', '-x', '1h', 'ls');
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(path, 'utf8')).toMatch(/^FlyV1 fm2_\S+\n$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(elsewhere, 'utf8')).toBe('mine');
    expect(ran.stderr).not.toContain('fm2_');
  });

  test.each([
    ['no-such-folder/ci.token', 'cannot write'],
    ['/dev/stdout', 'it is not a regular file'],
    ['.', 'it is not a regular file'],
  ])('--output %s is refused before anything is minted', async (path, message) => {
    const before = await countTokens();
    const ran = await mint('--output', path, '-x', '1h', 'ls');
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain(message);
    expect(await countTokens()).toBe(before);
  });

  test('--output leaves nothing behind when minting is refused', async () => {
    const ran = await run('tokens', 'create', 'deploy', '-a', 'nope', '--output', 'never.token');
    expect(ran).toMatchObject({ code: 68, stdout: '' });
    expect(readdirSync(server.owner.home).filter((name) => name.startsWith('never'))).toEqual([]);
  });

  test('--machine pins, --no-read leaves nothing but the commands', async () => {
    const pinned = await mint('--machine', server.machine, '--no-read', '-x', '1h', '-C', 'uname');
    expect(pinned.code).toBe(0);
    expect(await as(pinned.stdout, 'machine', 'exec', '-a', 'demo', server.machine, 'uname')).toMatchObject({
      code: 0,
      stdout: 'Linux\n',
    });
    expect(await as(pinned.stdout, 'machine', 'exec', 'uname')).toMatchObject({ code: 0, stdout: 'Linux\n' });
    expect(await as(pinned.stdout, 'machines', 'list', '-a', 'demo')).toMatchObject({ code: 77, stdout: '' });
  });
});

async function countTokens(): Promise<number> {
  const { stdout } = await run('tokens', 'list', '-s', 'org', '--json');
  return (JSON.parse(stdout) as { tokens: unknown[] }).tokens.length;
}

test('no secret was left in the home but in its files', () => {
  expect(existsSync(join(server.owner.home, '.postern'))).toBe(false);
});
