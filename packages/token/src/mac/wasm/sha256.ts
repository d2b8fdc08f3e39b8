/**
 * SHA-256 and a chain of HMAC-SHA-256 as a WebAssembly program (FIPS 180-4, RFC 2104). It is assembled when it is
 * loaded, from what stands here: there is no binary to trust, and every build is the same.
 */
import {
  add,
  addVectors,
  and,
  assembleModule,
  atLeast,
  call,
  copyMemory,
  get,
  i32,
  lane,
  lessThan,
  load,
  loadVector,
  loopWhile,
  rotr,
  set,
  shl,
  shlVector,
  shrVector,
  shuffle,
  store,
  storeByte,
  storeVector,
  sub,
  vector,
  when,
  xor,
  xorVectors,
  zeroMemory,
  type Code,
  type WasmFunction,
} from './assembler.ts';

const PRIMES = [2];
for (let n = 3; PRIMES.length < 64; n += 2) if (PRIMES.every((prime) => n % prime !== 0)) PRIMES.push(n);

/** The first 32 bits of the fraction of a root: exact, because a double has 53 and the whole part at most 5. */
const fraction = (root: number): number => Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;

const ROUND_CONSTANTS = PRIMES.map((prime) => fraction(Math.cbrt(prime)));
const INITIAL_STATE = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

/** Where things lie in memory, in bytes. Up to `ENDS` it is scratch, wiped after every call. */
const KEY = 0;
const STATE = 32;
const BLOCK = 64;
const TAIL = 128;
const INNER = 192;
const SCRATCH_END = 256;

export const MEMORY = {
  /** The key of a chain: 32 bytes. */
  key: 0,
  /** Where each message ends: 32-bit little-endian numbers. */
  ends: 256,
  maxMessages: 256,
  messages: 2048,
  maxMessageBytes: 40_960,
  results: 43_008,
  pages: 1,
} as const;

const COMPRESS = 0;
const SWAP = 1;
const HASH = 2;
const PAD_KEY = 3;

/** The bytes of a word, least first, as a constant of four of them has it. */
const bytesOf = (word: number): number[] => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff);
/** Words one to four of eight: all but the first of `low`, then the first of `high`. */
const later = (low: Code, high: Code): Code =>
  shuffle(
    low,
    high,
    Array.from({ length: 16 }, (_, i) => i + 4),
  );
const WORDS = { low: [0, 1, 2, 3, 4, 5, 6, 7], high: [8, 9, 10, 11, 12, 13, 14, 15] } as const;
const ZERO = vector(Array<number>(16).fill(0));

/** The four message words after the sixteen in four vectors; the first vector becomes them. */
function nextWords(first: number, second: number, third: number, fourth: number, temporary: number): Code {
  const x = get(temporary);
  const sigma0 = xorVectors(
    shrVector(x, 7),
    shlVector(x, 25),
    shrVector(x, 18),
    shlVector(x, 14),
    shrVector(x, 3),
  );
  const sigma1 = xorVectors(
    shrVector(x, 17),
    shlVector(x, 15),
    shrVector(x, 19),
    shlVector(x, 13),
    shrVector(x, 10),
  );
  return [
    ...set(temporary, later(get(first), get(second))),
    ...set(first, addVectors(get(first), sigma0, later(get(third), get(fourth)))),
    // The last two words need the first two.
    ...set(temporary, shuffle(get(fourth), ZERO, [...WORDS.high, ...WORDS.high.map((i) => i + 16)])),
    ...set(first, addVectors(get(first), sigma1)),
    ...set(temporary, shuffle(ZERO, get(first), [...WORDS.low, ...WORDS.low.map((i) => i + 16)])),
    ...set(first, addVectors(get(first), sigma1)),
  ];
}

/** compress(): mixes the 16 words at BLOCK into STATE. All 64 rounds are written out, four message words at once. */
function compress(): WasmFunction {
  const [a, t, differs, locals] = [0, 8, 9, 11];
  const [w, withConstant, temporary, vectors] = [locals, locals + 4, locals + 5, 6];
  const body: Code[] = [];
  for (let i = 0; i < 8; i += 1) body.push(set(a + i, load(i32(STATE), i * 4)));
  for (let i = 0; i < 4; i += 1) body.push(set(w + i, loadVector(i32(BLOCK), i * 16)));
  // Majority of a, b, c: b, unless a and c both differ from it. That b differs from c was found a round before.
  body.push(set(differs + 1, xor(get(a + 1), get(a + 2))));
  for (const round of ROUND_CONSTANTS.keys()) {
    // Instead of moving eight variables along, each round names them anew.
    const name = (index: number): number => a + ((index - round) & 7);
    const [va, vb, vd] = [name(0), name(1), name(3)];
    const [ve, vf, vg, vh] = [name(4), name(5), name(6), name(7)];
    if (round % 4 === 0) {
      const words = (index: number): number => w + ((round / 4 + index) & 3);
      const constants = ROUND_CONSTANTS.slice(round, round + 4).flatMap(bytesOf);
      body.push(set(withConstant, addVectors(get(words(0)), vector(constants))));
      // Sixteen rounds ahead, so that no round waits for its word.
      if (round < 48) body.push(nextWords(words(0), words(1), words(2), words(3), temporary));
    }
    const sum1 = xor(rotr(get(ve), i32(6)), rotr(get(ve), i32(11)), rotr(get(ve), i32(25)));
    const choice = xor(get(vg), and(get(ve), xor(get(vf), get(vg))));
    body.push(set(t, add(get(vh), lane(get(withConstant), round % 4), choice, sum1)));
    body.push(set(vd, add(get(vd), get(t))));
    const sum0 = xor(rotr(get(va), i32(2)), rotr(get(va), i32(13)), rotr(get(va), i32(22)));
    const differ = differs + (round & 1);
    body.push(set(differ, xor(get(va), get(vb))));
    const majority = xor(get(vb), and(get(differ), get(differs + ((round + 1) & 1))));
    body.push(set(vh, add(sum0, majority, get(t))));
  }
  for (let i = 0; i < 8; i += 1) {
    body.push(store(i32(STATE), add(load(i32(STATE), i * 4), get(a + i)), i * 4));
  }
  return { parameters: 0, locals, vectors, body: body.flat() };
}

