/** Carries one output stream of a command to the sink: in order, with back-pressure, cut at the limit. */
import type { Readable } from 'node:stream';
import type { OutputChannel, OutputSink } from '../driver.ts';

export interface OutputPump {
  /** Bytes the command wrote, those that were dropped included. */
  readonly bytes: number;
  readonly truncated: boolean;
  /** Resolves when the stream has ended and everything before the limit is with the sink. */
  readonly done: Promise<void>;
  /** Stops waiting for writers that outlive the command. */
  stop(): void;
}

export function pumpOutput(
  stream: Readable,
  channel: OutputChannel,
  limitBytes: number,
  sink: OutputSink,
): OutputPump {
  let bytes = 0;
  let truncated = false;
  const run = async (): Promise<void> => {
    try {
      for await (const chunk of stream) {
        if (!(chunk instanceof Uint8Array)) continue;
        const room = Math.max(0, limitBytes - bytes);
        bytes += chunk.length;
        // Past the limit the rest is still read, so that the command is not left blocked for ever.
        if (chunk.length > room) truncated = true;
        if (room > 0) await sink.output(channel, chunk.subarray(0, room));
      }
    } catch {
      // The stream was destroyed: the command has ended and somebody else still held the pipe, or nobody listens.
    }
  };
  return {
    get bytes() {
      return bytes;
    },
    get truncated() {
      return truncated;
    },
    done: run(),
    stop: () => stream.destroy(),
  };
}
