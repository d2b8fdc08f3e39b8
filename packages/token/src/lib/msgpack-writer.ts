/** Writes the canonical MessagePack subset of spec section 2: exactly one encoding of each value. */
import { TokenError } from '../errors.ts';

const TEXT = new TextEncoder();

export class MsgpackWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** The bytes written so far, as a copy. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /**
   * Unsigned integer below 2^64.
   *
   * @throws TokenError `bad-caveat` for any other number.
   */
  unsigned(value: bigint | number): void {
    const fits = typeof value === 'number' ? Number.isSafeInteger(value) : value < 2n ** 64n;
    if (!fits || value < 0)
      throw new TokenError('bad-caveat', 'a number that is not an unsigned integer of 64 bits');
    if (typeof value === 'number' && value <= 0xffff_ffff) this.#small(value);
    else if (BigInt(value) <= 0xffff_ffffn) this.#small(Number(value));
    else this.#sized(0xcf, 8, BigInt(value));
  }

  /** Signed integer of 64 bits; values from 0 on are written as unsigned ones. */
  signed(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value)
      throw new TokenError('bad-caveat', 'an integer of more than 64 bits');
    if (value >= 0n) this.unsigned(value);
    else if (value >= -32n) this.#byte(Number(value) & 0xff);
    else if (value >= -128n) this.#sized(0xd0, 1, value);
    else if (value >= -32_768n) this.#sized(0xd1, 2, value);
    else if (value >= -2_147_483_648n) this.#sized(0xd2, 4, value);
    else this.#sized(0xd3, 8, value);
  }

  bool(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** @throws TokenError `bad-caveat` for a lone surrogate: it has no bytes of its own. */
  string(value: string): void {
    if (!value.isWellFormed()) throw new TokenError('bad-caveat', 'a string that is not well-formed text');
    this.text(TEXT.encode(value));
  }

  /** A string that is already UTF-8. */
  text(bytes: Uint8Array): void {
    if (bytes.length < 32) this.#byte(0xa0 | bytes.length);
    else this.#header(bytes.length, 0xd9, 0xda, 0xdb);
    this.raw(bytes);
  }

  bytes(value: Uint8Array): void {
    this.#header(value.length, 0xc4, 0xc5, 0xc6);
    this.raw(value);
  }

  /** Head of an array of `length` items, which follow. */
  array(length: number): void {
    this.#container(length, 0x90, 0xdc, 0xdd);
  }

  /** Head of a map of `length` pairs, which follow in key order. */
  map(length: number): void {
    this.#container(length, 0x80, 0xde, 0xdf);
  }

  /** Bytes that are already encoded. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #small(value: number): void {
    if (value < 0x80) this.#byte(value);
    else if (value <= 0xff) this.#sized(0xcc, 1, BigInt(value));
    else if (value <= 0xffff) this.#sized(0xcd, 2, BigInt(value));
    else this.#sized(0xce, 4, BigInt(value));
  }

  #container(length: number, short: number, long: number, longest: number): void {
    if (length < 16) this.#byte(short | length);
    else if (length <= 0xffff) this.#sized(long, 2, BigInt(length));
    else this.#sized(longest, 4, BigInt(length));
  }

  #header(length: number, short: number, long: number, longest: number): void {
    if (length <= 0xff) this.#sized(short, 1, BigInt(length));
    else if (length <= 0xffff) this.#sized(long, 2, BigInt(length));
    else this.#sized(longest, 4, BigInt(length));
  }

  #sized(head: number, width: number, value: bigint): void {
    this.#byte(head);
    for (let shift = (width - 1) * 8; shift >= 0; shift -= 8) {
      this.#byte(Number((value >> BigInt(shift)) & 0xffn));
    }
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
