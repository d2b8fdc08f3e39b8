/**
 * ChaCha20-Poly1305 without associated data (RFC 8439), where nothing synchronous is built in. The cipher's time does
 * not depend on its data; that of the tag's big integers may, so a server should use `mac/node`.
 */
import { byteAt, concatBytes, equalBytes, wordAt } from '../../lib/bytes.ts';

const TAG_BYTES = 16;
const PRIME = (1n << 130n) - 5n;
const CLAMP = 0x0ffffffc_0ffffffc_0ffffffc_0fffffffn;

/** Ciphertext, then the tag. */
export function seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const ciphertext = cipher(key, nonce, plaintext);
  return concatBytes(ciphertext, tagOf(key, nonce, ciphertext));
}

/** The plaintext, or undefined when the tag does not hold. */
export function open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  const ciphertext = sealed.subarray(0, -TAG_BYTES);
  const holds = equalBytes(tagOf(key, nonce, ciphertext), sealed.subarray(-TAG_BYTES));
  return holds ? cipher(key, nonce, ciphertext) : undefined;
}

/** Encrypts or decrypts; the first block of the stream is the key of the tag. */
function cipher(key: Uint8Array, nonce: Uint8Array, input: Uint8Array): Uint8Array {
  const output = new Uint8Array(input.length);
  for (let at = 0; at < input.length; at += 64) {
    const stream = block(key, nonce, at / 64 + 1);
    for (let i = 0; i < Math.min(64, input.length - at); i += 1) {
      output[at + i] = byteAt(input, at + i) ^ byteAt(stream, i);
    }
  }
  return output;
}

function block(key: Uint8Array, nonce: Uint8Array, counter: number): Uint8Array {
  const first = new DataView(new ArrayBuffer(64));
  for (const [index, word] of [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574].entries()) {
    first.setUint32(index * 4, word, true);
  }
  const bytes = new Uint8Array(first.buffer);
  bytes.set(key, 16);
  first.setUint32(48, counter, true);
  bytes.set(nonce, 52);
  const start = Uint32Array.from({ length: 16 }, (_, i) => first.getUint32(i * 4, true));
  const words = Uint32Array.from(start);
  for (let round = 0; round < 10; round += 1) {
    for (let i = 0; i < 4; i += 1) quarter(words, i, i + 4, i + 8, i + 12);
    for (let i = 0; i < 4; i += 1)
      quarter(words, i, 4 + ((i + 1) & 3), 8 + ((i + 2) & 3), 12 + ((i + 3) & 3));
  }
  for (const [index, word] of words.entries()) first.setUint32(index * 4, word + wordAt(start, index), true);
  return bytes;
}

function quarter(words: Uint32Array, a: number, b: number, c: number, d: number): void {
  const step = (to: number, from: number, turned: number, by: number): void => {
    words[to] = wordAt(words, to) + wordAt(words, from);
    const mixed = wordAt(words, turned) ^ wordAt(words, to);
    words[turned] = (mixed << by) | (mixed >>> (32 - by));
  };
  step(a, b, d, 16);
  step(c, d, b, 12);
  step(a, b, d, 8);
  step(c, d, b, 7);
}

/** Poly1305 over the padded ciphertext and the two lengths. */
function tagOf(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const oneTime = block(key, nonce, 0);
  const r = littleEndian(oneTime.subarray(0, 16)) & CLAMP;
  const s = littleEndian(oneTime.subarray(16, 32));
  const padding = new Uint8Array((16 - (ciphertext.length % 16)) % 16);
  const lengths = new DataView(new ArrayBuffer(16));
  lengths.setBigUint64(8, BigInt(ciphertext.length), true);
  const message = concatBytes(ciphertext, padding, new Uint8Array(lengths.buffer));
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    sum = ((sum + littleEndian(message.subarray(at, at + 16)) + (1n << 128n)) * r) % PRIME;
  }
  const tag = new DataView(new ArrayBuffer(16));
  const value = sum + s;
  tag.setBigUint64(0, BigInt.asUintN(64, value), true);
  tag.setBigUint64(8, BigInt.asUintN(64, value >> 64n), true);
  return new Uint8Array(tag.buffer);
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return value;
}
