/** Attenuate: append caveats. Anybody who holds a token can, offline, without a key; none can be removed. */
import { isAttestation, type Caveat } from './caveat.ts';
import type { TokenCrypto } from './crypto.ts';
import { encodeCaveat, encodeSignedCaveat } from './encode.ts';
import { TokenError } from './errors.ts';
import { assemble } from './lib/assemble.ts';
import { toHex } from './lib/bytes.ts';
import { LIMITS } from './limits.ts';
import type { UnverifiedToken } from './token.ts';

/**
 * A narrower copy of a token; the one given is unchanged. A caveat the token already carries is not added again,
 * so attenuating twice with the same caveats changes nothing.
 *
 * @throws TokenError `proof` for a proof, `bad-caveat` for an attestation, `limit`.
 */
export function attenuate(
  token: UnverifiedToken,
  caveats: readonly Caveat[],
  crypto: TokenCrypto,
): UnverifiedToken {
  if (token.nonce.proof) throw new TokenError('proof', 'the token is a proof: nothing can be appended to it');
  if (caveats.some(isAttestation))
    throw new TokenError('bad-caveat', 'an attestation may stand in a proof only');
  const seen = new Set(token.unsafeCaveats.map((caveat) => toHex(encodeCaveat(caveat))));
  const added: Caveat[] = [];
  let { tail } = token;
  for (const caveat of caveats) {
    const identity = toHex(encodeCaveat(caveat));
    if (seen.has(identity)) continue;
    seen.add(identity);
    added.push(caveat);
    tail = crypto.hmacSha256(tail, encodeSignedCaveat(caveat));
  }
  const all = [...token.unsafeCaveats, ...added];
  if (all.length > LIMITS.caveats) throw new TokenError('limit', `more than ${LIMITS.caveats} caveats`);
  return assemble(token.nonce, token.location, all, Uint8Array.from(tail));
}
