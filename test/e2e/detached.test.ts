/** Commands nobody waits for: started, followed, looked at again, ended. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, processesWith, until, type Installation } from './installation.ts';

let postern: Installation;
let token: string;
beforeAll(async () => {
  postern = await install();
  token = (await postern.postern(['tokens', 'create', 'machine-exec', '-a', 'demo'])).stdout
    .toString()
    .trim();
});
afterAll(() => postern.remove());

async function start(...argv: string[]): Promise<string> {
  const { stdout, stderr, code } = await postern.postern([
    'machine',
    'exec',
    '-a',
    'demo',
    '-t',
    token,
    '--detach',
    '--timeout',
    '600',
    '--',
    ...argv,
  ]);
  expect(code, stderr).toBe(0);
  expect(stdout.toString()).toMatch(/^exec_[a-z2-7]{16}\n$/);
  return stdout.toString().trim();
}

const exec = (...words: string[]) => postern.postern(['exec', ...words]);

test('a detached command goes on after its caller, and its output is there to see', async () => {
  const id = await start('sh', '-c', 'echo one; echo two >&2; sleep 0.5; echo three; exit 7');
  const attached = await exec('attach', id);
  expect(attached.stdout.toString()).toBe('one\nthree\n');
  expect(attached.stderr).toBe('two\n');
  expect(attached.code).toBe(7);
  const logs = await exec('logs', id);
  expect(logs.stdout.toString()).toBe('one\nthree\n');
  expect(logs.stderr).toBe('two\n');
  expect(logs.code).toBe(0);
});

test('bytes are kept exactly, and a recording is an asciicast', async () => {
  const id = await start('sh', '-c', String.raw`printf '\000\377\376'; head -c 1500000 /dev/zero`);
  const followed = await exec('logs', id, '--follow');
  expect(followed.stdout.length).toBe(1_500_003);
  expect(followed.stdout.subarray(0, 3)).toEqual(Buffer.of(0, 0xff, 0xfe));
  const cast = (await exec('replay', id, '--asciicast')).stdout.toString().split('\n');
  expect(JSON.parse(cast[0] ?? '')).toMatchObject({ version: 2, width: 80 });
  expect(JSON.parse(cast[1] ?? '')).toMatchObject([expect.any(Number), 'o', expect.any(String)]);
});

test('replay plays it again, faster', async () => {
  const id = await start('sh', '-c', 'echo a; sleep 1; echo b');
  await exec('attach', id);
  expect((await exec('replay', id, '--speed', '50')).stdout.toString()).toBe('a\nb\n');
  expect((await exec('replay', id, '--speed', '0')).code).toBe(64);
});

test('kill ends it, and its list and record say so', async () => {
  const id = await start('sleep', '7451');
  await until(async () => (await processesWith('sleep 7451')).length > 0);
  expect((await exec('list', '-a', 'demo')).stdout.toString()).toContain(id);
  expect((await exec('kill', id)).code).toBe(0);
  await until(async () => (await processesWith('sleep 7451')).length === 0);
  expect((await exec('attach', id)).code).not.toBe(0);
  expect((await exec('show', id, '--json')).stdout.toString()).toContain('"reason": "cancelled"');
});

test('revoking its token ends it too', async () => {
  const minted = await postern.postern(['tokens', 'create', 'machine-exec', '-a', 'demo', '--json']);
  const { id, token: own } = JSON.parse(minted.stdout.toString()) as { id: string; token: string };
  await postern.postern([
    'machine',
    'exec',
    '-a',
    'demo',
    '-t',
    own,
    '-d',
    '--timeout',
    '600',
    '--',
    'sleep',
    '7452',
  ]);
  await until(async () => (await processesWith('sleep 7452')).length > 0);
  await postern.postern(['tokens', 'revoke', id]);
  await until(async () => (await processesWith('sleep 7452')).length === 0);
});

describe('who may look', () => {
  test('the very token that ran it may; another may not', async () => {
    const id = await start('echo', 'mine');
    const logs = await postern.postern(['exec', 'logs', id, '--follow', '-t', token]);
    expect(logs.stdout.toString()).toBe('mine\n');
    const other = (await postern.postern(['tokens', 'create', 'machine-exec', '-a', 'demo'])).stdout
      .toString()
      .trim();
    expect((await postern.postern(['exec', 'logs', id, '-t', other])).code).toBe(68);
    expect((await postern.postern(['exec', 'kill', id, '-t', other])).code).toBe(68);
    expect((await exec('logs', 'exec_aaaaaaaaaaaaaaaa')).code).toBe(68);
  });

  test('output is kept of what is detached, or of everything when the app says so', async () => {
    const run = async (): Promise<string> => {
      const answer = await postern.postern([
        'machine',
        'exec',
        '-a',
        'demo',
        '-t',
        token,
        '--json',
        '--',
        'echo',
        'seen',
      ]);
      return (JSON.parse(answer.stdout.toString()) as { exec_id: string }).exec_id;
    };
    const unkept = await exec('logs', await run());
    expect(unkept.code).toBe(68);
    expect(unkept.stderr).toContain('--record full');
    await postern.postern(['apps', 'update', 'demo', '--record', 'full']);
    expect((await exec('logs', await run())).stdout.toString()).toBe('seen\n');
    const folder = join(postern.dataDir, 'transcripts');
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  });

  test('an app that keeps no records: nothing but the audit entry is left, and a key still counts', async () => {
    await postern.postern(['apps', 'update', 'demo', '--record', 'off']);
    const path = `/v1/apps/demo/machines/${postern.machine}/exec`;
    const run = async (more: object, headers: Record<string, string> = {}) => {
      const answer = await fetch(postern.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${postern.session()}`, ...headers },
        body: JSON.stringify({ command: ['echo', 'quiet'], ...more }),
      });
      return (await answer.json()) as { exec_id: string; code?: string };
    };
    const { exec_id: plain } = await run({});
    const { exec_id: keyed } = await run({}, { 'idempotency-key': 'quiet' });
    const detached = await start('echo', 'looked at');
    await until(async () => (await exec('show', plain)).code === 68);
    expect((await exec('list', '-a', 'demo')).stdout.toString()).not.toContain(plain);
    const audited = await postern.postern(['audit', 'list', '-o', 'personal', '--json']);
    expect(audited.stdout.toString()).toContain(plain);
    // Without these two, what was started could not be looked at, and a retry would run again.
    expect((await exec('show', keyed)).code).toBe(0);
    expect(await run({}, { 'idempotency-key': 'quiet' })).toMatchObject({ code: 'conflict' });
    expect((await exec('attach', detached)).stdout.toString()).toBe('looked at\n');
    await postern.postern(['apps', 'update', 'demo', '--record', 'metadata']);
  });

  test('a command the token does not allow is not started in the background either', async () => {
    const narrow = (
      await postern.postern(['tokens', 'create', 'machine-exec', '-a', 'demo', '--', 'true'])
    ).stdout
      .toString()
      .trim();
    const { code, stdout } = await postern.postern([
      'machine',
      'exec',
      '-a',
      'demo',
      '-t',
      narrow,
      '-d',
      '--',
      'sleep',
      '7453',
    ]);
    expect(code).toBe(77);
    expect(stdout.toString()).toBe('');
  });
});
