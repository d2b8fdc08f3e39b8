/** SHA-1 (FIPS 180-4), for the names of token families alone: where nothing synchronous is built in. */
import { wordAt } from '../../lib/bytes.ts';

const rotl = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

export function sha1(message: Uint8Array): Uint8Array {
  const padded = new DataView(new ArrayBuffer((((message.length + 8) >> 6) << 6) + 64));
  new Uint8Array(padded.buffer).set(message);
  padded.setUint8(message.length, 0x80);
  padded.setBigUint64(padded.byteLength - 8, BigInt(message.length) * 8n);
  const state = Int32Array.of(0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0);
  const words = new Int32Array(80);
  for (let at = 0; at < padded.byteLength; at += 64) mix(state, words, padded, at);
  const result = new DataView(new ArrayBuffer(20));
  for (const [index, word] of state.entries()) result.setInt32(index * 4, word);
  return new Uint8Array(result.buffer);
}

function mix(state: Int32Array, words: Int32Array, block: DataView, at: number): void {
  const word = (index: number): number => wordAt(words, index);
  for (let i = 0; i < 16; i += 1) words[i] = block.getInt32(at + i * 4);
  for (let i = 16; i < 80; i += 1)
    words[i] = rotl(word(i - 3) ^ word(i - 8) ^ word(i - 14) ^ word(i - 16), 1);
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let i = 0; i < 80; i += 1) {
    const [mixed, constant] =
      i < 20
        ? [(b & c) | (~b & d), 0x5a82_7999]
        : i < 40
          ? [b ^ c ^ d, 0x6ed9_eba1]
          : i < 60
            ? [(b & c) | (b & d) | (c & d), 0x8f1b_bcdc]
            : [b ^ c ^ d, 0xca62_c1d6];
    const next = (rotl(a, 5) + mixed + e + constant + word(i)) | 0;
    [a, b, c, d, e] = [next, a, rotl(b, 30), c, d];
  }
  for (const [index, value] of [a, b, c, d, e].entries()) state[index] = wordAt(state, index) + value;
}
