/** The `process` driver over Node's own spawn: commands run on the agent's own host. */
import { spawn, type ChildProcess } from 'node:child_process';
import { userInfo } from 'node:os';
import { EXEC_LIMITS, type ExecOutcome, type ExecSpec, type OutcomeReason } from '@postern/contract';
import type { Driver, DriverFeature, OutputSink, RunningCommand } from '../driver.ts';
import { parseSignal, signalNumber } from '../signals.ts';
import { childEnvironment, type Account } from './environment.ts';
import { pumpOutput, type OutputPump } from './output-pump.ts';
import { signalGroup, terminateGroup } from './terminate.ts';

const FEATURES: ReadonlySet<DriverFeature> = new Set<DriverFeature>(['stdin', 'signal', 'cwd', 'env']);

/** @param own the agent's environment; a safelist of it is passed on. */
export function createProcessDriver(own: Readonly<Record<string, string | undefined>>): Driver {
  const { username, homedir, shell } = userInfo();
  const account: Account = { name: username, home: homedir, shell: shell ?? '/bin/sh' };
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
  const child = spawn(program, args, {
    // A session of its own: one signal reaches the command and all it started.
    detached: true,
    shell: false,
    stdio: [spec.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    cwd: spec.cwd ?? account.home,
    env: childEnvironment(own, account, spec.env, spec.tty?.term),
  });
  return new SpawnedCommand(child, spec, sink, startedAt);
}

class SpawnedCommand implements RunningCommand {
  readonly outcome: Promise<ExecOutcome>;
  readonly #child: ChildProcess;
  readonly #startedAt: number;
  readonly #pumps: readonly OutputPump[];
  #reason: OutcomeReason | undefined;
  #stopWaiting: () => void = () => undefined;

  constructor(child: ChildProcess, spec: ExecSpec, sink: OutputSink, startedAt: number) {
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
    const timer = setTimeout(() => this.end('timed-out'), Math.min(spec.timeoutMs, 2 ** 31 - 1));
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
    this.#reason ??= reason;
    if (this.#child.pid !== undefined) this.#stopWaiting = terminateGroup(this.#child.pid);
  }

  async #watch(): Promise<ExecOutcome> {
    const ended = await this.#ended();
    if ('error' in ended) return this.#result('start-failed', ended.code, null, ended.error);
    await this.#drain();
    this.#stopWaiting();
    const signal = ended.signal === null ? null : signalNumber(ended.signal);
    const reason = this.#reason ?? (signal === null ? 'exited' : 'signaled');
    return this.#result(reason, ended.code, signal, null);
  }

  #ended(): Promise<{ code: number | null; signal: string | null } | { error: string; code: number }> {
    return new Promise((resolve) => {
      this.#child.once('error', (error) => {
        if (this.#child.pid === undefined) resolve(startFailure(error));
      });
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
    });
  }

  /** Nobody the command started outlives it: whoever is left in its session is ended. */
  async #drain(): Promise<void> {
    const { pid } = this.#child;
    if (pid !== undefined && signalGroup(pid, 0)) this.#stopWaiting = terminateGroup(pid);
    // Somebody who left the session may hold the pipes open for ever.
    const giveUp = setTimeout(() => this.#pumps.forEach((pump) => pump.stop()), EXEC_LIMITS.graceMs * 2);
    await Promise.all(this.#pumps.map((pump) => pump.done));
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

/** 127 for what is not there, 126 for what cannot be executed: as a shell says it. */
function startFailure(error: NodeJS.ErrnoException): { error: string; code: number } {
  if (error.code === 'ENOENT')
    return { error: 'the command or the working directory does not exist', code: 127 };
  if (error.code === 'EACCES') return { error: 'the command may not be executed', code: 126 };
  if (error.code === 'E2BIG') return { error: 'the command line is too long for the system', code: 126 };
  return { error: `the command cannot be started (${error.code ?? 'unknown error'})`, code: 126 };
}
