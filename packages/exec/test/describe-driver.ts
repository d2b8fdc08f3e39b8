/** One suite for every driver: what each does alike. What a driver does not declare is not asked of it. */
import { shellExitCode } from '@postern/contract';
import type { Driver } from '@postern/exec';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { processesWith, until } from './processes.ts';
import { begin, run } from './run-command.ts';

export interface DriverUnderTest {
  readonly driver: Driver;
  close(): Promise<void>;
}

/** What only some can do, said here so that nothing is left out by accident. */
export interface Expectations {
  readonly features: readonly string[];
  /** Whether the number of the signal that ended a command is known. */
  readonly exitSignal: boolean;
  /** Whether a descendant that left the session is ended as well. */
  readonly reachesEscaped: boolean;
  /** Whether a command ends although somebody it has left behind holds its output open. */
  readonly seesEnd: boolean;
}

const HOSTILE: readonly string[] = [
  '',
  ' ',
  '$HOME',
  '$(id)',
  '`id`',
  '; id',
  '&& id',
  '| cat',
  '> /tmp/postern-should-not-exist',
  "it's",
  "''",
  '"double"',
  '\\',
  '\\n',
  'line\nfeed',
  '\r\ttab',
  '*',
  '~',
  '{a,b}',
  '!!',
  '#',
  '-n',
  '--',
  '=',
  'A=b',
  'ünïcödé ☃ 😀',
  '\u0001\u001b[31m\u007f',
  '%s%n',
];

