/**
 * Verify: does the signature chain hold? (spec section 8)
 *
 * The whole chain is computed and its tail compared before anything else is acted on, so that an unauthenticated
 * caller cannot make the service decrypt or search. What comes out is the only thing {@link clear} should be
 * given: the token's own caveats and those of its discharges, each with where it came from.
 */
import { isAttestation, type Caveat, type ThirdPartyCaveat } from './caveat.ts';
import type { TokenCrypto } from './crypto.ts';
import { TokenError } from './errors.ts';
import { equalBytes, toHex } from './lib/bytes.ts';
import { LIMITS } from './limits.ts';
import { FINALIZATION_KEY } from './mint.ts';
import { openTicket, unseal } from './third-party.ts';
import { signedMessages } from './signed-messages.ts';
import type { UnverifiedToken } from './token.ts';

/** Where a verified caveat came from: the token itself, or the discharge at an index of those given. */
export type Provenance = 'token' | number;

declare const verified: unique symbol;

/** The result of {@link verify}, and of nothing else. */
export interface VerifiedToken {
  readonly [verified]: true;
  readonly token: UnverifiedToken;
  /** Every caveat that must be cleared, frozen. */
  readonly caveats: readonly Caveat[];
  /** For each caveat, where it came from. */
  readonly provenance: readonly Provenance[];
}

export interface VerifyOptions {
  /**
   * The verifier's own location: a token of another is refused before anything is computed. Not needed for a member of
   * a {@link bundle}, which has been compared.
   */
  readonly location?: string;
  /** Tokens that may answer third-party caveats; matched by ticket, unmatched ones ignored. */
  readonly discharges?: readonly UnverifiedToken[];
  /** For each third party's location, keys shared with it. Only then are its attestations believed. */
  readonly trusted?: ReadonlyMap<string, readonly Uint8Array[]>;
  /**
   * A place in this token's own chain whose tail is known to be right, because a token that ends there was verified
   * with the same key before. The caller has compared every signed byte up to it.
   */
  readonly resume?: ChainPlace;
}

/** A tail of a chain, after so many messages. */
export interface ChainPlace {
  readonly messages: number;
  readonly tail: Uint8Array;
}

/**
 * @param token a permission token; its location must be compared with the verifier's own, here or before.
 * @param key the signing key its key id names, 32 bytes.
 * @throws TokenError `wrong-location`, `invalid-signature`, `missing-discharge`, `invalid-discharge`, `bad-caveat`,
 *   `limit` or `bad-argument`.
 */
export function verify(
  token: UnverifiedToken,
  key: Uint8Array,
  options: VerifyOptions,
  crypto: TokenCrypto,
): VerifiedToken {
  if (key.length !== LIMITS.keyBytes) {
    throw new TokenError('bad-argument', `a signing key has ${LIMITS.keyBytes} bytes`);
  }
  if (options.location !== undefined && token.location !== options.location) {
    throw new TokenError('wrong-location', 'the token belongs to another service: its location is not ours');
  }
  const thirdParty = thirdPartyCaveats(token);
  // Third-party caveats are opened with the tails before them, so the whole chain is needed.
  const tails = checkChain(token, key, crypto, thirdParty.length === 0 ? options.resume : undefined);
  const caveats: Caveat[] = [];
  const provenance: Provenance[] = [];
  collect(token, true, undefined, caveats, provenance, 'token');
  if (thirdParty.length > 0) {
    const family: Family = { tails, digests: digestsOf(tails, crypto), options, crypto };
    for (const { caveat, index } of thirdParty) {
      verifyDischarge(caveat, tailAt(tails, index), family, caveats, provenance);
    }
  }
  return freezeResult(token, caveats, provenance);
}

/** For the messages of the chain being computed: read before {@link checkChain} returns, and nothing in it is secret. */
const SCRATCH = new Uint8Array(LIMITS.tokenBytes + LIMITS.caveats);

/** Steps 1, 2 and 6: recomputes every signature and compares the last. Returns the tails, 32 bytes each. */
function checkChain(
  token: UnverifiedToken,
  key: Uint8Array,
  crypto: TokenCrypto,
  resume?: ChainPlace,
): Uint8Array {
  const { messages, ends } = signedMessages(token, SCRATCH);
  const tails =
    resume === undefined
      ? crypto.hmacChain(key, messages, ends)
      : resumeChain(messages, ends, resume, crypto);
  const last = tails.subarray(-LIMITS.keyBytes);
  const expected = token.nonce.proof ? crypto.hmacSha256(FINALIZATION_KEY, last) : last;
  if (!equalBytes(expected, token.tail)) {
    throw new TokenError(
      'invalid-signature',
      'the signature does not hold: the token was altered, cut off or made with another key',
    );
  }
  return tails;
}

/** The tails from a known place on. A token that ends there has that one tail. */
function resumeChain(
  messages: Uint8Array,
  ends: readonly number[],
  { messages: known, tail }: ChainPlace,
  crypto: TokenCrypto,
): Uint8Array {
  if (known === ends.length) return tail;
  const start = ends[known - 1] ?? 0;
  return crypto.hmacChain(
    tail,
    messages.subarray(start),
    ends.slice(known).map((end) => end - start),
  );
}

