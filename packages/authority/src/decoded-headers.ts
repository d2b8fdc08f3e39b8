/**
 * Remembers what a header decodes to. A hit is exact: a digest of the whole text. Nothing here is verified; that the
 * same objects come out again is what makes {@link VerificationCache} quick.
 */
import type { BundleMember, TokenCrypto } from '@postern/token';

/** A permission token of a header and who it would be the token of. */
export interface DecodedMember {
  readonly member: BundleMember;
  /** The uuid of its family. */
  readonly family: string;
  readonly tokenId: string;
}

/** Headers remembered at most; the one not used for longest is forgotten first. */
export const DECODED_HEADERS = 1024;
/** Longer headers are decoded anew each time, so that few kilobytes each bound the memory. */
export const DECODED_HEADER_CHARS = 2048;

export class DecodedHeaders {
  readonly #crypto: TokenCrypto;
  readonly #entries = new Map<string, readonly DecodedMember[]>();

  constructor(crypto: TokenCrypto) {
    this.#crypto = crypto;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @param decode what it throws is not remembered. */
  get(header: string, decode: (header: string) => readonly DecodedMember[]): readonly DecodedMember[] {
    if (header.length > DECODED_HEADER_CHARS) return decode(header);
    // A digest, so that the text of a token is no key of a map.
    const name = Buffer.from(this.#crypto.sha256(Buffer.from(header))).toString('latin1');
    const known = this.#entries.get(name);
    const members = known ?? decode(header);
    if (known !== undefined) this.#entries.delete(name);
    this.#entries.set(name, members);
    if (this.#entries.size > DECODED_HEADERS) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    return members;
  }
}
