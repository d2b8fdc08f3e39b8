/**
 * The primitives of the format, as a parameter: the package itself holds no cryptography and no Node built-in.
 * Implementations: `@postern/token/mac/node`. Primitives are fixed (spec section 1): HMAC-SHA-256, SHA-256,
 * ChaCha20-Poly1305 (RFC 8439), and SHA-1 for the identity of a token family alone.
 */
export interface TokenCrypto {
  /** HMAC-SHA-256 (RFC 2104), 32 bytes. */
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array;
  /**
   * A chain of HMACs in one call: the first uses `key`, each later one the result before it.
   *
   * @param key 32 bytes.
   * @param messages the messages, one after the other.
   * @param ends where each message ends in `messages`.
   * @returns all results, 32 bytes each, one after the other.
   */
  hmacChain(key: Uint8Array, messages: Uint8Array, ends: readonly number[]): Uint8Array;
  sha256(message: Uint8Array): Uint8Array;
  sha1(message: Uint8Array): Uint8Array;
  /** ChaCha20-Poly1305 without associated data: ciphertext followed by the 16-byte tag. */
  seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** The inverse of {@link TokenCrypto.seal}; undefined when the tag does not hold. */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  randomBytes(length: number): Uint8Array;
}
