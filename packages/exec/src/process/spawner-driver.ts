/** The `process` driver over the native spawner: sessions, terminals, users, limits, and nobody left behind. */
import { constants } from 'node:os';
import { EXEC_LIMITS, type ExecOutcome, type ExecSpec, type OutcomeReason } from '@postern/contract';
import type { Driver, DriverFeature, OutputSink, RunningCommand } from '../driver.ts';
import { createOutputMeter } from '../output-meter.ts';
import { parseSignal } from '../signals.ts';
import { startTimer } from '../timer.ts';
import type { SpawnedProcess, Spawner } from '../spawner/client.ts';
import type { Ending } from '../spawner/message.ts';
import { findAccount, ownAccount, startDirectory, type Account } from './accounts.ts';
import { createExecCgroup, type ExecCgroup, type MachineLimits } from './cgroups.ts';
import { childEnvironment } from './environment.ts';
import { refusedCommand } from '../refused-command.ts';
import { directoryFailure, startFailure } from './start-failure.ts';

export interface SpawnerDriverOptions {
  /** The agent's environment; a safelist of it is passed on. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly spawner: Spawner;
  readonly limits?: MachineLimits | undefined;
  /** Whether commands may not gain privileges (`sudo`, set-uid programs). */
  readonly noNewPrivileges?: boolean | undefined;
}

export function createSpawnerDriver(options: SpawnerDriverOptions): Driver {
  const own = ownAccount();
  // Another user can be chosen only by who may become one.
  const features: DriverFeature[] = ['stdin', 'signal', 'cwd', 'env', 'tty'];
  if (own.uid === 0) features.push('user');
  let count = 0;
  return {
    kind: 'process',
    features: new Set(features),
    start(spec, sink) {
      const account = spec.user === null ? own : findAccount(spec.user);
      if (account === undefined) return refusedCommand('start-failed', 126, `there is no user ${spec.user}`);
      let cgroup: ExecCgroup | undefined;
      try {
        count += 1;
        cgroup = createExecCgroup(`${process.pid}-${count}`, options.limits ?? {});
      } catch {
        return refusedCommand('start-failed', 126, 'the limits of the machine cannot be set');
      }
      return startCommand(spec, sink, account, own, cgroup, options);
    },
  };
}

function startCommand(
  spec: ExecSpec,
  sink: OutputSink,
  account: Account,
  own: Account,
  cgroup: ExecCgroup | undefined,
  { environment, spawner, noNewPrivileges }: SpawnerDriverOptions,
): RunningCommand {
  const startedAt = performance.now();
  const meter = createOutputMeter(spec.outputLimitBytes, sink);
  const command: SpawnedProcess = spawner.start(
    {
      argv: spec.argv,
      env: childEnvironment(environment, account, spec.env, spec.tty?.term),
      cwd: spec.cwd ?? startDirectory(account),
      stdin: spec.stdin,
      tty: spec.tty ?? undefined,
      identity: account === own ? undefined : account,
      noNewPrivileges: noNewPrivileges ?? false,
      limits: [],
      cgroups: cgroup?.procs ?? [],
    },
    (channel, bytes) => meter.take(channel, bytes),
  );
  let first: OutcomeReason | undefined;
  const end = (reason: OutcomeReason): void => {
    if (first !== undefined) return;
    first = reason;
    command.terminate(EXEC_LIMITS.graceMs);
  };
  const timer = startTimer(spec.timeoutMs, () => end('timed-out'));
  return {
    writeStdin: (bytes) => command.writeStdin(bytes),
    closeStdin: () => command.closeStdin(),
    resize: (cols, rows) => command.resize(cols, rows),
    signal(text) {
      const name = parseSignal(text);
      if (name !== undefined) command.signal(constants.signals[name]);
    },
    end,
    outcome: command.ended.then((ending) => {
      clearTimeout(timer);
      cgroup?.remove();
      return {
        ...toOutcome(ending, first),
        durationMs: performance.now() - startedAt,
        ...meter.counts(),
      };
    }),
  };
}

function toOutcome(
  ending: Ending,
  first: OutcomeReason | undefined,
): Pick<ExecOutcome, 'reason' | 'exitCode' | 'exitSignal' | 'message'> {
  switch (ending.how) {
    case 'exited':
      return { reason: first ?? 'exited', exitCode: ending.code, exitSignal: null, message: null };
    case 'signaled':
      return { reason: first ?? 'signaled', exitCode: null, exitSignal: ending.signal, message: null };
    case 'lost':
      return {
        reason: first ?? 'agent-shutdown',
        exitCode: null,
        exitSignal: null,
        message: 'the program that runs commands ended; so did the command',
      };
    case 'failed': {
      const { message, exitCode } = failure(ending.stage, errorName(ending.errno));
      return { reason: 'start-failed', exitCode, exitSignal: null, message };
    }
  }
}

function failure(stage: string, code: string): { readonly message: string; readonly exitCode: number } {
  if (stage === 'exec') return startFailure(code);
  if (stage === 'cwd') return directoryFailure(code);
  if (stage === 'identity') return { message: `the user cannot be taken on (${code})`, exitCode: 126 };
  if (stage === 'cgroup' || stage === 'limit') {
    return { message: `the limits of the machine cannot be set (${code})`, exitCode: 126 };
  }
  return { message: `the system has no room for another command (${code})`, exitCode: 126 };
}

function errorName(errno: number): string {
  const found = Object.entries(constants.errno).find(([, number]) => number === errno);
  return found?.[0] ?? `error ${errno}`;
}
