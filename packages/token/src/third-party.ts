/** Third-party caveats and their discharges (spec section 7). */
import type { Caveat, ThirdPartyCaveat } from './caveat.ts';
import { newBudget, readCaveatSet } from './caveats/read.ts';
import { writeCaveatSet } from './caveats/write.ts';
import type { TokenCrypto } from './crypto.ts';
import { attenuate } from './attenuate.ts';
import { TokenError } from './errors.ts';
import { concatBytes } from './lib/bytes.ts';
import { MsgpackReader } from './lib/msgpack-reader.ts';
import { MsgpackWriter } from './lib/msgpack-writer.ts';
import { LIMITS } from './limits.ts';
import { mintToken } from './mint.ts';
import type { UnverifiedToken } from './token.ts';

const SEAL_NONCE_BYTES = 12;

/** Random nonce, ciphertext, tag: 28 bytes more than the plaintext (spec section 7.1). */
export function seal(key: Uint8Array, plaintext: Uint8Array, crypto: TokenCrypto): Uint8Array {
  const nonce = crypto.randomBytes(SEAL_NONCE_BYTES);
  return concatBytes(nonce, crypto.seal(key, nonce, plaintext));
}

/** @returns the plaintext, or undefined when the bytes are too short or were not sealed under this key. */
export function unseal(key: Uint8Array, sealed: Uint8Array, crypto: TokenCrypto): Uint8Array | undefined {
  if (sealed.length <= SEAL_NONCE_BYTES) return undefined;
  return crypto.open(key, sealed.subarray(0, SEAL_NONCE_BYTES), sealed.subarray(SEAL_NONCE_BYTES));
}

export interface OpenedTicket {
  /** Signs the discharge; 32 bytes. */
  readonly dischargeKey: Uint8Array;
  /** What the third party must check before discharging. */
  readonly caveats: readonly Caveat[];
}

/**
 * Opens a ticket with the key shared with the third party.
 *
 * @returns its content, `sealed` when it was made with another key, `malformed` when it holds something else.
 */
export function openTicket(
  shared: Uint8Array,
  ticket: Uint8Array,
  crypto: TokenCrypto,
): OpenedTicket | 'sealed' | 'malformed' {
  requireSharedKey(shared);
  const plaintext = unseal(shared, ticket, crypto);
  if (plaintext === undefined) return 'sealed';
  try {
    const owned = Uint8Array.from(plaintext);
    const reader = new MsgpackReader(owned);
    reader.record(2);
    const dischargeKey = reader.bytes();
    const caveats = readCaveatSet(reader, owned, newBudget());
    reader.finish();
    return dischargeKey.length === LIMITS.keyBytes ? { dischargeKey, caveats } : 'malformed';
  } catch (error) {
    if (error instanceof TokenError) return 'malformed';
    throw error;
  }
}

export interface ThirdPartyOptions {
  /** Where the discharge is to be had. */
  readonly location: string;
  /** The key shared with the third party, 32 bytes. */
  readonly shared: Uint8Array;
  /** What the third party must check. */
  readonly caveats?: readonly Caveat[];
}

/**
 * Appends a demand for a discharge. A second demand for a location the token already names is an error.
 *
 * @throws TokenError `bad-caveat`, `bad-argument`, `proof` or `limit`.
 */
export function addThirdParty(
  token: UnverifiedToken,
  options: ThirdPartyOptions,
  crypto: TokenCrypto,
): UnverifiedToken {
  requireSharedKey(options.shared);
  if (namesLocation(token.unsafeCaveats, options.location)) {
    throw new TokenError('bad-caveat', `the token already needs a discharge from ${options.location}`);
  }
  const dischargeKey = crypto.randomBytes(LIMITS.keyBytes);
  const writer = new MsgpackWriter();
  writer.array(2);
  writer.bytes(dischargeKey);
  writeCaveatSet(writer, options.caveats ?? []);
  const caveat: ThirdPartyCaveat = {
    type: '3P',
    location: options.location,
    // Sealed under the tail before this caveat: only who can verify the token up to here can open it.
    verifierKey: seal(token.tail, dischargeKey, crypto),
    ticket: seal(options.shared, writer.finish(), crypto),
  };
  return attenuate(token, [caveat], crypto);
}

function namesLocation(caveats: readonly Caveat[], location: string): boolean {
  return caveats.some(
    (caveat) =>
      (caveat.type === '3P' && caveat.location === location) ||
      (caveat.type === 'IfPresent' && namesLocation(caveat.ifs, location)),
  );
}

/** The tickets of a token's third-party caveats, with where to take them. */
export function tickets(
  token: UnverifiedToken,
): { readonly location: string; readonly ticket: Uint8Array }[] {
  return token.unsafeCaveats
    .filter((caveat) => caveat.type === '3P')
    .map(({ location, ticket }) => ({ location, ticket }));
}

export interface DischargeOptions {
  readonly location: string;
  readonly ticket: Uint8Array;
  /** What {@link openTicket} gave, after its caveats were checked. */
  readonly opened: OpenedTicket;
  /** Restrictions and attestations of the discharge. Give it a short `ValidityWindow`. */
  readonly caveats: readonly Caveat[];
}

/** Makes the answer to a ticket: a finalized proof under the discharge key. */
export function discharge(options: DischargeOptions, crypto: TokenCrypto): UnverifiedToken {
  const { location, ticket, opened, caveats } = options;
  return mintToken({ location, kid: ticket, key: opened.dischargeKey, caveats, proof: true }, crypto);
}

/** A caveat that makes a discharge work only with this token or one attenuated from it (spec section 7.4). */
export function bindTo(parent: UnverifiedToken, crypto: TokenCrypto): Caveat {
  return { type: 'BindToParentToken', digest: crypto.sha256(parent.tail).slice(0, 16) };
}

function requireSharedKey(shared: Uint8Array): void {
  if (shared.length !== LIMITS.keyBytes) {
    throw new TokenError('bad-argument', `a key shared with a third party has ${LIMITS.keyBytes} bytes`);
  }
}
