/**
 * Refusals and failures of the authority. `message` is for the caller; `detail` is for the audit log alone. Neither
 * ever holds a token, key or secret.
 */
export type AuthorityErrorCode =
  | 'bad_request'
  | 'unauthenticated'
  | 'session_invalid'
  | 'login_failed'
  | 'token_malformed'
  | 'token_wrong_location'
  | 'token_unknown_key'
  | 'token_invalid'
  | 'token_revoked'
  | 'token_expired'
  | 'not_allowed'
  | 'policy_refused'
  | 'organization_not_found'
  | 'app_not_found'
  | 'token_not_found'
  | 'key_not_found'
  | 'conflict'
  | 'audit_unavailable';

/** One refusal of one caveat, as data for the caller. */
export interface RefusalDetail {
  readonly token: string;
  readonly caveat: string | null;
  readonly code: string;
  readonly reason: string;
  readonly would_allow: string | null;
}

export class AuthorityError extends Error {
  override readonly name = 'AuthorityError';
  readonly code: AuthorityErrorCode;
  readonly hint: string | undefined;
  readonly refusals: readonly RefusalDetail[];

  constructor(
    code: AuthorityErrorCode,
    message: string,
    options: { hint?: string; refusals?: readonly RefusalDetail[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.refusals = options.refusals ?? [];
  }
}
