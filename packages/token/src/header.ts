/** The `Authorization` header: a scheme and comma-joined tokens (spec section 10). */
import { parseToken } from './decode.ts';
import { TokenError } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { UnverifiedToken } from './token.ts';

/**
 * Drops `FlyV1` and `Bearer`, in any letter case and repeated, so that `Bearer FlyV1 fm2_…` works; no scheme at
 * all is accepted.
 */
export function stripSchemes(header: string): string {
  let rest = header.trim();
  for (;;) {
    const space = rest.indexOf(' ');
    const word = (space < 0 ? rest : rest.slice(0, space)).toLowerCase();
    if (word !== 'flyv1' && word !== 'bearer') return rest;
    rest = space < 0 ? '' : rest.slice(space + 1).trim();
  }
}

/**
 * Reads every token of a header, strictly: one bad part fails the whole. `fo1_` tokens are not macaroons and are
 * skipped; a header of nothing else fails.
 *
 * @throws TokenError `malformed` or `limit`.
 */
export function parseHeader(header: string): UnverifiedToken[] {
  if (header.length > LIMITS.headerChars) {
    throw new TokenError('limit', `a header of ${header.length} characters; at most ${LIMITS.headerChars}`);
  }
  const parts = stripSchemes(header).split(',');
  if (parts.length > LIMITS.tokensPerHeader) {
    throw new TokenError('limit', `${parts.length} tokens in one header; at most ${LIMITS.tokensPerHeader}`);
  }
  const tokens = parts.filter((part) => !part.startsWith('fo1_')).map(parseToken);
  if (tokens.length === 0) throw new TokenError('malformed', 'the header holds no token');
  return tokens;
}

/** One permission token of a header with the discharges that answer its third-party caveats. */
export interface BundleMember {
  readonly token: UnverifiedToken;
  readonly discharges: readonly UnverifiedToken[];
}

/**
 * Sorts the tokens of a header: those of `location` are permission tokens, the rest are discharges, each given to
 * the permission tokens whose tickets it names. Permissions never add up across members.
 */
export function bundle(tokens: readonly UnverifiedToken[], location: string): BundleMember[] {
  const others = tokens.filter((token) => token.location !== location);
  return tokens
    .filter((token) => token.location === location)
    .map((token) => ({ token, discharges: others.filter((other) => answers(token, other)) }));
}

function answers(token: UnverifiedToken, discharge: UnverifiedToken): boolean {
  return token.unsafeCaveats.some(
    (caveat) =>
      caveat.type === '3P' &&
      caveat.ticket.length === discharge.nonce.kid.length &&
      caveat.ticket.every((byte, index) => byte === discharge.nonce.kid[index]),
  );
}
