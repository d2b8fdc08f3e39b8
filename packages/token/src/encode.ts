/** Tokens and caveat sets to bytes and text. */
import type { Caveat } from './caveat.ts';
import { writeCaveat, writeCaveatSet } from './caveats/write.ts';
import { encodeBase64 } from './lib/base64.ts';
import { MsgpackWriter } from './lib/msgpack-writer.ts';
import type { Nonce, UnverifiedToken } from './token.ts';

/** The canonical bytes of a nonce, as signed. */
export function encodeNonce(nonce: Nonce): Uint8Array {
  const writer = new MsgpackWriter();
  writer.array(nonce.version === 0 ? 2 : 3);
  writer.bytes(nonce.kid);
  writer.bytes(nonce.rnd);
  if (nonce.version === 1) writer.bool(nonce.proof);
  return writer.finish();
}

/** The canonical bytes of a caveat set. */
export function encodeCaveats(caveats: readonly Caveat[]): Uint8Array {
  const writer = new MsgpackWriter();
  writeCaveatSet(writer, caveats);
  return writer.finish();
}

/** One caveat as it is signed: a set that holds it alone (spec section 5). */
export function encodeSignedCaveat(caveat: Caveat): Uint8Array {
  return encodeCaveats([caveat]);
}

/** Type and body of one caveat: what tells whether two caveats are the same. */
export function encodeCaveat(caveat: Caveat): Uint8Array {
  const writer = new MsgpackWriter();
  writeCaveat(writer, caveat);
  return writer.finish();
}

/** The canonical bytes of a token, as a copy. */
export function encodeToken(token: UnverifiedToken): Uint8Array {
  return token.bytes.copy();
}

/** `fm2_` and standard base64: one token, without the scheme of a header. */
export function formatToken(token: UnverifiedToken): string {
  return `fm2_${encodeBase64(encodeToken(token))}`;
}

/** `FlyV1 fm2_…,fm2_…`: the value of an `Authorization` header. */
export function formatHeader(tokens: readonly UnverifiedToken[]): string {
  return `FlyV1 ${tokens.map(formatToken).join(',')}`;
}
