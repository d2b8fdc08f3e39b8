/** Machines that can be started and stopped: containers, by a real engine, through a real agent. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDockerd, type DockerEngine } from '../../packages/exec/test/engines/dockerd.ts';
import { install, until, type Installation } from './installation.ts';
import { addRemoteMachine, type RemoteMachine } from './remote-machine.ts';

let postern: Installation;
let engine: DockerEngine;
let far: RemoteMachine;
let container = '';

beforeAll(async () => {
  [postern, engine] = await Promise.all([install(), startDockerd()]);
  container = await addContainer(postern.machine, 'box');
  far = await addRemoteMachine(postern);
});
afterAll(async () => {
  await far.remove();
  await postern.remove();
  await engine.stop();
});

async function call(method: string, path: string, body?: object, credential = postern.session()) {
  const response = await fetch(postern.url + path, {
    method,
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const at = (machine: string, rest = ''): string => `/v1/apps/demo/machines/${machine}${rest}`;
const stateOf = async (machine: string): Promise<unknown> => (await call('GET', at(machine))).body['state'];
const docker = (...args: string[]): string =>
  spawnSync('docker', ['-H', `unix://${engine.socket}`, ...args], { encoding: 'utf8' }).stdout.trim();
const runsSince = (): string => docker('inspect', '-f', '{{.State.StartedAt}}', engine.container);

async function addContainer(beside: string, name: string): Promise<string> {
  const driver = { kind: 'docker', container: engine.container, socket: engine.socket };
  const { body } = await call('POST', '/v1/apps/demo/machines', { name, driver, beside });
  const { id } = body['machine'] as { id: string };
  await until(async () => (await call('GET', at(id))).body['features']?.toString().includes('stop') === true);
  return id;
}

test('a container is stopped, seen as stopped, runs nothing, and is started again', async () => {
  expect(await stateOf(container)).toBe('started');
  expect(await call('POST', at(container, '/stop'), { timeout: '1s' })).toMatchObject({
    status: 200,
    body: { ok: true },
  });
  expect(await stateOf(container)).toBe('stopped');
  expect(docker('inspect', '-f', '{{.State.Running}}', engine.container)).toBe('false');
  const refused = await call('POST', at(container, '/exec'), { command: ['true'] });
  expect(refused).toMatchObject({ status: 412, body: { code: 'machine_not_started' } });
  const listed = await postern.postern(['machines', 'list', '-a', 'demo']);
  expect(listed.stdout.toString()).toMatch(/box.*stopped/);
  // Stopping what is stopped changes nothing.
  expect((await call('POST', at(container, '/stop'), { timeout: '1s' })).status).toBe(200);

  const started = await call('POST', at(container, '/start'), {});
  expect(started).toMatchObject({ status: 200, body: { previous_state: 'stopped' } });
  expect(await stateOf(container)).toBe('started');
  const ran = await call('POST', at(container, '/exec'), { command: ['echo', 'back'] });
  expect(ran.body).toMatchObject({ exit_code: 0, stdout: 'back\n' });
});

test('by the command line: stop, wait, start, restart, ps', async () => {
  const postern_ = async (...words: string[]) => {
    const { code, stdout, stderr } = await postern.postern([...words, '-a', 'demo']);
    expect({ code, stderr }, words.join(' ')).toMatchObject({ code: 0 });
    return stdout.toString();
  };
  await postern_('machines', 'stop', container, '--timeout', '1');
  await postern_('machines', 'wait', container, '--state', 'stopped');
  await postern_('machines', 'start', container);
  await postern_('machines', 'wait', container, '--state', 'started');
  const before = runsSince();
  await postern_('machines', 'restart', container, '--time', '1');
  expect(runsSince()).not.toBe(before);
  expect(await postern_('machines', 'ps', container)).toContain('/bin/sleep 1000000');
});

test('what happens to a container otherwise is seen', async () => {
  docker('stop', '-t', '0', engine.container);
  await until(async () => (await stateOf(container)) === 'stopped');
  docker('start', engine.container);
  await until(async () => (await stateOf(container)) === 'started');
});

test('its main process is sent a signal; one nobody knows is refused', async () => {
  expect((await call('POST', at(container, '/signal'), { signal: 'NOPE' })).body).toMatchObject({
    code: 'bad_request',
  });
  expect((await call('POST', at(container, '/signal'), { signal: 9 })).status).toBe(200);
  await until(async () => (await stateOf(container)) === 'stopped');
  expect((await call('POST', at(container, '/signal'), { signal: 'TERM' })).body).toMatchObject({
    code: 'start_failed',
  });
  expect((await call('POST', at(container, '/start'), {})).status).toBe(200);
});

test.each(['soon', '-1s', '99h', '7200', '1d', ''])(
  'a time to stop of %j is refused, and nothing is stopped',
  async (timeout) => {
    for (const [act, body, query] of [
      ['stop', { timeout }, ''],
      ['restart', {}, `?timeout=${encodeURIComponent(timeout)}`],
    ] as const)
      expect((await call('POST', at(container, `/${act}${query}`), body)).body, act).toMatchObject({
        code: 'bad_request',
      });
    expect(await stateOf(container)).toBe('started');
  },
);

test('a machine without an agent, and one that is not connected, say which', async () => {
  const added = await call('POST', '/v1/apps/demo/machines', { name: 'not-joined' });
  const { id } = added.body['machine'] as { id: string };
  expect((await call('POST', at(id, '/stop'), {})).body).toMatchObject({ code: 'machine_not_started' });
  expect((await call('POST', at(far.id, '/start'), {})).body).toMatchObject({ code: 'machine_unreachable' });
});

test('a container that is gone: a clear error, and the agent lives on', async () => {
  const driver = { kind: 'docker', container: 'nobody', socket: engine.socket };
  const added = await call('POST', '/v1/apps/demo/machines', {
    name: 'lost',
    driver,
    beside: postern.machine,
  });
  const { id } = added.body['machine'] as { id: string };
  await until(async () => (await stateOf(id)) === 'stopped');
  const started = await call('POST', at(id, '/start'), {});
  expect(started.body).toMatchObject({ code: 'start_failed' });
  expect(String(started.body['error'])).toMatch(/no such container/i);
  expect((await call('POST', at(container, '/exec'), { command: ['true'] })).body).toMatchObject({
    exit_code: 0,
  });
});

test('a host is nobody’s to stop', async () => {
  for (const act of ['stop', 'restart', 'signal'])
    expect(
      (await call('POST', at(postern.machine, `/${act}`), act === 'signal' ? { signal: 'TERM' } : {})).body,
    ).toMatchObject({ code: 'feature_unsupported' });
  expect((await call('GET', at(postern.machine, '/ps'))).body).toMatchObject({ code: 'feature_unsupported' });
});

test('a token for commands, or for reading, controls nothing and sees no processes', async () => {
  const commands = [{ args: ['true'], exact: true }];
  const exec = String((await call('POST', '/v1/apps/demo/tokens', { commands })).body['token']);
  const read = String(
    (await call('POST', '/v1/orgs/personal/tokens', { profile: 'readonly' })).body['token'],
  );
  for (const token of [exec, read]) {
    for (const act of ['start', 'stop', 'restart'])
      expect((await call('POST', at(container, `/${act}`), {}, token)).body).toMatchObject({
        code: 'not_allowed',
      });
    expect((await call('POST', at(container, '/signal'), { signal: 'TERM' }, token)).body).toMatchObject({
      code: 'not_allowed',
    });
    expect((await call('GET', at(container, '/ps'), undefined, token)).body).toMatchObject({
      code: 'not_allowed',
    });
  }
  expect(await stateOf(container)).toBe('started');
});

test('the machine’s policy has the last word', async () => {
  const policy = join(far.directory, 'policy.json');
  writeFileSync(policy, JSON.stringify({ version: 1, control: false }));
  await far.runAgent({}, '--policy', policy);
  const driver = { kind: 'docker', container: engine.container, socket: engine.socket };
  const added = await call('POST', '/v1/apps/demo/machines', { name: 'kept', driver, beside: far.id });
  const { id } = added.body['machine'] as { id: string };
  await until(
    async () => (await call('GET', at(id))).body['features']?.toString().includes('stdin') === true,
  );
  expect((await call('GET', at(id))).body['features']).not.toContain('stop');
  for (const act of ['stop', 'restart'])
    expect((await call('POST', at(id, `/${act}`), {})).body).toMatchObject({ code: 'policy_refused' });
  expect((await call('GET', at(id, '/ps'))).body).toMatchObject({ code: 'policy_refused' });
  expect(await stateOf(container)).toBe('started');
});

test('an agent whose policy names its drivers serves nothing by others', async () => {
  const policy = join(far.directory, 'drivers.json');
  writeFileSync(policy, JSON.stringify({ version: 1, drivers: ['process'] }));
  const other = await addRemoteMachine(postern, 'hosts-only');
  try {
    await other.runAgent({}, '--policy', policy);
    const driver = { kind: 'docker', container: engine.container, socket: engine.socket };
    const added = await call('POST', '/v1/apps/demo/machines', { name: 'boxed', driver, beside: other.id });
    const { id } = added.body['machine'] as { id: string };
    const ran = await call('POST', at(id, '/exec'), { command: ['true'] });
    expect(JSON.stringify(ran.body)).toMatch(/does not let it serve machines by the driver docker/);
    expect((await call('POST', at(id, '/stop'), {})).body).toMatchObject({ code: 'policy_refused' });
    expect((await call('POST', at(other.id, '/exec'), { command: ['true'] })).body).toMatchObject({
      exit_code: 0,
    });
  } finally {
    await other.remove();
  }
});

test('only an admin puts another machine beside one: its agent reaches more than that machine', async () => {
  const added = await call('POST', '/v1/orgs/personal/members', { email: 'member@example.test' });
  const secret = String(added.body['login_url']).split('#')[1];
  const session = await call('POST', '/v1/session', { login_secret: secret }, 'nobody');
  const member = String(session.body['access_token']);
  const host = { name: 'escape', driver: { kind: 'process' }, beside: container };
  expect((await call('POST', '/v1/apps/demo/machines', host, member)).body).toMatchObject({
    code: 'policy_refused',
  });
  // A machine of their own, whose agent they enrol themselves, they may add.
  expect((await call('POST', '/v1/apps/demo/machines', { name: 'own' }, member)).status).toBe(201);
});

test('what people do to machines is written down', async () => {
  const shown = await postern.postern(['audit', 'list', '-o', 'personal', '--json']);
  for (const act of ['machine.stop', 'machine.start', 'machine.restart', 'machine.signal', 'machine.ps'])
    expect(shown.stdout.toString()).toContain(`"${act}"`);
});
