/** The two HTTP forms of an exec: one buffered JSON answer (Fly's form), and lines of JSON while it runs. */
import {
  LIMITS,
  shellExitCode,
  EXEC_LIMITS,
  type ExecOutcome,
  type OutputOf,
  type Operations,
} from '@postern/contract';
import type { OutputChannel } from '@postern/exec';
import type { Services } from '../services.ts';
import { openExec, outcomeError, type ExecCall, type ExecTarget } from './open-exec.ts';

type Buffered = OutputOf<Operations['runExec']>;
type Call = Omit<ExecCall, 'outputLimitBytes' | 'stdin' | 'tty'>;

/** Runs to the end and answers once. */
export async function bufferedExec(
  target: ExecTarget,
  call: Call,
  signal: AbortSignal,
  services: Services,
): Promise<Buffered> {
  const chunks: Record<OutputChannel, Uint8Array[]> = { stdout: [], stderr: [] };
  const { plan, command, ask } = await openExec(
    target,
    { ...call, stdin: false, tty: null, outputLimitBytes: LIMITS.bufferedOutputBytes },
    { output: (channel, bytes) => void chunks[channel].push(bytes) },
    services,
  );
  const gone = (): void => command.end('caller-gone');
  signal.addEventListener('abort', gone, { once: true });
  if (signal.aborted) gone();
  const outcome = await command.outcome;
  signal.removeEventListener('abort', gone);
  const output = {
    ...text('stdout', chunks.stdout, outcome.stdoutTruncated),
    ...text('stderr', [...chunks.stderr, ...startMessage(outcome)], outcome.stderrTruncated),
  };
  const error = outcomeError(outcome, ask.timeoutMs, { ...output, exec_id: plan.execId });
  if (error !== undefined) throw error;
  return {
    exit_code: shellExitCode(outcome),
    exit_signal: outcome.exitSignal ?? 0,
    stdout: '',
    stderr: '',
    ...output,
    exec_id: plan.execId,
    reason: outcome.reason,
    duration_ms: Math.round(outcome.durationMs),
  };
}

/** Starts a command that nobody waits for, and answers at once. Its output is kept. */
export async function detachedExec(target: ExecTarget, call: Call, services: Services): Promise<Buffered> {
  const { plan } = await openExec(
    target,
    { ...call, stdin: false, tty: null, outputLimitBytes: EXEC_LIMITS.outputBytes },
    { output: () => undefined },
    services,
  );
  return {
    exit_code: 0,
    exit_signal: 0,
    stdout: '',
    stderr: '',
    exec_id: plan.execId,
    reason: 'detached',
    duration_ms: 0,
  };
}

/** What a shell would have said on stderr about a command that cannot be started. */
function startMessage(outcome: ExecOutcome): Uint8Array[] {
  return outcome.reason === 'start-failed'
    ? [Buffer.from(`postern: ${outcome.message ?? 'cannot start'}\n`)]
    : [];
}

/** Text when the bytes are UTF-8; base64, and said so, when they are not: nothing is corrupted silently. */
function text(
  channel: OutputChannel,
  chunks: readonly Uint8Array[],
  truncated: boolean,
): Record<string, string | true> {
  const bytes = Buffer.concat(chunks);
  const decoded = utf8(bytes, truncated);
  return {
    [channel]: decoded ?? bytes.toString('base64'),
    ...(decoded === undefined ? { [`${channel}_encoding`]: 'base64' } : {}),
    ...(truncated ? { [`${channel}_truncated`]: true } : {}),
  };
}

/** A cut may fall inside a character; the rest of it is let go. */
function utf8(bytes: Uint8Array, truncated: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: truncated });
  } catch {
    return undefined;
  }
}

/**
 * Lines of JSON while the command runs: `started`, `stdout` and `stderr` with base64 data, at the end `outcome`. A
 * refusal is an HTTP error: nothing has been answered yet.
 */
export async function streamedExec(
  target: ExecTarget,
  call: Call,
  requestId: string,
  services: Services,
): Promise<Response> {
  const lines = lineStream();
  const { plan, command } = await openExec(
    target,
    { ...call, stdin: false, tty: null, outputLimitBytes: EXEC_LIMITS.outputBytes },
    {
      output: (channel, bytes) => lines.write({ type: channel, data: Buffer.from(bytes).toString('base64') }),
    },
    services,
  );
  lines.onCancel(() => command.end('caller-gone'));
  void lines.write({ type: 'started', exec_id: plan.execId });
  void command.outcome.then(async (outcome) => {
    await lines.write({ type: 'outcome', exec_id: plan.execId, exit_code: shellExitCode(outcome), outcome });
    lines.close();
  });
  return new Response(lines.readable, {
    headers: { 'content-type': 'application/x-ndjson', 'fly-request-id': requestId },
  });
}

interface LineStream {
  readonly readable: ReadableStream<Uint8Array>;
  /** Resolves when the reader wants more, so that a slow reader slows the command. */
  write(value: object): Promise<void>;
  close(): void;
  onCancel(then: () => void): void;
}

function lineStream(): LineStream {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, {
    highWaterMark: 16,
  });
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  return {
    readable,
    async write(value) {
      await writer.ready.catch(() => undefined);
      // A reader that has gone away has been told of by onCancel.
      void writer.write(encoder.encode(`${JSON.stringify(value)}\n`)).catch(() => undefined);
    },
    close: () => void writer.close().catch(() => undefined),
    onCancel: (then) => void writer.closed.catch(then),
  };
}
