/**
 * Authorize: may the tokens of this header do that? A request is allowed if any one verified permission token
 * clears all its caveats; permissions never add up across tokens.
 */
import { clear, refuseUngranted, type Access, type Refusal } from '@postern/token';
import type { TokenRecord } from '@postern/store';
import { checkHeader, type CheckedToken } from './check-header.ts';
import type { AuthorityContext } from './context.ts';
import { AuthorityError, type RefusalDetail } from './errors.ts';

export type Authorization =
  | { readonly allowed: true; readonly by: CheckedToken }
  | {
      readonly allowed: false;
      readonly error: AuthorityError;
      /** The record of a token that was presented and refused, where there is one. */
      readonly record: TokenRecord | undefined;
    };

/** Decides; writes nothing. Bad bytes and not allowed come out as different errors. */
export async function authorize(
  context: AuthorityContext,
  header: string,
  access: Access,
): Promise<Authorization> {
  let checked;
  try {
    checked = await checkHeader(context, header);
  } catch (error) {
    if (!(error instanceof AuthorityError)) throw error;
    return { allowed: false, error, record: undefined };
  }
  const refusals: RefusalDetail[] = [];
  const codes: string[] = [];
  for (const member of checked.valid) {
    const verdict = clear(member.caveats, access);
    const ungranted = verdict.allowed ? refuseUngranted(member.caveats, access) : undefined;
    if (verdict.allowed && ungranted === undefined) return { allowed: true, by: member };
    for (const refusal of verdict.allowed
      ? [ungranted].filter((found) => found !== undefined)
      : verdict.refusals) {
      refusals.push(detailOf(member.record, refusal));
      codes.push(refusal.code);
    }
  }
  const [first] = checked.valid;
  if (first === undefined) {
    const [bad] = checked.invalid;
    const error = bad?.error ?? new AuthorityError('unauthenticated', 'no token was presented');
    return { allowed: false, error, record: bad?.record };
  }
  return { allowed: false, error: refusalError(refusals, codes), record: first.record };
}

function refusalError(refusals: readonly RefusalDetail[], codes: readonly string[]): AuthorityError {
  const [main] = refusals;
  const sentence = main === undefined ? 'the token does not allow this' : sentenceOf(main);
  const expired = codes.includes('expired');
  return new AuthorityError(expired ? 'token_expired' : 'not_allowed', sentence, {
    refusals,
    ...(expired ? { hint: 'ask whoever gave it to you for a new one' } : {}),
  });
}

function sentenceOf(detail: RefusalDetail): string {
  const caveat = detail.caveat === null ? '' : ` (caveat ${detail.caveat})`;
  const would = detail.would_allow === null ? '' : `; the token allows ${detail.would_allow}`;
  return `${detail.reason}${caveat}${would}`;
}

function detailOf(record: TokenRecord, refusal: Refusal): RefusalDetail {
  const inner = refusal.nested[0] ?? refusal;
  return {
    token: record.id,
    caveat: inner.caveat === undefined ? null : inner.caveat.type,
    code: refusal.code,
    reason: refusal.reason,
    would_allow: refusal.wouldAllow ?? null,
  };
}
