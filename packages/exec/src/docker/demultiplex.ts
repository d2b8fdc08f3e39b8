/** The engine's framing of stdout and stderr in one stream: byte 0 the channel, bytes 4 to 7 the length. */
import type { OutputChannel } from '../driver.ts';

const HEAD_BYTES = 8;

/** @returns a function that takes bytes as they come and gives the pieces of each channel, in order. */
export function createDemultiplexer(): (
  chunk: Uint8Array,
) => { readonly channel: OutputChannel; readonly bytes: Uint8Array }[] {
  const head = new Uint8Array(HEAD_BYTES);
  let headLength = 0;
  let left = 0;
  return (chunk) => {
    const pieces: { channel: OutputChannel; bytes: Uint8Array }[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const length = Math.min(HEAD_BYTES - headLength, chunk.length - at);
        head.set(chunk.subarray(at, at + length), headLength);
        headLength += length;
        at += length;
        if (headLength < HEAD_BYTES) break;
        headLength = 0;
        left = new DataView(head.buffer).getUint32(4);
        continue;
      }
      const bytes = chunk.subarray(at, at + left);
      pieces.push({ channel: head[0] === 2 ? 'stderr' : 'stdout', bytes });
      left -= bytes.length;
      at += bytes.length;
    }
    return pieces;
  };
}
