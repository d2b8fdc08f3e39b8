/** The output of an exec on disk: every byte of it up to a cap, for its owner alone, for thirty days. */
import { existsSync, mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import {
  keepSwept,
  openTranscript,
  readTranscript,
  sweepTranscripts,
  TRANSCRIPT_LIMITS,
  type Chunk,
} from '../src/gateway/transcript.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-transcript-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const fileOf = (id: string): string => join(directory, `${id}.transcript`);

async function readAll(id: string): Promise<Chunk[]> {
  const all: Chunk[] = [];
  for (let after = 0; ;) {
    const read = await readTranscript(directory, id, after);
    if (read === undefined || read.chunks.length === 0) return all;
    all.push(...read.chunks);
    after = read.next;
  }
}

async function write(id: string, ...pieces: Uint8Array[]): Promise<void> {
  const transcript = await openTranscript(directory, id);
  for (const bytes of pieces) await transcript.write('stdout', bytes);
  await transcript.close();
}

test('channels and bytes come back as they went in, and nobody else may read them', async () => {
  const transcript = await openTranscript(directory, 'exec_a');
  const bytes = Uint8Array.from({ length: 256 }, (_, value) => value);
  await transcript.write('stdout', bytes);
  await transcript.write('stderr', Buffer.from('wrong'));
  // What is there can be read while more comes.
  expect((await readAll('exec_a')).map(({ channel }) => channel)).toEqual(['stdout', 'stderr']);
  await transcript.write('stdout', Buffer.from('end'));
  await transcript.close();
  const chunks = await readAll('exec_a');
  expect(chunks.map(({ channel, bytes: kept }) => [channel, Buffer.from(kept).toString('latin1')])).toEqual([
    ['stdout', Buffer.from(bytes).toString('latin1')],
    ['stderr', 'wrong'],
    ['stdout', 'end'],
  ]);
  expect(chunks.map(({ at }) => at)).toEqual(chunks.map(({ at }) => at).toSorted((a, b) => a - b));
  expect(statSync(fileOf('exec_a')).mode & 0o077).toBe(0);
  await expect(openTranscript(directory, 'exec_a')).rejects.toThrow('EEXIST');
});

test('output past the cap is not kept; what comes before it is whole', async () => {
  const piece = Buffer.alloc(300_000, 'x');
  const pieces = Math.ceil(TRANSCRIPT_LIMITS.bytes / piece.length) + 3;
  await write('exec_long', ...Array.from({ length: pieces }, () => piece));
  const kept = (await readAll('exec_long')).reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(kept).toBe(TRANSCRIPT_LIMITS.bytes);
});

test('one of thirty days goes, one a second younger stays', async () => {
  await write('exec_old', Buffer.from('x'));
  await write('exec_young', Buffer.from('x'));
  const now = Date.now();
  const oldest = now - TRANSCRIPT_LIMITS.days * 86_400_000;
  utimesSync(fileOf('exec_old'), new Date(), new Date(oldest - 1000));
  utimesSync(fileOf('exec_young'), new Date(), new Date(oldest + 1000));
  await sweepTranscripts(directory, now);
  expect([existsSync(fileOf('exec_old')), existsSync(fileOf('exec_young'))]).toEqual([false, true]);
  // A server that never kept output has no directory for it.
  await expect(sweepTranscripts(join(directory, 'none'), now)).resolves.toBeUndefined();
});

test('a server that is not started anew takes them away too', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  await write('exec_a', Buffer.from('x'));
  let now = Date.now();
  const stop = keepSwept(directory, () => now);
  vi.advanceTimersByTime(TRANSCRIPT_LIMITS.sweepMs);
  expect(existsSync(fileOf('exec_a'))).toBe(true);
  now += (TRANSCRIPT_LIMITS.days + 1) * 86_400_000;
  vi.advanceTimersByTime(TRANSCRIPT_LIMITS.sweepMs);
  await vi.waitUntil(() => !existsSync(fileOf('exec_a')), { timeout: 10_000 });
  stop();
  expect(vi.getTimerCount()).toBe(0);
});
