/**
 * What a command has written, as blocks of text in the order it came. However much it is, only the end is kept: a
 * command may print for days.
 */
import { hasSequences, unfinishedLength } from './terminal-text.ts';

export type OutputChannel = 'stdout' | 'stderr';

/** Consecutive text of one channel. A new object whenever its text changes. */
export interface OutputBlock {
  readonly key: number;
  readonly channel: OutputChannel;
  readonly text: string;
}

export interface OutputSnapshot {
  readonly blocks: readonly OutputBlock[];
  /** Bytes that have come, per channel. */
  readonly bytes: Readonly<Record<OutputChannel, number>>;
  /** Characters at the beginning that are kept no more. */
  readonly dropped: number;
  /** Whether anything for terminals was among it. */
  readonly sequences: boolean;
}

export interface Output {
  /** Takes bytes as they come: characters and sequences may be cut anywhere. */
  readonly write: (channel: OutputChannel, bytes: Uint8Array) => void;
  /** Nothing more comes: what was waiting for its other half is shown as it is. */
  readonly end: () => void;
  readonly clear: () => void;
  readonly get: () => OutputSnapshot;
  /** Told at most once for each frame of the screen, and less often while much comes. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** Characters kept unless said otherwise. */
const KEPT_CHARS = 512 * 1024;
/** A block ends with the first line that ends after this many characters… */
const FULL_BLOCK_CHARS = 4096;
/** …or here, in the middle of a line. */
const LONGEST_BLOCK_CHARS = 16_384;
/** Milliseconds after which listeners are told where there is no screen to wait for. */
const HIDDEN_MS = 250;
/** Rests between two drawings, as a multiple of how long the last one took. */
const REST_FACTOR = 4;

const EMPTY: OutputSnapshot = {
  blocks: [],
  bytes: { stdout: 0, stderr: 0 },
  dropped: 0,
  sequences: false,
};

/** @param keptChars characters to keep, of the newest. */
export function createOutput(keptChars: number = KEPT_CHARS): Output {
  const listeners = new Set<() => void>();
  let shown = EMPTY;
  let blocks: OutputBlock[] = [];
  let bytes = { ...EMPTY.bytes };
  let kept = 0;
  let dropped = 0;
  let sequences = false;
  let nextKey = 0;
  let decoders = newDecoders();
  let waiting = { stdout: '', stderr: '' };
  let changed = false;
  let telling = false;

  const tell = (): void => {
    changed = false;
    shown = { blocks: [...blocks], bytes: { ...bytes }, dropped, sequences };
    const began = performance.now();
    for (const listener of listeners) listener();
    // By then it is drawn. What takes long to draw is drawn less often: a flood of output has its turn in between.
    setTimeout(() => {
      setTimeout(
        () => {
          telling = false;
          if (changed) tellSoon();
        },
        (performance.now() - began) * REST_FACTOR,
      );
    });
  };
  const tellSoon = (): void => {
    changed = true;
    if (telling) return;
    telling = true;
    onNextFrame(tell);
  };

  const append = (channel: OutputChannel, text: string): void => {
    let rest = text;
    while (rest !== '') {
      const last = blocks.at(-1);
      const open = last?.channel === channel && !isFull(last.text) ? last : undefined;
      const fits = open === undefined ? 0 : lengthToTake(rest, open.text.length);
      const taken = fits === 0 ? lengthToTake(rest, 0) : fits;
      const part = rest.slice(0, taken);
      rest = rest.slice(taken);
      if (open === undefined || fits === 0) blocks.push({ key: nextKey++, channel, text: part });
      else blocks[blocks.length - 1] = { ...open, text: open.text + part };
    }
    kept += text.length;
    sequences ||= hasSequences(text);
    dropOldest();
  };

  const dropOldest = (): void => {
    let count = 0;
    while (kept > keptChars && count < blocks.length - 1) {
      const { length } = blocks[count]?.text ?? '';
      kept -= length;
      dropped += length;
      count += 1;
    }
    if (count > 0) blocks = blocks.slice(count);
  };

  const take = (channel: OutputChannel, decoded: string, isLast: boolean): void => {
    const text = waiting[channel] + decoded;
    const held = isLast ? 0 : unfinishedLength(text);
    waiting[channel] = text.slice(text.length - held);
    append(channel, text.slice(0, text.length - held));
  };

  return {
    write(channel, given) {
      bytes[channel] += given.length;
      take(channel, decoders[channel].decode(given, { stream: true }), false);
      tellSoon();
    },
    end() {
      for (const channel of ['stdout', 'stderr'] as const) take(channel, decoders[channel].decode(), true);
      tellSoon();
    },
    clear() {
      blocks = [];
      bytes = { ...EMPTY.bytes };
      kept = 0;
      dropped = 0;
      sequences = false;
      decoders = newDecoders();
      waiting = { stdout: '', stderr: '' };
      tellSoon();
    },
    get: () => shown,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function newDecoders(): Record<OutputChannel, TextDecoder> {
  const newDecoder = (): TextDecoder => new TextDecoder('utf-8', { ignoreBOM: true });
  return { stdout: newDecoder(), stderr: newDecoder() };
}

function isFull(text: string): boolean {
  return text.length >= LONGEST_BLOCK_CHARS || (text.length >= FULL_BLOCK_CHARS && text.endsWith('\n'));
}

/**
 * How much of a text goes into a block that holds so much already: whole lines where it can be, and never half a
 * character or sequence.
 */
function lengthToTake(text: string, before: number): number {
  if (text.length <= FULL_BLOCK_CHARS - before) return text.length;
  const room = LONGEST_BLOCK_CHARS - before;
  const lineEnd = text.indexOf('\n', Math.max(0, FULL_BLOCK_CHARS - before - 1)) + 1;
  if (lineEnd > 0 && lineEnd <= room) return lineEnd;
  if (text.length <= room) return text.length;
  const part = text.slice(0, room);
  return room - (/[\ud800-\udbff]$/.test(part) ? 1 : unfinishedLength(part));
}

/** A page in the background gets no frames; what is kept of the output must be let go all the same. */
function onNextFrame(work: () => void): void {
  const done = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    work();
  };
  const frame = requestAnimationFrame(done);
  const timer = setTimeout(done, HIDDEN_MS);
}
