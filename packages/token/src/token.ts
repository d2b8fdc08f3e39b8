/** The parts of a token (spec sections 3 and 4). */
import type { Caveat } from './caveat.ts';
import type { TokenBytes } from './lib/token-bytes.ts';

export interface Nonce {
  /** 0 is signed as two elements, 1 as three; a nonce is signed in the version it came in. */
  readonly version: 0 | 1;
  /** Names the signing key; for a discharge, the ticket. */
  readonly kid: Uint8Array;
  /** 16 random bytes. */
  readonly rnd: Uint8Array;
  /** Whether the tail is finalized so that nothing can be appended. */
  readonly proof: boolean;
}

/**
 * A decoded or freshly made token. Nothing in it is verified: anybody can write any caveat. Use {@link verify}
 * before believing it, and {@link clear} before obeying it.
 */
export interface UnverifiedToken {
  readonly nonce: Nonce;
  /** Names the service that can verify the token. Not signed: it never selects a key. */
  readonly location: string;
  /** What the token claims to carry. */
  readonly unsafeCaveats: readonly Caveat[];
  /** The last signature of the chain, 32 bytes. */
  readonly tail: Uint8Array;
  /** The canonical bytes of the whole token. */
  readonly bytes: TokenBytes;
  /** Where the signed parts lie in `bytes`. */
  readonly signedParts: SignedParts;
}

/** Offsets in the bytes of a token. */
export interface SignedParts {
  readonly nonceStart: number;
  readonly nonceEnd: number;
  /** Where the first caveat begins, then where each one ends. */
  readonly caveatEdges: readonly number[];
}
