/**
 * The `ssh` driver: hosts without an agent, through OpenSSH's client. The client runs as a local command of the
 * process driver; the command on the other side is known by its process id, so that it can be ended there: OpenSSH
 * leaves it running when its client goes.
 */
import { EXEC_LIMITS, type ExecOutcome, type ExecSpec, type OutcomeReason } from '@postern/contract';
import { randomBytes } from 'node:crypto';
import type { Driver, DriverFeature, OutputChannel, OutputSink, RunningCommand } from '../driver.ts';
import { refusedCommand } from '../refused-command.ts';
import { parseSignal } from '../signals.ts';
import { startTimer } from '../timer.ts';
import { createMarkerFilter } from './marker-filter.ts';
import { createMaster, type Master, type SshTarget } from './master.ts';
import { endGroup, remoteCommand, REMOTE_COMMAND_BYTES } from './remote-command.ts';

export interface SshDriver extends Driver {
  /** Closes the shared connection. */
  close(): void;
}

/** @param local runs the client: the process driver of this host. */
export function createSshDriver(target: SshTarget, local: Driver): SshDriver {
  const master = createMaster(target);
  const features: DriverFeature[] = ['stdin', 'signal', 'cwd', 'env'];
  if (local.features.has('tty')) features.push('tty');
  return {
    kind: 'ssh',
    features: new Set(features),
    start(spec, sink) {
      const marker = `postern-${randomBytes(12).toString('hex')}`;
      const markerTo = spec.tty === null ? 'stderr' : 'stdout';
      const text = remoteCommand({ argv: spec.argv, cwd: spec.cwd, env: spec.env, marker, markerTo });
      if (Buffer.byteLength(text) > REMOTE_COMMAND_BYTES) {
        return refusedCommand('start-failed', 126, 'the command line is too long for ssh');
      }
      return new RemoteRun(master, local, spec, sink, { text, marker, markerTo });
    },
    close: () => master.close(),
  };
}

class RemoteRun implements RunningCommand {
  readonly outcome: Promise<ExecOutcome>;
  readonly #master: Master;
  readonly #local: Driver;
  readonly #client: Promise<RunningCommand>;
  #pid: number | undefined;
  #reason: OutcomeReason | undefined;
  #over = false;

  constructor(
    master: Master,
    local: Driver,
    spec: ExecSpec,
    sink: OutputSink,
    remote: { readonly text: string; readonly marker: string; readonly markerTo: OutputChannel },
  ) {
    const startedAt = performance.now();
    this.#master = master;
    this.#local = local;
    const filter = createMarkerFilter(remote.marker, (pid) => {
      this.#pid = pid;
      // It was ended before it was known.
      if (this.#reason !== undefined) void this.#terminate();
    });
    this.#client = master.ready().then(() =>
      local.start(
        {
          ...spec,
          argv: [...master.words(spec.tty === null ? '-T' : '-tt'), remote.text],
          cwd: null,
          user: null,
          env: {},
          // The remote command has this timeout; its client lives a little longer.
          timeoutMs: spec.timeoutMs + EXEC_LIMITS.graceMs * 3,
          outputLimitBytes: spec.outputLimitBytes + remote.marker.length + 16,
        },
        {
          output: (channel, bytes) => {
            const rest = channel === remote.markerTo ? filter.take(bytes) : bytes;
            return rest.length > 0 ? sink.output(channel, rest) : undefined;
          },
        },
      ),
    );
    const timer = startTimer(spec.timeoutMs, () => this.end('timed-out'));
    this.outcome = this.#client
      .then(async (client) => {
        const outcome = await client.outcome;
        await this.#endRest();
        const rest = filter.rest();
        if (rest.length > 0 && this.#pid !== undefined) await sink.output(remote.markerTo, rest);
        return this.#outcome(outcome, Buffer.from(rest).toString('utf8').trim());
      })
      .then((outcome) => {
        clearTimeout(timer);
        this.#over = true;
        return { ...outcome, durationMs: performance.now() - startedAt };
      });
  }

  async writeStdin(bytes: Uint8Array): Promise<void> {
    await (await this.#client).writeStdin(bytes);
  }

  closeStdin(): void {
    void this.#client.then((client) => client.closeStdin());
  }

  resize(cols: number, rows: number): void {
    void this.#client.then((client) => client.resize(cols, rows));
  }

  signal(text: string): void {
    const name = parseSignal(text);
    if (name !== undefined) void this.#remoteKill(name);
  }

  end(reason: OutcomeReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    void this.#terminate();
  }

  /** 255 without a sign of the command means that the connection was not had. */
  #outcome(outcome: ExecOutcome, said: string): ExecOutcome {
    const reason = this.#reason ?? (outcome.reason === 'signaled' ? 'connection-lost' : outcome.reason);
    if (this.#pid !== undefined || this.#reason !== undefined || outcome.exitCode !== 255) {
      return { ...outcome, reason, exitSignal: null };
    }
    const complaint = this.#master.complaint() || said || 'no reason given';
    return { ...outcome, reason: 'start-failed', message: `the host cannot be reached by ssh: ${complaint}` };
  }

  async #terminate(): Promise<void> {
    if (this.#pid !== undefined) {
      await this.#remoteKill('SIGTERM');
      await this.#remoteKill('SIGCONT');
    }
    setTimeout(() => {
      if (this.#over) return;
      void this.#remoteKill('SIGKILL').then(async () => (await this.#client).end('cancelled'));
    }, EXEC_LIMITS.graceMs);
  }

  /** Nobody the command started outlives it: whoever is left in its process group is ended. */
  async #endRest(): Promise<void> {
    if (this.#pid !== undefined) await this.#remote(endGroup(this.#pid));
  }

  /** To the whole process group of the remote command: sshd gave it a session of its own. */
  async #remoteKill(signal: string): Promise<void> {
    if (this.#pid !== undefined) await this.#remote(`kill -s ${signal.slice('SIG'.length)} -- -${this.#pid}`);
  }

  async #remote(text: string): Promise<void> {
    const kill = this.#local.start(
      {
        argv: [...this.#master.words('-T'), text],
        stdin: false,
        tty: null,
        timeoutMs: EXEC_LIMITS.graceMs * 3,
        cwd: null,
        user: null,
        env: {},
        outputLimitBytes: 0,
      },
      { output: () => undefined },
    );
    await kill.outcome;
  }
}
