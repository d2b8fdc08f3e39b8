/** The macaroons somebody gave with `-t` or `POSTERN_TOKEN`, for commands that ask no server. */
import { PosternError } from '@postern/contract/errors';
import { parseToken, stripSchemes, TokenError, type UnverifiedToken } from '@postern/token';
import type { GlobalValues } from '../../core/flags.ts';
import type { Io } from '../../core/io.ts';

/** Location of permission tokens where none was named; the one stock flyctl keeps. */
export const DEFAULT_LOCATION = 'https://api.fly.io/v1';

export const LOCATION_FLAG_HELP = 'Location of the permission tokens';

/**
 * @returns the text of the header.
 * @throws PosternError `unauthenticated` when there is none.
 */
export function presentedHeader(io: Io, flags: GlobalValues): string {
  const text = [flags.accessToken, io.env['POSTERN_TOKEN']].find((value) => value !== undefined)?.trim();
  if (text === undefined || text === '') {
    throw new PosternError(
      'unauthenticated',
      'pass a macaroon token (e.g. from `postern tokens create deploy`) as the -t argument or in POSTERN_TOKEN',
    );
  }
  return text;
}

export interface PresentedPart {
  readonly text: string;
  /** The token, or why the text is none. */
  readonly token: UnverifiedToken | TokenError;
}

/** Every part of the header that is meant to be a macaroon; session tokens are left out. */
export function presentedParts(io: Io, flags: GlobalValues): PresentedPart[] {
  const parts = stripSchemes(presentedHeader(io, flags))
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith('fo1_'));
  if (parts.length === 0) {
    throw new PosternError(
      'token_malformed',
      'a session token is not a macaroon: it can neither be shown nor narrowed',
      {
        hint: 'make one to narrow: postern tokens create machine-exec',
      },
    );
  }
  return parts.map((text) => {
    try {
      return { text, token: parseToken(text) };
    } catch (error) {
      if (error instanceof TokenError) return { text, token: error };
      throw error;
    }
  });
}

/** The same where every part must be sound. @throws PosternError `token_malformed`. */
export function presentedTokens(io: Io, flags: GlobalValues): UnverifiedToken[] {
  return presentedParts(io, flags).map(({ text, token }, index) => {
    if (!(token instanceof TokenError)) return token;
    throw new PosternError('token_malformed', `token ${index + 1} cannot be read: ${token.message}`, {
      hint: `was it cut when it was copied? It has ${text.length} characters`,
      cause: token,
    });
  });
}

export interface SortedTokens {
  readonly permission: readonly UnverifiedToken[];
  readonly discharges: readonly UnverifiedToken[];
}

/** @throws PosternError `token_wrong_location` when no token is a permission token of `location`. */
export function sortTokens(tokens: readonly UnverifiedToken[], location: string): SortedTokens {
  const permission = tokens.filter((token) => token.location === location);
  if (permission.length === 0) {
    throw new PosternError('token_wrong_location', `no ${location} permission tokens found`);
  }
  return { permission, discharges: tokens.filter((token) => token.location !== location) };
}

/** @throws PosternError `bad_request` unless there is exactly one. */
export function onlyPermissionToken({ permission }: SortedTokens): UnverifiedToken {
  const [only, ...more] = permission;
  if (only === undefined || more.length > 0) {
    throw new PosternError(
      'bad_request',
      'the given text has more than one permission token in it, and one is needed',
    );
  }
  return only;
}

/** The sentence of a token error as one of ours. */
export function fromTokenError(error: unknown): PosternError {
  if (error instanceof PosternError) return error;
  if (!(error instanceof TokenError)) throw error;
  const badToken = ['malformed', 'wrong-location', 'invalid-signature'].includes(error.code);
  return new PosternError(badToken ? 'token_malformed' : 'bad_request', error.message, { cause: error });
}
