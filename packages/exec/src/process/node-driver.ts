/**
 * The `process` driver over Node's own spawn, where the native spawner was not built: no terminal, no choice of user,
 * and who leaves the command's session is out of reach. What is missing is not declared, and so refused.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { EXEC_LIMITS, type ExecOutcome, type ExecSpec, type OutcomeReason } from '@postern/contract';
import type { Driver, DriverFeature, OutputSink, RunningCommand } from '../driver.ts';
import { parseSignal, signalNumber } from '../signals.ts';
import { startTimer } from '../timer.ts';
import { ownAccount, startDirectory, type Account } from './accounts.ts';
import { childEnvironment } from './environment.ts';
import { endEach, sessionMembers } from './descendants.ts';
import { pumpOutput, type OutputPump } from './output-pump.ts';
import { directoryFailure, startFailure } from './start-failure.ts';
import { signalGroup, terminateGroup } from './terminate.ts';

const FEATURES: ReadonlySet<DriverFeature> = new Set<DriverFeature>(['stdin', 'signal', 'cwd', 'env']);

/** @param own the agent's environment; a safelist of it is passed on. */
export function createNodeDriver(own: Readonly<Record<string, string | undefined>>): Driver {
  const account = ownAccount();
  return {
    kind: 'process',
    features: FEATURES,
    start: (spec, sink) => startProcess(spec, sink, own, account),
  };
}

function startProcess(
  spec: ExecSpec,
  sink: OutputSink,
  own: Readonly<Record<string, string | undefined>>,
  account: Account,
): RunningCommand {
  const startedAt = performance.now();
  const [program = '', ...args] = spec.argv;
  const cwd = spec.cwd ?? startDirectory(account);
  const child = spawn(program, args, {
    // A session of its own: one signal reaches the command and all it started.
    detached: true,
    shell: false,
    stdio: [spec.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    cwd,
    env: childEnvironment(own, account, spec.env, spec.tty?.term),
  });
  return new SpawnedCommand(child, spec, cwd, sink, startedAt);
}

class SpawnedCommand implements RunningCommand {
  readonly outcome: Promise<ExecOutcome>;
  readonly #child: ChildProcess;
  readonly #startedAt: number;
  readonly #cwd: string;
  readonly #pumps: readonly OutputPump[];
  #reason: OutcomeReason | undefined;
  #stopWaiting: () => void = () => undefined;

  constructor(child: ChildProcess, spec: ExecSpec, cwd: string, sink: OutputSink, startedAt: number) {
    this.#cwd = cwd;
    this.#child = child;
    this.#startedAt = startedAt;
    child.stdin?.on('error', () => undefined);
    this.#pumps =
      child.stdout === null || child.stderr === null
        ? []
        : [
            pumpOutput(child.stdout, 'stdout', spec.outputLimitBytes, sink),
            pumpOutput(child.stderr, 'stderr', spec.outputLimitBytes, sink),
          ];
    const timer = startTimer(spec.timeoutMs, () => this.end('timed-out'));
    this.outcome = this.#watch().finally(() => clearTimeout(timer));
  }

  writeStdin(bytes: Uint8Array): Promise<void> {
    const { stdin } = this.#child;
    if (stdin === null || !stdin.writable) return Promise.resolve();
    return new Promise((resolve) => stdin.write(bytes, () => resolve()));
  }

  closeStdin(): void {
    this.#child.stdin?.end();
  }

  resize(): void {
    // There is no terminal: the feature is not declared.
  }

  signal(signal: string): void {
    const name = parseSignal(signal);
    if (name !== undefined && this.#child.pid !== undefined) signalGroup(this.#child.pid, name);
  }

  end(reason: OutcomeReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    if (this.#child.pid !== undefined) this.#stopWaiting = terminateGroup(this.#child.pid);
  }

  async #watch(): Promise<ExecOutcome> {
    const ended = await this.#ended();
    if ('message' in ended) return this.#result('start-failed', ended.exitCode, null, ended.message);
    await this.#drain();
    this.#stopWaiting();
    const signal = ended.signal === null ? null : signalNumber(ended.signal);
    const reason = this.#reason ?? (signal === null ? 'exited' : 'signaled');
    return this.#result(reason, ended.code, signal, null);
  }

  #ended(): Promise<{ code: number | null; signal: string | null } | { message: string; exitCode: number }> {
    return new Promise((resolve) => {
      this.#child.once('error', (error) => {
        if (this.#child.pid === undefined) resolve(failure(codeOf(error), this.#cwd));
      });
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
    });
  }

  /** Nobody the command started outlives it: whoever is left in its session is ended. */
  async #drain(): Promise<void> {
    const { pid } = this.#child;
    const rest =
      pid !== undefined && signalGroup(pid, 0) ? endEach(() => sessionMembers(pid)) : Promise.resolve();
    // Somebody who left the session may hold the pipes open for ever.
    const giveUp = setTimeout(() => this.#pumps.forEach((pump) => pump.stop()), EXEC_LIMITS.graceMs * 2);
    await Promise.all([rest, ...this.#pumps.map((pump) => pump.done)]);
    clearTimeout(giveUp);
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
  }

  #result(
    reason: OutcomeReason,
    exitCode: number | null,
    exitSignal: number | null,
    message: string | null,
  ): ExecOutcome {
    const [stdout, stderr] = this.#pumps;
    return {
      reason,
      exitCode,
      exitSignal,
      durationMs: performance.now() - this.#startedAt,
      stdoutBytes: stdout?.bytes ?? 0,
      stderrBytes: stderr?.bytes ?? 0,
      stdoutTruncated: stdout?.truncated ?? false,
      stderrTruncated: stderr?.truncated ?? false,
      message,
    };
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
}

/** Node says ENOENT for both; a directory that is there leaves the command. */
function failure(code: string, cwd: string): { readonly message: string; readonly exitCode: number } {
  return code === 'ENOENT' && !existsSync(cwd) ? directoryFailure(code) : startFailure(code);
}
