/** Token commands against the real server. */
import { mkdirSync, writeFileSync } from 'node:fs';
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

describe('a token', () => {
  test('runs what it allows, finds its own app and machine, and is refused for the rest', async () => {
    const { stdout: token } = await mint('-x', '1h', '-C', 'uname', '-p', 'echo hello');
    expect(await as(token, 'machine', 'exec', 'uname')).toMatchObject({ code: 0, stdout: 'Linux\n' });
    expect(await as(token, 'machine', 'exec', 'echo hello world')).toMatchObject({ code: 0 });
    const refused = await as(token, 'machine', 'exec', 'uname -a');
    expect(refused).toMatchObject({ code: 77, stdout: '' });
    expect(refused.stderr).toContain('caveat Commands');
    expect(refused.stderr).toContain('exactly `uname`');
    expect(refused.stderr).not.toContain('fm2_');
  });

  test('manages nothing', async () => {
    const { stdout: token } = await mint('-x', '1h', 'ls');
    for (const args of [
      ['tokens', 'list', '-a', 'demo'],
      ['tokens', 'create', 'machine-exec', '-a', 'demo', 'ls'],
      ['apps', 'create', 'other'],
      ['orgs', 'list'],
      ['audit', 'list', '-o', 'personal'],
    ]) {
      const ran = await as(token, ...args);
      expect(ran, args.join(' ')).toMatchObject({ code: 77, stdout: '' });
      expect(ran.stderr).toContain('POSTERN_TOKEN is set and goes before the signed-in session');
    }
  });

  test('is named by whoami', async () => {
    const { stdout: token } = await mint('-x', '1h', 'ls');
    const ran = await as(token, 'auth', 'whoami', '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({ kind: 'token', version: 1 });
  });

  test.each([
    ['cut off', (token: string) => token.trim().slice(0, -9)],
    ['not one', () => 'fm2_abc'],
    [
      'made elsewhere',
      () => 'FlyV1 fm2_lJPECQECAwQFBgcICcQQAAAAAAAAAAAAAAAAAAAAAMK2aHR0cHM6Ly9hcGkuZmx5LmlvL3YxksQCkMA=',
    ],
  ])('that is %s is 67', async (_, change) => {
    const { stdout: token } = await mint('-x', '1h', 'uname');
    expect(await as(change(token), 'machine', 'exec', '-a', 'demo', server.machine, 'uname')).toMatchObject({
      code: 67,
      stdout: '',
    });
  });

  test('narrowed offline is narrower on the server too', async () => {
    const { stdout: token } = await mint('-x', '1h', '-p', 'echo');
    const narrowed = await as(token, 'tokens', 'attenuate', '--command', 'echo only', '--for', '5m');
    expect(await as(narrowed.stdout, 'machine', 'exec', 'echo only')).toMatchObject({
      code: 0,
      stdout: 'only\n',
    });
    expect(await as(narrowed.stdout, 'machine', 'exec', 'echo other')).toMatchObject({
      code: 77,
      stdout: '',
    });
  });

  test('is explained by the server as it is refused', async () => {
    const { stdout: token } = await mint('-x', '1h', '-C', 'uname');
    expect(await as(token, 'tokens', 'explain', '--check', 'uname')).toMatchObject({ code: 0 });
    const refused = await as(token, 'tokens', 'explain', '--check', 'uname -a');
    expect(refused.code).toBe(77);
    expect(refused.stdout).toContain('exactly `uname`');
  });
});

describe('tokens list', () => {
  test('has flyctl’s heading and columns', async () => {
    await mint('-n', 'a name', '-x', '1h', 'ls');
    const [heading, columns] = (await run('tokens', 'list', '-a', 'demo')).stdout.split('\n');
    expect(heading).toBe('Tokens for app "demo":');
    expect(columns?.split(/ {2,}/)).toEqual([
      'ID',
      'NAME',
      'CREATED BY',
      'EXPIRES AT',
      'REVOKED AT',
      'LAST USED',
    ]);
  });

  test.each([
    [[], 'app "demo"'],
    [['-a', 'demo'], 'app "demo"'],
    [['-s', 'app'], 'app "demo"'],
    [['-s', 'org'], 'organization "personal"'],
    [['-o', 'personal'], 'organization "personal"'],
    [['-o', 'personal', '-a', 'demo'], 'app "demo"'],
    [['-s', 'org', '-a', 'demo'], 'app "demo"'],
  ])('%j lists those of %s', async (args, of) => {
    const ran = await run('tokens', 'list', ...args);
    expect(ran.code).toBe(0);
    expect(ran.stdout.split('\n')[0]).toBe(`Tokens for ${of}:`);
  });

  test.each([
    [['-s', 'machine'], 64, 'Please provide a valid scope: "app" or "org".'],
    [['-a', 'nope'], 68, 'nope'],
    [['-s', 'org', '-o', 'nope'], 68, 'nope'],
    [['-c', 'missing.toml'], 64, 'config file not found at specified path: missing.toml'],
  ])('refuses %j', async (args, code, message) => {
    const ran = await run('tokens', 'list', ...args);
    expect(ran).toMatchObject({ code, stdout: '' });
    expect(ran.stderr).toContain(message);
  });

  test('takes the app from POSTERN_APP and from fly.toml, in that order', async () => {
    const folder = join(server.owner.home, 'project');
    mkdirSync(folder);
    writeFileSync(join(folder, 'fly.toml'), 'app = "from-file"\n');
    const list = (env: Record<string, string>, ...args: string[]): Promise<Ran> =>
      server.owner.run(['tokens', 'list', ...args], { cwd: folder, env });
    expect((await list({})).stderr).toContain('from-file');
    expect((await list({ POSTERN_APP: 'from-env' })).stderr).toContain('from-env');
    expect((await list({ POSTERN_APP: 'from-env' }, '-a', 'demo')).code).toBe(0);
    expect((await list({ POSTERN_APP: 'demo' }, '-a', '')).code).toBe(0);
  });

  test('a broken configuration file is an error even with -a', async () => {
    writeFileSync(join(server.owner.home, 'broken.toml'), 'app = \n');
    const ran = await run('tokens', 'list', '-a', 'demo', '-c', 'broken.toml');
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain('line 1');
  });

  test('--json holds records, never texts', async () => {
    const ran = await run('tokens', 'list', '-s', 'org', '--json');
    const parsed = JSON.parse(ran.stdout) as { tokens: Array<Record<string, unknown>> };
    expect(parsed).toMatchObject({ version: 1, scope: 'org', of: 'personal' });
    expect(parsed.tokens[0]).toHaveProperty('summary');
    expect(ran.stdout).not.toContain('fm2_');
  });

  test('names with escape sequences are made harmless', async () => {
    await mint('-n', 'evil \u001B]0;owned\u0007\u001B[31m', '-x', '1h', 'ls');
    const { stdout } = await run('tokens', 'list', '-a', 'demo');
    expect(stdout).toContain(String.raw`evil \x1b]0;owned\x07\x1b[31m`);
    expect(stdout).not.toContain('\u001B');
  });
});

describe('tokens show and rename', () => {
  test('show the record and change its name', async () => {
    const id = mintedId((await mint('-n', 'old', '-x', '1h', 'ls')).stderr);
    expect(await run('tokens', 'rename', id, 'new name')).toMatchObject({ code: 0 });
    const shown = await run('tokens', 'show', id);
    expect(shown.stdout).toMatch(/Name +new name\n/);
    expect(shown.stdout).toMatch(/Allows +runs exactly `ls`/);
    expect(JSON.parse((await run('tokens', 'show', id, '--json')).stdout)).toMatchObject({
      version: 1,
      token: { id, name: 'new name', usage: [] },
    });
  });

  test.each([
    [['show', 'tok_aaaaaaaaaaaaaaaa'], 68],
    [['show', '..'], 64],
    [['rename', 'tok_aaaaaaaaaaaaaaaa', 'x'], 68],
    [['rename', 'tok_aaaaaaaaaaaaaaaa', ''], 64],
  ])('refuse %j', async (args, code) => {
    expect(await run('tokens', ...args)).toMatchObject({ code, stdout: '' });
  });
});

describe('tokens revoke', () => {
  test('reports each id and works at once', async () => {
    const one = await mint('-x', '1h', 'uname');
    const two = await mint('-x', '1h', 'uname');
    const ids = [mintedId(one.stderr), mintedId(two.stderr)];
    expect(await run('tokens', 'revoke', ...ids, '--reason', 'done')).toMatchObject({
      code: 0,
      stdout: `Revoked ${ids[0]}\nRevoked ${ids[1]}\n2 tokens revoked\n`,
      stderr: '',
    });
    const refused = await as(one.stdout, 'machine', 'exec', '-a', 'demo', server.machine, 'uname');
    expect(refused).toMatchObject({ code: 67, stdout: '' });
    expect(refused.stderr).toContain('revoked');
  });

  test('and show take the uuid that the token itself tells, and refuse its text', async () => {
    const minted = await mint('-x', '1h', 'ls');
    const debugged = await as(minted.stdout, 'tokens', 'debug', '--full');
    const [{ uuid }] = JSON.parse(debugged.stdout) as [{ uuid: string }];
    expect((await run('tokens', 'show', uuid, '--json')).stdout).toContain(mintedId(minted.stderr));
    const refused = await run('tokens', 'revoke', minted.stdout.trim());
    expect(refused).toMatchObject({ code: 64, stdout: '0 tokens revoked\n' });
    expect(refused.stderr).toContain('the text of a token, not the id');
    expect(refused.stderr).not.toContain(minted.stdout.trim().slice(10));
    expect(await run('tokens', 'revoke', uuid)).toMatchObject({
      code: 0,
      stdout: `Revoked ${uuid}\n1 token revoked\n`,
    });
    expect(await run('tokens', 'show', uuid.replace(/.$/, 'x'))).toMatchObject({ code: 68 });
    expect(await run('tokens', 'show', '00000000-0000-0000-0000-000000000000')).toMatchObject({ code: 68 });
  });

  test('fails loudly when any id failed, and goes on with the others', async () => {
    const id = mintedId((await mint('-x', '1h', 'ls')).stderr);
    const ran = await run('tokens', 'revoke', 'tok_aaaaaaaaaaaaaaaa', id);
    expect(ran).toMatchObject({ code: 68, stdout: `Revoked ${id}\n1 token revoked\n` });
    expect(ran.stderr).toContain('failed to revoke token tok_aaaaaaaaaaaaaaaa');
  });

  test('--json says what failed', async () => {
    const ran = await run('tokens', 'revoke', '--json', 'tok_aaaaaaaaaaaaaaaa');
    expect(ran.code).toBe(68);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      version: 1,
      revoked: [],
      failed: [{ id: 'tok_aaaaaaaaaaaaaaaa', code: 'token_not_found' }],
    });
  });
});

