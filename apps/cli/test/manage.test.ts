/** Organizations, apps, machines, keys and audit, against the real server. */
import { spawn } from 'node:child_process';

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN, type Ran } from './postern.ts';
import { startServer, until, type TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const run = (...args: string[]): Promise<Ran> => server.owner.run(args);
const json = async (...args: string[]): Promise<unknown> => {
  const ran = await run(...args, '--json');
  expect(ran).toMatchObject({ code: 0 });
  return JSON.parse(ran.stdout);
};

describe('orgs', () => {
  test('create, show, update, delete', async () => {
    expect(await run('orgs', 'create', 'acme', '--name', 'Acme Ltd')).toMatchObject({
      code: 0,
      stdout: 'New organization created: acme\n',
    });
    expect(await run('orgs', 'update', 'acme', '--max-token-lifetime', '720h')).toMatchObject({ code: 0 });
    expect(await json('orgs', 'show', 'acme')).toMatchObject({
      version: 1,
      organization: { slug: 'acme', name: 'Acme Ltd', max_token_lifetime_seconds: 2_592_000 },
      members: [{ role: 'admin' }],
    });
    expect((await run('orgs', 'list')).stdout).toMatch(/Acme Ltd +acme +admin/);
    expect(await run('orgs', 'delete', 'acme', '--yes')).toMatchObject({ code: 0, stdout: 'Deleted acme\n' });
    expect(await run('orgs', 'show', 'acme')).toMatchObject({ code: 68, stdout: '' });
  });

  test.each([
    [['orgs', 'create', 'Not A Slug'], 64, 'slug'],
    [['orgs', 'create', 'personal'], 73, 'already been taken'],
    [['orgs', 'update', 'personal'], 64, 'nothing to change'],
    [['orgs', 'delete', 'personal'], 64, 'say --yes'],
    [['orgs', 'delete', 'nope', '--yes'], 68, 'nope'],
    [['orgs', 'show', 'nope'], 68, 'nope'],
  ])('%j is refused', async (args, code, message) => {
    const ran = await run(...args);
    expect(ran).toMatchObject({ code, stdout: '' });
    expect(ran.stderr).toContain(message);
  });

  test('-o and POSTERN_ORG go before the argument, and say so', async () => {
    await run('orgs', 'create', 'other');
    const env = { POSTERN_ORG: 'personal' };
    const ran = await server.owner.run(['tokens', 'create', 'org', 'other', '-x', '1h'], { env });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('note: using personal: -o and POSTERN_ORG go before the argument');
    expect(ran.stderr).toContain('organization personal');
    const shown = await server.owner.run(['orgs', 'show', 'other'], { env });
    expect(shown.stdout).toMatch(/Slug +other/);
    await run('orgs', 'delete', 'other', '--yes');
  });

  test('a token longer than the maximum of its organization is refused', async () => {
    await run('orgs', 'create', 'strict');
    await run('orgs', 'update', 'strict', '--max-token-lifetime', '1h');
    await run('apps', 'create', 'locked', '-o', 'strict');
    expect(await run('tokens', 'create', 'deploy', '-a', 'locked', '-x', '2h')).toMatchObject({
      code: 77,
      stdout: '',
    });
    expect(await run('tokens', 'create', 'deploy', '-a', 'locked', '-x', '30m')).toMatchObject({ code: 0 });
    expect(await run('orgs', 'update', 'strict', '--members-mint', 'everything')).toMatchObject({ code: 64 });
    const set = async (profiles: string): Promise<unknown> => {
      const { stdout } = await run('orgs', 'update', 'strict', '--members-mint', profiles, '--json');
      return (JSON.parse(stdout) as { organization: unknown }).organization;
    };
    expect(await set('machine_exec, readonly')).toMatchObject({
      member_profiles: ['machine_exec', 'readonly'],
    });
    expect(await set('none')).toMatchObject({ member_profiles: [] });
    expect(await set('all')).toMatchObject({ member_profiles: { length: 4 } });
    await run('apps', 'destroy', 'locked', '--yes');
    await run('orgs', 'delete', 'strict', '--yes');
  });
});

describe('apps', () => {
  test('create, show, update, destroy', async () => {
    expect(await run('apps', 'create', 'shop')).toMatchObject({ code: 0, stdout: 'New app created: shop\n' });
    expect(await json('apps', 'update', 'shop', '--record', 'full')).toMatchObject({
      app: { record: 'full' },
    });
    expect((await run('apps', 'show', 'shop')).stdout).toMatch(/^Name +shop\n/);
    expect((await run('apps', 'list', '-q')).stdout.split('\n')).toContain('shop');
    expect(await run('apps', 'destroy', 'shop', '--yes')).toMatchObject({ code: 0 });
    expect(await run('apps', 'show', 'shop')).toMatchObject({ code: 68, stdout: '' });
  });

  test.each([
    [['apps', 'create', 'Shop'], 64, 'lowercase'],
    [['apps', 'create', 'demo'], 73, 'already been taken'],
    [['apps', 'create'], 64, 'name argument or flag must be specified when not running interactively'],
    [['apps', 'create', 'x', '-o', 'nope'], 68, 'nope'],
    [['apps', 'update', 'demo'], 64, 'nothing to change'],
    [['apps', 'update', 'demo', '--record', 'some'], 64, 'off, metadata, full'],
    [['apps', 'destroy', 'demo'], 64, 'say --yes'],
    [['apps', 'show', 'nope'], 68, 'nope'],
    [['apps', 'list', '-o', 'nope'], 68, 'nope'],
  ])('%j is refused', async (args, code, message) => {
    const ran = await run(...args);
    expect(ran).toMatchObject({ code, stdout: '' });
    expect(ran.stderr).toContain(message);
  });

  test('which one is meant must be said when there are several', async () => {
    await run('apps', 'create', 'second');
    const ran = await run('machines', 'list');
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain('-a APP or POSTERN_APP: demo, second');
    expect(await run('machine', 'exec', server.machine, 'echo found')).toMatchObject({
      code: 0,
      stdout: 'found\n',
    });
    await run('apps', 'destroy', 'second', '--yes');
  });
});

describe('--json of what changes something', () => {
  test('apps, orgs, members and machines', async () => {
    expect(await json('orgs', 'create', 'json')).toMatchObject({
      version: 1,
      organization: { slug: 'json' },
    });
    expect(await json('apps', 'create', 'json', '-o', 'json')).toMatchObject({
      version: 1,
      app: { name: 'json' },
    });
    const added = (await json('machines', 'add', '-a', 'json')) as { machine: { id: string } };
    expect(added).toMatchObject({ version: 1, join_token: expect.stringMatching(/^join_/) as string });
    expect(await json('machines', 'remove', '-a', 'json', added.machine.id, '--yes')).toEqual({
      version: 1,
      removed: [added.machine.id],
    });
    expect(await json('apps', 'destroy', 'json', '--yes')).toEqual({ version: 1, destroyed: ['json'] });
    expect(await json('orgs', 'members', 'add', '-o', 'json', 'x@example.test')).toMatchObject({
      version: 1,
      member: { user: { email: 'x@example.test' }, role: 'member' },
      login_url: expect.any(String) as string,
    });
    expect(await json('orgs', 'members', 'remove', '-o', 'json', 'x@example.test', '--yes')).toEqual({
      version: 1,
      organization: 'json',
      removed: 'x@example.test',
    });
    expect(await json('orgs', 'delete', 'json', '--yes')).toEqual({ version: 1, deleted: 'json' });
    expect(await json('machines', 'start', '-a', 'demo')).toEqual({ version: 1, started: [server.machine] });
  });

  test('a failure is one line of JSON on stderr', async () => {
    const ran = await run('apps', 'destroy', 'nope', '--yes', '--json');
    expect(ran).toMatchObject({ code: 68, stdout: '' });
    expect(JSON.parse(ran.stderr)).toMatchObject({ version: 1, error: { code: 'app_not_found' } });
  });
});

describe('machines', () => {
  test('add, show, rename, remove', async () => {
    const added = await run('machines', 'add', '-a', 'demo', '-n', 'web-1');
    expect(added.code).toBe(0);
    expect(added.stdout).toContain('join_');
    const id = /added machine ([0-9a-f]{14})/.exec(added.stderr)?.[1] ?? '';
    expect(await json('machines', 'show', '-a', 'demo', id)).toMatchObject({
      machine: { id, name: 'web-1' },
    });
    expect(await run('machines', 'rename', '-a', 'demo', id, 'web-2')).toMatchObject({ code: 0 });
    expect((await run('machines', 'list', '-a', 'demo')).stdout).toContain('web-2');
    const several = await run('machine', 'exec', '-a', 'demo', 'true');
    expect(several).toMatchObject({ code: 64, stdout: '' });
    expect(several.stderr).toContain('demo has several machines');
    expect(await run('machine', 'exec', '-a', 'demo', id, 'true')).toMatchObject({ code: 69, stdout: '' });
    expect(await run('machines', 'wait', '-a', 'demo', id, '--timeout', '1')).toMatchObject({ code: 124 });
    expect(await run('machines', 'remove', '-a', 'demo', id)).toMatchObject({ code: 64 });
    expect(await run('machines', 'remove', '-a', 'demo', id, '--yes')).toMatchObject({
      code: 0,
      stdout: `${id} has been removed\n`,
    });
  });

  test('are named by id or by name, within one app', async () => {
    expect(await run('machine', 'exec', 'local', 'uname')).toMatchObject({ code: 0, stdout: 'Linux\n' });
    expect((await run('machines', 'show', '-a', 'demo', 'local')).stdout).toContain(server.machine);
    const pinned = await run('tokens', 'create', 'machine-exec', '-a', 'demo', '--machine', 'local', 'uname');
    const token = { env: { POSTERN_TOKEN: pinned.stdout.trim() } };
    expect(await server.owner.run(['machine', 'exec', 'local', 'uname'], token)).toMatchObject({ code: 0 });
    expect((await run('exec', 'list', '-a', 'demo', '--machine', 'local')).stdout).toContain('uname');
    const narrow = await run('tokens', 'create', 'machine-exec', '-a', 'demo', '--no-read', 'uname');
    const unread = await server.owner.run(['machine', 'exec', '-a', 'demo', 'local', 'uname'], {
      env: { POSTERN_TOKEN: narrow.stdout.trim() },
    });
    expect(unread).toMatchObject({ code: 68, stdout: '' });
    await run('apps', 'create', 'twin', '-o', 'personal');
    await run('machines', 'add', '-a', 'twin', '-n', 'local');
    const twice = await run('machine', 'exec', 'local', 'uname');
    expect(twice).toMatchObject({ code: 64, stdout: '' });
    expect(twice.stderr).toContain('name one with -a APP: demo, twin');
    expect(await run('machine', 'exec', '-a', 'demo', 'local', 'uname')).toMatchObject({ code: 0 });
    await run('apps', 'destroy', 'twin', '--yes');
  });

  test('show and wait find the only machine', async () => {
    expect((await run('machines', 'show', '-a', 'demo')).stdout).toMatch(
      new RegExp(`^ID +${server.machine}\n`),
    );
    expect(await run('machines', 'wait', '-a', 'demo')).toMatchObject({
      code: 0,
      stdout: `${server.machine} is started\n`,
    });
  });

  test('start of one that runs changes nothing', async () => {
    expect(await run('machines', 'start', '-a', 'demo')).toMatchObject({
      code: 0,
      stdout: `${server.machine} has been started\n`,
    });
  });

  test.each(['stop', 'restart', 'ps'])('%s says that the driver process cannot', async (verb) => {
    const ran = await run('machines', verb, '-a', 'demo');
    expect(ran.code).not.toBe(0);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toMatch(/^error: .+\n/);
    expect(ran.stderr).not.toContain('unexpected');
  });

  test.each([
    [['machines', 'show', '-a', 'demo', 'ffffffffffffff'], 68],
    [['machines', 'remove', '-a', 'demo', 'ffffffffffffff', '--yes'], 68],
    [['machines', 'add', '-a', 'demo', '--driver', 'docker'], 64],
    [['machines', 'add', '-a', 'demo', '--driver', 'ssh'], 64],
    [['machines', 'add', '-a', 'demo', '-n', 'no blanks please'], 64],
    [['machines', 'list', '-a', 'nope'], 68],
  ])('%j is refused', async (args, code) => {
    expect(await run(...args)).toMatchObject({ code, stdout: '' });
  });
});

describe('keys and audit', () => {
  test('keys list shows the generation and no bytes', async () => {
    const shown = await json('keys', 'list');
    expect(shown).toMatchObject({ version: 1, keys: [{ generation: 1, state: 'active' }] });
  });

  test('keys rotate and retire: tokens of the old generation die, after asking', async () => {
    const minted = await run('tokens', 'create', 'deploy', '-a', 'demo', '-x', '1h');
    const { keys } = (await json('keys', 'list')) as { keys: { id: string; live_tokens: number }[] };
    const old = keys[0]?.id ?? '';
    expect(await run('keys', 'retire', old, '--yes')).not.toMatchObject({ code: 0 });
    expect(await run('keys', 'rotate')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^New signing key \S+, generation 2\n$/) as string,
    });
    const asked = await run('keys', 'retire', old);
    expect(asked).toMatchObject({ code: 64, stdout: '' });
    expect(asked.stderr).toMatch(/\d+ live tokens die\. Nobody can be asked here/);
    expect(await run('keys', 'retire', old, '--yes')).toMatchObject({ code: 0, stdout: `Retired ${old}\n` });
    expect(await run('machine', 'exec', '-a', 'demo', '-t', minted.stdout, 'true')).toMatchObject({
      code: 67,
      stdout: '',
    });
    expect(await run('keys', 'retire', 'nope', '--yes')).toMatchObject({ code: 68, stdout: '' });
  });

  test('audit tail prints entries as they come, until Ctrl-C', async () => {
    const child = spawn(process.execPath, [BIN, 'audit', 'tail', '--json'], {
      env: { ...server.owner.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let seen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
    const ended = new Promise((done) => {
      child.on('close', done);
    });
    await until(async () => {
      await run('machine', 'exec', '-a', 'demo', 'echo tailed');
      return seen.includes('tailed');
    });
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(JSON.parse(seen.split('\n')[0] ?? '')).toMatchObject({ action: 'exec.run' });
  });

  test('audit list and verify tell of what was done', async () => {
    await run('machine', 'exec', '-a', 'demo', 'echo audited');
    const listed = await run('audit', 'list', '--action', 'exec.run', '-n', '1');
    expect(listed.stdout).toContain('echo audited');
    expect(await json('audit', 'list', '-n', '3')).toMatchObject({ version: 1, organization: 'personal' });
    const exported = await run('audit', 'export');
    const sequence = exported.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
    expect(sequence).toEqual(sequence.toSorted((a, b) => a - b));
    expect(sequence.length).toBeGreaterThan(3);
    expect(
      (await run('audit', 'export', '--after', String(sequence.at(-1)))).stdout.trim().split('\n').length,
    ).toBeLessThan(3);
    const verified = await run('audit', 'verify');
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.stdout).toMatch(/^\d+ entries, all whole; head [0-9a-f]{64}\n$/);
  });
});

describe('doctor and config', () => {
  test('doctor is content', async () => {
    const ran = await run('doctor');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).not.toMatch(/^(?:broken|warning)/m);
  });

  test('doctor warns of a credentials file others can read', async () => {
    const { chmodSync } = await import('node:fs');
    const file = join(server.owner.home, 'config', 'credentials.json');
    chmodSync(file, 0o644);
    const ran = await run('doctor');
    chmodSync(file, 0o600);
    expect(ran.stdout).toContain(`warning  credentials file: ${file} can be read by others (mode 644)`);
    expect(ran.stdout).toContain(`chmod 600 ${file}`);
  });

  test('config show and --verbose never show the session', async () => {
    const shown = await run('config', 'show');
    const loud = await run('apps', 'list', '--verbose');
    expect(loud.stderr).toContain(`GET ${server.url}/v1/apps -> 200`);
    for (const { stdout, stderr } of [shown, loud]) {
      expect(stdout + stderr).not.toContain(server.session);
    }
  });
});
