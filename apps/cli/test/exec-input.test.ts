/** What goes into a running command: stdin, signals, keys. */
import { spawn } from 'node:child_process';

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN } from './postern.ts';
import { startServer, until, type TestServer } from './server.ts';
import { openTerminal } from './terminal.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe('stdin', () => {
  test('is sent with -i, bytes and end', async () => {
    const body = 'line\n'.repeat(50_000);
    const ran = await server.owner.run(['machine', 'exec', '-a', 'demo', '-i', '--', 'wc', '-c'], {
      stdin: body,
    });
    expect(ran).toMatchObject({ code: 0, stdout: `${body.length}\n` });
  });

  test('is not touched without -i: the command reads the end at once', async () => {
    const ran = await server.owner.run(['machine', 'exec', '-a', 'demo', '--', 'wc', '-c'], {
      stdin: 'secret',
    });
    expect(ran).toMatchObject({ code: 0, stdout: '0\n' });
  });

  test.each([
    ['that never ends', 'sleep 300', 'true'],
    ['that never stops coming', 'yes', 'head -c 10'],
  ])('%s does not hold the command', async (_, source, command) => {
    const run = `${process.execPath} ${BIN} machine exec -a demo -i -- ${command}`;
    const child = spawn('sh', ['-c', `${source} | { ${run}; echo "code $?"; kill 0; }`], {
      env: { ...server.owner.env },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let seen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
    await until(() => seen.includes('code 0'));
  });

  test('is sent with --json too', async () => {
    const ran = await server.owner.run(['machine', 'exec', '-a', 'demo', '-i', '--json', '--', 'cat'], {
      stdin: Buffer.from([0, 255, 10]),
    });
    expect(JSON.parse(ran.stdout)).toMatchObject({
      stdout: Buffer.from([0, 255, 10]).toString('base64'),
      stdout_encoding: 'base64',
    });
  });
});

describe('signals', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s goes to the command', async (signal) => {
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
        `trap 'echo got; exit 9' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`,
      ],
      { env: { ...server.owner.env }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let seen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
    await until(() => seen === 'ready\n');
    child.kill(signal);
    const code = await new Promise((done) => {
      child.on('close', done);
    });
    expect({ code, seen }).toEqual({ code: 9, seen: 'ready\ngot\n' });
  });

  test('a caller who is killed takes the command along', async () => {
    const mark = join(server.owner.home, 'mark');
    const child = spawn(
      process.execPath,
      [BIN, 'machine', 'exec', '-a', 'demo', '--', 'sh', '-c', `echo $$ > ${mark}; exec sleep 300`],
      { env: { ...server.owner.env }, stdio: 'ignore' },
    );
    await until(() => existsSync(mark) && readFileSync(mark, 'utf8') !== '');
    const pid = Number(readFileSync(mark, 'utf8'));
    child.kill('SIGKILL');
    await until(() => !existsSync(`/proc/${pid}`));
  });
});

describe('on a terminal', () => {
  test('Ctrl-C reaches the command', async () => {
    const terminal = openTerminal(server.owner, [
      'machine',
      'exec',
      '-a',
      'demo',
      '--',
      'sh',
      '-c',
      "trap 'echo got; exit 9' INT; echo ready; while :; do sleep 0.05; done",
    ]);
    await terminal.see('ready');
    terminal.type('\u0003');
    await terminal.see('got');
    expect((await terminal.end()).code).toBe(9);
  });
});
