/** Action masks (spec section 12.3): 16 bits on the wire, five letters in JSON. */
import { TokenError } from './errors.ts';
import { joinWords } from './lib/join-words.ts';

/** r = read, w = write, c = create, d = delete, C = control (start, stop, signal). */
export const ACTION = { none: 0, r: 1, w: 2, c: 4, d: 8, C: 16, rwcdC: 31, all: 0xffff } as const;

/** A set of actions as bits, 0 to 0xffff. */
export type ActionMask = number;

const LETTERS = [
  ['r', ACTION.r, 'read'],
  ['w', ACTION.w, 'write'],
  ['c', ACTION.c, 'create'],
  ['d', ACTION.d, 'delete'],
  ['C', ACTION.C, 'control'],
] as const;

/**
 * Whether every requested bit is allowed. A request without bits is a subset of everything; what is no mask of 16 bits
 * is a subset of nothing.
 */
export function isActionSubset(requested: ActionMask, allowed: ActionMask): boolean {
  return requested >= 0 && requested <= ACTION.all && (requested & ~allowed) === 0;
}

/** Letters in the fixed order `rwcdC`. Bits without a letter do not show: 0xffff prints as `rwcdC`. */
export function formatActions(mask: ActionMask): string {
  return LETTERS.filter(([, bit]) => (mask & bit) !== 0)
    .map(([letter]) => letter)
    .join('');
}

/**
 * Reads letters in any order; `*` means all 16 bits.
 *
 * @throws TokenError `bad-json` for an unknown letter: a typo must not silently change a right ([OURS]).
 */
export function parseActions(text: string): ActionMask {
  if (text === '*') return ACTION.all;
  let mask = 0;
  for (const letter of text) {
    const bit = LETTERS.find(([known]) => known === letter)?.[1];
    if (bit === undefined) {
      throw new TokenError(
        'bad-json',
        `unknown action letter ${JSON.stringify(letter)}; the letters are r w c d C`,
      );
    }
    mask |= bit;
  }
  return mask;
}

/** The mask in words, for people: `read and control`, `anything`, `nothing`. */
export function describeActions(mask: ActionMask): string {
  if (isActionSubset(ACTION.rwcdC, mask)) return 'anything';
  const words = LETTERS.filter(([, bit]) => (mask & bit) !== 0).map(([, , word]) => word);
  return joinWords(words) || 'nothing';
}
