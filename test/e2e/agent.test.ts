/** A machine with an agent of its own: joining, being seen, and its own word. What fails is in faults.test.ts. */
import { encodeControl, EXEC_SUBPROTOCOL } from '@postern/contract';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDockerd } from '../../packages/exec/test/engines/dockerd.ts';
import { clockAhead, install, until, type Installation } from './installation.ts';
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

beforeAll(async () => {
  postern = await install();
  far = await addRemoteMachine(postern);
});

afterEach(async () => {
  await agent?.end('SIGTERM');
});

afterAll(async () => {
  await far.remove();
  await postern.remove();
});

const joinWords = (token: unknown, file: string): string[] =>
  ['join', '--server', postern.url, '--token', String(token)].concat('--identity', join(far.directory, file));

test('a join token is spent by the first who joins, however many try at once', async () => {
  const { body } = await call('/v1/apps/demo/machines', {});
  const tries = ['first.json', 'second.json', 'third.json'].map((file) =>
    far.program(joinWords(body['join_token'], file)),
  );
  const codes = (await Promise.all(tries)).map(({ code }) => code).toSorted((a, b) => Number(a) - Number(b));
  expect(codes).toEqual([0, 70, 70]);
  const late = await far.program(joinWords(body['join_token'], 'late.json'));
  expect(late).toMatchObject({ code: 70 });
  expect(late.text).toContain('the join token is unknown, expired or already used');
  expect(existsSync(join(far.directory, 'late.json'))).toBe(false);
});

test('a join token works for an hour', async () => {
  const [early, late] = [await call('/v1/apps/demo/machines', {}), await call('/v1/apps/demo/machines', {})];
  for (const [minutes, answer, code] of [
    [59, early, 0],
    [61, late, 70],
  ] as const) {
    await postern.stop();
    await postern.start(clockAhead(minutes * 60_000));
    const joined = await far.program(joinWords(answer.body['join_token'], `${minutes}.json`));
    expect(joined.code, joined.text).toBe(code);
  }
  await postern.stop();
  await postern.start();
});

test('runs commands; its state is seen, and when it was here last', async () => {
  const machine = async () => (await call(`/v1/apps/demo/machines/${far.id}`)).body;
  const listed = async () => (await postern.postern(['machines', 'list', '-a', 'demo'])).stdout.toString();
  const startedAt = Date.now();
  await runAgent();
  expect(await exec(['echo', 'far away'])).toMatchObject({ status: 200, body: { stdout: 'far away\n' } });
  expect(await listed()).toMatch(/far .*started/);
  await agent?.end('SIGTERM');
  await until(async () => (await state()) === 'unreachable');
  expect(await listed()).toMatch(/far .*unreachable/);
  expect(await exec(['true'])).toMatchObject({ body: { code: 'machine_unreachable' } });
  // Noted when it came and when it went; the second is written a moment after it is known.
  await until(async () => Date.parse(String((await machine())['last_seen_at'])) >= startedAt);
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
  const broken = await far.program(['run', '--identity', far.identity, '--policy', policy]);
  expect(broken.code).not.toBe(0);
  expect(broken.text).toContain('is no policy');
});

test('what a driver cannot do is refused by name, never left out', async () => {
  // Without the native spawner there is no terminal and no other user.
  await runAgent({ POSTERN_SPAWNER: '/no/such/spawner' });
  expect(agent?.log()).toContain('the native spawner was not built');
  const user = await exec(['id'], far.id, { user: 'nobody' });
  expect(user).toMatchObject({
    status: 403,
    body: { error: 'the machine refused: the driver process has no choice of user' },
  });
  const path = `${postern.url.replace('http', 'ws')}/v1/apps/demo/machines/${far.id}/exec`;
  const socket = new WebSocket(path, EXEC_SUBPROTOCOL, {
    headers: { authorization: `Bearer ${postern.session()}` },
  });
  socket.on('open', () =>
    socket.send(
      encodeControl({
        type: 'start',
        request: { command: ['tty'] },
        stdin: true,
        tty: { cols: 80, rows: 24, term: 'xterm' },
      }),
    ),
  );
  let last = '';
  socket.on('message', (data: Buffer) => (last = data.subarray(1).toString()));
  await new Promise((resolve) => socket.on('close', resolve));
  expect(JSON.parse(last)).toMatchObject({
    outcome: { reason: 'refused-by-agent', message: 'the driver process has no terminal' },
  });
  expect((await exec(['echo', 'plain'])).body).toMatchObject({ stdout: 'plain\n' });
});

test('limits that cannot be kept: the agent does not start', async () => {
  const policy = join(far.directory, 'limits.json');
  writeFileSync(policy, JSON.stringify({ version: 1, limits: { pids: 40 } }));
  const words = ['run', '--identity', far.identity, '--policy', policy];
  const { code, text } = await far.program(words, { POSTERN_SPAWNER: '/no/such/spawner' });
  expect(code).toBe(70);
  expect(text).toContain('the policy sets limits, which need the native spawner');
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
