/**
 * {@link TokenCrypto} for browsers: hashing in WebAssembly, the rest in plain JavaScript, randomness from the browser.
 * WebCrypto is asynchronous and would make every operation on a token so. A server uses `mac/node`.
 */
import type { TokenCrypto } from '../crypto.ts';
import { TokenError } from '../errors.ts';
import { open, seal } from './portable/chacha20-poly1305.ts';
import { sha1 } from './portable/sha1.ts';
import { loadHashes } from './wasm.ts';

/**
 * @throws TokenError `bad-argument` where WebAssembly is not available; later, for a message no token is large enough
 *   to hold.
 */
export function browserCrypto(): TokenCrypto {
  const hashes = loadHashes({ sha256: tooLarge, hmacSha256: tooLarge, hmacChain: tooLarge });
  if (hashes === undefined) throw new TokenError('bad-argument', 'this browser does not run WebAssembly');
  return {
    ...hashes,
    sha1,
    seal,
    open,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  };
}

function tooLarge(): never {
  throw new TokenError('bad-argument', 'a message or key larger than any in a token');
}
