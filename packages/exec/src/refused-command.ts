/** A command that never ran: it has an outcome that says why, and takes nothing. */
import type { OutcomeReason } from '@postern/contract';
import type { RunningCommand } from './driver.ts';

export function refusedCommand(
  reason: OutcomeReason,
  exitCode: number | null,
  message: string,
): RunningCommand {
  return {
    outcome: Promise.resolve({
      reason,
      exitCode,
      exitSignal: null,
      durationMs: 0,
      stdoutBytes: 0,
      stderrBytes: 0,
      stdoutTruncated: false,
      stderrTruncated: false,
      message,
    }),
    writeStdin: () => Promise.resolve(),
    closeStdin: () => undefined,
    resize: () => undefined,
    signal: () => undefined,
    end: () => undefined,
  };
}
