/** Postern's own restrictions, from the mint to the machine: each allows what it should and refuses the rest. */
import { userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, type Installation } from './installation.ts';

let postern: Installation;
beforeAll(async () => {
  postern = await install();
});
afterAll(() => postern.remove());

async function mint(...flags: string[]): Promise<string> {
  const { stdout, stderr, code } = await postern.postern([
    'tokens',
    'create',
    'machine-exec',
    '-a',
    'demo',
    '-x',
    '1h',
    ...flags,
  ]);
  expect(code, stderr).toBe(0);
  return stdout.toString().trim();
}

const exec = (token: string, command: string, flags: readonly string[] = [], input?: string) =>
  postern.postern(
    ['machine', 'exec', '-a', 'demo', '-t', token, ...flags, postern.machine, command],
    input === undefined ? {} : { input },
  );

async function expectRefused(run: ReturnType<typeof exec>, words: string): Promise<void> {
  const { code, stdout, stderr } = await run;
  expect(code, stderr).toBe(77);
  expect(stdout.toString()).toBe('');
  expect(stderr).toContain(words);
}

test('a template: one of a set, an integer in a range, a pattern, a bounded tail', async () => {
  const token = await mint('--template', 'echo {web|worker} {1..10}');
  expect((await exec(token, 'echo web 7')).stdout.toString()).toBe('web 7\n');
  for (const command of [
    'echo web 11',
    'echo web 07',
    'echo db 7',
    'echo web',
    'echo web 7 x',
    'echo web -1',
    'printf web 7',
  ]) {
    await expectRefused(exec(token, command), 'CommandTemplates');
  }
});

test('networks: from here, and not from elsewhere', async () => {
  expect((await exec(await mint('--allow-cidr', '127.0.0.0/8', '--', 'true'), 'true')).code).toBe(0);
  await expectRefused(exec(await mint('--allow-cidr', '192.0.2.0/24', '--', 'true'), 'true'), '127.0.0.1');
  // A header anybody can write changes nothing.
  const token = await mint('--allow-cidr', '192.0.2.0/24', '--', 'true');
  const response = await fetch(`${postern.url}/v1/apps/demo/machines/${postern.machine}/exec`, {
    method: 'POST',
    headers: { authorization: token, 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1' },
    body: '{"cmd":"true"}',
  });
  expect(response.status).toBe(403);
});

test('no stdin', async () => {
  const token = await mint('--no-stdin', '--', 'cat');
  expect((await exec(token, 'cat')).code).toBe(0);
  await expectRefused(exec(token, 'cat', ['-i'], 'x'), 'stdin');
});

test('no terminal', async () => {
  const token = await mint('--no-tty', '--', 'true');
  expect((await exec(token, 'true')).code).toBe(0);
});

test('a longest timeout bounds what is not asked for, and refuses what is', async () => {
  const token = await mint('--max-timeout', '1s', '-p', 'sleep');
  expect((await exec(token, 'sleep 30')).code).toBe(124);
  await expectRefused(exec(token, 'sleep 0', ['--timeout', '5']), '5 seconds');
});

test('a largest output cuts what a command prints, and says so', async () => {
  const token = await mint('--max-output', '1000', '-p', 'head');
  const { code, stdout } = await exec(token, 'head -c 5000 /dev/zero');
  expect(stdout.length).toBe(1000);
  expect(code).toBe(0);
});

describe('what a request may choose beside the argv', () => {
  test('a token for certain commands grants no environment, user or directory', async () => {
    const token = await mint('-C', 'env', '-C', 'pwd');
    await expectRefused(exec(token, 'env', ['-e', 'LD_PRELOAD=/tmp/x.so']), 'LD_PRELOAD');
    await expectRefused(exec(token, 'pwd', ['--cwd', '/tmp']), '/tmp');
    await expectRefused(exec(token, 'env', ['--user', 'nobody']), 'nobody');
    expect((await exec(token, 'env')).code).toBe(0);
  });

  test('named variables may be set, others not', async () => {
    const token = await mint('--env', 'RAILS_ENV', '-C', 'env');
    expect((await exec(token, 'env', ['-e', 'RAILS_ENV=production'])).stdout.toString()).toContain(
      'RAILS_ENV=production\n',
    );
    await expectRefused(exec(token, 'env', ['-e', 'PATH=/tmp']), 'PATH');
  });

  test('a named directory must be asked for, and no other', async () => {
    const token = await mint('--cwd', '/tmp', '-C', 'pwd');
    expect((await exec(token, 'pwd', ['--cwd', '/tmp'])).stdout.toString()).toBe('/tmp\n');
    await expectRefused(exec(token, 'pwd', ['--cwd', '/etc']), '/etc');
    await expectRefused(exec(token, 'pwd'), 'directory');
  });

  test('a token for every command may choose', async () => {
    const token = await mint();
    expect((await exec(token, 'env', ['-e', 'A=1', '--cwd', '/'])).stdout.toString()).toContain('A=1\n');
  });

  test('invariant 4: the environment of a command is a safelist', async () => {
    const { stdout } = await exec(await mint(), 'env');
    const names = stdout
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('=')[0]);
    const allowed = new Set([
      'PATH',
      'HOME',
      'USER',
      'LOGNAME',
      'SHELL',
      'LANG',
      'LC_ALL',
      'TZ',
      'PWD',
      'OLDPWD',
      'SHLVL',
      '_',
    ]);
    expect(names.filter((name) => !allowed.has(name ?? ''))).toEqual([]);
    expect(stdout.toString()).toContain(`USER=${userInfo().username}\n`);
  });
});
