/** What commands do to the one that runs them, and what happens to it. After each: nobody and nothing is left. */
import { createProcessDriver, createSpawner, locateSpawner, type Driver, type Spawner } from '@postern/exec';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { childrenOf, descriptorsOf, processesWith, residentBytes, until } from './processes.ts';
import { begin, run, specOf } from './run-command.ts';

const PROGRAM = locateSpawner() ?? '';
let spawner: Spawner;
let driver: Driver;
let spawnerPid: number;

beforeEach(async () => {
  spawner = createSpawner(PROGRAM);
  driver = createProcessDriver({ environment: {}, spawner });
  await run(driver, ['true']);
  spawnerPid = childrenOf(process.pid).find((pid) => processesWith(PROGRAM).includes(pid)) ?? 0;
  expect(spawnerPid).toBeGreaterThan(0);
});

afterEach(async () => {
  await spawner.close();
  // Other tests run spawners of their own at the same time.
  await until(() => !processesWith(PROGRAM).includes(spawnerPid));
});

let marks = 0;
/** A number of seconds to sleep that is found again in the list of processes. */
const mark = (): string => `${41_000_000 + (process.pid % 10_000) * 100 + marks++}`;

async function nothingIsLeft(): Promise<void> {
  await until(() => childrenOf(spawnerPid).length === 0);
}

test('256 commands at once: every outcome right, no descriptor and no zombie left', async () => {
  await nothingIsLeft();
  const before = descriptorsOf(spawnerPid).length;
  const ran = await Promise.all(
    Array.from({ length: 256 }, (_, index) =>
      run(driver, ['sh', '-c', `echo ${index}; exit ${index % 100}`]),
    ),
  );
  for (const [index, { stdout, outcome }] of ran.entries()) {
    expect(stdout.toString()).toBe(`${index}\n`);
    expect(outcome.exitCode).toBe(index % 100);
  }
  await nothingIsLeft();
  expect(descriptorsOf(spawnerPid).length).toBe(before);
});

test('invariant 11: 1 GiB of output leaves memory flat', async () => {
  const bytes = 2 ** 30;
  let taken = 0;
  let chunks = 0;
  let most = 0;
  const before = residentBytes(process.pid);
  const command = driver.start(
    specOf(['head', '-c', String(bytes), '/dev/zero'], { outputLimitBytes: 2 ** 40, timeoutMs: 60_000 }),
    {
      output(_channel, chunk) {
        taken += chunk.length;
        chunks += 1;
        if (chunks % 256 === 0) most = Math.max(most, residentBytes(process.pid));
      },
    },
  );
  expect((await command.outcome).exitCode).toBe(0);
  expect(taken).toBe(bytes);
  expect(most - before).toBeLessThan(256 * 2 ** 20);
  expect(residentBytes(spawnerPid)).toBeLessThan(16 * 2 ** 20);
});

test('invariant 11: an endless writer into a reader that never reads is held, and ended', async () => {
  let taken = 0;
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const command = driver.start(specOf(['yes', mark()]), {
    output: (_channel, bytes) => {
      taken += bytes.length;
      return gate;
    },
  });
  const [writer] = await untilFound(() => processesWith('yes 41'));
  // It stands still: it waits for a pipe that nobody empties.
  await until(() => !isRunning(writer));
  expect(taken).toBeLessThanOrEqual(256 * 1024);
  command.end('caller-gone');
  release();
  expect((await command.outcome).reason).toBe('caller-gone');
  await nothingIsLeft();
});

test('a command that closes its output lives on, and its exit code counts', async () => {
  const { outcome } = await run(driver, ['sh', '-c', 'exec >&- 2>&-; sleep 0.2; exit 5']);
  expect(outcome).toMatchObject({ reason: 'exited', exitCode: 5 });
});