export function describeDriver(
  name: string,
  make: () => Promise<DriverUnderTest>,
  { features, exitSignal, reachesEscaped, seesEnd }: Expectations,
): void {
  describe(`driver ${name}`, () => {
    let made: DriverUnderTest;
    let driver: Driver;
    beforeAll(async () => {
      made = await make();
      driver = made.driver;
    });
    afterAll(() => made.close());

    test('declares what it can do', () => {
      expect([...driver.features].sort()).toEqual([...features].sort());
    });

    test('gives exit code, stdout and stderr apart', async () => {
      const { stdout, stderr, outcome } = await run(driver, ['sh', '-c', 'echo out; echo err >&2; exit 7']);
      expect(stdout.toString()).toBe('out\n');
      expect(stderr.toString()).toBe('err\n');
      expect(outcome).toMatchObject({
        reason: 'exited',
        exitCode: 7,
        stdoutBytes: 4,
        stdoutTruncated: false,
      });
    });

    test('invariant 4: authorized argv = executed argv, whatever is in it', async () => {
      const { stdout } = await run(driver, ['printf', '%s\\0', ...HOSTILE]);
      expect(stdout.toString().split('\0').slice(0, -1)).toEqual(HOSTILE);
    });

    test('invariant 4: a word of the command line is never a builtin, function or alias', async () => {
      for (const word of ['exit', 'cd', 'alias', ':(){', 'if']) {
        const { outcome } = await run(driver, [word, '3']);
        expect(shellExitCode(outcome), word).toBe(127);
      }
    });

    test('invariant 4: a program may have any name', async () => {
      for (const name of ['-x', '--', 'a b', "it's", '$HOME']) {
        expect(shellExitCode((await run(driver, [name])).outcome), name).toBe(127);
      }
    });

    test('a command that is not there is 127, a file that cannot be run is 126', async () => {
      expect(shellExitCode((await run(driver, ['postern-no-such-program'])).outcome)).toBe(127);
      expect(shellExitCode((await run(driver, ['/etc/passwd'])).outcome)).toBe(126);
    });

    test('bytes go through stdin and stdout as they are, with half-close', async () => {
      const bytes = randomBytes(300_000);
      const live = begin(driver, ['cat'], { stdin: true });
      await live.command.writeStdin(bytes);
      live.command.closeStdin();
      const { stdout, outcome } = await live.ended;
      expect(stdout.equals(bytes)).toBe(true);
      expect(outcome.exitCode).toBe(0);
    });

    test('without stdin a command reads the end at once', async () => {
      expect((await run(driver, ['cat'])).outcome).toMatchObject({ reason: 'exited', exitCode: 0 });
    });

    test('output past the limit is dropped and said to be, and the command is not blocked', async () => {
      const { stdout, outcome } = await run(driver, ['head', '-c', '400000', '/dev/zero'], {
        outputLimitBytes: 1000,
      });
      expect(stdout.length).toBeGreaterThanOrEqual(1000);
      expect(stdout.length).toBeLessThan(1100);
      expect(outcome).toMatchObject({ exitCode: 0, stdoutBytes: 400_000, stdoutTruncated: true });
    });

    test('a reader that waits makes the command wait', async () => {
      let taken = 0;
      let release = (): void => undefined;
      const gate = new Promise<void>((resolve) => (release = resolve));
      const command = driver.start(
        {
          argv: ['sh', '-c', 'head -c 30000000 /dev/zero; echo over >&2'],
          stdin: false,
          tty: null,
          timeoutMs: 60_000,
          cwd: null,
          user: null,
          env: {},
          outputLimitBytes: 2 ** 40,
        },
        {
          async output(channel, bytes) {
            if (channel === 'stdout') {
              await gate;
              taken += bytes.length;
            }
          },
        },
      );
      const early = await Promise.race([
        command.outcome.then(() => 'ended'),
        new Promise((resolve) => setTimeout(() => resolve('waits'), 300)),
      ]);
      expect(early).toBe('waits');
      release();
      expect((await command.outcome).exitCode).toBe(0);
      expect(taken).toBe(30_000_000);
    });

    test('a timeout ends the command, and says so', async () => {
      const mark = `31${Date.now() % 1_000_000}`;
      const { outcome } = await run(driver, ['sleep', mark], { timeoutMs: 400 });
      expect(outcome.reason).toBe('timed-out');
      expect(shellExitCode(outcome)).toBe(124);
      await until(() => processesWith(`sleep ${mark}`).length === 0);
    });

    test('who ignores the polite signal gets the other one; the first reason stays', async () => {
      const mark = `32${Date.now() % 1_000_000}`;
      const live = begin(driver, ['sh', '-c', `trap "" TERM HUP; echo up; sleep ${mark}; sleep ${mark}`]);
      await until(() => live.written.stdout.toString().includes('up'));
      live.command.end('cancelled');
      live.command.end('revoked');
      expect((await live.ended).outcome.reason).toBe('cancelled');
      await until(() => processesWith(`sleep ${mark}`).length === 0);
    });

    test('a signal reaches the command', async () => {
      const live = begin(driver, [
        'sh',
        '-c',
        'trap "echo caught; exit 9" USR1; echo up; while :; do sleep 0.1; done',
      ]);
      await until(() => live.written.stdout.toString().includes('up'));
      live.command.signal('SIGUSR1');
      const { stdout, outcome } = await live.ended;
      expect(stdout.toString()).toContain('caught');
      expect(outcome).toMatchObject({ reason: 'exited', exitCode: 9 });
    });

    test('directory and environment', async () => {
      const { stdout } = await run(driver, ['sh', '-c', 'pwd; printf %s "$GREETING"'], {
        cwd: '/tmp',
        env: { GREETING: "it's $HOME" },
      });
      expect(stdout.toString()).toBe("/tmp\nit's $HOME");
      expect(shellExitCode((await run(driver, ['pwd'], { cwd: '/no/such' })).outcome)).toBe(126);
    });

    testIf(features.includes('user'), 'another user, and none that does not exist', async () => {
      const { stdout } = await run(driver, ['id', '-u'], { user: 'nobody' });
      expect(stdout.toString().trim()).toBe('65534');
      expect((await run(driver, ['id'], { user: 'postern-nobody' })).outcome.reason).toBe('start-failed');
    });

    testIf(features.includes('tty'), 'a terminal, with its size and a change of it', async () => {
      const live = begin(
        driver,
        // Some engines tell a terminal its size only after the command has started.
        [
          'sh',
          '-c',
          'until [ "$(stty size)" = "25 81" ]; do sleep 0.1; done; stty size; ' +
            'trap "stty size; exit 0" WINCH; echo up; while :; do sleep 0.1; done',
        ],
        { stdin: true, tty: { cols: 81, rows: 25, term: 'xterm' } },
      );
      await until(() => live.written.stdout.toString().includes('up'));
      live.command.resize(100, 40);
      const { stdout, outcome } = await live.ended;
      expect(stdout.toString()).toContain('25 81');
      expect(stdout.toString()).toContain('40 100');
      expect(outcome.exitCode).toBe(0);
    });

    testIf(exitSignal, 'the signal that ended a command', async () => {
      const { outcome } = await run(driver, ['sh', '-c', 'kill -9 $$']);
      expect(outcome).toMatchObject({ reason: 'signaled', exitSignal: 9, exitCode: null });
    });

    test('invariant 10: who is left in the session when the command ends is ended as well', async () => {
      const mark = `34${Date.now() % 1_000_000}`;
      for (const ignored of ['', 'trap "" TERM HUP; ']) {
        const script = `${ignored}sleep ${mark} >/dev/null 2>&1 </dev/null & echo done`;
        const { stdout, outcome } = await run(driver, ['sh', '-c', script]);
        expect(stdout.toString()).toBe('done\n');
        expect(outcome).toMatchObject({ reason: 'exited', exitCode: 0 });
        expect(processesWith(`sleep ${mark}`)).toEqual([]);
      }
    });

    test('invariant 10: who is left and holds the output open is ended too, at the timeout at the latest', async () => {
      const mark = `35${Date.now() % 1_000_000}`;
      const { stdout, outcome } = await run(driver, ['sh', '-c', `sleep ${mark} & echo done`], {
        timeoutMs: seesEnd ? 30_000 : 1500,
      });
      expect(stdout.toString()).toBe('done\n');
      expect(outcome).toMatchObject({ reason: seesEnd ? 'exited' : 'timed-out', exitCode: 0 });
      expect(processesWith(`sleep ${mark}`)).toEqual([]);
    });

    testIf(reachesEscaped, 'invariant 10: who leaves the session is ended as well', async () => {
      const mark = `33${Date.now() % 1_000_000}`;
      const { stdout, outcome } = await run(driver, [
        'sh',
        '-c',
        `(setsid sh -c 'trap "" TERM; sleep ${mark}; sleep ${mark}' >/dev/null 2>&1 &) ; echo done`,
      ]);
      expect(stdout.toString()).toBe('done\n');
      expect(outcome).toMatchObject({ reason: 'exited', exitCode: 0 });
      expect(processesWith(mark)).toEqual([]);
    });
  });
}

/** What the expectations rule out is not a test at all: nothing counts as skipped. */
function testIf(wanted: boolean, name: string, body: () => Promise<void>): void {
  if (wanted) test(name, body);
}
