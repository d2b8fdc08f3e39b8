/**
 * The output of an exec on disk, so that it can be looked at later or while it runs: frames of time, channel and
 * bytes, exactly as they came, up to a cap. Input is never kept.
 *
 * A frame is 8 bytes of milliseconds since the start (double, little endian), 1 byte channel, 4 bytes length, bytes.
 */
import { open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputChannel } from '@postern/exec';

export const TRANSCRIPT_LIMITS = {
  /** Bytes of one transcript; output beyond it is not kept. */
  bytes: 64 * 1024 * 1024,
  /** Bytes of output in one answer. */
  answerBytes: 512 * 1024,
  /** Days a transcript is kept. */
  days: 30,
  /** Milliseconds between two looks for transcripts that are too old. */
  sweepMs: 3_600_000,
} as const;

const HEAD_BYTES = 13;
const CHANNELS = { stdout: 1, stderr: 2 } as const;

export interface Transcript {
  /** Resolves when the bytes are with the file system, so that a slow disk slows the command. */
  write(channel: OutputChannel, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface Chunk {
  readonly channel: OutputChannel;
  /** Milliseconds since the start. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

const fileOf = (directory: string, execId: string): string => join(directory, `${execId}.transcript`);

export async function openTranscript(directory: string, execId: string): Promise<Transcript> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file: FileHandle = await open(fileOf(directory, execId), 'wx', 0o600);
  const startedAt = performance.now();
  let written = 0;
  let tail = Promise.resolve();
  return {
    write(channel, bytes) {
      const room = Math.max(0, TRANSCRIPT_LIMITS.bytes - written);
      const kept = bytes.subarray(0, room);
      if (kept.length === 0) return tail;
      written += kept.length;
      const frame = Buffer.alloc(HEAD_BYTES + kept.length);
      frame.writeDoubleLE(performance.now() - startedAt, 0);
      frame.writeUInt8(CHANNELS[channel], 8);
      frame.writeUInt32LE(kept.length, 9);
      frame.set(kept, HEAD_BYTES);
      tail = tail.then(async () => {
        // A full disk loses the transcript, not the command.
        await file.write(frame).catch(() => undefined);
      });
      return tail;
    },
    async close() {
      await tail;
      await file.close();
    },
  };
}

/**
 * Reads whole frames from a place on.
 *
 * @param after bytes of the file already read.
 * @returns undefined when there is no transcript.
 */
export async function readTranscript(
  directory: string,
  execId: string,
  after: number,
): Promise<{ readonly chunks: readonly Chunk[]; readonly next: number } | undefined> {
  const file = await open(fileOf(directory, execId), 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const buffer = Buffer.alloc(TRANSCRIPT_LIMITS.answerBytes + HEAD_BYTES);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, after);
    return parseFrames(buffer.subarray(0, bytesRead), after);
  } finally {
    await file.close();
  }
}

function parseFrames(buffer: Buffer, after: number): { chunks: Chunk[]; next: number } {
  const chunks: Chunk[] = [];
  let at = 0;
  while (at + HEAD_BYTES <= buffer.length) {
    const length = buffer.readUInt32LE(at + 9);
    // A frame that is still being written, or does not fit, is read next time.
    if (at + HEAD_BYTES + length > buffer.length) break;
    chunks.push({
      channel: buffer.readUInt8(at + 8) === CHANNELS.stderr ? 'stderr' : 'stdout',
      at: buffer.readDoubleLE(at),
      bytes: Uint8Array.from(buffer.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length)),
    });
    at += HEAD_BYTES + length;
  }
  return { chunks, next: after + at };
}

/**
 * Removes what is too old, now and then for as long as the server runs.
 *
 * @returns how to stop.
 */
export function keepSwept(directory: string, now: () => number): () => void {
  const sweep = (): void => void sweepTranscripts(directory, now());
  sweep();
  const timer = setInterval(sweep, TRANSCRIPT_LIMITS.sweepMs);
  return () => clearInterval(timer);
}

/** Removes transcripts older than their days. */
export async function sweepTranscripts(directory: string, now: number): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && now - found.mtimeMs > TRANSCRIPT_LIMITS.days * 86_400_000)
      await unlink(path).catch(() => undefined);
  }
}
