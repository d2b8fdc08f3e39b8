/**
 * Standard base64 with padding, strictly (spec section 10, [OURS]): no other alphabet, no missing padding, no
 * white space, and unused trailing bits must be zero, so that every byte string has one text.
 */
import { byteAt } from './bytes.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const INVALID = -1;

const VALUES = new Int8Array(128).fill(INVALID);
for (let i = 0; i < ALPHABET.length; i += 1) VALUES[ALPHABET.charCodeAt(i)] = i;

/** @returns the bytes, or undefined when the text is not canonical base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  return decodeBase64From(text, 0, (length) => new Uint8Array(length));
}

/**
 * The same for the end of a text: a slice of it would be slower to read.
 *
 * @param from where the base64 begins.
 * @param takeRoom gives room for so many bytes.
 */
export function decodeBase64From(
  text: string,
  from: number,
  takeRoom: (length: number) => Uint8Array,
): Uint8Array | undefined {
  const length = text.length - from;
  if (length % 4 !== 0) return undefined;
  if (length <= 0) return new Uint8Array(0);
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = takeRoom((length / 4) * 3 - padding);
  const digits = text.length - padding;
  const whole = digits - ((length - padding) % 4);
  let at = 0;
  for (let i = from; i < whole; i += 4) {
    const group =
      (valueAt(text, i) << 18) |
      (valueAt(text, i + 1) << 12) |
      (valueAt(text, i + 2) << 6) |
      valueAt(text, i + 3);
    // An invalid character is -1: it sets the sign.
    if (group < 0) return undefined;
    bytes[at] = group >> 16;
    bytes[at + 1] = (group >> 8) & 0xff;
    bytes[at + 2] = group & 0xff;
    at += 3;
  }
  return padding === 0 ? bytes : decodeLast(text, whole, digits, bytes);
}

/** The last group: 2 or 3 characters, whose unused bits must be zero. */
function decodeLast(text: string, whole: number, digits: number, bytes: Uint8Array): Uint8Array | undefined {
  let group = 0;
  for (let i = whole; i < digits; i += 1) {
    const value = valueAt(text, i);
    if (value < 0) return undefined;
    group = (group << 6) | value;
  }
  const count = digits - whole - 1;
  const unused = count === 1 ? 4 : 2;
  if ((group & ((1 << unused) - 1)) !== 0) return undefined;
  const value = group >> unused;
  if (count === 2) bytes[bytes.length - 2] = value >> 8;
  bytes[bytes.length - 1] = value & 0xff;
  return bytes;
}

/** The six bits of a character, or -1. */
function valueAt(text: string, index: number): number {
  return VALUES[text.charCodeAt(index)] ?? INVALID;
}

export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = (byteAt(bytes, i) << 16) | (byteAt(bytes, i + 1) << 8) | byteAt(bytes, i + 2);
    text += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63);
    text += left > 1 ? ALPHABET.charAt((group >> 6) & 63) : '=';
    text += left > 2 ? ALPHABET.charAt(group & 63) : '=';
  }
  return text;
}
