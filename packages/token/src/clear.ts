/**
 * Clear: does a set of caveats allow this request? (spec section 12)
 *
 * Clearing says nothing about who made the token: the caveats must come from {@link verify}. Time, source and
 * everything else that is asked stand in the request; nothing is looked up.
 */
import { checkAccess } from './access.ts';
import { isAttestation, type Caveat } from './caveat.ts';
import { prohibits, type Request } from './prohibits.ts';
import type { Refusal } from './refusal.ts';

export type Verdict =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      /** Every refusal, in the order of the caveats; at least one. */
      readonly refusals: readonly [Refusal, ...Refusal[]];
    };

const ALLOWED: Verdict = Object.freeze({ allowed: true });

/**
 * Asks every caveat about one request. Attestations are skipped; an unknown caveat refuses.
 *
 * A set that does not name the organization refuses ([OURS], 12.1): an empty set would allow everything.
 *
 * @param caveats the caveats a verified token carries, those of its discharges included.
 * @param request one access, or a discharge request put to a third party.
 */
export function clear(caveats: readonly Caveat[], request: Request): Verdict {
  if (request.kind === 'access') {
    const problem = checkAccess(request);
    if (problem !== undefined)
      return deny({ ...problem, caveat: undefined, wouldAllow: undefined, nested: [] });
    if (!caveats.some((caveat) => caveat.type === 'Organization')) {
      return deny({
        caveat: undefined,
        code: 'bad-caveat',
        reason: 'the token names no organization',
        wouldAllow: undefined,
        nested: [],
      });
    }
  }
  const refusals: Refusal[] = [];
  for (const caveat of caveats) {
    if (isAttestation(caveat)) continue;
    const refusal = prohibits(caveat, request);
    if (refusal !== undefined) refusals.push(refusal);
  }
  const [first, ...rest] = refusals;
  return first === undefined ? ALLOWED : deny(first, ...rest);
}

function deny(first: Refusal, ...rest: readonly Refusal[]): Verdict {
  return { allowed: false, refusals: [first, ...rest] };
}

/** One sentence that names the caveat that refused, why, and what would have been allowed. */
export function explainRefusal(refusal: Refusal): string {
  const inner = refusal.nested[0]?.caveat ?? refusal.caveat;
  const name = inner === undefined ? '' : ` (caveat ${inner.type === 'Unknown' ? inner.number : inner.type})`;
  const would = refusal.wouldAllow === undefined ? '' : `; it would allow ${refusal.wouldAllow}`;
  return `${refusal.reason}${name}${would}`;
}
