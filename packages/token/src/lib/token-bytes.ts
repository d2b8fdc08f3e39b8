/**
 * Where the bytes of tokens are kept. Memory outside the heap of JavaScript is a third of what decoding costs, and is
 * given back by another thread; so several tokens share one piece of it. A view of a piece would reach the neighbours
 * of a token: none leaves the library.
 */
import { copyBytes } from './bytes.ts';

/** What one kept token keeps alive at most. */
const PIECE_BYTES = 2048;
/** A longer token has a piece of its own. */
const MOST_SHARED_BYTES = PIECE_BYTES / 4;

let piece = new Uint8Array(PIECE_BYTES);
let used = 0;

/** Room for the bytes of one token, to be written before anything else is done, and then given to {@link TokenBytes}. */
export function takeRoom(length: number): Uint8Array {
  if (length > MOST_SHARED_BYTES) return new Uint8Array(length);
  if (used + length > PIECE_BYTES) {
    piece = new Uint8Array(PIECE_BYTES);
    used = 0;
  }
  const room = piece.subarray(used, used + length);
  used += length;
  return room;
}

/** The canonical bytes of a token. Nobody can change them. */
export class TokenBytes {
  readonly #room: Uint8Array;

  /** @param room that nobody else holds. */
  constructor(room: Uint8Array) {
    this.#room = room;
  }

  get length(): number {
    return this.#room.length;
  }

  copy(): Uint8Array {
    return this.#room.slice();
  }

  /** Copies the bytes from `start` to `end` to the place `at`. */
  copyTo(start: number, end: number, to: Uint8Array, at: number): void {
    copyBytes(this.#room, start, end, to, at);
  }
}
