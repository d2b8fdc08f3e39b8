/** `machine …` of a real flyctl: a host, which runs commands, and a container, which can be stopped as well. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDockerd, type DockerEngine } from '../../packages/exec/test/engines/dockerd.ts';
import { until } from '../e2e/installation.ts';
import { json, openFlyctl, type Flyctl } from './flyctl.ts';

let f: Flyctl;
let engine: DockerEngine;
let host = '';
let container = '';

beforeAll(async () => {
  [f, engine] = await Promise.all([openFlyctl(), startDockerd()]);
  host = f.postern.machine;
  const driver = { kind: 'docker', container: engine.container, socket: engine.socket };
  const { machine } = await call('POST', '', { name: 'box', driver, beside: host });
  container = (machine as { id: string }).id;
  await until(async () => String((await call('GET', `/${container}`))['features']).includes('stop'));
});
afterAll(async () => {
  await f.remove();
  await engine.stop();
});

async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${f.postern.url}/v1/apps/demo/machines${path}`, {
    method,
    headers: { authorization: `Bearer ${f.postern.session()}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}
const stateOf = async (machine: string): Promise<unknown> => (await call('GET', `/${machine}`))['state'];
const demo = ['-a', 'demo'];
const machine = (...words: string[]) => f.done(['machine', ...words]);

describe('list and status', () => {
  test('list', async () => {
    const listed = await machine('list', ...demo);
    expect(listed).toContain('2 machines have been retrieved from app demo.');
    expect(listed).toMatch(new RegExp(`${host} +│ local +│ started`));
    expect(listed).toMatch(new RegExp(`${container} +│ box +│ started`));
    expect((await machine('list', '-q', ...demo)).match(/[0-9a-f]{14}/g)?.toSorted()).toEqual(
      [host, container].toSorted(),
    );
    expect(JSON.parse(await machine('list', '--json', ...demo))).toHaveLength(2);
    await f.done(['apps', 'create', 'empty', '-o', 'personal']);
    expect(await machine('list', '-a', 'empty')).toContain('No machines are available on this app empty');
    expect(await f.refused(['machine', 'list', '-a', 'nope'])).toContain('app not found');
    expect(await f.refused(['machine', 'list'])).toContain('missing an app name');
  });

  test('status, with and without the name of the app', async () => {
    for (const more of [[], demo]) {
      const shown = await machine('status', host, ...more);
      expect(shown).toContain(`Machine ID: ${host}`);
      expect(shown).toMatch(/State +│ started/);
    }
    expect(json(await machine('status', host, '-d'))).toMatchObject({ guest: { cpus: 1 } });
    expect(await f.refused(['machine', 'status', '00000000000000'])).toContain('machine not found');
    expect(await f.refused(['machine', 'status', '00000000000000', ...demo])).toContain(
      "machine 00000000000000 was not found in app 'demo'",
    );
  });
});

describe('exec', () => {
  test('output, exit code, --json, on the host and in the container', async () => {
    expect(await machine('exec', host, 'uname -s')).toBe('Linux\n');
    expect(await machine('exec', container, 'echo inside', ...demo)).toBe('inside\n');
    const { code, stdout, stderr } = await f.fly([
      'machine',
      'exec',
      host,
      "sh -c 'echo out; echo err >&2; exit 7'",
    ]);
    // As it always does: it says the exit code and ends well.
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'Exit code: 7\nout\n', stderr: 'err\n' });
    expect(json(await machine('exec', host, 'echo x', '--json'))).toEqual({ stdout: 'x\n' });
    expect(json(await machine('exec', host, 'false', '--json'))).toEqual({ exit_code: 1 });
    expect(await machine('exec', host, 'echo on it', '--no-container')).toBe('on it\n');
  });

  test('--timeout ends the command', async () => {
    expect(await machine('exec', host, 'echo quick', '--timeout', '20')).toBe('quick\n');
    for (const more of [[], ['--json']]) {
      expect(await f.refused(['machine', 'exec', host, 'sleep 600', '--timeout', '1', ...more])).toContain(
        'the command was ended after 1 s',
      );
    }
  });

  test.each([
    [['id', '--container', 'web'], 'container cannot be chosen'],
    [['id', '--container', 'web', '--no-container'], 'mutually exclusive'],
    [['id', '--timeout', '-5'], 'timeout is in seconds'],
    [[''], 'no command'],
    [["'open"], 'single quote'],
    [['ls', '-l'], 'unknown shorthand flag'],
    [['ls', '/', '/tmp'], 'accepts between 1 and 2 arg(s), received 4'],
  ])('%j is refused: %s', async (words, sentence) => {
    expect(await f.refused(['machine', 'exec', host, ...words])).toContain(sentence);
  });
});

describe('start, stop, restart, kill, wait', () => {
  test('a container, by all their flags', async () => {
    expect(await machine('stop', container, '--signal', 'sigkill', '--timeout', '5', '-w', '30s')).toContain(
      `${container} has been successfully stopped`,
    );
    expect(await stateOf(container)).toBe('stopped');
    expect(await f.refused(['machine', 'exec', container, 'id'])).toContain('stopped');
    expect(await machine('wait', container, '--state', 'stopped')).toContain('reached state "stopped"');
    expect(await machine('start', container, ...demo)).toBe(`${container} has been started\n`);
    expect(await machine('wait', container)).toContain('reached state "started"');
    const restarted = await machine('restart', container, '--time', '1', '--force', '--skip-health-checks');
    expect(restarted).toContain(`Machine ${container} restarted successfully!`);
    expect(await machine('restart', container, '--signal', 'sigkill')).toContain('No health checks found');
    expect(await machine('kill', container)).toContain(container);
    await until(async () => (await stateOf(container)) === 'stopped');
    await machine('start', container);
  });

  test('several machines at once', async () => {
    expect(await machine('start', host, container, ...demo)).toBe(
      `${host} has been started\n${container} has been started\n`,
    );
  });

  test('a host starts, and says why it does no more', async () => {
    expect(await machine('start', host)).toBe(`${host} has been started\n`);
    for (const words of [
      ['stop', host],
      ['restart', host],
      ['restart', host, '--force'],
      ['kill', host],
    ]) {
      expect(await f.refused(['machine', ...words])).toContain('cannot do that');
    }
  });

  test('wait ends in its time', async () => {
    expect(await machine('wait', host, '--state', 'started')).toContain('reached state "started"');
    expect(await f.refused(['machine', 'wait', host, '--state', 'stopped', '-w', '2s'])).toContain(
      'did not become stopped in time',
    );
  });
});

describe('leases', () => {
  test('seen, cleared, gone', async () => {
    expect(await machine('leases', 'view', host)).toBe('No leases found\n');
    await call('POST', `/${host}/lease?ttl=600`);
    expect(await machine('leases', 'view', host)).toMatch(/[0-9a-f]{16} +│ success +│ owner@localhost/);
    expect(json(await machine('leases', 'view', host, '--json'))).toHaveProperty(host);
    expect(await machine('leases', 'clear', host)).toContain('Lease(s) cleared');
    expect(json(await machine('leases', 'view', host, '--json'))).toEqual({});
  });

  test('a command gives back what it took', async () => {
    await machine('start', host);
    await f.refused(['machine', 'stop', host]);
    expect(await machine('leases', 'view', host)).toBe('No leases found\n');
  });

  test('whoever holds it is waited for', async () => {
    await call('POST', `/${host}/lease?ttl=2`);
    expect(await machine('start', host)).toContain(`${host} has been started`);
  });
});

describe('on a terminal: which machine, chosen from a list', () => {
  test.each([
    [['status'], 'Machine ID: '],
    [['status', '--select'], 'Machine ID: '],
    [['exec', 'echo chosen'], 'chosen'],
  ])('machine %j', async (words, seen) => {
    const terminal = f.terminal(['machine', ...words, ...demo]);
    await terminal.see('Select a machine:');
    await terminal.see('region local');
    terminal.type('box\r');
    await terminal.see(seen);
    expect((await terminal.end()).code).toBe(0);
  });

  test('start, of several', async () => {
    const terminal = f.terminal(['machine', 'start', ...demo]);
    await terminal.see('Select machines:');
    await terminal.see('region local');
    // To the right is all of them.
    terminal.type('\u001B[C\r');
    await terminal.see('has been started');
    await terminal.see('has been started');
    expect((await terminal.end()).code).toBe(0);
  });

  test('list, and a machine named', async () => {
    const listing = f.terminal(['machine', 'list', ...demo]);
    await listing.see('2 machines have been retrieved');
    expect((await listing.end()).code).toBe(0);
    const running = f.terminal(['machine', 'exec', host, 'echo named']);
    await running.see('named');
    expect((await running.end()).code).toBe(0);
  });

  test('without a terminal there is no list to choose from', async () => {
    expect(await f.refused(['machine', 'exec', 'id', ...demo])).toContain('when not running interactively');
    expect(await f.refused(['machine', 'start', ...demo])).toContain('when not running interactively');
    expect(await f.refused(['machine', 'exec', 'id'])).toContain('a machine ID or an app name is required');
  });
});

test('destroy --force: the machine goes', async () => {
  const { machine: spare } = await call('POST', '', { name: 'spare' });
  const { id } = spare as { id: string };
  expect(await machine('destroy', id, '--force', ...demo)).toMatch(/has been destroyed\n$/);
  expect(await stateOf(id)).toBeUndefined();
});
