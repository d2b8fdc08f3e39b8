/** Small helpers over bytes. */

/** Whether two byte strings are equal, in time that depends on their length alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) difference |= byteAt(a, i) ^ byteAt(b, i);
  return difference === 0;
}

/** Unsigned byte order, a shorter prefix first: the order of map keys on the wire. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    const difference = byteAt(a, i) - byteAt(b, i);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Below this many bytes a loop is quicker than a view and a bulk copy. */
const SHORT_COPY = 64;

/** Copies the bytes from `start` to `end` to the place `at`. */
export function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > SHORT_COPY) to.set(from.subarray(start, end), at);
  else for (let i = start; i < end; i += 1) to[at + i - start] = byteAt(from, i);
}

/** The word at an index; 0 beyond the end. */
export function wordAt(words: Int32Array | Uint32Array, index: number): number {
  return words[index] ?? 0;
}

/** The byte at an index; 0 beyond the end. */
export function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}
