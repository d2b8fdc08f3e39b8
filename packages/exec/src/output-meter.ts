/** Counts what a command writes and cuts it at the limit; past the limit it is still read, so that nobody blocks. */
import type { OutputChannel, OutputSink } from './driver.ts';

export interface OutputMeter {
  take(channel: OutputChannel, bytes: Uint8Array): void | Promise<void>;
  /** As the outcome says it. */
  counts(): {
    stdoutBytes: number;
    stderrBytes: number;
    stdoutTruncated: boolean;
    stderrTruncated: boolean;
  };
}

/** @param limitBytes of each channel. */
export function createOutputMeter(limitBytes: number, sink: OutputSink): OutputMeter {
  const bytes: Record<OutputChannel, number> = { stdout: 0, stderr: 0 };
  return {
    take(channel, chunk) {
      const room = Math.max(0, limitBytes - bytes[channel]);
      bytes[channel] += chunk.length;
      return room > 0
        ? sink.output(channel, chunk.length > room ? chunk.subarray(0, room) : chunk)
        : undefined;
    },
    counts: () => ({
      stdoutBytes: bytes.stdout,
      stderrBytes: bytes.stderr,
      stdoutTruncated: bytes.stdout > limitBytes,
      stderrTruncated: bytes.stderr > limitBytes,
    }),
  };
}
