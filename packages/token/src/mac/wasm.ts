/**
 * HMAC-SHA-256 chains in one WebAssembly call: about twice as fast as a chain of `createHmac` in Node, and there in
 * every browser of the last years (it uses vectors). What the program cannot take falls back to the crypto it is put over.
 */
import type { TokenCrypto } from '../crypto.ts';
import { buildSha256, MEMORY } from './wasm/sha256.ts';

const HASH_BYTES = 32;

/** What the program offers; the part of {@link TokenCrypto} that hashes. */
export type HashFunctions = Pick<TokenCrypto, 'hmacSha256' | 'hmacChain' | 'sha256'>;

/**
 * Puts the WebAssembly hash over another crypto.
 *
 * @returns a crypto with the same answers; `base` itself where WebAssembly is not available.
 */
export function withWasm(base: TokenCrypto): TokenCrypto {
  const hashes = loadHashes(base);
  return hashes === undefined ? base : { ...base, ...hashes };
}

/**
 * Loads the program.
 *
 * @param large what to do with messages of more than 40 kB, or chains of more than 256.
 * @returns undefined where WebAssembly is not available or not allowed.
 */
export function loadHashes(large: HashFunctions): HashFunctions | undefined {
  const program = instantiate();
  if (program === undefined) return undefined;
  const { memory, chain, sha256 } = program;
  const bytes = new Uint8Array(memory);
  const ends = new Uint32Array(memory, MEMORY.ends, MEMORY.maxMessages);

  const take = (length: number): Uint8Array => {
    const result = bytes.slice(MEMORY.results, MEMORY.results + length);
    bytes.fill(0, MEMORY.results, MEMORY.results + length);
    return result;
  };

  /** A message may be a tail. */
  const forget = (length: number): void => {
    bytes.fill(0, MEMORY.messages, MEMORY.messages + length);
  };

  return {
    sha256(message) {
      if (message.length > MEMORY.maxMessageBytes) return large.sha256(message);
      bytes.set(message, MEMORY.messages);
      sha256(message.length);
      forget(message.length);
      return take(HASH_BYTES);
    },
    hmacSha256(key, message) {
      // A longer key is hashed first or fills more of the block; nothing in a token has one.
      if (key.length > HASH_BYTES || message.length > MEMORY.maxMessageBytes)
        return large.hmacSha256(key, message);
      bytes.set(key, MEMORY.key);
      bytes.set(message, MEMORY.messages);
      ends[0] = message.length;
      chain(1);
      forget(message.length);
      return take(HASH_BYTES);
    },
    hmacChain(key, messages, stops) {
      const fits =
        key.length <= HASH_BYTES &&
        stops.length <= MEMORY.maxMessages &&
        messages.length <= MEMORY.maxMessageBytes;
      if (!fits) return large.hmacChain(key, messages, stops);
      // Scratch is zero between calls, so a shorter key is padded with zeros, as HMAC pads it.
      bytes.set(key, MEMORY.key);
      bytes.set(messages, MEMORY.messages);
      stops.forEach((stop, index) => {
        ends[index] = stop;
      });
      chain(stops.length);
      return take(stops.length * HASH_BYTES);
    },
  };
}

/** The part of the WebAssembly interface used here, which neither Node's nor ECMAScript's own types declare. */
declare const WebAssembly:
  | {
      readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
      readonly Instance: new (module: object) => { readonly exports: object };
    }
  | undefined;

interface Program {
  readonly memory: ArrayBuffer;
  readonly chain: (count: number) => void;
  readonly sha256: (length: number) => void;
}

function instantiate(): Program | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(buildSha256()));
    // What the program exports is what buildSha256 wrote.
    const { memory, chain, sha256 } = exports as Omit<Program, 'memory'> & {
      memory: { readonly buffer: ArrayBuffer };
    };
    return { memory: memory.buffer, chain, sha256 };
  } catch {
    // A content security policy may forbid it.
    return undefined;
  }
}
