/**
 * Errors of this package: one class, a closed set of codes. Match on `code`, never on text. No message holds a
 * token, key or caveat secret.
 */
export type TokenErrorCode =
  /** The bytes or text are not a token in canonical form. */
  | 'malformed'
  /** A named limit was exceeded. */
  | 'limit'
  /** A location other than the verifier's own. */
  | 'wrong-location'
  /** The signature chain does not hold, or a discharge is missing or wrong. */
  | 'invalid-signature'
  | 'missing-discharge'
  | 'invalid-discharge'
  /** The token is a proof: nothing may be appended. */
  | 'proof'
  /** A caveat that may not stand here. */
  | 'bad-caveat'
  /** JSON that is not a caveat. */
  | 'bad-json'
  /** An argument of the wrong size or kind, such as a key that is not 32 bytes. */
  | 'bad-argument';

export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: TokenErrorCode;
  /** Offset in the decoded bytes where decoding stopped, where that is known. */
  readonly offset: number | undefined;

  constructor(code: TokenErrorCode, message: string, options: { offset?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.offset = options.offset;
  }
}
