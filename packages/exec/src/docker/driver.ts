/**
 * The `docker` driver: commands run in a container through the engine's own exec. The engine does not end an exec when
 * its client goes, nor what a command leaves behind, so the driver signals the command's processes on the host, where
 * the engine started them: those below it, in its session, or with its mark in their environment.
 */
import { EXEC_LIMITS, type ExecOutcome, type ExecSpec, type OutcomeReason } from '@postern/contract';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { Driver, DriverFeature, OutputSink, RunningCommand } from '../driver.ts';
import { createOutputMeter, type OutputMeter } from '../output-meter.ts';
import {
  endEach,
  processesMarked,
  sessionMembers,
  signalEach,
  withDescendants,
} from '../process/descendants.ts';
import { parseSignal } from '../signals.ts';
import { startTimer } from '../timer.ts';
import { createContainerControl } from './control.ts';
import { createDemultiplexer } from './demultiplex.ts';
import { createEngine, EngineError, field, type Engine } from './engine.ts';

const FEATURES: ReadonlySet<DriverFeature> = new Set<DriverFeature>([
  'stdin',
  'tty',
  'signal',
  'cwd',
  'user',
  'env',
]);
/** Milliseconds between two looks at whether the command itself has ended. */
const LOOK_MS = 100;
const SOCKET = '/var/run/docker.sock';
const ENGINE_COMPLAINT = /^(?:OCI runtime|unable to find user|.*exec failed)/i;

export interface DockerDriverOptions {
  /** Name or id. */
  readonly container: string;
  readonly socket?: string | undefined;
}

export function createDockerDriver({ container, socket }: DockerDriverOptions): Driver {
  const engine = createEngine(socket ?? SOCKET);
  return {
    kind: 'docker',
    features: FEATURES,
    control: createContainerControl(engine, container),
    start: (spec, sink) => new ContainerCommand(engine, container, spec, sink),
  };
}

class ContainerCommand implements RunningCommand {
  readonly outcome: Promise<ExecOutcome>;
  readonly #engine: Engine;
  readonly #meter: OutputMeter;
  readonly #spec: ExecSpec;
  /** Resolves when the command runs; rejects when it could not be started. */
  readonly #started: Promise<{ readonly id: string; readonly stream: Duplex }>;
  /** A variable of the command's environment: whoever descends from it is found by it, wherever it went. */
  readonly #mark = `POSTERN_EXEC_MARK=${randomBytes(8).toString('hex')}`;
  /** On the host, once it is known; the command leads a session of its own. */
  #pid: number | undefined;
  #reason: OutcomeReason | undefined;
  #over = false;
  #endingRest: Promise<void> | undefined;

  constructor(engine: Engine, container: string, spec: ExecSpec, sink: OutputSink) {
    const startedAt = performance.now();
    this.#engine = engine;
    this.#spec = spec;
    this.#meter = createOutputMeter(spec.outputLimitBytes, sink);
    this.#started = this.#start(container);
    const timer = startTimer(spec.timeoutMs, () => this.end('timed-out'));
    this.outcome = this.#watch()
      .catch((error: unknown) => this.#failed(error))
      .then((ending) => {
        clearTimeout(timer);
        this.#over = true;
        return { ...ending, durationMs: performance.now() - startedAt, ...this.#meter.counts() };
      });
  }

  async writeStdin(bytes: Uint8Array): Promise<void> {
    const stream = await this.#stream();
    if (stream === undefined || !stream.writable || !this.#spec.stdin) return;
    await new Promise<void>((resolve) => {
      stream.once('close', resolve);
      stream.write(bytes, () => {
        stream.off('close', resolve);
        resolve();
      });
    });
  }

  closeStdin(): void {
    // A terminal has no half-close: its end-of-file character says it.
    void this.#stream().then((stream) =>
      this.#spec.tty === null ? stream?.end() : stream?.write(Uint8Array.of(4)),
    );
  }

  resize(cols: number, rows: number): void {
    void this.#started
      .then(({ id }) => this.#engine.call('POST', `/exec/${id}/resize?h=${rows}&w=${cols}`))
      .catch(() => undefined);
  }

  signal(text: string): void {
    const name = parseSignal(text);
    if (name !== undefined) void this.#signalAll(name);
  }

  end(reason: OutcomeReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    void this.#terminate();
  }

  async #start(container: string): Promise<{ readonly id: string; readonly stream: Duplex }> {
    const { argv, stdin, tty, env, cwd, user } = this.#spec;
    const created = await this.#engine.call('POST', `/containers/${encodeURIComponent(container)}/exec`, {
      AttachStdin: stdin,
      AttachStdout: true,
      AttachStderr: tty === null,
      Tty: tty !== null,
      Cmd: argv,
      Env: [
        ...(tty === null ? [] : [`TERM=${tty.term}`]),
        ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
        this.#mark,
      ],
      ...(cwd === null ? {} : { WorkingDir: cwd }),
      ...(user === null ? {} : { User: user }),
    });
    const id = field(created, 'Id');
    if (typeof id !== 'string') throw new EngineError(0, 'the engine named no exec');
    const stream = await this.#engine.hijack(`/exec/${id}/start`, { Detach: false, Tty: tty !== null });
    stream.on('error', () => undefined);
    if (tty !== null) this.resize(tty.cols, tty.rows);
    return { id, stream };
  }