describe('tokens rotate', () => {
  test('the successor allows the same; the old token dies at its first use', async () => {
    const old = await mint('-x', '1h', '-C', 'uname');
    const id = mintedId(old.stderr);
    const ran = await run('tokens', 'rotate', id);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^FlyV1 fm2_\S+\n$/) as string });
    expect(ran.stderr).toContain('the old token works until ');
    expect(commandsOf(ran.stdout)).toEqual([{ args: ['uname'], exact: true }]);
    expect(await as(old.stdout, 'machine', 'exec', 'uname')).toMatchObject({ code: 0 });
    expect(await as(ran.stdout, 'machine', 'exec', 'uname')).toMatchObject({ code: 0 });
    expect(await as(old.stdout, 'machine', 'exec', '-a', 'demo', 'uname')).toMatchObject({ code: 67 });
    expect((await run('tokens', 'show', id)).stdout).toMatch(/Successor +tok_/);
  });

  test('--keep-old lets it live through the grace time', async () => {
    const old = await mint('-x', '1h', '-C', 'uname');
    const ran = await run('tokens', 'rotate', mintedId(old.stderr), '--keep-old', '--grace', '10m', '--json');
    const { token, old_dies_at } = JSON.parse(ran.stdout) as { token: string; old_dies_at: string };
    expect(Date.parse(old_dies_at)).toBeLessThan(Date.now() + 11 * 60_000);
    expect(await as(token, 'machine', 'exec', 'uname')).toMatchObject({ code: 0 });
    expect(await as(old.stdout, 'machine', 'exec', 'uname')).toMatchObject({ code: 0 });
  });

  test.each([
    [['tok_aaaaaaaaaaaaaaaa'], 68],
    [['tok_aaaaaaaaaaaaaaaa', '-x', '2d'], 64],
    [[], 64],
  ])('refuses %j', async (args, code) => {
    expect(await run('tokens', 'rotate', ...args)).toMatchObject({ code, stdout: '' });
  });
});

