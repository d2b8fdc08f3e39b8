/** How an agent reaches a machine. A driver decides nothing: what it is given is already allowed. */
import type { ExecOutcome, ExecSpec, MachineProcess, OutcomeReason } from '@postern/contract';

/** What a driver can do beyond running an argv and giving its output. Asking for more is refused clearly. */
export type DriverFeature = 'stdin' | 'tty' | 'signal' | 'cwd' | 'user' | 'env';

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

/** The driver was asked for something about the machine itself, and it could not be done. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/** What a driver can do with the machine itself. Every function throws ControlError. */
export interface MachineControl {
  state(): Promise<'started' | 'stopped'>;
  /** Starting what runs, and stopping what does not, changes nothing and is no error. */
  start(): Promise<void>;
  /** @param timeoutSeconds before it is stopped the hard way. @param signal to stop with; the machine's own if null. */
  stop(timeoutSeconds: number, signal: string | null): Promise<void>;
  restart(timeoutSeconds: number, signal: string | null): Promise<void>;
  /** To the main process. */
  signal(signal: string): Promise<void>;
  ps(): Promise<MachineProcess[]>;
}

export interface Driver {
  readonly kind: string;
  readonly features: ReadonlySet<DriverFeature>;
  /** Absent where the machine is not the driver's to start and stop. */
  readonly control?: MachineControl;
  /** Starts a command. A command that cannot be started has an outcome that says so. */
  start(spec: ExecSpec, sink: OutputSink): RunningCommand;
}
