/** Puts a token together from its parts, with its bytes and the messages its chain signs. */
import type { Caveat } from '../caveat.ts';
import { encodeCaveats, encodeNonce, encodeSignedCaveat } from '../encode.ts';
import { TokenError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Nonce, UnverifiedToken } from '../token.ts';
import { concatBytes } from './bytes.ts';
import { MsgpackWriter } from './msgpack-writer.ts';

export function assemble(
  nonce: Nonce,
  location: string,
  caveats: readonly Caveat[],
  tail: Uint8Array,
): UnverifiedToken {
  const encodedNonce = encodeNonce(nonce);
  const messages = [encodedNonce, ...caveats.map(encodeSignedCaveat)];
  const signedEnds: number[] = [];
  let end = 0;
  for (const message of messages) signedEnds.push((end += message.length));
  const writer = new MsgpackWriter();
  writer.array(4);
  writer.raw(encodedNonce);
  writer.string(location);
  writer.raw(encodeCaveats(caveats));
  writer.bytes(tail);
  const bytes = writer.finish();
  if (bytes.length > LIMITS.tokenBytes) {
    throw new TokenError('limit', `a token of ${bytes.length} bytes; at most ${LIMITS.tokenBytes}`);
  }
  return {
    nonce,
    location,
    unsafeCaveats: caveats,
    tail,
    bytes,
    signed: concatBytes(...messages),
    signedEnds,
  };
}
