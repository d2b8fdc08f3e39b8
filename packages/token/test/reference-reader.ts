/**
 * A reader as lenient as the reference: it decodes into values and writes them again, canonically. For tests alone:
 * what it takes for one token has many spellings, which is why Postern's own reader takes one.
 */
import { MsgpackWriter } from '../src/lib/msgpack-writer.ts';

type Write = (value: Value, out: MsgpackWriter) => void;
type Value =
  | { readonly kind: 'nil' | 'bool' | 'int'; readonly int: bigint }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'array'; readonly items: readonly Value[] }
  | { readonly kind: 'map'; readonly pairs: readonly (readonly [Value, Value])[] };

const NIL: Value = { kind: 'nil', int: 0n };

/** @returns the canonical bytes of what the reference takes the bytes for; whatever follows the token is dropped. */
export function readAsReference(bytes: Uint8Array): Uint8Array {
  const out = new MsgpackWriter();
  const cursor = { bytes: Buffer.from(bytes), at: 0 };
  record(out, read(cursor), [
    [
      'Nonce',
      (nonce, to) =>
        record(to, nonce, [
          ['KID', raw],
          ['Rnd', raw],
          ['Proof', bool],
        ]),
    ],
    ['Location', text],
    ['UnsafeCaveats', caveats],
    ['Tail', raw],
  ]);
  return out.finish();
}

/** Bodies of the types the spellings use. */
const BODIES: Readonly<Record<string, Write>> = {
  0: (body, out) =>
    record(out, body, [
      ['ID', unsigned],
      ['Mask', unsigned],
    ]),
  3: (body, out) => record(out, body, [['Apps', apps]]),
  4: (body, out) =>
    record(out, body, [
      ['NotBefore', unsigned],
      ['NotAfter', unsigned],
    ]),
  13: (body, out) =>
    record(out, body, [
      ['Ifs', caveats],
      ['Else', unsigned],
    ]),
  27: (body, out) =>
    list(out, body, (rule) =>
      record(out, rule, [
        ['Args', (args, to) => list(to, args, text)],
        ['Exact', bool],
      ]),
    ),
  31: (body, out) =>
    record(out, body, [
      ['Organization', text],
      ['App', text],
      ['Instance', text],
    ]),
};

const unsigned: Write = (value, out) => out.unsigned('int' in value ? value.int : fail());
const bool: Write = (value, out) => out.bool('int' in value && value.int !== 0n);
const text: Write = (value, out) => out.text(bytesOf(value));
const raw: Write = (value, out) => out.bytes(bytesOf(value));

function bytesOf(value: Value): Buffer {
  if (value.kind === 'bytes') return value.bytes;
  return value.kind === 'nil' ? Buffer.alloc(0) : fail();
}

/** An array of the fields, a map by their names, or nothing: all of them zero. */
function record(out: MsgpackWriter, value: Value, fields: readonly (readonly [string, Write])[]): void {
  out.array(fields.length);
  for (const [index, [name, write]] of fields.entries()) write(fieldOf(value, index, name), out);
}

function fieldOf(value: Value, index: number, name: string): Value {
  if (value.kind === 'map')
    return value.pairs.findLast(([key]) => bytesOf(key).toString() === name)?.[1] ?? NIL;
  if (value.kind === 'array') return value.items[index] ?? NIL;
  return value.kind === 'nil' ? NIL : fail();
}

function list(out: MsgpackWriter, value: Value, write: Write): void {
  const items = value.kind === 'array' ? value.items : fail();
  out.array(items.length);
  for (const item of items) write(item, out);
}

function caveats(value: Value, out: MsgpackWriter): void {
  const items = value.kind === 'array' ? value.items : fail();
  out.array(items.length);
  for (let i = 0; i < items.length; i += 2) {
    const [type = NIL, body = NIL] = items.slice(i, i + 2);
    unsigned(type, out);
    const write = BODIES['int' in type ? String(type.int) : ''] ?? fail();
    write(body, out);
  }
}

/** The last of a repeated key wins; the order is that of the numbers. */
function apps(value: Value, out: MsgpackWriter): void {
  const pairs = value.kind === 'map' ? value.pairs : fail();
  const set = new Map(pairs.map(([key, mask]) => ['int' in key ? key.int : fail(), mask]));
  out.map(set.size);
  for (const [id, mask] of [...set].toSorted(([a], [b]) => Number(a - b))) {
    out.unsigned(id);
    unsigned(mask, out);
  }
}

interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

function read(cursor: Cursor): Value {
  const head = Number(take(cursor, 1));
  if (head < 0x80 || head >= 0xe0) return { kind: 'int', int: BigInt.asIntN(8, BigInt(head)) };
  if (head < 0x90) return readMap(cursor, head & 15);
  if (head < 0xa0) return readArray(cursor, head & 15);
  if (head < 0xc0) return readBytes(cursor, head & 31);
  if (head === 0xc0) return NIL;
  if (head <= 0xc3) return { kind: 'bool', int: BigInt(head - 0xc2) };
  if (head >= 0xc4 && head <= 0xc6) return readBytes(cursor, Number(take(cursor, 1 << (head - 0xc4))));
  if (head >= 0xcc && head <= 0xcf) return { kind: 'int', int: take(cursor, 1 << (head - 0xcc)) };
  if (head >= 0xd0 && head <= 0xd3) return readSigned(cursor, 1 << (head - 0xd0));
  if (head >= 0xd9 && head <= 0xdb) return readBytes(cursor, Number(take(cursor, 1 << (head - 0xd9))));
  if (head >= 0xdc && head <= 0xdd) return readArray(cursor, Number(take(cursor, head === 0xdc ? 2 : 4)));
  if (head >= 0xde) return readMap(cursor, Number(take(cursor, head === 0xde ? 2 : 4)));
  return fail();
}

function take(cursor: Cursor, width: number): bigint {
  const value = cursor.bytes.subarray(cursor.at, cursor.at + width);
  cursor.at += width;
  return BigInt(`0x${value.toString('hex')}`);
}

const readSigned = (cursor: Cursor, width: number): Value => ({
  kind: 'int',
  int: BigInt.asIntN(width * 8, take(cursor, width)),
});

function readBytes(cursor: Cursor, length: number): Value {
  cursor.at += length;
  return { kind: 'bytes', bytes: cursor.bytes.subarray(cursor.at - length, cursor.at) };
}

const readArray = (cursor: Cursor, length: number): Value => ({
  kind: 'array',
  items: Array.from({ length }, () => read(cursor)),
});

const readMap = (cursor: Cursor, length: number): Value => ({
  kind: 'map',
  pairs: Array.from({ length }, () => [read(cursor), read(cursor)] as const),
});

function fail(): never {
  throw new Error('not what the reference takes');
}