describe('the other profiles', () => {
  test('deploy runs every command of its app', async () => {
    const { stdout: token, code } = await run('tokens', 'create', 'deploy', '-a', 'demo', '-x', '1h');
    expect(code).toBe(0);
    expect(await as(token, 'machine', 'exec', 'echo yes')).toMatchObject({ code: 0, stdout: 'yes\n' });
  });

  test('org works on all apps, readonly runs nothing', async () => {
    const org = await run('tokens', 'create', 'org', 'personal', '-x', '1h');
    expect(await as(org.stdout, 'machine', 'exec', '-a', 'demo', 'echo yes')).toMatchObject({ code: 0 });
    const readonly = await run('tokens', 'create', 'readonly', '-o', 'personal', '-x', '1h');
    expect(await as(readonly.stdout, 'machines', 'list', '-a', 'demo')).toMatchObject({ code: 0 });
    expect(await as(readonly.stdout, 'machine', 'exec', '-a', 'demo', 'echo no')).toMatchObject({
      code: 77,
      stdout: '',
    });
  });

  test('ssh is not offered, and says what is', async () => {
    const ran = await run('tokens', 'create', 'ssh', '-a', 'demo');
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain('postern tokens create machine-exec');
  });

  test('hidden spellings of flyctl work', async () => {
    expect((await run('tokens', 'deploy', '-a', 'demo', '-x', '1h')).stdout).toMatch(/^FlyV1 fm2_/);
    expect((await run('token', 'org', '-x', '1h')).stdout).toMatch(/^FlyV1 fm2_/);
  });
});
