/** Runs one command on a driver and gives everything it wrote. */
import type { ExecOutcome, ExecSpec } from '@postern/contract';
import type { Driver, OutputChannel, RunningCommand } from '@postern/exec';

export interface Ran {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly outcome: ExecOutcome;
}

export interface Live {
  readonly command: RunningCommand;
  readonly written: Record<OutputChannel, Buffer>;
  readonly ended: Promise<Ran>;
}

export function specOf(argv: readonly string[], extra: Partial<ExecSpec> = {}): ExecSpec {
  return {
    argv: [...argv],
    stdin: false,
    tty: null,
    timeoutMs: 30_000,
    cwd: null,
    user: null,
    env: {},
    outputLimitBytes: 2 ** 30,
    ...extra,
  };
}

export function begin(driver: Driver, argv: readonly string[], extra: Partial<ExecSpec> = {}): Live {
  const chunks: Record<OutputChannel, Uint8Array[]> = { stdout: [], stderr: [] };
  const command = driver.start(specOf(argv, extra), {
    output: (channel, bytes) => void chunks[channel].push(Buffer.from(bytes)),
  });
  const written = {
    get stdout() {
      return Buffer.concat(chunks.stdout);
    },
    get stderr() {
      return Buffer.concat(chunks.stderr);
    },
  };
  return {
    command,
    written,
    ended: command.outcome.then((outcome) => ({ stdout: written.stdout, stderr: written.stderr, outcome })),
  };
}

export function run(driver: Driver, argv: readonly string[], extra: Partial<ExecSpec> = {}): Promise<Ran> {
  return begin(driver, argv, extra).ended;
}
