/** A machine with an agent of its own: joining, and what happens when it, the server or the network fails. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDockerd } from '../../packages/exec/test/engines/dockerd.ts';
import { startCuttingProxy, type CuttingProxy } from './cutting-proxy.ts';
import { install, processesWith, ROOT, until, type Installation } from './installation.ts';

const AGENT = join(ROOT, 'apps/agent/bin/postern-agent.js');

let postern: Installation;
let proxy: CuttingProxy;
let directory: string;
let machine: string;
let identity: string;
let agent: RunningAgent | undefined;

interface RunningAgent {
  readonly child: ChildProcess;
  log(): string;
  end(signal: NodeJS.Signals): Promise<void>;
}

async function call(path: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(postern.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${postern.session()}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const exec = (command: string[], on: string = machine) =>
  call(`/v1/apps/demo/machines/${on}/exec`, { command, timeout: 60 });

const state = async (): Promise<unknown> => (await call(`/v1/apps/demo/machines/${machine}`)).body['state'];

function program(...args: string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, [AGENT, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, text })));
}

async function runAgent(env: Record<string, string> = {}, ...args: string[]): Promise<RunningAgent> {
  const child = spawn(process.execPath, [AGENT, 'run', '--identity', identity, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  agent = {
    child,
    log: () => text,
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exit;
    },
  };
  await until(() => text.includes('connected to') || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`the agent ended: ${text}`);
  await until(async () => (await state()) === 'started');
  return agent;
}

let marks = 0;
const mark = (): string => `${42_000_000 + (process.pid % 10_000) * 100 + marks++}`;
const isRunning = async (text: string): Promise<boolean> => (await processesWith(text)).length > 0;

beforeAll(async () => {
  postern = await install();
  proxy = await startCuttingProxy(Number(new URL(postern.url).port));
  directory = mkdtempSync(join(tmpdir(), 'postern-agent-'));
  identity = join(directory, 'agent.json');
  const added = await call('/v1/apps/demo/machines', { name: 'far' });
  machine = (added.body['machine'] as { id: string }).id;
  expect(await state()).not.toBe('started');
  const server = `http://127.0.0.1:${proxy.port}`;
  const words = ['join', '--server', server, '--token', String(added.body['join_token'])];
  const joined = await program(...words, '--identity', identity);
  expect(joined).toMatchObject({ code: 0 });
  const again = await program(...words, '--identity', join(directory, 'second.json'));
  expect(again.code).not.toBe(0);
});

afterEach(async () => {
  proxy.mend();
  await agent?.end('SIGTERM');
  expect(await processesWith('sleep 42')).toEqual([]);
});

afterAll(async () => {
  await proxy.close();
  await postern.remove();
  rmSync(directory, { recursive: true, force: true });
});

test('runs commands, and its state is seen', async () => {
  await runAgent();
  expect(await exec(['echo', 'far away'])).toMatchObject({ status: 200, body: { stdout: 'far away\n' } });
  await agent?.end('SIGTERM');
  await until(async () => (await state()) !== 'started');
  expect((await exec(['true'])).status).toBeGreaterThanOrEqual(400);
});

test('invariant 10: an agent that is killed mid-exec leaves nothing running, and its caller is told', async () => {
  await runAgent();
  const seconds = mark();
  const answer = exec(['sh', '-c', `(setsid sleep ${seconds} &); sleep ${seconds}`]);
  await until(() => isRunning(`sleep ${seconds}`));
  await agent?.end('SIGKILL');
  expect(await answer).toMatchObject({ body: { code: 'connection_lost' } });
  await until(async () => !(await isRunning(seconds)));
});

test('invariant 10: a server that is killed mid-exec leaves nothing running; the agent comes back', async () => {
  await runAgent();
  const seconds = mark();
  const answer = exec(['sleep', seconds]).catch(() => 'gone');
  await until(() => isRunning(`sleep ${seconds}`));
  await postern.kill9();
  expect(await answer).toBe('gone');
  await until(async () => !(await isRunning(`sleep ${seconds}`)));
  await postern.start();
  await until(async () => (await state()) === 'started');
  expect((await exec(['echo', 'back'])).body).toMatchObject({ stdout: 'back\n' });
});

test.each([1, 10])('a network that is cut for %i s loses nothing', async (seconds) => {
  await runAgent();
  const answer = exec(['sh', '-c', 'for i in $(seq 40); do echo line $i; sleep 0.05; done; exit 3']);
  await sleep(300);
  proxy.cut();
  await sleep(seconds * 1000);
  proxy.mend();
  const { body } = await answer;
  expect(body).toMatchObject({ exit_code: 3, reason: 'exited' });
  expect(String(body['stdout']).trimEnd().split('\n')).toEqual(
    Array.from({ length: 40 }, (_, index) => `line ${index + 1}`),
  );
});

test('a connection that breaks ends its commands at both ends, and the agent connects again', async () => {
  await runAgent();
  const seconds = mark();
  const answer = exec(['sleep', seconds]);
  await until(() => isRunning(`sleep ${seconds}`));
  proxy.sever();
  expect(await answer).toMatchObject({ body: { code: 'connection_lost' } });
  await until(async () => !(await isRunning(`sleep ${seconds}`)));
  await until(async () => (await state()) === 'started');
  expect((await exec(['echo', 'again'])).body).toMatchObject({ stdout: 'again\n' });
});

test('a clock that is an hour off changes nothing', async () => {
  for (const skew of [3_600_000, -3_600_000]) {
    const code = encodeURIComponent(`const now=Date.now;Date.now=()=>now()+${skew}`);
    const shift = `data:text/javascript,${code}`;
    await runAgent({ NODE_OPTIONS: `--import ${shift}` });
    expect((await exec(['echo', 'on time'])).body).toMatchObject({ stdout: 'on time\n' });
    await agent?.end('SIGTERM');
  }
});

test("the machine's own policy is stronger than the server", async () => {
  const policy = join(directory, 'policy.json');
  writeFileSync(policy, JSON.stringify({ version: 1, allow: [{ args: ['echo'] }], limits: { pids: 40 } }));
  await runAgent({}, '--policy', policy);
  expect((await exec(['echo', 'fine'])).body).toMatchObject({ stdout: 'fine\n' });
  const refused = await exec(['id']);
  expect(refused).toMatchObject({ status: 403 });
  expect(refused.body['error']).toContain('its policy does not allow this command');
  await agent?.end('SIGTERM');
  writeFileSync(policy, '{"version":1,"alow":[]}');
  const broken = await program('run', '--identity', identity, '--policy', policy);
  expect(broken.code).not.toBe(0);
  expect(broken.text).toContain('is no policy');
});

test('200 commands at once, each with its own outcome', async () => {
  await runAgent();
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) => exec(['sh', '-c', `echo ${index}; exit ${index % 50}`])),
  );
  for (const [index, { body }] of answers.entries()) {
    expect(body).toMatchObject({ exit_code: index % 50, stdout: `${index}\n` });
  }
});

describe('a container, by an agent that serves it too', () => {
  test('runs there and not here', async () => {
    const engine = await startDockerd();
    try {
      await runAgent();
      const driver = { kind: 'docker', container: engine.container, socket: engine.socket };
      const added = await call('/v1/apps/demo/machines', { name: 'box', driver, beside: machine });
      const box = (added.body['machine'] as { id: string }).id;
      const { body } = await exec(['cat', '/etc/group'], box);
      expect(body).toMatchObject({ exit_code: 0, stdout: 'root:x:0:\nnogroup:x:65534:\n' });
      expect((await exec(['no-such-program'], box)).body).toMatchObject({ exit_code: 127 });
    } finally {
      await engine.stop();
    }
  });
});
