/** Output that was kept of an exec, part by part as the server gives it. */
import { operations, type ExecResource } from '@postern/contract';
import { call } from '../api/client.ts';
import type { OutputChannel } from './output.ts';

export interface RecordedChunk {
  readonly channel: OutputChannel;
  /** Milliseconds since the start. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

export interface RecordedPart {
  readonly chunks: readonly RecordedChunk[];
  /** Where the next part begins. */
  readonly next: number;
  readonly complete: boolean;
}

export type ReadPart = (after: number, signal: AbortSignal) => Promise<RecordedPart>;

/**
 * @param wait seconds to wait for more while the exec runs.
 * @throws PosternError `exec_not_found` when nothing is kept.
 */
export async function readPart(
  exec: string,
  after: number,
  wait: number,
  signal: AbortSignal,
): Promise<RecordedPart & { readonly exec: ExecResource }> {
  const answer = await call(operations.readExecOutput, {
    params: { exec },
    query: { after, wait },
    signal,
  });
  return {
    ...answer,
    chunks: answer.chunks.map(({ channel, at_ms: at, data }) => ({ channel, at, bytes: fromBase64(data) })),
  };
}

function fromBase64(text: string): Uint8Array {
  const chars = atob(text);
  const bytes = new Uint8Array(chars.length);
  for (let index = 0; index < chars.length; index += 1) bytes[index] = chars.charCodeAt(index);
  return bytes;
}
