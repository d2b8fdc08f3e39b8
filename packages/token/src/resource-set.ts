/** Resource sets: which ids, with which actions (spec section 12.4). */
import { describeActions, formatActions, isActionSubset, ACTION, type ActionMask } from './action.ts';
import type { ResourceSet } from './caveat.ts';
import { joinWords } from './lib/join-words.ts';

export interface SetRefusal {
  readonly code: 'bad-caveat' | 'resource-unspecified' | 'for-resource' | 'for-action';
  readonly reason: string;
}

/** Whether an entry other than the zero entry covers an id: equality, or a byte prefix for storage objects. */
export type SetMatch<Id> = (entry: Id, id: Id) => boolean;

const equal = <Id>(entry: Id, id: Id): boolean => entry === id;

/**
 * @param set the entries.
 * @param zero the id that stands for any: `0n` or the empty string.
 * @param id the id asked for, or undefined when the request names none.
 * @param noun what the ids name, for the reason.
 * @returns why not, or undefined when every asked action is allowed by all entries that match.
 */
export function setProhibits<Id extends bigint | string>(
  set: ResourceSet<Id>,
  zero: Id,
  id: Id | undefined,
  action: ActionMask,
  noun: string,
  match: SetMatch<Id> = equal,
): SetRefusal | undefined {
  if (set.length > 1 && set.some((entry) => entry.id === zero)) {
    return { code: 'bad-caveat', reason: `the set of ${noun}s names both any ${noun} and single ones` };
  }
  if (id === undefined) return { code: 'resource-unspecified', reason: `the request names no ${noun}` };
  let mask: number = ACTION.all;
  let found = false;
  for (const entry of set) {
    if (entry.id !== zero && !match(entry.id, id)) continue;
    found = true;
    mask &= entry.mask;
  }
  if (!found) return { code: 'for-resource', reason: `${noun} ${String(id)} is not in the set` };
  if (!isActionSubset(action, mask)) {
    return {
      code: 'for-action',
      reason: `${describeActions(action)} is not allowed on ${noun} ${String(id)}`,
    };
  }
  return undefined;
}

/** The set in words: `app 17`, `any app (read)`, `machines a (read) and b`. */
export function describeSet(set: ResourceSet<bigint | string>, noun: string): string {
  if (set.length === 0) return `no ${noun}`;
  const parts = set.map(({ id, mask }) => {
    const what = id === 0n || id === '' ? 'any' : String(id);
    return isActionSubset(ACTION.rwcdC, mask) ? what : `${what} (${formatActions(mask) || 'nothing'})`;
  });
  const [only] = parts;
  return parts.length === 1 && only !== undefined
    ? only.startsWith('any')
      ? only.replace('any', `any ${noun}`)
      : `${noun} ${only}`
    : `${noun}s ${joinWords(parts)}`;
}