test('invariant 10: a daemon twice forked, in a session of its own, that ignores signals', async () => {
  const seconds = mark();
  const daemon = `trap "" TERM HUP INT; (setsid sh -c 'trap "" TERM HUP; sleep ${seconds}' &) ; sleep ${seconds}`;
  const live = begin(driver, [
    'sh',
    '-c',
    `setsid sh -c '${daemon.replaceAll("'", `'\\''`)}' & echo up; wait`,
  ]);
  await until(() => processesWith(`sleep ${seconds}`).length >= 2);
  live.command.end('revoked');
  expect((await live.ended).outcome.reason).toBe('revoked');
  expect(processesWith(seconds)).toEqual([]);
  await nothingIsLeft();
});

test('a fork bomb under a limit of processes is ended whole', async () => {
  expect(existsSync('/sys/fs/cgroup'), 'control groups are needed').toBe(true);
  const limited = createProcessDriver({ environment: {}, spawner, limits: { pids: 64 } });
  const bomb = begin(limited, ['sh', '-c', 'f() { f | f & }; f; sleep 60'], { timeoutMs: 1500 });
  const { outcome } = await bomb.ended;
  expect(['timed-out', 'exited']).toContain(outcome.reason);
  await nothingIsLeft();
  const groups = ['/sys/fs/cgroup', '/sys/fs/cgroup/pids'].filter((folder) => existsSync(folder));
  expect(
    groups
      .flatMap((folder) => readdirSync(folder))
      .filter((name) => name.startsWith(`postern-${process.pid}`)),
  ).toEqual([]);
  expect((await run(driver, ['echo', 'well'])).stdout.toString()).toBe('well\n');
});

test('a limit of memory ends the command that passes it', async () => {
  const limited = createProcessDriver({ environment: {}, spawner, limits: { memoryBytes: 64 * 2 ** 20 } });
  const { outcome } = await run(limited, [
    'sh',
    '-c',
    'x=$(head -c 300000000 /dev/zero | tr "\\0" x); echo alive',
  ]);
  expect(outcome.stdoutBytes).toBe(0);
  await nothingIsLeft();
});

test('a command that kills its own supervisor takes nobody along and leaves nobody', async () => {
  const seconds = mark();
  const other = begin(driver, ['sh', '-c', 'echo up; sleep 0.5; echo well']);
  const { outcome } = await run(driver, [
    'sh',
    '-c',
    `(setsid sleep ${seconds} &); kill -9 $PPID; sleep ${seconds}`,
  ]);
  expect(outcome.exitCode).toBe(null);
  expect((await other.ended).stdout.toString()).toBe('up\nwell\n');
  await until(() => processesWith(seconds).length === 0);
  await nothingIsLeft();
});

test('a spawner that is killed: its commands end, and the next one runs', async () => {
  const seconds = mark();
  const live = begin(driver, ['sh', '-c', `(setsid sleep ${seconds} &); sleep ${seconds}`]);
  await until(() => processesWith(`sleep ${seconds}`).length >= 2);
  process.kill(spawnerPid, 'SIGKILL');
  const { outcome } = await live.ended;
  expect(outcome.reason).toBe('agent-shutdown');
  await until(() => processesWith(seconds).length === 0);
  expect((await run(driver, ['echo', 'well'])).stdout.toString()).toBe('well\n');
});

test('invariant 10: an agent that is killed leaves no command behind', async () => {
  const seconds = mark();
  const agent = spawn(
    process.execPath,
    [
      join(import.meta.dirname, 'fixtures/hold.ts'),
      'sh',
      '-c',
      `echo up; (setsid sleep ${seconds} &); sleep ${seconds}`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise((resolve) => agent.stdout.once('data', resolve));
  await until(() => processesWith(`sleep ${seconds}`).length >= 2);
  // Other tests run spawners of their own at the same time.
  const own = childrenOf(agent.pid ?? 0).filter((pid) => processesWith(PROGRAM).includes(pid));
  expect(own).toHaveLength(1);
  const exit = new Promise((resolve) => agent.once('exit', resolve));
  agent.kill('SIGKILL');
  await exit;
  await until(() => processesWith(seconds).length === 0);
  await until(() => !processesWith(PROGRAM).some((pid) => own.includes(pid)));
});

test('a command gets no descriptor but its three, and nothing of our environment', async () => {
  const { stdout } = await run(driver, [
    'sh',
    '-c',
    'ls /proc/self/fd; cat /proc/self/environ | tr "\\0" "\\n"',
  ]);
  const [fds, names] = [
    stdout
      .toString()
      .split('\n')
      .filter((line) => /^\d+$/.test(line)),
    stdout
      .toString()
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => line.split('=')[0]),
  ];
  // 3 is the directory that `ls` reads.
  expect(fds).toEqual(['0', '1', '2', '3']);
  expect(new Set(names.filter((name) => name !== 'PWD' && name !== 'OLDPWD'))).toEqual(
    new Set(['HOME', 'LOGNAME', 'PATH', 'SHELL', 'USER']),
  );
});

async function untilFound(look: () => number[]): Promise<number[]> {
  let found: number[] = [];
  await until(() => {
    found = look();
    return found.length > 0;
  });
  return found;
}

/** Whether a process is running or ready to; false when it waits or is gone. */
function isRunning(pid: number | undefined): boolean {
  try {
    return /State:\s+R/.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
