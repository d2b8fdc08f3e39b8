/** How an agent reaches a machine. A driver decides nothing: what it is given is already allowed. */
import type { ExecOutcome, ExecSpec, OutcomeReason } from '@postern/contract';

/** What a driver can do beyond running an argv and giving its output. Asking for more is refused clearly. */
export type DriverFeature =
  | 'stdin'
  | 'tty'
  | 'signal'
  | 'cwd'
  | 'user'
  | 'env'
  | 'start'
  | 'stop'
  | 'restart'
  | 'ps';

export type OutputChannel = 'stdout' | 'stderr';

export interface OutputSink {
  /** Takes bytes; the command waits while the promise is pending, so that a slow reader slows the writer. */
  output(channel: OutputChannel, bytes: Uint8Array): void | Promise<void>;
}

/** One command that runs. */
export interface RunningCommand {
  /** Resolves when the command may be sent more. Bytes after its end are dropped. */
  writeStdin(bytes: Uint8Array): Promise<void>;
  closeStdin(): void;
  resize(cols: number, rows: number): void;
  /** @param signal `SIGTERM`, `SIGINT`, … to the whole process group. */
  signal(signal: string): void;
  /** Ends it: the polite signal to all, a grace, then the one that cannot be refused. The first reason wins. */
  end(reason: OutcomeReason): void;
  /** Resolves once, when the command and its output have ended. Never rejects. */
  readonly outcome: Promise<ExecOutcome>;
}

export interface Driver {
  readonly kind: string;
  readonly features: ReadonlySet<DriverFeature>;
  /** Starts a command. A command that cannot be started has an outcome that says so. */
  start(spec: ExecSpec, sink: OutputSink): RunningCommand;
}
