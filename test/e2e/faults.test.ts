/** What commands, callers, networks and sudden ends do to a machine; after each, `aftermath.ts` looks at all of it. */
import { CHANNEL, decodeFrame, encodeControl, EXEC_SUBPROTOCOL, type ExecResource } from '@postern/contract';
import { readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { markedBy, watch, type Aftermath } from './aftermath.ts';
import { clockAhead, install, until, type Installation } from './installation.ts';
import { addRemoteMachine, type Answer, type RemoteMachine, type RunningAgent } from './remote-machine.ts';

let postern: Installation;
let far: RemoteMachine;
let agent: RunningAgent | undefined;
let aftermath: Aftermath;

beforeAll(async () => {
  postern = await install();
  far = await addRemoteMachine(postern);
  const policy = { version: 1, limits: { pids: 64 } };
  writeFileSync(join(far.directory, 'policy.json'), JSON.stringify(policy));
});
afterAll(async () => {
  await far.remove();
  await postern.remove();
});

async function runAgent(env: Record<string, string> = {}): Promise<void> {
  agent = await far.runAgent(env, '--policy', join(far.directory, 'policy.json'));
}

/** Ends the agent at once. */
async function killAgent(): Promise<void> {
  await agent?.end('SIGKILL');
  agent = undefined;
}

beforeEach(async () => {
  if (agent === undefined) await runAgent();
  aftermath = await watch(postern, far, () => agent?.child.pid);
});
afterEach(async () => {
  far.proxy.mend();
  await aftermath.settle();
});

/** For what takes its time, or as long as both sides wait for each other, on a machine that has much else to do. */
const SLOW = { timeout: 180_000 };

const exec: RemoteMachine['exec'] = (...args) => far.exec(...args);
const isRunning = (): boolean => markedBy(far.mark).length > 0;
const untilRunning = (): Promise<void> => until(isRunning);
const reasonsOf = (records: readonly ExecResource[]): unknown[] => records.map(({ reason }) => reason);

/** One line a moment, for as long as a network may be gone, and an exit code of its own. */
const LINES = ['sh', '-c', 'for i in $(seq 40); do echo line $i; sleep 0.05; done; exit 3'];
const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('');

const execPath = (): string => `/v1/apps/demo/machines/${far.id}/exec`;
const bodyOf = (command: readonly string[], timeout: number) => ({
  command: [...command],
  timeout,
  env: { POSTERN_TEST_MARK: far.mark },
});

async function openStream(command: readonly string[], timeout: number): Promise<WebSocket> {
  const socket = new WebSocket(postern.url.replace('http', 'ws') + execPath(), EXEC_SUBPROTOCOL, {
    headers: { authorization: `Bearer ${postern.session()}` },
  });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.on('open', resolve));
  socket.send(encodeControl({ type: 'start', request: bodyOf(command, timeout), stdin: false, tty: null }));
  return socket;
}