/** Step 3 for every caveat that is not 3P: what goes into the result, what may not stand here. */
function collect(
  token: UnverifiedToken,
  attestationsTrusted: boolean,
  parentDigests: readonly Uint8Array[] | undefined,
  caveats: Caveat[],
  provenance: Provenance[],
  from: Provenance,
): void {
  for (const caveat of token.unsafeCaveats) {
    if (caveat.type === '3P') continue;
    if (caveat.type === 'BindToParentToken') {
      requireBinding(caveat.digest, parentDigests ?? []);
    } else if (!isAttestation(caveat)) {
      caveats.push(caveat);
      provenance.push(from);
    } else {
      if (!token.nonce.proof)
        throw new TokenError('bad-caveat', 'an attestation in a token that is not a proof');
      // An attestation of a party that is not trusted vanishes: nobody may read it as a fact.
      if (!attestationsTrusted) continue;
      caveats.push(caveat);
      provenance.push(from);
    }
  }
}

/** Spec section 7.4, [OURS]: 16 to 32 bytes, a prefix of the digest of some tail of the parent. */
function requireBinding(digest: Uint8Array, parentDigests: readonly Uint8Array[]): void {
  const long = digest.length >= 16 && digest.length <= 32;
  if (!long || !parentDigests.some((parent) => equalBytes(parent.subarray(0, digest.length), digest))) {
    throw new TokenError('invalid-discharge', 'a discharge that is bound to another token');
  }
}

function thirdPartyCaveats(token: UnverifiedToken): { caveat: ThirdPartyCaveat; index: number }[] {
  const found: { caveat: ThirdPartyCaveat; index: number }[] = [];
  token.unsafeCaveats.forEach((caveat, index) => {
    if (caveat.type === '3P') found.push({ caveat, index });
  });
  if (found.length > LIMITS.thirdPartyCaveats) {
    throw new TokenError('limit', `more than ${LIMITS.thirdPartyCaveats} third-party caveats`);
  }
  return found;
}

/** The tail before the caveat at `index`: tail 0 is that of the nonce. */
function tailAt(tails: Uint8Array, index: number): Uint8Array {
  return tails.subarray(index * LIMITS.keyBytes, (index + 1) * LIMITS.keyBytes);
}

function digestsOf(tails: Uint8Array, crypto: TokenCrypto): Uint8Array[] {
  const digests: Uint8Array[] = [];
  for (let at = 0; at < tails.length; at += LIMITS.keyBytes) {
    digests.push(crypto.sha256(tails.subarray(at, at + LIMITS.keyBytes)));
  }
  return digests;
}

/** What every discharge of one token is checked against. */
interface Family {
  readonly tails: Uint8Array;
  /** SHA-256 of each tail, for bindings: one per stage, after the nonce and after each caveat. */
  readonly digests: readonly Uint8Array[];
  readonly options: VerifyOptions;
  readonly crypto: TokenCrypto;
}

/** Step 4: some discharge for the ticket must verify under the key sealed in the caveat. */
function verifyDischarge(
  caveat: ThirdPartyCaveat,
  tail: Uint8Array,
  family: Family,
  caveats: Caveat[],
  provenance: Provenance[],
): void {
  const { crypto, options } = family;
  const key = unseal(tail, caveat.verifierKey, crypto);
  if (key?.length !== LIMITS.keyBytes) {
    throw new TokenError('invalid-signature', 'a third-party caveat whose verifier key does not open');
  }
  const ticket = toHex(caveat.ticket);
  const candidates = [...(options.discharges ?? []).entries()].filter(
    ([, discharge]) => toHex(discharge.nonce.kid) === ticket,
  );
  if (candidates.length === 0) {
    throw new TokenError('missing-discharge', `a discharge from ${caveat.location} is missing`);
  }
  for (const [index, discharge] of candidates.slice(0, LIMITS.dischargesPerTicket)) {
    const found: Caveat[] = [];
    const from: Provenance[] = [];
    if (!dischargeHolds(discharge, index, key, family, found, from)) continue;
    caveats.push(...found);
    provenance.push(...from);
    return;
  }
  throw new TokenError('invalid-discharge', `no discharge from ${caveat.location} verifies`);
}

function dischargeHolds(
  discharge: UnverifiedToken,
  index: number,
  key: Uint8Array,
  family: Family,
  found: Caveat[],
  from: Provenance[],
): boolean {
  // Discharges do not nest.
  if (discharge.unsafeCaveats.some((caveat) => caveat.type === '3P')) return false;
  try {
    checkChain(discharge, key, family.crypto);
    const trust = trustOf(discharge, key, family);
    if (trust === 'contradicted') return false;
    collect(discharge, trust === 'trusted', family.digests, found, from, index);
    return true;
  } catch (error) {
    if (error instanceof TokenError) return false;
    throw error;
  }
}

/** Whether a key we share with the party opens the ticket and holds the same discharge key. */
function trustOf(
  discharge: UnverifiedToken,
  key: Uint8Array,
  { options, crypto }: Family,
): 'trusted' | 'untrusted' | 'contradicted' {
  for (const shared of options.trusted?.get(discharge.location) ?? []) {
    const opened = openTicket(shared, discharge.nonce.kid, crypto);
    if (opened === 'sealed') continue;
    if (opened === 'malformed' || !equalBytes(opened.dischargeKey, key)) return 'contradicted';
    return 'trusted';
  }
  return 'untrusted';
}

function freezeResult(token: UnverifiedToken, caveats: Caveat[], provenance: Provenance[]): VerifiedToken {
  const result: Omit<VerifiedToken, typeof verified> = {
    token,
    caveats: Object.freeze(caveats),
    provenance: Object.freeze(provenance),
  };
  // The brand exists in types alone; this is the one place that may give it.
  return Object.freeze(result) as VerifiedToken;
}
