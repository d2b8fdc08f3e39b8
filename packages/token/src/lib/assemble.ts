/** Puts a token together from its parts. */
import type { Caveat } from '../caveat.ts';
import { decodeToken } from '../decode.ts';
import { encodeCaveats, encodeNonce } from '../encode.ts';
import type { Nonce, UnverifiedToken } from '../token.ts';
import { MsgpackWriter } from './msgpack-writer.ts';

/** @throws TokenError `limit` or `malformed` when the token could not be read again. */
export function assemble(
  nonce: Nonce,
  location: string,
  caveats: readonly Caveat[],
  tail: Uint8Array,
): UnverifiedToken {
  const writer = new MsgpackWriter();
  writer.array(4);
  writer.raw(encodeNonce(nonce));
  writer.string(location);
  writer.raw(encodeCaveats(caveats));
  writer.bytes(tail);
  // Read back: what nobody could read is never handed out, and the token shares nothing with the caller.
  return decodeToken(writer.finish());
}
