/**
 * Plays the output that was kept of an exec as it came, from any moment on. It is read piece by piece as it is needed:
 * neither what is ahead nor what has been is held, but for the beginning of it.
 */
import { toError, isAbort } from '../api/client.ts';
import { watched, type Watched } from '../api/store.ts';
import type { PosternError } from '@postern/contract';
import type { Output } from './output.ts';
import type { ReadPart, RecordedChunk, RecordedPart } from './read-recording.ts';

export interface PlayerState {
  readonly playing: boolean;
  /** Milliseconds since the start of the exec. */
  readonly position: number;
  /** Everything that was kept has been shown. */
  readonly ended: boolean;
  readonly loading: boolean;
  readonly error: PosternError | undefined;
}

export interface Player {
  readonly state: Watched<PlayerState>;
  readonly play: () => void;
  readonly pause: () => void;
  readonly seek: (position: number) => void;
  /** Shows everything at once. */
  readonly showAll: () => void;
  readonly setSpeed: (factor: number) => void;
  readonly setShortPauses: (short: boolean) => void;
  readonly close: () => void;
}

export interface PlayerOptions {
  readonly output: Output;
  readonly read: ReadPart;
  /** Milliseconds the exec took. */
  readonly length: number;
  /** Everything stands in the output already: it was followed live. */
  readonly shown: boolean;
}

/** Bytes at the beginning of a recording that are held, so that going back does not ask again. */
const HELD_BYTES = 8 * 1024 * 1024;
const TICK_MS = 40;
/** Pauses longer than this are cut to it, if that is wanted. */
const LONGEST_PAUSE_MS = 1000;

export function createPlayer({ output, read, length, shown }: PlayerOptions): Player {
  const state = watched<PlayerState>({
    playing: false,
    position: shown ? length : 0,
    ended: shown,
    loading: false,
    error: undefined,
  });
  const held = new Map<number, RecordedPart>();
  let heldBytes = 0;
  let waiting: RecordedChunk[] = [];
  let after = 0;
  let complete = false;
  let speed = 1;
  let shortPauses = true;
  let gone = new AbortController();

  const set = (change: Partial<PlayerState>): void => state.set({ ...state.get(), ...change });

  const rewind = (): void => {
    output.clear();
    waiting = [];
    after = 0;
    complete = false;
  };

  const readMore = async (signal: AbortSignal): Promise<void> => {
    let part = held.get(after);
    if (part === undefined) {
      set({ loading: true });
      part = await read(after, signal);
      if (heldBytes < HELD_BYTES) {
        held.set(after, part);
        for (const { bytes } of part.chunks) heldBytes += bytes.length;
      }
    }
    if (signal.aborted) return;
    set({ loading: false });
    // There is nothing more, or nothing more that can be read.
    complete = part.complete || part.next === after;
    after = part.next;
    waiting = [...part.chunks];
  };

  /** @returns whether everything has been shown. */
  const showUntil = async (position: number, signal: AbortSignal): Promise<boolean> => {
    while (!signal.aborted) {
      const later = waiting.findIndex(({ at }) => at > position);
      const now = later < 0 ? waiting : waiting.slice(0, later);
      for (const { channel, bytes } of now) output.write(channel, bytes);
      waiting = waiting.slice(now.length);
      if (waiting.length > 0) return false;
      if (complete) return true;
      await readMore(signal);
    }
    return false;
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      const { position } = state.get();
      const ended = await showUntil(position, signal);
      if (signal.aborted) return;
      if (ended) {
        output.end();
        set({ playing: false, ended: true, position: length });
        return;
      }
      if (!state.get().playing) return;
      const next = waiting[0]?.at ?? position;
      if (shortPauses && next - position > LONGEST_PAUSE_MS) set({ position: next - LONGEST_PAUSE_MS });
      const from = performance.now();
      await new Promise((resolve) =>
        setTimeout(resolve, Math.min(TICK_MS, (next - state.get().position) / speed)),
      );
      if (signal.aborted) return;
      set({ position: state.get().position + (performance.now() - from) * speed });
    }
  };

  /** Gives up what is going on, and goes on from here. */
  const start = (): void => {
    gone.abort();
    gone = new AbortController();
    const { signal } = gone;
    run(signal).catch((thrown: unknown) => {
      if (signal.aborted || isAbort(thrown)) return;
      set({ playing: false, loading: false, error: toError(thrown) });
    });
  };

  return {
    state,
    play() {
      const { ended } = state.get();
      if (ended) rewind();
      set({ playing: true, ended: false, error: undefined, ...(ended ? { position: 0 } : {}) });
      start();
    },
    pause() {
      gone.abort();
      set({ playing: false, loading: false });
    },
    seek(position) {
      const before = state.get();
      if (position < before.position || before.ended) rewind();
      set({ position, ended: false, error: undefined });
      start();
    },
    showAll() {
      if (state.get().ended) return;
      set({ playing: false, position: Number.POSITIVE_INFINITY, error: undefined });
      start();
    },
    setSpeed(factor) {
      speed = factor;
    },
    setShortPauses(short) {
      shortPauses = short;
    },
    close: () => gone.abort(),
  };
}