  async #watch(): Promise<Ending> {
    const { id, stream } = await this.#started;
    const look = setInterval(() => void this.#look(id), LOOK_MS);
    try {
      return await this.#carry(id, stream);
    } finally {
      clearInterval(look);
    }
  }

  async #carry(id: string, stream: Duplex): Promise<Ending> {
    const split = createDemultiplexer();
    let first = true;
    try {
      for await (const chunk of stream) {
        if (!(chunk instanceof Uint8Array)) continue;
        const pieces =
          this.#spec.tty === null ? split(chunk) : [{ channel: 'stdout' as const, bytes: chunk }];
        for (const { channel, bytes } of pieces) {
          if (first) await this.#requireStarted(id, bytes);
          first = false;
          await this.#meter.take(channel, bytes);
        }
      }
    } catch (error) {
      if (error instanceof EngineError) throw error;
      // The stream was destroyed by #terminate: somebody else still held it.
    } finally {
      stream.destroy();
    }
    const exitCode = field(await this.#inspect(id), 'ExitCode');
    await this.#endRest();
    return {
      reason: this.#reason ?? 'exited',
      exitCode: typeof exitCode === 'number' ? exitCode : null,
      exitSignal: null,
      message: null,
    };
  }

  /** Why a command was not started comes as its output; only the engine's record tells the two apart. */
  async #requireStarted(id: string, bytes: Uint8Array): Promise<void> {
    const text = Buffer.from(bytes).toString('utf8');
    if (!ENGINE_COMPLAINT.test(text)) return;
    const state = await this.#inspect(id);
    if (field(state, 'Running') === false && this.#pid === undefined) {
      throw new EngineError(0, text.trim());
    }
  }

  /** What the engine knows of the exec; its process id is kept, because some engines forget it at the end. */
  async #inspect(id: string): Promise<unknown> {
    const state = await this.#engine.call('GET', `/exec/${id}/json`);
    const pid = Number(field(state, 'Pid'));
    if (pid > 1) this.#pid = pid;
    return state;
  }

  /** Whoever holds the output open does not hold the command: when it has ended by itself, the rest is ended. */
  async #look(id: string): Promise<void> {
    const isOver =
      this.#pid === undefined
        ? field(await this.#inspect(id).catch(() => undefined), 'Running') === false
        : !existsSync(`/proc/${this.#pid}`);
    if (isOver) await this.#endRest();
  }

  /** Nobody the command started outlives it. */
  #endRest(): Promise<void> {
    return (this.#endingRest ??= endEach(() => this.#left()).finally(() => (this.#endingRest = undefined)));
  }

  /** Who belongs to the command, whether it runs itself or not. */
  #left(): number[] {
    return [
      ...new Set([
        ...processesMarked(this.#mark),
        ...(this.#pid === undefined ? [] : sessionMembers(this.#pid)),
      ]),
    ];
  }

  #failed(error: unknown): Ending {
    const message = error instanceof EngineError ? error.message : String(error);
    const missing = /not found|no such file/i.test(message) && !/no such container/i.test(message);
    const exitCode = missing && !/chdir|cwd|working dir/i.test(message) ? 127 : 126;
    return { reason: this.#reason ?? 'start-failed', exitCode, exitSignal: null, message };
  }

  async #stream(): Promise<Duplex | undefined> {
    try {
      return (await this.#started).stream;
    } catch {
      return undefined;
    }
  }

  async #processes(): Promise<number[]> {
    try {
      const { id } = await this.#started;
      const isRunning = field(await this.#inspect(id), 'Running') === true;
      const below = isRunning && this.#pid !== undefined ? withDescendants(this.#pid) : [];
      return [...new Set([...below, ...this.#left()])];
    } catch {
      return [];
    }
  }

  async #signalAll(signal: NodeJS.Signals): Promise<number> {
    const pids = await this.#processes();
    signalEach(pids, signal);
    return pids.length;
  }

  /** The polite signal to all, a grace, then the other one until nobody is left; then nobody is listened to. */
  async #terminate(): Promise<void> {
    await this.#signalAll('SIGTERM');
    await this.#signalAll('SIGCONT');
    const kill = async (): Promise<void> => {
      if (this.#over) return;
      if ((await this.#signalAll('SIGKILL')) === 0) (await this.#stream())?.destroy();
      setTimeout(() => void kill(), 50);
    };
    setTimeout(() => void kill(), EXEC_LIMITS.graceMs);
  }
}

type Ending = Pick<ExecOutcome, 'reason' | 'exitCode' | 'exitSignal' | 'message'>;
