/** `machine exec` against the real server and real processes. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN } from './postern.ts';
import { startServer, until, type TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const exec = (...args: string[]) => server.owner.run(['machine', 'exec', '-a', 'demo', ...args]);

describe('the exit code', () => {
  test.each([0, 1, 7, 64, 77, 126, 255])('%i of the command is that of postern', async (code) => {
    expect(await exec('--', 'sh', '-c', `exit ${code}`)).toMatchObject({ code, stdout: '', stderr: '' });
  });

  test.each([
    ['KILL', 137],
    ['TERM', 143],
    ['HUP', 129],
  ])('of a command that died of SIG%s is 128 + its number', async (signal, code) => {
    expect(await exec('--', 'sh', '-c', `kill -${signal} $$`)).toMatchObject({ code });
  });

  test('of one that ran too long is 124, and says so', async () => {
    const ran = await exec('--timeout', '1', '--', 'sleep', '60');
    expect(ran).toMatchObject({ code: 124, stdout: '' });
    expect(ran.stderr).toContain('it ran longer than its timeout');
  });

  test('of one that is not there is 127', async () => {
    const ran = await exec('no-such-program-anywhere');
    expect(ran.code).toBe(127);
    expect(ran.stderr).toContain('could not be started');
  });
});

describe('the command', () => {
  test('may be one quoted line, which no shell expands', async () => {
    const line = `printf '%s|' "a b" c\\ d '$HOME' $HOME '*' '; ls' '#x' a,b`;
    expect(await exec(line)).toMatchObject({ code: 0, stdout: 'a b|c d|$HOME|$HOME|*|; ls|#x|a,b|' });
  });

  test('may be words after --, as they are', async () => {
    expect(await exec('--', 'printf', '%s|', 'a b', '-a', '--json', '$(id)', '')).toMatchObject({
      code: 0,
      stdout: 'a b|-a|--json|$(id)||',
    });
  });

  test('may have the machine before it in both forms', async () => {
    expect(await exec(server.machine, 'echo one')).toMatchObject({ code: 0, stdout: 'one\n' });
    expect(await exec(server.machine, '--', 'echo', 'two')).toMatchObject({ code: 0, stdout: 'two\n' });
  });

  test.each([
    [['', 'blank']],
    [['   ', 'blank']],
    [["echo 'x", 'unbalanced single quote']],
    [['a', 'b', 'c', 'accepts between 1 and 2 arg(s), received 3']],
    [['--', 'the command is blank']],
  ])('refuses %j before anything is sent', async (words) => {
    const args = words.slice(0, -1);
    const ran = await server.owner.run([
      'machine',
      'exec',
      '--server',
      'http://127.0.0.1:1',
      '-t',
      'x',
      ...args,
    ]);
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain(args[0] === '--' ? 'takes at least 1 word' : words.at(-1));
  });

  test('a machine id alone is no command', async () => {
    const ran = await exec(server.machine);
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain(`postern machine exec ${server.machine} "uname -a"`);
  });

  test('words that look like flags need --', async () => {
    const ran = await exec(server.machine, 'ls', '-l');
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain("unknown shorthand flag: 'l' in -l");
  });

  test.each([
    [['--env', 'x'], 64, 'is not NAME=VALUE'],
    [['--timeout', 'x'], 64, 'not a whole number'],
    [['--container', 'web', '--no-container'], 64, '--container and --no-container are mutually exclusive'],
  ])('refuses %j', async (flags, code, message) => {
    const ran = await exec(...flags, '--', 'true');
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(message);
  });
});

test('a folder that is not there starts nothing', async () => {
  const ran = await exec('--cwd', '/no/such/folder', '--', 'echo', 'ran');
  expect([126, 127]).toContain(ran.code);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toContain('the command could not be started');
});

test.each([[[]], [['--json']], [['--detach']]])('is run once with an idempotency key %j', async (how) => {
  const key = ['--idempotency-key', `once ${how.join('')}`];
  const run = () => server.owner.run(['machine', 'exec', '-a', 'demo', ...key, ...how, '--', 'echo', 'once']);
  expect((await run()).code).toBe(0);
  const again = await run();
  expect(again.code).not.toBe(0);
  expect(again.stdout).not.toContain('once');
  expect(again.stderr).toMatch(/was run before; it is not run again/);
  expect(again.stderr).toMatch(/postern exec show exec_/);
});

describe('output', () => {
  test('goes to the stream it was written to', async () => {
    const ran = await exec('--', 'sh', '-c', 'echo out; echo err >&2');
    expect(ran).toMatchObject({ code: 0, stdout: 'out\n', stderr: 'err\n' });
  });

  test('comes through while the command runs', async () => {
    const gate = join(server.owner.home, 'gate');
    const child = spawn(
      process.execPath,
      [
        BIN,
        'machine',
        'exec',
        '-a',
        'demo',
        '--',
        'sh',
        '-c',
        `echo first; while [ ! -e ${gate} ]; do sleep 0.05; done; echo second`,
      ],
      { env: { ...server.owner.env }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let seen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
    const ended = new Promise((done) => {
      child.on('close', done);
    });
    await until(() => seen === 'first\n');
    expect(child.exitCode).toBeNull();
    await server.owner.run(['machine', 'exec', '-a', 'demo', '--', 'touch', gate]);
    await ended;
    expect(seen).toBe('first\nsecond\n');
  });

  test('of ten mebibytes arrives intact', async () => {
    const bytes = 10 * 1024 * 1024;
    const child = spawn(
      process.execPath,
      [
        BIN,
        'machine',
        'exec',
        '-a',
        'demo',
        '--',
        'sh',
        '-c',
        `head -c ${bytes} /dev/urandom | tee ${server.owner.home}/sent`,
      ],
      { env: { ...server.owner.env }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const hash = createHash('sha256');
    for await (const chunk of child.stdout) hash.update(chunk as Uint8Array);
    const sent = readFileSync(join(server.owner.home, 'sent'));
    expect(sent.length).toBe(bytes);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(sent).digest('hex'));
  });

  test('is passed through byte for byte, escape sequences and bad UTF-8 too', async () => {
    const child = spawn(
      process.execPath,
      [BIN, 'machine', 'exec', '-a', 'demo', '--', 'printf', String.raw`\033[31m\377\000\200x`],
      { env: { ...server.owner.env }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([27, 91, 51, 49, 109, 0xff, 0, 0x80, 120]));
  });

  test('ends quietly when nobody reads on', async () => {
    const run = `${process.execPath} ${BIN} machine exec -a demo -- yes`;
    const line = `${run} 2>&1 >/dev/full | cat; ${run} | head -n 2`;
    const child = spawn('sh', ['-c', line], {
      env: { ...server.owner.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await new Promise((done) => {
      child.on('close', done);
    });
    expect(stdout).toBe('error: cannot write output: ENOSPC: no space left on device, write\ny\ny\n');
    expect(stderr).toBe('');
    await until(async () => {
      const { stdout: running } = await server.owner.run([
        'exec',
        'list',
        '-a',
        'demo',
        '--state',
        'running',
        '--json',
      ]);
      return (JSON.parse(running) as { execs: unknown[] }).execs.length === 0;
    });
  });

  test('--json is one document, and the exit code is still that of the command', async () => {
    const ran = await exec('--json', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3');
    expect(ran).toMatchObject({ code: 3, stderr: '' });
    expect(JSON.parse(ran.stdout)).toMatchObject({
      version: 1,
      exit_code: 3,
      exit_signal: 0,
      stdout: 'out\n',
      stderr: 'err\n',
      exec_id: expect.stringMatching(/^exec_/) as string,
      reason: 'exited',
    });
  });
});

describe('exec', () => {
  test('list, show and kill know a running exec', async () => {
    const child = spawn(process.execPath, [BIN, 'machine', 'exec', '-a', 'demo', '--', 'sleep', '300'], {
      env: { ...server.owner.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise((done) => {
      child.on('close', done);
    });
    let id = '';
    await until(async () => {
      const { stdout } = await server.owner.run([
        'exec',
        'list',
        '-a',
        'demo',
        '--state',
        'running',
        '--json',
      ]);
      id = (JSON.parse(stdout) as { execs: { id: string }[] }).execs[0]?.id ?? '';
      return id !== '';
    });
    const shown = await server.owner.run(['exec', 'show', id, '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      version: 1,
      exec: { id, state: 'running', command: ['sleep', '300'], user: 'owner@localhost' },
    });
    expect(await server.owner.run(['exec', 'kill', id])).toMatchObject({
      code: 0,
      stdout: `Signalled ${id}\n`,
    });
    await ended;
    const done = await server.owner.run(['exec', 'show', id]);
    expect(done.stdout).toMatch(/Result +signal 15/);
    expect(done.stdout).toMatch(/Command +sleep 300/);
  });

  test.each(['show', 'kill'])('%s refuses an id that is not there', async (verb) => {
    const ran = await server.owner.run(['exec', verb, 'exec_aaaaaaaaaaaaaaaa']);
    expect(ran).toMatchObject({ code: 68, stdout: '' });
    expect(ran.stderr).toMatch(/^error: .*\n/);
  });
});
