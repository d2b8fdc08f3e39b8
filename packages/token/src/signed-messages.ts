/** What a signature chain is computed over (spec section 5): the nonce, then each caveat as a one-caveat set. */
import type { UnverifiedToken } from './token.ts';

/** Head of a one-caveat set: what a signed caveat begins with. */
const ONE_CAVEAT = 0x92;

export interface SignedMessages {
  /** The messages, one after the other. */
  readonly messages: Uint8Array;
  /** Where each message ends; one more than there are caveats. */
  readonly ends: readonly number[];
}

/**
 * Copies the signed messages out of the bytes of a token, as they were received.
 *
 * @param buffer where to put them; the result is a view of it. It needs a byte more for each caveat than the token
 *   has; a new one unless given.
 */
export function signedMessages(
  { bytes, signedParts: { nonceStart, nonceEnd, caveatEdges } }: UnverifiedToken,
  buffer: Uint8Array = new Uint8Array(bytes.length + caveatEdges.length),
): SignedMessages {
  bytes.copyTo(nonceStart, nonceEnd, buffer, 0);
  let at = nonceEnd - nonceStart;
  const ends = [at];
  let start: number | undefined;
  for (const edge of caveatEdges) {
    if (start !== undefined) {
      buffer[at] = ONE_CAVEAT;
      bytes.copyTo(start, edge, buffer, at + 1);
      at += 1 + edge - start;
      ends.push(at);
    }
    start = edge;
  }
  return { messages: buffer.subarray(0, at), ends };
}
