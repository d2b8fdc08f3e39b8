/**
 * Remembers which tokens have verified. A hit is exact: every byte of the token and its discharges. What is kept is
 * the result of the signature chain alone; whether a token is revoked or expired is asked on every use.
 *
 * A verified token also speeds up what was attenuated from it: the chain of a descendant goes on from the tail of
 * its ancestor, after every signed byte up to there has been compared.
 */
import {
  signedMessages,
  verify,
  type BundleMember,
  type ChainPlace,
  type TokenCrypto,
  type UnverifiedToken,
  type VerifiedToken,
} from '@postern/token';

/** Tokens remembered at most; the one not used for longest is forgotten first. About 2 kB each. */
export const CACHE_TOKENS = 4096;
/** Bytes of remembered tokens at most: what a holder appends to a token counts, not how many tokens are made of it. */
export const CACHE_BYTES: number = 4 * 1024 * 1024;
/** Ancestors of one family looked at for a descendant. */
const FAMILY_ANCESTORS = 8;

interface Entry {
  readonly keyId: string;
  readonly verified: VerifiedToken;
  readonly family: string;
  /** Of the token and its discharges. */
  readonly bytes: number;
}

export class VerificationCache {
  readonly #crypto: TokenCrypto;
  readonly #entries = new Map<string, Entry>();
  /** The very objects that were verified, which nobody changes: their bytes need no comparing. */
  readonly #members = new WeakMap<BundleMember, Entry>();
  /** Names of the entries of each token family, newest last. */
  readonly #families = new Map<string, string[]>();

  #bytes = 0;

  constructor(crypto: TokenCrypto) {
    this.#crypto = crypto;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Verifies, or remembers that it was verified with the same key.
   *
   * @param family the token's uuid.
   * @throws TokenError as {@link verify}; failures are not remembered.
   */
  verify(member: BundleMember, family: string, keyId: string, key: Uint8Array): VerifiedToken {
    const { token, discharges } = member;
    const seen = this.#members.get(member);
    if (seen?.keyId === keyId) return seen.verified;
    const entry = this.#verifyBytes(token, discharges, family, keyId, key);
    this.#members.set(member, entry);
    return entry.verified;
  }

  #verifyBytes(
    token: UnverifiedToken,
    discharges: readonly UnverifiedToken[],
    family: string,
    keyId: string,
    key: Uint8Array,
  ): Entry {
    const name = this.#nameOf(token, discharges);
    const known = this.#entries.get(name);
    if (known !== undefined && known.keyId === keyId) {
      this.#entries.delete(name);
      this.#entries.set(name, known);
      return known;
    }
    const resume = this.#ancestorOf(token, family, keyId);
    const verified = verify(
      token,
      key,
      { discharges, ...(resume === undefined ? {} : { resume }) },
      this.#crypto,
    );
    // One result for all who ask: whoever changed it would change what the next one is allowed.
    freezeWhole(verified.caveats);
    const entry = { keyId, verified, family, bytes: bytesOf(token, discharges) };
    this.#remember(name, entry);
    return entry;
  }

  /** A digest, so that the text of a token is no key of a map. */
  #nameOf(token: UnverifiedToken, discharges: readonly UnverifiedToken[]): string {
    const whole = Buffer.allocUnsafe(bytesOf(token, discharges));
    let at = 0;
    // Every token is one MessagePack value, so the parts cannot run into each other.
    for (const { bytes } of [token, ...discharges]) {
      bytes.copyTo(0, bytes.length, whole, at);
      at += bytes.length;
    }
    return Buffer.from(this.#crypto.sha256(whole)).toString('latin1');
  }

  #ancestorOf(token: UnverifiedToken, family: string, keyId: string): ChainPlace | undefined {
    let best: ChainPlace | undefined;
    const own = signedMessages(token);
    for (const name of this.#families.get(family) ?? []) {
      const entry = this.#entries.get(name);
      if (entry === undefined || entry.keyId !== keyId) continue;
      const { tail, nonce } = entry.verified.token;
      const { messages, ends } = signedMessages(entry.verified.token);
      // The tail of a proof is finalized: no chain goes on from it.
      if (nonce.proof || ends.length > own.ends.length || ends.length <= (best?.messages ?? 0)) continue;
      if (Buffer.compare(messages, own.messages.subarray(0, messages.length)) !== 0) continue;
      if (own.ends[ends.length - 1] !== messages.length) continue;
      best = { messages: ends.length, tail };
    }
    return best;
  }

  #remember(name: string, entry: Entry): void {
    this.#bytes -= this.#entries.get(name)?.bytes ?? 0;
    this.#entries.set(name, entry);
    const family = this.#families.get(entry.family) ?? [];
    this.#families.set(entry.family, [...family, name].slice(-FAMILY_ANCESTORS));
    this.#bytes += entry.bytes;
    while (this.#entries.size > CACHE_TOKENS || this.#bytes > CACHE_BYTES) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const [oldest] = this.#entries;
    if (oldest === undefined) return;
    const [name, { family, bytes }] = oldest;
    this.#entries.delete(name);
    this.#bytes -= bytes;
    const rest = (this.#families.get(family) ?? []).filter((member) => member !== name);
    if (rest.length === 0) this.#families.delete(family);
    else this.#families.set(family, rest);
  }
}

function bytesOf(token: UnverifiedToken, discharges: readonly UnverifiedToken[]): number {
  return discharges.reduce((sum, { bytes }) => sum + bytes.length, token.bytes.length);
}

/** Bytes cannot be frozen; those of a caveat belong to it alone. */
function freezeWhole(value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freezeWhole(part);
}
