/** Output that was kept of an exec, piece by piece as the server gives it. */
import type { ExecResource } from '@postern/contract';
import { shellExitCode } from '@postern/contract';
import type { Session } from '../../settings/connect.ts';

export interface Piece {
  readonly channel: 'stdout' | 'stderr';
  /** Milliseconds since the start. */
  readonly at: number;
  readonly bytes: Buffer;
}

const WAIT_SECONDS = 20;

/**
 * @param follow whether to wait for more while the exec runs.
 * @param onPiece told of each piece, in order.
 * @returns the exec as it stood at the end.
 */
export async function readOutput(
  { client, operations }: Session,
  execId: string,
  follow: boolean,
  signal: AbortSignal | undefined,
  onPiece: (piece: Piece) => void | Promise<void>,
): Promise<ExecResource> {
  let after = 0;
  for (;;) {
    const { chunks, next, complete, exec } = await client.call(operations.readExecOutput, {
      params: { exec: execId },
      query: { after, wait: follow ? WAIT_SECONDS : 0 },
      ...(signal === undefined ? {} : { signal }),
    });
    for (const { channel, at_ms: at, data } of chunks) {
      await onPiece({ channel, at, bytes: Buffer.from(data, 'base64') });
    }
    if (complete || (!follow && next === after)) return exec;
    after = next;
  }
}

/** What the command's exit code was, as a shell reports it. */
export function exitCodeOf(exec: ExecResource): number {
  if (exec.reason === 'timed-out') return 124;
  return shellExitCode({ reason: 'exited', exitCode: exec.exit_code, exitSignal: exec.exit_signal });
}
