/** A supervisor runs one command after another: nothing of one may reach the next. */
import { createSpawner, locateSpawner, type Spawner } from '@postern/exec';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Ending, StartRequest } from '../src/spawner/message.ts';

let spawner: Spawner;
beforeEach(() => {
  spawner = createSpawner(locateSpawner() ?? '');
});
afterEach(() => spawner.close());

const PLAIN: StartRequest = {
  argv: [],
  env: { PATH: '/usr/bin:/bin' },
  cwd: '/',
  stdin: false,
  tty: undefined,
  identity: undefined,
  noNewPrivileges: false,
  limits: [],
  cgroups: [],
};

async function sh(
  script: string,
  differs: Partial<StartRequest> = {},
): Promise<{ said: string; how: Ending }> {
  let said = '';
  const request = { ...PLAIN, ...differs, argv: ['sh', '-c', script] };
  const how = await spawner.start(request, (_channel, bytes) => void (said += bytes.toString())).ended;
  return { said, how };
}

/** Everything a command can be given, as the command sees it; the supervisor is its parent. */
const LOOK =
  'id -u; id -G; ulimit -n; pwd; grep NoNewPrivs /proc/self/status; tty; ls /proc/self/fd | wc -l; echo $X; ' +
  '[ $(ps -o sid= -p $$) = $$ ] && echo own session; echo supervisor $PPID';
const supervisorOf = ({ said }: { said: string }): string | undefined => /supervisor (\d+)/.exec(said)?.[1];

test('user, groups, limits, privileges, directory, terminal and environment end with the command', async () => {
  const first = await sh(LOOK);
  const special = await sh(LOOK, {
    identity: { uid: 65534, gid: 65534, groups: [65534, 7] },
    limits: [{ resource: 7, soft: 99n, hard: 99n }],
    noNewPrivileges: true,
    cwd: '/tmp',
    tty: { cols: 80, rows: 24 },
    env: { PATH: '/usr/bin:/bin', X: 'secret' },
  });
  const after = await sh(LOOK);
  expect(special.said.replaceAll('\r', '')).toMatch(
    /^65534\n65534 7\n99\n\/tmp\nNoNewPrivs:\t1\n\/dev\/pts\/\d+\n\d+\nsecret\nown session\n/,
  );
  expect(after.said).toBe(first.said);
  // One supervisor had all three.
  expect(new Set([first, special, after].map(supervisorOf)).size).toBe(1);
  expect(supervisorOf(first)).toBeDefined();
});

test('a command that could not be started leaves its supervisor fit for the next', async () => {
  const first = await sh(LOOK);
  for (const [differs, stage] of [
    [{ cwd: '/no/such' }, 'cwd'],
    [{ cgroups: ['/no/such/cgroup.procs'] }, 'cgroup'],
    [{ limits: [{ resource: 99, soft: 1n, hard: 1n }] }, 'limit'],
  ] as const) {
    expect((await sh('echo never', differs)).how).toMatchObject({ how: 'failed', stage });
  }
  expect((await sh(LOOK)).said).toBe(first.said);
});

test('an order to end that comes too late does not end the next command', async () => {
  for (let round = 0; round < 300; round += 1) {
    const late = spawner.start({ ...PLAIN, argv: ['true'] }, () => undefined);
    // Sent at another moment of the end each time: before it, in it, after it.
    for (let turn = 0; turn < round % 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    late.signal(9);
    late.terminate(0);
    await late.ended;
    const next = await sh('echo well');
    expect(next).toEqual({ said: 'well\n', how: { how: 'exited', code: 0 } });
  }
});

test('a start too long to be handed over runs as well, and the next one too', async () => {
  await sh('true');
  const long = await sh('echo ${#X}', { env: { PATH: '/usr/bin:/bin', X: 'x'.repeat(100_000) } });
  expect(long).toEqual({ said: '100000\n', how: { how: 'exited', code: 0 } });
  expect((await sh('echo well')).said).toBe('well\n');
});
