/** Mint: make and sign a token. Only who holds the key can. */
import { isAttestation, type Caveat } from './caveat.ts';
import type { TokenCrypto } from './crypto.ts';
import { encodeNonce, encodeSignedCaveat } from './encode.ts';
import { TokenError } from './errors.ts';
import { assemble } from './lib/assemble.ts';
import { concatBytes } from './lib/bytes.ts';
import { LIMITS } from './limits.ts';
import type { Nonce, UnverifiedToken } from './token.ts';

/** The HMAC key that finalizes a proof (spec section 5): the text is the key, the tail the message. */
export const FINALIZATION_KEY: Uint8Array = new TextEncoder().encode('proof-signature-finalization');

export interface MintOptions {
  readonly location: string;
  /** Names the signing key to the verifier; 1 to 255 bytes, or a ticket when a proof is made. */
  readonly kid: Uint8Array;
  /** 16 bytes that make the token one of its kind; random unless given. */
  readonly rnd?: Uint8Array;
  /** The signing key, 32 bytes. */
  readonly key: Uint8Array;
  readonly caveats: readonly Caveat[];
  /** Make a proof: finalized, so that nothing can be appended. Discharges are proofs. */
  readonly proof?: boolean;
}

/**
 * @throws TokenError `bad-argument` for sizes, `bad-caveat` for an attestation outside a proof, `limit`.
 */
export function mintToken(options: MintOptions, crypto: TokenCrypto): UnverifiedToken {
  const proof = options.proof ?? false;
  const nonce: Nonce = {
    version: 1,
    kid: Uint8Array.from(options.kid),
    rnd: Uint8Array.from(options.rnd ?? crypto.randomBytes(LIMITS.rndBytes)),
    proof,
  };
  checkSizes(nonce, options);
  if (!proof && options.caveats.some(isAttestation)) {
    throw new TokenError('bad-caveat', 'an attestation may stand in a proof only');
  }
  const messages = [encodeNonce(nonce), ...options.caveats.map(encodeSignedCaveat)];
  const ends: number[] = [];
  let end = 0;
  for (const message of messages) ends.push((end += message.length));
  const tails = crypto.hmacChain(options.key, concatBytes(...messages), ends);
  const last = tails.slice(-LIMITS.keyBytes);
  const tail = proof ? crypto.hmacSha256(FINALIZATION_KEY, last) : last;
  return assemble(nonce, options.location, options.caveats, Uint8Array.from(tail));
}

function checkSizes(nonce: Nonce, { key, location, caveats }: MintOptions): void {
  const maximum = nonce.proof ? LIMITS.ticketBytes : LIMITS.kidBytes;
  if (nonce.kid.length === 0 || nonce.kid.length > maximum) {
    throw new TokenError('bad-argument', `a key id has 1 to ${maximum} bytes`);
  }
  if (nonce.rnd.length !== LIMITS.rndBytes)
    throw new TokenError('bad-argument', `rnd has ${LIMITS.rndBytes} bytes`);
  if (key.length !== LIMITS.keyBytes)
    throw new TokenError('bad-argument', `a signing key has ${LIMITS.keyBytes} bytes`);
  if (location === '') throw new TokenError('bad-argument', 'a token needs a location');
  if (caveats.length > LIMITS.caveats) throw new TokenError('limit', `more than ${LIMITS.caveats} caveats`);
}