/** Big-endian bytes of four words, or back. */
const swappedVector = (words: Code): Code =>
  shuffle(
    words,
    ZERO,
    Array.from({ length: 16 }, (_, i) => i ^ 3),
  );

/** Copies `count` times four words, swapped. */
const copySwapped = (to: Code, from: Code, count: number): Code =>
  Array.from({ length: count }, (_, i) =>
    storeVector(to, swappedVector(loadVector(from, i * 16)), i * 16),
  ).flat();

/** swap(from): the 64 bytes there become 16 words at BLOCK. */
function swap(): WasmFunction {
  return { parameters: 1, locals: 0, body: copySwapped(i32(BLOCK), get(0), 4) };
}

const initialise = (): Code => INITIAL_STATE.flatMap((word, i) => store(i32(STATE), i32(word), i * 4));

/** hash(from, length, total): mixes a message in and ends it; `total` bytes have been hashed then. */
function hash(): WasmFunction {
  const [from, length, total] = [0, 1, 2];
  const body = [
    loopWhile(
      atLeast(get(length), i32(64)),
      call(SWAP, get(from)),
      call(COMPRESS),
      set(from, add(get(from), i32(64))),
      set(length, sub(get(length), i32(64))),
    ),
    zeroMemory(i32(TAIL), i32(64)),
    copyMemory(i32(TAIL), get(from), get(length)),
    storeByte(add(i32(TAIL), get(length)), i32(0x80)),
    when(
      atLeast(get(length), i32(56)),
      call(SWAP, i32(TAIL)),
      call(COMPRESS),
      zeroMemory(i32(TAIL), i32(64)),
    ),
    call(SWAP, i32(TAIL)),
    store(i32(BLOCK), shl(get(total), i32(3)), 60),
    call(COMPRESS),
  ];
  return { parameters: 3, locals: 0, body: body.flat() };
}

/** padKey(pad): starts a hash with the key xored with a pad, and zeros xored with it after the key. */
function padKey(): WasmFunction {
  const pad = 0;
  const body = [initialise()];
  for (let i = 0; i < 16; i += 1) {
    body.push(store(i32(BLOCK), i < 8 ? xor(load(i32(KEY), i * 4), get(pad)) : get(pad), i * 4));
  }
  body.push(call(COMPRESS));
  return { parameters: 1, locals: 0, body: body.flat() };
}

/** chain(count): an HMAC of each message, the first with the key at KEY, each later one with the result before it. */
function chain(): WasmFunction {
  const [count, index, start, end, to] = [0, 1, 2, 3, 4];
  const copyWords = (from: number, into: number): Code => copyMemory(i32(into), i32(from), i32(32));
  const body = [
    copySwapped(i32(KEY), i32(KEY), 2),
    set(to, i32(MEMORY.results)),
    loopWhile(
      lessThan(get(index), get(count)),
      set(end, load(add(i32(MEMORY.ends), shl(get(index), i32(2))))),
      call(PAD_KEY, i32(0x3636_3636)),
      call(
        HASH,
        add(i32(MEMORY.messages), get(start)),
        sub(get(end), get(start)),
        add(sub(get(end), get(start)), i32(64)),
      ),
      copyWords(STATE, INNER),
      call(PAD_KEY, i32(0x5c5c_5c5c)),
      // The outer message is the inner result, already as words: 32 bytes after the pad of 64.
      copyWords(INNER, BLOCK),
      store(i32(BLOCK), i32(0x8000_0000 | 0), 32),
      zeroMemory(i32(BLOCK + 36), i32(24)),
      store(i32(BLOCK), i32(96 * 8), 60),
      call(COMPRESS),
      copyWords(STATE, KEY),
      copySwapped(get(to), i32(STATE), 2),
      set(to, add(get(to), i32(32))),
      set(start, get(end)),
      set(index, add(get(index), i32(1))),
    ),
    zeroMemory(i32(0), i32(SCRATCH_END)),
  ];
  return { parameters: 1, locals: 4, body: body.flat(), name: 'chain' };
}

/** sha256(length): of the bytes at `messages`, to `results`. */
function sha256(): WasmFunction {
  const [length, to] = [0, 1];
  const body = [
    initialise(),
    call(HASH, i32(MEMORY.messages), get(length), get(length)),
    set(to, i32(MEMORY.results)),
    copySwapped(get(to), i32(STATE), 2),
    zeroMemory(i32(0), i32(SCRATCH_END)),
  ];
  return { parameters: 1, locals: 1, body: body.flat(), name: 'sha256' };
}

/** The bytes of the module. */
export function buildSha256(): Uint8Array<ArrayBuffer> {
  return assembleModule([compress(), swap(), hash(), padKey(), chain(), sha256()], MEMORY.pages);
}
