/** The identity of a token family, shared by all its attenuations (spec section 4). */
import type { TokenCrypto } from './crypto.ts';
import { byteAt, concatBytes, toHex } from './lib/bytes.ts';
import type { Nonce } from './token.ts';

const NAMESPACE = Uint8Array.from([
  0x96, 0x8f, 0xc2, 0xc6, 0xa9, 0x4f, 0x49, 0x88, 0xa5, 0x44, 0x2a, 0xd7, 0x2b, 0x02, 0xf2, 0x22,
]);

/** @returns the UUID of a nonce: UUIDv5 of `rnd` in the namespace that is UUIDv5 of `kid` in the fixed one. */
export function tokenUuid(nonce: Pick<Nonce, 'kid' | 'rnd'>, crypto: TokenCrypto): string {
  const hex = toHex(uuidV5(uuidV5(NAMESPACE, nonce.kid, crypto), nonce.rnd, crypto));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function uuidV5(namespace: Uint8Array, name: Uint8Array, crypto: TokenCrypto): Uint8Array {
  const digest = crypto.sha1(concatBytes(namespace, name)).slice(0, 16);
  digest[6] = (byteAt(digest, 6) & 0x0f) | 0x50;
  digest[8] = (byteAt(digest, 8) & 0x3f) | 0x80;
  return digest;
}
