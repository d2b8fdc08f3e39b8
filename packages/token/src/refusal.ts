/** Why a caveat, or a request as a whole, was refused (spec section 12.1). */
import type { Caveat } from './caveat.ts';

/**
 * `resource-unspecified` alone means something to evaluation: `IfPresent` ignores it. It, `invalid-access` and
 * `mutually-exclusive` say that the request lacks data; the others that it is not allowed.
 */
export type RefusalCode =
  | 'resource-unspecified'
  | 'invalid-access'
  | 'mutually-exclusive'
  | 'bad-caveat'
  | 'not-yet-valid'
  | 'expired'
  | 'for-resource'
  | 'for-action'
  | 'for-role'
  | 'unauthorized';

export interface Refusal {
  /** The caveat that refused; absent when the request itself is malformed. */
  readonly caveat: Caveat | undefined;
  readonly code: RefusalCode;
  /** One clause without a full stop: `the command is not in the list`. */
  readonly reason: string;
  /** What would have been allowed, in the same form; absent when nothing would. */
  readonly wouldAllow: string | undefined;
  /** The refusals inside an `IfPresent` whose branch was taken. */
  readonly nested: readonly Refusal[];
}

/** A refusal by one caveat. */
export function refuse(caveat: Caveat, code: RefusalCode, reason: string, wouldAllow?: string): Refusal {
  return { caveat, code, reason, wouldAllow, nested: [] };
}