/** Runs a command with a token. */
async function execWith(token: string, command: readonly string[], more: object = {}): Promise<Answer> {
  const answer = await fetch(postern.url + execPath(), {
    method: 'POST',
    headers: { authorization: token, connection: 'close' },
    body: JSON.stringify({ ...bodyOf(command, 600), ...more }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** Records of the last execs, whether they have ended or not. */
async function latest(count: number): Promise<ExecResource[]> {
  const { body } = await far.call(`/v1/apps/demo/execs?machine=${far.id}&limit=${count}`);
  return body['execs'] as ExecResource[];
}

/** A request whose answer nobody reads. @returns how to go away. */
function post(command: readonly string[], timeout: number, accept: string): () => void {
  const call = request(postern.url + execPath(), {
    method: 'POST',
    headers: { authorization: `Bearer ${postern.session()}`, accept, 'content-type': 'application/json' },
  });
  call.on('error', () => undefined);
  call.on('response', (answer) => answer.on('error', () => undefined).pause());
  call.end(JSON.stringify(bodyOf(command, timeout)));
  return () => void call.destroy();
}

describe('the agent', () => {
  test(
    'invariant 10: an agent that is killed mid-exec leaves nothing running, and its caller is told',
    SLOW,
    async () => {
      const answer = exec(['sh', '-c', '(setsid sleep 600 &); sleep 600']);
      await until(() => markedBy(far.mark).length >= 3);
      await killAgent();
      expect(await answer).toMatchObject({ body: { code: 'connection_lost' } });
      const records = await aftermath.settle();
      expect(records).toMatchObject([{ state: 'unknown', reason: 'connection-lost' }]);
    },
  );

  test('is stopped mid-exec: the command is ended first, and everybody is told why', async () => {
    const polite = exec(['sh', '-c', 'trap "echo bye; exit 7" TERM; echo up; while :; do sleep 0.1; done']);
    const deaf = exec(['sh', '-c', 'trap "" TERM; sleep 600; sleep 600']);
    await until(() => markedBy(far.mark).length >= 4);
    await agent?.end('SIGTERM');
    expect(agent?.child.exitCode).toBe(0);
    agent = undefined;
    expect(isRunning()).toBe(false);
    for (const answer of [polite, deaf])
      expect(await answer).toMatchObject({
        body: { code: 'connection_lost', details: { reason: 'agent-shutdown' } },
      });
    const records = await aftermath.settle();
    expect(reasonsOf(records)).toEqual(['agent-shutdown', 'agent-shutdown']);
    expect(records.find(({ command }) => command[2]?.includes('bye'))).toMatchObject({ exit_code: 7 });
  });

  test('comes back without its commands: their callers are told at once', async () => {
    const answer = exec(['sleep', '600']);
    await untilRunning();
    await killAgent();
    await runAgent();
    expect(await answer).toMatchObject({ body: { code: 'connection_lost' } });
    expect((await exec(['echo', 'again'])).body).toMatchObject({ stdout: 'again\n' });
    const records = await aftermath.settle();
    expect(reasonsOf(records)).toEqual(['connection-lost', 'exited']);
  });
});

test(
  'invariant 10: a server that is killed mid-exec leaves nothing running; the agent comes back',
  SLOW,
  async () => {
    const answer = exec(['sh', '-c', 'setsid sleep 600 & sleep 600']).catch(() => 'gone');
    await until(() => markedBy(far.mark).length >= 3);
    await postern.kill9();
    expect(await answer).toBe('gone');
    await until(() => !isRunning());
    await postern.start();
    await until(async () => (await far.state()) === 'started');
    expect((await exec(['echo', 'back'])).body).toMatchObject({ stdout: 'back\n' });
    const records = await aftermath.settle();
    expect(records).toMatchObject([{ state: 'unknown' }, { state: 'done', exit_code: 0 }]);
  },
);

describe('the network', () => {
  test.each([1, 10])('is cut for %i s: nothing is lost', async (seconds) => {
    const answer = exec(LINES);
    await untilRunning();
    far.proxy.cut();
    await sleep(seconds * 1000);
    far.proxy.mend();
    expect(await answer).toMatchObject({ body: { exit_code: 3, reason: 'exited', stdout: lines(40) } });
    const records = await aftermath.settle();
    expect(records).toMatchObject([{ reason: 'exited', exit_code: 3, stdout_bytes: lines(40).length }]);
  });

  test('breaks again and again: the agent comes back, and every byte arrives once', async () => {
    const bulk = exec(['sh', '-c', 'seq 1 300000; sleep 1; seq 300001 600000; exit 4']);
    const slow = exec(LINES);
    await untilRunning();
    for (let times = 0; times < 5; times += 1) {
      await sleep(300);
      far.proxy.sever();
    }
    const { body } = await bulk;
    expect(body).toMatchObject({ exit_code: 4, reason: 'exited' });
    const expected = Array.from({ length: 600_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(body['stdout'] === expected).toBe(true);
    expect((await slow).body['stdout']).toBe(lines(40));
    expect(postern.log()).toContain('agent.resumed');
  });

  test('breaks and is gone for some seconds: what hung in it is answered late and counts no more', async () => {
    const answer = exec(LINES);
    await untilRunning();
    far.proxy.cut();
    far.proxy.sever();
    await sleep(5000);
    far.proxy.mend();
    expect(await answer).toMatchObject({ body: { exit_code: 3, reason: 'exited', stdout: lines(40) } });
  });

  test('is gone while a token is revoked: it is done when the agent is back', async () => {
    const minted = await far.call('/v1/apps/demo/tokens', { name: 'cut off' });
    const { id } = minted.body['record'] as { id: string };
    const answer = execWith(String(minted.body['token']), ['sleep', '600']);
    await untilRunning();
    far.proxy.cut();
    far.proxy.sever();
    await until(async () => (await far.state()) === 'unreachable');
    await far.call(`/v1/tokens/${id}/revoke`, {});
    far.proxy.mend();
    expect(await answer).toMatchObject({ body: { code: 'token_revoked' } });
    const records = await aftermath.settle();
    expect(reasonsOf(records)).toEqual(['revoked']);
  });
});

test.each([1, -1])('a clock of the agent that is off by %i h changes nothing', async (hours) => {
  // Its caveats bound a time of which little is left.
  const minted = await far.call('/v1/apps/demo/tokens', { name: `skew ${hours}`, expiry: '5m' });
  const token = String(minted.body['token']);
  await agent?.end('SIGTERM');
  await runAgent(clockAhead(hours * 3_600_000));
  expect((await execWith(token, ['echo', 'on time'])).body).toMatchObject({ stdout: 'on time\n' });
  const before = Date.now();
  const [record] = await aftermath.settle();
  expect(record).toMatchObject({ reason: 'exited', exit_code: 0 });
  // Times of records are the server's.
  expect(Math.abs(Date.parse(record?.ended_at ?? '') - before)).toBeLessThan(60_000);
  await agent?.end('SIGTERM');
  agent = undefined;
});

describe('the caller', () => {
  const two = ['sh', '-c', 'setsid sleep 600 & sleep 600'];
  test.each<[string, () => Promise<() => void>]>([
    [
      'a WebSocket',
      async () => {
        const socket = await openStream(two, 600);
        return () => socket.terminate();
      },
    ],
    ['lines of JSON', async () => post(two, 600, 'application/x-ndjson')],
    ['one JSON answer', async () => post(two, 600, 'application/json')],
  ])('invariant 10: a caller of %s who goes away takes the command along', async (_, call) => {
    const goAway = await call();
    await until(() => markedBy(far.mark).length >= 3);
    goAway();
    const records = await aftermath.settle();
    expect(reasonsOf(records)).toEqual(['caller-gone']);
  });

  test(
    'invariant 11: a caller who never reads holds the writer, and keeps nothing when its time is over',
    SLOW,
    async () => {
      const socket = await openStream(['yes'], 10);
      socket.pause();
      const goAway = post(['yes'], 10, 'application/x-ndjson');
      await until(() => markedBy(far.mark).length >= 2);
      // The callers stay, and still read nothing: the commands end at their time, and their records are closed.
      await until(async () => (await latest(2)).every(({ ended_at: endedAt }) => endedAt !== null));
      expect(isRunning()).toBe(false);
      const records = await latest(2);
      expect(reasonsOf(records)).toEqual(['timed-out', 'timed-out']);
      for (const { stdout_bytes: bytes, truncated } of records) {
        // A few windows on the way, and what the kernel keeps for two sockets.
        expect(bytes).toBeLessThan(32 * 2 ** 20);
        expect(truncated).toBe(true);
      }
      socket.terminate();
      goAway();
    },
  );
});

describe('a command', () => {
  test('invariant 11: 1 GiB of output through server and agent leaves memory flat', SLOW, async () => {
    const socket = await openStream(['head', '-c', String(2 ** 30), '/dev/zero'], 120);
    let bytes = 0;
    let last: unknown;
    socket.on('message', (data: Buffer) => {
      const { channel, payload } = decodeFrame(data);
      if (channel === CHANNEL.stdout) bytes += payload.length;
      else last = JSON.parse(Buffer.from(payload).toString());
    });
    await new Promise((resolve) => socket.on('close', resolve));
    expect(last).toMatchObject({ type: 'outcome', outcome: { exitCode: 0, stdoutBytes: 2 ** 30 } });
    expect(bytes).toBe(2 ** 30);
    const records = await aftermath.settle();
    expect(records).toMatchObject([{ reason: 'exited', stdout_bytes: 2 ** 30, truncated: false }]);
  });

  test('is a fork bomb: the limit of processes holds it, its time ends it, the machine goes on', async () => {
    const bomb = exec(['sh', '-c', 'f() { f | f & }; f; sleep 60'], far.id, { timeout: 2 });
    await untilRunning();
    const near = exec(['echo', 'well'], postern.machine);
    expect((await near).body).toMatchObject({ exit_code: 0, stdout: 'well\n' });
    expect((await bomb).body).toMatchObject({ code: 'exec_timed_out' });
    const records = await aftermath.settle();
    expect(reasonsOf(records)).toEqual(['timed-out']);
    expect(cgroupsOf(agent)).toEqual([]);
    expect((await exec(['echo', 'well'])).body).toMatchObject({ stdout: 'well\n' });
  });

  test('has a child that ignores SIGTERM', async () => {
    const deaf = ['sh', '-c', 'trap "" TERM HUP INT; sh -c "sleep 600; sleep 600" & sleep 600; sleep 600'];
    expect((await exec(deaf, far.id, { timeout: 1 })).body).toMatchObject({ code: 'exec_timed_out' });
    expect(isRunning()).toBe(false);
    const records = await aftermath.settle();
    expect(records).toMatchObject([{ reason: 'timed-out', exit_signal: 9 }]);
  });

  test('has a grandchild that daemonizes: it ends with the command', async () => {
    const daemon = `setsid sh -c 'trap "" TERM HUP; sleep 600; sleep 600' >/dev/null 2>&1 </dev/null &`;
    const { body } = await exec(['sh', '-c', `(${daemon}); echo done`]);
    expect(body).toMatchObject({ exit_code: 0, reason: 'exited', stdout: 'done\n' });
    expect(isRunning()).toBe(false);
  });

  test('closes its output and lives on: its exit code counts', async () => {
    const { body } = await exec(['sh', '-c', 'echo last; exec >&- 2>&-; sleep 0.3; exit 5']);
    expect(body).toMatchObject({ exit_code: 5, reason: 'exited', stdout: 'last\n' });
    const records = await aftermath.settle();
    expect(records).toMatchObject([{ exit_code: 5, stdout_bytes: 5 }]);
  });
});

/** Control groups that the agent made for commands. */
function cgroupsOf(running: RunningAgent | undefined): string[] {
  return readdirSync('/sys/fs/cgroup', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes(`postern-${running?.child.pid}-`),
  );
}

describe('many at once', () => {
  test('256 execs: each has its own outcome', async () => {
    const answers = await Promise.all(
      Array.from({ length: 256 }, (_, index) => exec(['sh', '-c', `echo ${index}; exit ${index % 50}`])),
    );
    for (const [index, { body }] of answers.entries())
      expect(body).toMatchObject({ exit_code: index % 50, stdout: `${index}\n` });
    const records = await aftermath.settle();
    expect(records).toHaveLength(256);
  });

  test('more than the machine takes: those are told that it is busy, and nothing of theirs is run or recorded', async () => {
    const start = (): Promise<Answer> => exec(['sleep', '600'], far.id, { detach: true });
    const answers = await Promise.all(Array.from({ length: 300 }, start));
    const [taken, busy] = [200, 429].map((code) => answers.filter(({ status }) => status === code));
    expect([taken?.length, busy?.length]).toEqual([256, 44]);
    expect(busy?.[0]?.body).toMatchObject({
      code: 'machine_busy',
      error: `machine ${far.id} is busy: 256 commands run on it`,
    });
    expect((await start()).status).toBe(429);
    await Promise.all(
      (taken ?? []).map(({ body }) => far.call(`/v1/execs/${String(body['exec_id'])}/kill`, {})),
    );
    const records = await aftermath.settle();
    expect(records).toHaveLength(256);
    expect(new Set(reasonsOf(records))).toEqual(new Set(['cancelled']));
    expect((await exec(['echo', 'free'])).body).toMatchObject({ stdout: 'free\n' });
  });

  test('more than a token may: others on the machine are not held up', async () => {
    const minted = await far.call('/v1/apps/demo/tokens', { name: 'eager' });
    const token = String(minted.body['token']);
    const start = (): Promise<Answer> => execWith(token, ['sleep', '600'], { detach: true });
    const answers = await Promise.all(Array.from({ length: 80 }, start));
    const busy = answers.filter(({ status }) => status === 429);
    expect(busy).toHaveLength(16);
    expect(busy[0]?.body).toMatchObject({
      code: 'machine_busy',
      error: 'the token is busy: 64 commands run with it',
    });
    expect((await exec(['echo', 'mine'])).body).toMatchObject({ stdout: 'mine\n' });
    const { id } = minted.body['record'] as { id: string };
    await far.call(`/v1/tokens/${id}/revoke`, {});
    const records = await aftermath.settle();
    expect(reasonsOf(records).filter((reason) => reason === 'revoked')).toHaveLength(64);
  });
});
