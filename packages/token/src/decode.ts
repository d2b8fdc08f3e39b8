/** Tokens and caveat sets from bytes and text, strictly: one spelling per token (spec section 2, [OURS]). */
import type { Caveat } from './caveat.ts';
import { newBudget, readCaveatSet } from './caveats/read.ts';
import { TokenError } from './errors.ts';
import { decodeBase64From } from './lib/base64.ts';
import { MsgpackReader } from './lib/msgpack-reader.ts';
import { takeRoom, TokenBytes } from './lib/token-bytes.ts';
import { LIMITS } from './limits.ts';
import type { Nonce, UnverifiedToken } from './token.ts';

/**
 * @param bytes the bytes of one token; copied first, so that a later change cannot alter what is verified.
 * @throws TokenError `malformed` or `limit`.
 */
export function decodeToken(bytes: Uint8Array): UnverifiedToken {
  if (bytes.length > LIMITS.tokenBytes) {
    throw new TokenError('limit', `a token of ${bytes.length} bytes; at most ${LIMITS.tokenBytes}`);
  }
  const room = takeRoom(bytes.length);
  room.set(bytes);
  return decodeRoom(room);
}

/** Of bytes nobody else holds. Views of them stay here: what is given out is a copy. */
function decodeRoom(bytes: Uint8Array): UnverifiedToken {
  const reader = new MsgpackReader(bytes);
  reader.record(4);
  const nonceStart = reader.offset;
  const nonce = readNonce(reader);
  const nonceEnd = reader.offset;
  const locationStart = reader.offset;
  const location = reader.string();
  // The head of a string of this size has 3 bytes.
  if (reader.offset - locationStart > LIMITS.locationBytes + 3)
    throw new TokenError('limit', `a location of more than ${LIMITS.locationBytes} bytes`);
  const caveatEdges: number[] = [];
  const caveats = readCaveatSet(reader, bytes, newBudget(), caveatEdges);
  const tail = reader.bytes().slice();
  if (tail.length !== LIMITS.keyBytes)
    reader.fail(`a tail of ${tail.length} bytes; it has ${LIMITS.keyBytes}`);
  reader.finish();
  const signedParts = { nonceStart, nonceEnd, caveatEdges };
  return { nonce, location, unsafeCaveats: caveats, tail, bytes: new TokenBytes(bytes), signedParts };
}

function readNonce(reader: MsgpackReader): Nonce {
  const length = reader.array();
  if (length !== 2 && length !== 3) reader.fail('a nonce has 2 or 3 elements');
  const kid = reader.bytes().slice();
  if (kid.length === 0 || kid.length > LIMITS.ticketBytes) reader.fail(`a key id of ${kid.length} bytes`);
  const rnd = reader.bytes().slice();
  if (rnd.length !== LIMITS.rndBytes)
    reader.fail(`a nonce with ${rnd.length} random bytes; it has ${LIMITS.rndBytes}`);
  return length === 2
    ? { version: 0, kid, rnd, proof: false }
    : { version: 1, kid, rnd, proof: reader.bool() };
}

/**
 * Reads a caveat set from its canonical bytes.
 *
 * @throws TokenError `malformed` or `limit`.
 */
export function decodeCaveats(bytes: Uint8Array): Caveat[] {
  if (bytes.length > LIMITS.tokenBytes) {
    throw new TokenError('limit', `a caveat set of ${bytes.length} bytes; at most ${LIMITS.tokenBytes}`);
  }
  const owned = new Uint8Array(bytes);
  const reader = new MsgpackReader(owned);
  const caveats = readCaveatSet(reader, owned, newBudget());
  reader.finish();
  return caveats;
}

const LABELS: ReadonlySet<string> = new Set(['fm2', 'fm1r', 'fm1a']);

/**
 * Reads one token in text form: a label, an underscore, standard base64.
 *
 * @param text `fm2_…`, or the old labels `fm1r_…` and `fm1a_…`; no scheme, no white space.
 * @throws TokenError `malformed` or `limit`.
 */
export function parseToken(text: string): UnverifiedToken {
  if (text.length > LIMITS.headerChars) {
    throw new TokenError('limit', `a token of ${text.length} characters; at most ${LIMITS.headerChars}`);
  }
  const at = text.indexOf('_');
  const label = text.slice(0, Math.max(at, 0));
  if (!LABELS.has(label)) throw new TokenError('malformed', 'a token begins with fm2_');
  const bytes = decodeBase64From(text, at + 1, takeRoom);
  if (bytes === undefined || bytes.length === 0) {
    throw new TokenError(
      'malformed',
      `the text after ${label}_ is not standard base64 with padding; it may be cut off`,
    );
  }
  if (bytes.length > LIMITS.tokenBytes) {
    throw new TokenError('limit', `a token of ${bytes.length} bytes; at most ${LIMITS.tokenBytes}`);
  }
  return decodeRoom(bytes);
}
