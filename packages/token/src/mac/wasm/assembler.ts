/**
 * Just enough of a WebAssembly assembler to write one program: expressions over 32-bit integers and vectors of four,
 * locals, memory, loops. Code is a list of bytes; an expression leaves one value on the stack.
 */
export type Code = readonly number[];

/** LEB128 of an unsigned integer below 2^32. */
function leb(value: number): Code {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest !== 0);
  return bytes;
}

/** LEB128 of a signed 32-bit integer. */
function signedLeb(value: number): Code {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}

type Expression = (...operands: readonly Code[]) => Code;

/** Folds operands from the left: `add(a, b, c)` is `(a + b) + c`. */
const fold =
  (opcode: number): Expression =>
  (first = [], ...others) => [...first, ...others.flatMap((other) => [...other, opcode])];

export const add: Expression = fold(0x6a);
export const sub: Expression = fold(0x6b);
export const and: Expression = fold(0x71);
export const xor: Expression = fold(0x73);
export const shl: Expression = fold(0x74);
export const rotr: Expression = fold(0x78);
export const lessThan: Expression = fold(0x49);
export const atLeast: Expression = fold(0x4f);

export const i32 = (value: number): Code => [0x41, ...signedLeb(value)];
export const get = (local: number): Code => [0x20, ...leb(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...leb(local)];

/** Words lie at multiples of four. */
export const load = (address: Code, offset = 0): Code => [...address, 0x28, 2, ...leb(offset)];
export const store = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  0x36,
  2,
  ...leb(offset),
];
export const storeByte = (address: Code, value: Code): Code => [...address, ...value, 0x3a, 0, 0];
export const copyMemory = (to: Code, from: Code, length: Code): Code => [
  ...to,
  ...from,
  ...length,
  0xfc,
  0x0a,
  0,
  0,
];
export const zeroMemory = (at: Code, length: Code): Code => [...at, ...i32(0), ...length, 0xfc, 0x0b, 0];

/** Head of what works on a vector: four words, or sixteen bytes, at once. It may lie anywhere in memory. */
const VECTOR = 0xfd;
const foldVectors = (...opcode: readonly number[]): Expression => {
  return (first = [], ...others) => [...first, ...others.flatMap((other) => [...other, VECTOR, ...opcode])];
};
export const addVectors: Expression = foldVectors(0xae, 0x01);
export const xorVectors: Expression = foldVectors(0x51);
export const shlVector = (vector: Code, bits: number): Code => [...vector, ...i32(bits), VECTOR, 0xab, 0x01];
export const shrVector = (vector: Code, bits: number): Code => [...vector, ...i32(bits), VECTOR, 0xad, 0x01];
export const loadVector = (address: Code, offset = 0): Code => [...address, VECTOR, 0x00, 0, ...leb(offset)];
export const storeVector = (address: Code, vector: Code, offset = 0): Code => [
  ...address,
  ...vector,
  VECTOR,
  0x0b,
  0,
  ...leb(offset),
];
export const vector = (bytes: readonly number[]): Code => [VECTOR, 0x0c, ...bytes];
/** Sixteen bytes out of the thirty-two of two vectors. */
export const shuffle = (low: Code, high: Code, bytes: readonly number[]): Code => [
  ...low,
  ...high,
  VECTOR,
  0x0d,
  ...bytes,
];
export const lane = (from: Code, index: number): Code => [...from, VECTOR, 0x1b, index];

export const call = (index: number, ...operands: readonly Code[]): Code => [
  ...operands.flat(),
  0x10,
  ...leb(index),
];
export const when = (condition: Code, ...then: readonly Code[]): Code => [
  ...condition,
  0x04,
  0x40,
  ...then.flat(),
  0x0b,
];
/** Repeats while the condition holds, which is asked first. */
export const loopWhile = (condition: Code, ...body: readonly Code[]): Code => [
  0x03,
  0x40,
  ...when(condition, ...body, [0x0c, 1]),
  0x0b,
];

export interface WasmFunction {
  readonly parameters: number;
  /** Locals besides the parameters: words, and after them vectors of four words. */
  readonly locals: number;
  readonly vectors?: number;
  readonly body: Code;
  /** Exported under this name. */
  readonly name?: string;
}

/** `\0asm`, version 1. */
const MAGIC = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** A module with these functions, all of i32 parameters and no result, and an exported memory. */
export function assembleModule(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const I32 = 0x7f;
  const V128 = 0x7b;
  const section = (id: number, items: readonly Code[]): Code => {
    const content = [...leb(items.length), ...items.flat()];
    return [id, ...leb(content.length), ...content];
  };
  const text = (value: string): Code => [...leb(value.length), ...new TextEncoder().encode(value)];
  const types = functions.map(({ parameters }): Code => [
    0x60,
    ...leb(parameters),
    ...Array<number>(parameters).fill(I32),
    0,
  ]);
  const exported = functions.flatMap(({ name }, index): Code[] =>
    name === undefined ? [] : [[...text(name), 0, ...leb(index)]],
  );
  const bodies = functions.map(({ locals, vectors = 0, body }): Code => {
    const content = [2, ...leb(locals), I32, ...leb(vectors), V128, ...body, 0x0b];
    return [...leb(content.length), ...content];
  });
  return Uint8Array.from([
    ...MAGIC,
    ...section(1, types),
    ...section(
      3,
      functions.map((_, index) => leb(index)),
    ),
    ...section(5, [[0, ...leb(pages)]]),
    ...section(7, [[...text('memory'), 2, 0], ...exported]),
    ...section(10, bodies),
  ]);
}
