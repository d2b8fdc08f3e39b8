/** Mutations of byte strings: bits, bytes, runs, splices, and pieces that mean something to MessagePack and JSON. */

/** A small generator with a seed, so that a run can be done again (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const PIECES: readonly Uint8Array[] = [
  '90',
  '92',
  '94',
  '80',
  '81',
  'c0',
  'c2',
  'c3',
  'c400',
  'c410',
  'c420',
  'cc80',
  'cd0100',
  'ce00010000',
  'cfffffffffffffffff',
  'd0df',
  'd3ffffffffffffff00',
  'dc0010',
  'dd00000010',
  'df00000001',
  'd9ff',
  'dbffffffff',
  'c6ffffffff',
  '0d',
  '1b',
  '0b',
  'cf0001000000000002',
  'a1ff',
  'a3edb080',
  'c1',
  'ca00000000',
  'd4ff00',
].map((hex) => Buffer.from(hex, 'hex'));

const WORDS: readonly Uint8Array[] = [
  'fm2_',
  'fm1r_',
  'FlyV1 ',
  'Bearer ',
  ',',
  '=',
  '==',
  '{"type":"',
  '"body":',
  '"Commands"',
  '"IfPresent"',
  '[',
  ']',
  '{}',
  '"*"',
  '"rwcdC"',
  '18446744073709551616',
  '-1',
  '1e400',
  '__proto__',
  '\\ud800',
  'null',
].map((text) => Buffer.from(text));

export function mutate(input: Uint8Array, corpus: readonly Uint8Array[], random: () => number): Uint8Array {
  let bytes: Buffer = Buffer.from(input);
  const rounds = 1 + Math.floor(random() * 4);
  for (let i = 0; i < rounds; i += 1) bytes = mutateOnce(bytes, corpus, random);
  return bytes.subarray(0, 20_000);
}

function mutateOnce(bytes: Buffer, corpus: readonly Uint8Array[], random: () => number): Buffer {
  const at = Math.floor(random() * (bytes.length + 1));
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const length = Math.floor(random() * Math.min(32, bytes.length - at + 1));
  switch (Math.floor(random() * 9)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      return copy;
    }
    case 1: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = Math.floor(random() * 256);
      return copy;
    }
    case 2: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = ((copy[at] ?? 0) + (random() < 0.5 ? 1 : 255)) & 0xff;
      return copy;
    }
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), pick(PIECES) ?? bytes, bytes.subarray(at)]);
    case 6:
      return Buffer.concat([bytes.subarray(0, at), pick(PIECES) ?? bytes, bytes.subarray(at + length)]);
    case 7:
      return Buffer.concat([bytes.subarray(0, at), pick(WORDS) ?? bytes, bytes.subarray(at + length)]);
    default: {
      const other = pick(corpus) ?? bytes;
      const from = Math.floor(random() * (other.length + 1));
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from)]);
    }
  }
}
