/** A machine with an agent of its own: joining, and what happens when it, the server or the network fails. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDockerd } from '../../packages/exec/test/engines/dockerd.ts';
import { install, processesWith, until, type Installation } from './installation.ts';
import { addRemoteMachine, type RemoteMachine, type RunningAgent } from './remote-machine.ts';

let postern: Installation;
let far: RemoteMachine;
let agent: RunningAgent | undefined;

const call: RemoteMachine['call'] = (...args) => far.call(...args);
const exec: RemoteMachine['exec'] = (...args) => far.exec(...args);
const state: RemoteMachine['state'] = () => far.state();

async function runAgent(env: Record<string, string> = {}, ...args: string[]): Promise<void> {
  agent = await far.runAgent(env, ...args);
}

let marks = 0;
const mark = (): string => `${42_000_000 + (process.pid % 10_000) * 100 + marks++}`;
const isRunning = async (text: string): Promise<boolean> => (await processesWith(text)).length > 0;

beforeAll(async () => {
  postern = await install();
  far = await addRemoteMachine(postern);
});

afterEach(async () => {
  far.proxy.mend();
  await agent?.end('SIGTERM');
  expect(await processesWith('sleep 42')).toEqual([]);
});

afterAll(async () => {
  await far.remove();
  await postern.remove();
});

test('a join token is spent by the first who joins', async () => {
  const added = await call('/v1/apps/demo/machines', {});
  const words = ['join', '--server', postern.url, '--token', String(added.body['join_token'])];
  const join1 = await far.program(...words, '--identity', join(far.directory, 'first.json'));
  expect(join1).toMatchObject({ code: 0 });
  const join2 = await far.program(...words, '--identity', join(far.directory, 'second.json'));
  expect(join2.code).not.toBe(0);
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
  far.proxy.cut();
  await sleep(seconds * 1000);
  far.proxy.mend();
  const { body } = await answer;
  expect(body).toMatchObject({ exit_code: 3, reason: 'exited' });
  expect(String(body['stdout']).trimEnd().split('\n')).toEqual(
    Array.from({ length: 40 }, (_, index) => `line ${index + 1}`),
  );
});

describe('a connection that breaks', () => {
  test('loses nothing: the agent comes back, and every byte arrives once', async () => {
    await runAgent();
    const bulk = exec(['sh', '-c', 'seq 1 300000; sleep 1; seq 300001 600000; exit 4']);
    const slow = exec(['sh', '-c', 'for i in $(seq 40); do echo line $i; sleep 0.05; done']);
    for (let times = 0; times < 5; times += 1) {
      await sleep(300);
      far.proxy.sever();
    }
    const { body } = await bulk;
    expect(body).toMatchObject({ exit_code: 4, reason: 'exited' });
    const expected = Array.from({ length: 600_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(body['stdout'] === expected).toBe(true);
    expect(
      String((await slow).body['stdout'])
        .trimEnd()
        .split('\n'),
    ).toHaveLength(40);
    expect(postern.log()).toContain('agent.resumed');
  });

  test('and a network that then is gone for some seconds', async () => {
    await runAgent();
    const answer = exec(['sh', '-c', 'for i in $(seq 40); do echo line $i; sleep 0.05; done; exit 3']);
    await sleep(300);
    far.proxy.cut();
    far.proxy.sever();
    await sleep(5000);
    // What hangs in the network that was gone is answered late, and counts no more.
    far.proxy.mend();
    const { body } = await answer;
    expect(body).toMatchObject({ exit_code: 3, reason: 'exited' });
    expect(String(body['stdout']).trimEnd().split('\n')).toHaveLength(40);
  });

  test('what is asked meanwhile is done when the agent is back: a token that is revoked', async () => {
    await runAgent();
    const minted = await call('/v1/apps/demo/tokens', { name: 'cut off' });
    const token = String(minted.body['token']);
    const { id } = minted.body['record'] as { id: string };
    const seconds = mark();
    const answer = fetch(`${postern.url}/v1/apps/demo/machines/${far.id}/exec`, {
      method: 'POST',
      headers: { authorization: token, 'content-type': 'application/json' },
      body: JSON.stringify({ command: ['sleep', seconds], timeout: 60 }),
    });
    await until(() => isRunning(`sleep ${seconds}`));
    far.proxy.cut();
    far.proxy.sever();
    await until(async () => (await state()) === 'unreachable');
    await call(`/v1/tokens/${id}/revoke`, {});
    far.proxy.mend();
    expect(await (await answer).json()).toMatchObject({ code: 'token_revoked' });
    await until(async () => !(await isRunning(`sleep ${seconds}`)));
  });

  test('an agent that comes back without its commands: their callers are told at once', async () => {
    await runAgent();
    const seconds = mark();
    const answer = exec(['sleep', seconds]);
    await until(() => isRunning(`sleep ${seconds}`));
    await agent?.end('SIGKILL');
    await runAgent();
    expect(await answer).toMatchObject({ body: { code: 'connection_lost' } });
    await until(async () => !(await isRunning(`sleep ${seconds}`)));
    expect((await exec(['echo', 'again'])).body).toMatchObject({ stdout: 'again\n' });
  });
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
  const policy = join(far.directory, 'policy.json');
  writeFileSync(policy, JSON.stringify({ version: 1, allow: [{ args: ['echo'] }], limits: { pids: 40 } }));
  await runAgent({}, '--policy', policy);
  expect((await exec(['echo', 'fine'])).body).toMatchObject({ stdout: 'fine\n' });
  const refused = await exec(['id']);
  expect(refused).toMatchObject({ status: 403 });
  expect(refused.body['error']).toContain('its policy does not allow this command');
  await agent?.end('SIGTERM');
  writeFileSync(policy, '{"version":1,"alow":[]}');
  const broken = await far.program('run', '--identity', far.identity, '--policy', policy);
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
      const added = await call('/v1/apps/demo/machines', { name: 'box', driver, beside: far.id });
      const box = (added.body['machine'] as { id: string }).id;
      const { body } = await exec(['cat', '/etc/group'], box);
      expect(body).toMatchObject({ exit_code: 0, stdout: 'root:x:0:\nnogroup:x:65534:\n' });
      expect((await exec(['no-such-program'], box)).body).toMatchObject({ exit_code: 127 });
    } finally {
      await engine.stop();
    }
  });
});
