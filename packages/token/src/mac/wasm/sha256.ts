/**
 * SHA-256 and a chain of HMAC-SHA-256 as a WebAssembly program (FIPS 180-4, RFC 2104). It is assembled when it is
 * loaded, from what stands here: there is no binary to trust, and every build is the same.
 */
import {
  add,
  and,
  assembleModule,
  atLeast,
  call,
  copyMemory,
  get,
  i32,
  lessThan,
  load,
  loadUnaligned,
  loopWhile,
  or,
  rotl,
  rotr,
  set,
  shl,
  shr,
  store,
  storeByte,
  sub,
  when,
  xor,
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

/** Big-endian bytes of a word, or back. */
const swapped = (word: number): Code =>
  or(and(rotl(get(word), i32(8)), i32(0x00ff_00ff)), and(rotr(get(word), i32(8)), i32(0xff00_ff00 | 0)));

/** compress(): mixes the 16 words at BLOCK into STATE. All 64 rounds are written out. */
function compress(): WasmFunction {
  const [a, w, t, differs] = [0, 8, 24, 25];
  const body: Code[] = [];
  for (let i = 0; i < 8; i += 1) body.push(set(a + i, load(i32(STATE), i * 4)));
  for (let i = 0; i < 16; i += 1) body.push(set(w + i, load(i32(BLOCK), i * 4)));
  // Majority of a, b, c: b, unless a and c both differ from it. That b differs from c was found a round before.
  body.push(set(differs + 1, xor(get(a + 1), get(a + 2))));
  for (const [round, value] of ROUND_CONSTANTS.entries()) {
    // Instead of moving eight variables along, each round names them anew.
    const name = (index: number): number => a + ((index - round) & 7);
    const [va, vb, vd] = [name(0), name(1), name(3)];
    const [ve, vf, vg, vh] = [name(4), name(5), name(6), name(7)];
    const word = w + (round & 15);
    if (round >= 16) {
      const before15 = w + ((round + 1) & 15);
      const before7 = w + ((round + 9) & 15);
      const before2 = w + ((round + 14) & 15);
      const sigma0 = xor(
        rotr(get(before15), i32(7)),
        rotr(get(before15), i32(18)),
        shr(get(before15), i32(3)),
      );
      const sigma1 = xor(
        rotr(get(before2), i32(17)),
        rotr(get(before2), i32(19)),
        shr(get(before2), i32(10)),
      );
      body.push(set(word, add(get(word), sigma0, get(before7), sigma1)));
    }
    const sum1 = xor(rotr(get(ve), i32(6)), rotr(get(ve), i32(11)), rotr(get(ve), i32(25)));
    const choice = xor(get(vg), and(get(ve), xor(get(vf), get(vg))));
    const constant = i32(value);
    body.push(set(t, add(get(vh), get(word), constant, choice, sum1)));
    body.push(set(vd, add(get(vd), get(t))));
    const sum0 = xor(rotr(get(va), i32(2)), rotr(get(va), i32(13)), rotr(get(va), i32(22)));
    const differ = differs + (round & 1);
    body.push(set(differ, xor(get(va), get(vb))));
    const majority = xor(get(vb), and(get(differ), get(differs + ((round + 1) & 1))));
    body.push(set(vh, add(get(t), majority, sum0)));
  }
  for (let i = 0; i < 8; i += 1) {
    body.push(store(i32(STATE), add(load(i32(STATE), i * 4), get(a + i)), i * 4));
  }
  return { parameters: 0, locals: 27, body: body.flat() };
}

/** swap(from): the 64 bytes there become 16 words at BLOCK. */
function swap(): WasmFunction {
  const [from, word] = [0, 1];
  const body: Code[] = [];
  for (let i = 0; i < 16; i += 1) {
    body.push(set(word, loadUnaligned(get(from), i * 4)), store(i32(BLOCK), swapped(word), i * 4));
  }
  return { parameters: 1, locals: 1, body: body.flat() };
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

/** Writes the words of STATE as bytes. */
function writeState(to: number, word: number): Code {
  const body: Code[] = [];
  for (let i = 0; i < 8; i += 1) {
    body.push(set(word, load(i32(STATE), i * 4)), store(get(to), swapped(word), i * 4));
  }
  return body.flat();
}

/** chain(count): an HMAC of each message, the first with the key at KEY, each later one with the result before it. */
function chain(): WasmFunction {
  const [count, index, start, end, to, word] = [0, 1, 2, 3, 4, 5];
  const keyWords = Array.from({ length: 8 }, (_, i) => [
    ...set(word, load(i32(KEY), i * 4)),
    ...store(i32(KEY), swapped(word), i * 4),
  ]).flat();
  const copyWords = (from: number, into: number): Code => copyMemory(i32(into), i32(from), i32(32));
  const body = [
    keyWords,
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
      writeState(to, word),
      set(to, add(get(to), i32(32))),
      set(start, get(end)),
      set(index, add(get(index), i32(1))),
    ),
    zeroMemory(i32(0), i32(SCRATCH_END)),
  ];
  return { parameters: 1, locals: 5, body: body.flat(), name: 'chain' };
}

/** sha256(length): of the bytes at `messages`, to `results`. */
function sha256(): WasmFunction {
  const [length, to, word] = [0, 1, 2];
  const body = [
    initialise(),
    call(HASH, i32(MEMORY.messages), get(length), get(length)),
    set(to, i32(MEMORY.results)),
    writeState(to, word),
    zeroMemory(i32(0), i32(SCRATCH_END)),
  ];
  return { parameters: 1, locals: 2, body: body.flat(), name: 'sha256' };
}

/** The bytes of the module. */
export function buildSha256(): Uint8Array<ArrayBuffer> {
  return assembleModule([compress(), swap(), hash(), padKey(), chain(), sha256()], MEMORY.pages);
}
