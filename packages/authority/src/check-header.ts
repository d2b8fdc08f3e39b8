/**
 * From the text of a header to the caveats that must be cleared: decode, look up, verify. Nothing here says what a
 * token allows.
 */
import {
  bundle,
  parseHeader,
  TokenError,
  tokenUuid,
  type BundleMember,
  type Caveat,
  type UnverifiedToken,
} from '@postern/token';
import type { TokenRecord } from '@postern/store';
import type { AuthorityContext } from './context.ts';
import type { DecodedMember } from './decoded-headers.ts';
import { AuthorityError } from './errors.ts';
import { keyIdOf } from './hazmat/index.ts';
import { tokenIdOf } from './ids.ts';

/** A permission token whose chain holds, whose record is here, and which is not revoked. */
export interface CheckedToken {
  readonly token: UnverifiedToken;
  readonly record: TokenRecord;
  /** Its own caveats and those of its discharges. */
  readonly caveats: readonly Caveat[];
}

export interface CheckedHeader {
  readonly valid: readonly CheckedToken[];
  /** Why each other permission token was put aside; with its record where one was found. */
  readonly invalid: readonly { readonly error: AuthorityError; readonly record: TokenRecord | undefined }[];
}

/**
 * @param header macaroons, comma-joined, with or without a scheme.
 * @throws AuthorityError `token_malformed` or `token_wrong_location` when no permission token of ours is in it.
 */
export async function checkHeader(context: AuthorityContext, header: string): Promise<CheckedHeader> {
  const members = context.decoded.get(header, (text) => decode(context, text));
  const valid: CheckedToken[] = [];
  const invalid: CheckedHeader['invalid'][number][] = [];
  for (const { member, family, tokenId } of members) {
    const found = await context.store.findToken(tokenId);
    const record = found?.uuid === family ? found : undefined;
    try {
      valid.push(checkMember(context, member, family, record));
    } catch (error) {
      if (!(error instanceof AuthorityError)) throw error;
      invalid.push({ error, record });
    }
  }
  return { valid, invalid };
}

function decode(context: AuthorityContext, header: string): DecodedMember[] {
  let tokens: UnverifiedToken[];
  try {
    tokens = parseHeader(header);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new AuthorityError('token_malformed', `the token cannot be read: ${error.message}`, {
      hint: 'copy the whole token, from fm2_ to its end',
      cause: error,
    });
  }
  const members = bundle(tokens, context.location);
  if (members.length === 0) {
    throw new AuthorityError(
      'token_wrong_location',
      'the token belongs to another service: its location is not ours',
    );
  }
  return members.map((member) => {
    const family = tokenUuid(member.token.nonce, context.crypto);
    return { member, family, tokenId: tokenIdOf(family) };
  });
}

/** Key, chain, record, revocation: in this order, so that a forged token learns nothing about a real one. */
function checkMember(
  context: AuthorityContext,
  member: BundleMember,
  family: string,
  record: TokenRecord | undefined,
): CheckedToken {
  const { token } = member;
  const keyId = keyIdOf(token.nonce.kid);
  if (keyId === undefined) {
    throw new AuthorityError(
      'token_unknown_key',
      'the token was signed with a key this server does not have',
    );
  }
  const verified = context.keyring.use(keyId, (key) => {
    try {
      return context.verified.verify(member, family, keyId, key);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      throw new AuthorityError('token_invalid', `the token does not verify: ${error.message}`, {
        cause: error,
      });
    }
  });
  if (record === undefined) {
    throw new AuthorityError(
      'token_invalid',
      'the token has no record here: it was minted before this data was restored',
      {
        hint: 'mint a new token',
      },
    );
  }
  const now = context.now();
  if (record.revokedAt !== null || (record.diesAt !== null && record.diesAt <= now)) {
    throw tokenRevoked();
  }
  return { token, record, caveats: verified.caveats };
}

export function tokenRevoked(cause?: unknown): AuthorityError {
  return new AuthorityError('token_revoked', 'the token is revoked', {
    hint: 'ask whoever gave it to you for a new one',
    cause,
  });
}
