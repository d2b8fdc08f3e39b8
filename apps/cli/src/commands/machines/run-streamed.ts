/** One exec whose output comes through while it runs, byte for byte. */
import type { Writable } from 'node:stream';
import { once } from 'node:events';
import { openExecStream, type ExecStream } from '@postern/client';
import { shellExitCode, type ExecOutcome } from '@postern/contract';
import type { Place } from '../../choose/machine.ts';
import { Interrupted } from '../../core/interrupted.ts';
import type { Io } from '../../core/io.ts';
import { openNodeSocket } from '../../network/open-socket.ts';
import { say } from '../../output/print.ts';
import { withProgress } from '../../output/progress.ts';
import { safeText } from '../../output/safe-text.ts';
import type { Session } from '../../settings/connect.ts';
import type { ExecBody } from './run-buffered.ts';

interface StreamFlags {
  readonly stdin: boolean;
  readonly tty: boolean;
}

/** Signals a person or a supervisor sends to us, meant for the command. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** So many Ctrl-C in a row mean that the person wants out, whatever the command does. */
const HANG_UP_AFTER = 3;

/** @returns the exit status of the command as a shell reports it. */
export async function runStreamed(
  io: Io,
  flags: StreamFlags,
  session: Session,
  place: Place,
  request: ExecBody,
): Promise<number> {
  const terminal = flags.tty && io.terminal.stdin;
  const started = Promise.withResolvers<void>();
  let runs = false;
  /** Nothing runs yet that a signal could be meant for. */
  const giveUp = (): boolean => {
    if (!runs) started.reject(new Interrupted());
    return !runs;
  };
  const stream = openExecStream(session.client.target, openNodeSocket, {
    app: place.app,
    machine: place.machine,
    request,
    stdin: flags.stdin || flags.tty,
    tty: flags.tty
      ? {
          cols: io.terminal.stdout ? io.terminal.columns() : 80,
          rows: io.terminal.stdout ? io.terminal.rows() : 24,
          term: io.env['TERM'] ?? 'xterm-256color',
        }
      : null,
    onStdout: (bytes) => writeAll(io.stdout, bytes),
    onStderr: (bytes) => writeAll(io.stderr, bytes),
    onStarted: () => {
      runs = true;
      started.resolve();
    },
  });
  const undo = [
    ...FORWARDED.map((signal) => forward(io, stream, signal, giveUp)),
    ...(flags.tty
      ? [io.onSignal('SIGWINCH', () => stream.resize(io.terminal.columns(), io.terminal.rows()))]
      : []),
  ];
  if (terminal) await io.setRawMode(true);
  if (flags.stdin || flags.tty) pump(io, stream);
  try {
    await withProgress(io, `waiting for ${session.settings.server}`, () =>
      Promise.race([started.promise, stream.result]),
    );
    const { outcome } = await stream.result;
    explain(io, outcome);
    return shellExitCode(outcome);
  } finally {
    for (const forget of undo) forget();
    if (terminal) await io.setRawMode(false);
    if (flags.stdin || flags.tty) io.stdin.destroy();
  }
}

/** Waits while the reader of our output is slower than the command; then the server waits, then the command. */
async function writeAll(to: Writable, bytes: Uint8Array): Promise<void> {
  if (to.write(bytes)) return;
  await once(to, 'drain');
}

function pump(io: Io, stream: ExecStream): void {
  const send = async (): Promise<void> => {
    for await (const chunk of io.stdin) {
      if (chunk instanceof Uint8Array) await stream.write(chunk);
    }
    stream.closeStdin();
  };
  // An stdin that breaks is an stdin that ends.
  send().catch(() => stream.closeStdin());
}

function forward(
  io: Io,
  stream: ExecStream,
  signal: (typeof FORWARDED)[number],
  giveUp: () => boolean,
): () => void {
  let count = 0;
  return io.onSignal(signal, () => {
    count += 1;
    if (giveUp() || signal === 'SIGHUP' || count >= HANG_UP_AFTER) stream.hangUp();
    else stream.signal(signal);
  });
}

/** Says why the command ended when its own output cannot have said it. */
function explain(io: Io, outcome: ExecOutcome): void {
  const reasons: Partial<Record<ExecOutcome['reason'], string>> = {
    'timed-out': 'the command was ended: it ran longer than its timeout',
    cancelled: 'the command was ended from elsewhere',
    revoked: 'the command was ended: its token was revoked',
    'machine-removed': 'the command was ended: its machine was removed',
    'agent-shutdown': 'the command was ended: the agent of the machine shut down',
    'connection-lost': 'the connection to the machine was lost; the command was ended',
    'start-failed': 'the command could not be started',
    'refused-by-agent': 'the machine refused the command',
  };
  const reason = reasons[outcome.reason];
  if (reason !== undefined) {
    say(io, `postern: ${reason}${outcome.message === null ? '' : `: ${safeText(outcome.message)}`}`);
  }
  for (const [name, cut] of [
    ['stdout', outcome.stdoutTruncated],
    ['stderr', outcome.stderrTruncated],
  ] as const) {
    if (cut) say(io, `postern: ${name} was cut: it went over the limit, or nobody read it in time`);
  }
}
