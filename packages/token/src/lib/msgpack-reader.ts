/**
 * Reads the canonical MessagePack subset of spec section 2, strictly: a value whose canonical encoding differs
 * from the bytes received is refused, so "hash the received slice" and "hash the re-encoding" are the same.
 * Declared lengths are checked against the bytes that remain before anything is allocated.
 */
import { TokenError } from '../errors.ts';
import { byteAt } from './bytes.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const MAX_SIGNED = 0x7fff_ffff_ffff_ffffn;

/** Below this many bytes a loop is quicker than a TextDecoder, for text that is ASCII. */
const SHORT_TEXT = 32;

export class MsgpackReader {
  readonly #bytes: Uint8Array;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Offset of the next byte. */
  get offset(): number {
    return this.#at;
  }

  /** Refuses bytes after the last value. */
  finish(): void {
    if (this.#at !== this.#end) this.fail('bytes after the end');
  }

  fail(message: string): never {
    throw new TokenError('malformed', `${message} at byte ${this.#at}`, { offset: this.#at });
  }

  unsigned(): bigint {
    return BigInt(this.unsignedNumber());
  }

  /** An unsigned integer; a BigInt only where a number would not be exact. */
  unsignedNumber(): number | bigint {
    if (this.#peek() !== 0xcf) return this.unsigned32();
    this.#at += 1;
    const value = this.#wide();
    if (value <= 0xffff_ffffn) this.fail('an integer that is not in its shortest form');
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  /** An unsigned integer below 2^32, as a number. */
  unsigned32(): number {
    const head = this.#byte();
    if (head < 0x80) return head;
    if (head === 0xcc) return this.#minimal(this.#byte(), 0x7f);
    if (head === 0xcd) return this.#minimal(this.#sized(2), 0xff);
    if (head === 0xce) return this.#minimal(this.#sized(4), 0xffff);
    this.#at -= 1;
    return this.fail('expected an unsigned integer');
  }

  signed(): bigint {
    const head = this.#peek();
    if (head >= 0xe0) {
      this.#at += 1;
      return BigInt(head - 0x100);
    }
    if (head < 0xd0 || head > 0xd3) {
      const value = this.unsignedNumber();
      if (typeof value === 'bigint' && value > MAX_SIGNED) this.fail('an integer beyond 63 bits');
      return BigInt(value);
    }
    this.#at += 1;
    const width = 1 << (head - 0xd0);
    const bits = width * 8;
    const value = BigInt.asIntN(bits, width === 8 ? this.#wide() : BigInt(this.#sized(width)));
    const shorter = width === 1 ? -32n : -(2n ** BigInt(bits / 2 - 1));
    if (value >= shorter) this.fail('an integer that is not in its shortest form');
    return value;
  }

  bool(): boolean {
    const head = this.#byte();
    if (head === 0xc2) return false;
    if (head === 0xc3) return true;
    this.#at -= 1;
    return this.fail('expected a boolean');
  }

  string(): string {
    const head = this.#byte();
    let length: number;
    if (head >= 0xa0 && head < 0xc0) length = head & 0x1f;
    else if (head === 0xd9) length = this.#minimal(this.#sized(1), 31);
    else if (head === 0xda) length = this.#minimal(this.#sized(2), 0xff);
    else if (head === 0xdb) length = this.#minimal(this.#sized(4), 0xffff);
    else {
      this.#at -= 1;
      return this.fail('expected a string');
    }
    const start = this.#skip(length);
    return this.#text(start, length);
  }

  /** A view of the bytes, not a copy. */
  bytes(): Uint8Array {
    const head = this.#byte();
    let length: number;
    if (head === 0xc4) length = this.#sized(1);
    else if (head === 0xc5) length = this.#minimal(this.#sized(2), 0xff);
    else if (head === 0xc6) length = this.#minimal(this.#sized(4), 0xffff);
    else {
      this.#at -= 1;
      return this.fail('expected a byte string');
    }
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Length of an array whose items follow. Each item takes at least one byte. */
  array(): number {
    const head = this.#byte();
    let length: number;
    if (head >= 0x90 && head < 0xa0) length = head & 0x0f;
    else if (head === 0xdc) length = this.#minimal(this.#sized(2), 15);
    else if (head === 0xdd) length = this.#minimal(this.#sized(4), 0xffff);
    else {
      this.#at -= 1;
      return this.fail('expected an array');
    }
    if (length > this.#end - this.#at) this.fail('an array longer than the bytes that remain');
    return length;
  }

  /** An array of exactly `length` items. */
  record(length: number): void {
    const found = this.array();
    if (found !== length) this.fail(`expected an array of ${length}, found ${found}`);
  }

  /** Number of pairs of a map that follow. */
  map(): number {
    const head = this.#byte();
    let length: number;
    if (head >= 0x80 && head < 0x90) length = head & 0x0f;
    else if (head === 0xde) length = this.#minimal(this.#sized(2), 15);
    else if (head === 0xdf) length = this.#minimal(this.#sized(4), 0xffff);
    else {
      this.#at -= 1;
      return this.fail('expected a map');
    }
    if (length * 2 > this.#end - this.#at) this.fail('a map longer than the bytes that remain');
    return length;
  }

  /** Steps over any well-formed MessagePack value; its bytes are signed as they are. */
  skipValue(depth: number): void {
    if (depth === 0) this.fail('a value nested too deep');
    const head = this.#byte();
    if (head < 0x80 || head >= 0xe0 || head === 0xc0 || head === 0xc2 || head === 0xc3) return;
    if (head < 0x90) this.#skipItems((head & 0x0f) * 2, depth);
    else if (head < 0xa0) this.#skipItems(head & 0x0f, depth);
    else if (head < 0xc0) this.#skip(head & 0x1f);
    else this.#skipLong(head, depth);
  }

  #skipLong(head: number, depth: number): void {
    if (head >= 0xc4 && head <= 0xc6) this.#skip(this.#sized(1 << (head - 0xc4)));
    else if (head >= 0xc7 && head <= 0xc9) this.#skip(this.#sized(1 << (head - 0xc7)) + 1);
    else if (head === 0xca) this.#skip(4);
    else if (head === 0xcb) this.#skip(8);
    else if (head >= 0xcc && head <= 0xcf) this.#skip(1 << (head - 0xcc));
    else if (head >= 0xd0 && head <= 0xd3) this.#skip(1 << (head - 0xd0));
    else if (head >= 0xd4 && head <= 0xd8) this.#skip((1 << (head - 0xd4)) + 1);
    else if (head >= 0xd9 && head <= 0xdb) this.#skip(this.#sized(1 << (head - 0xd9)));
    else if (head === 0xdc || head === 0xdd) this.#skipItems(this.#sized(head === 0xdc ? 2 : 4), depth);
    else if (head === 0xde || head === 0xdf) this.#skipItems(this.#sized(head === 0xde ? 2 : 4) * 2, depth);
    else this.fail('a byte that begins no value');
  }

  #skipItems(count: number, depth: number): void {
    if (count > this.#end - this.#at) this.fail('a container longer than the bytes that remain');
    for (let i = 0; i < count; i += 1) this.skipValue(depth - 1);
  }

  #text(start: number, length: number): string {
    const bytes = this.#bytes;
    const ascii = length <= SHORT_TEXT ? asciiText(bytes, start, length) : undefined;
    if (ascii !== undefined) return ascii;
    try {
      return UTF8.decode(bytes.subarray(start, start + length));
    } catch (cause) {
      throw new TokenError('malformed', `a string that is not UTF-8 at byte ${start}`, {
        offset: start,
        cause,
      });
    }
  }

  #minimal(value: number, shorterHolds: number): number {
    if (value <= shorterHolds) this.fail('a number or length that is not in its shortest form');
    return value;
  }

  #peek(): number {
    if (this.#at >= this.#end) this.fail('the bytes end too early');
    return byteAt(this.#bytes, this.#at);
  }

  #byte(): number {
    const byte = this.#peek();
    this.#at += 1;
    return byte;
  }

  #sized(width: number): number {
    let value = 0;
    for (let i = 0; i < width; i += 1) value = value * 256 + this.#byte();
    return value;
  }

  #wide(): bigint {
    const high = this.#sized(4);
    return (BigInt(high) << 32n) | BigInt(this.#sized(4));
  }

  /** Steps over `length` bytes; returns where they began. */
  #skip(length: number): number {
    const start = this.#at;
    if (length > this.#end - start) this.fail('a length beyond the bytes that remain');
    this.#at = start + length;
    return start;
  }
}

/** Text of ASCII alone; undefined for any other. Eight characters in one call: one at a time takes twice as long. */
function asciiText(bytes: Uint8Array, start: number, length: number): string | undefined {
  const end = start + length;
  let text = '';
  for (let i = start; i < end; i += 8) {
    const piece = asciiPiece(bytes, i, end);
    if (piece === undefined) return undefined;
    text = i === start ? piece : text + piece;
  }
  return text;
}

/** The characters from `at` to `end`, at most eight. */
function asciiPiece(bytes: Uint8Array, at: number, end: number): string | undefined {
  const count = end - at;
  const a = byteAt(bytes, at);
  const b = count > 1 ? byteAt(bytes, at + 1) : 0;
  const c = count > 2 ? byteAt(bytes, at + 2) : 0;
  const d = count > 3 ? byteAt(bytes, at + 3) : 0;
  const e = count > 4 ? byteAt(bytes, at + 4) : 0;
  const f = count > 5 ? byteAt(bytes, at + 5) : 0;
  const g = count > 6 ? byteAt(bytes, at + 6) : 0;
  const h = count > 7 ? byteAt(bytes, at + 7) : 0;
  if ((a | b | c | d | e | f | g | h) >= 0x80) return undefined;
  if (count > 7) return String.fromCharCode(a, b, c, d, e, f, g, h);
  if (count === 7) return String.fromCharCode(a, b, c, d, e, f, g);
  if (count === 6) return String.fromCharCode(a, b, c, d, e, f);
  if (count === 5) return String.fromCharCode(a, b, c, d, e);
  if (count === 4) return String.fromCharCode(a, b, c, d);
  if (count === 3) return String.fromCharCode(a, b, c);
  return count === 2 ? String.fromCharCode(a, b) : String.fromCharCode(a);
}
