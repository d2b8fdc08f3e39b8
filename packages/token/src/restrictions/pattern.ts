/**
 * Patterns of command templates: a small language that is matched in one pass, without backtracking, against a whole
 * word. Cost: characters of the word times positions of the pattern, both limited.
 *
 * A pattern is a run of items: a character, `.`, or a class `[a-z0-9_]`, `[^/]`; each may be followed by `?`, `*`, `+`,
 * `{n}`, `{n,m}` or `{n,}`. There are no groups, alternatives, anchors or back references; `\` before punctuation takes
 * it as it is. Nothing matches a control character.
 */
import { TokenError } from '../errors.ts';
import { LIMITS } from '../limits.ts';

/** One position: which characters fit, whether it may be left out, whether it may repeat. */
interface Position {
  readonly ranges: readonly (readonly [low: number, high: number])[];
  readonly negated: boolean;
  readonly optional: boolean;
  readonly repeats: boolean;
}

export interface Pattern {
  readonly positions: readonly Position[];
}

const RESERVED = new Set('[](){}|?*+^$.');
const PUNCTUATION = /^[!-/:-@[-`{-~]$/;
const ANY: Pick<Position, 'ranges' | 'negated'> = { ranges: [], negated: true };

/**
 * @throws TokenError `bad-caveat` saying where the pattern goes wrong, `limit` when it has too many positions.
 */
export function parsePattern(text: string): Pattern {
  const chars = Array.from(text);
  if (chars.length > LIMITS.patternChars) {
    throw new TokenError('limit', `a pattern of more than ${LIMITS.patternChars} characters`);
  }
  const positions: Position[] = [];
  let at = 0;
  while (at < chars.length) {
    const atom = readAtom(chars, at);
    const quantifier = readQuantifier(chars, atom.next);
    at = quantifier.next;
    addPositions(positions, atom, quantifier);
    if (positions.length > LIMITS.patternPositions) {
      throw new TokenError('limit', `a pattern of more than ${LIMITS.patternPositions} positions`);
    }
  }
  return { positions };
}

interface Atom extends Pick<Position, 'ranges' | 'negated'> {
  readonly next: number;
}

function readAtom(chars: readonly string[], at: number): Atom {
  const char = charAt(chars, at);
  if (char === '.') return { ...ANY, next: at + 1 };
  if (char === '[') return readClass(chars, at + 1);
  if (RESERVED.has(char)) throw wrong(`put a backslash before ${char}`, at);
  const literal = readChar(chars, at);
  return { ranges: [[literal.code, literal.code]], negated: false, next: literal.next };
}

function readClass(chars: readonly string[], start: number): Atom {
  const negated = chars[start] === '^';
  let at = negated ? start + 1 : start;
  const ranges: [number, number][] = [];
  while (chars[at] !== ']') {
    if (at >= chars.length) throw wrong('a class without its ]', start);
    const isDash = chars[at] === '-';
    if (chars[at] === '[' || chars[at] === '^' || (isDash && chars[at + 1] !== ']')) {
      throw wrong(`put a backslash before ${charAt(chars, at)}`, at);
    }
    const low = readChar(chars, at);
    if (chars[low.next] === '-' && chars[low.next + 1] !== ']' && low.next + 1 < chars.length) {
      const high = readChar(chars, low.next + 1);
      if (high.code < low.code) throw wrong('a range that ends before it begins', at);
      ranges.push([low.code, high.code]);
      at = high.next;
    } else {
      ranges.push([low.code, low.code]);
      at = low.next;
    }
  }
  if (ranges.length === 0) throw wrong('a class of nothing', start);
  return { ranges, negated, next: at + 1 };
}

function readChar(chars: readonly string[], at: number): { code: number; next: number } {
  const escaped = chars[at] === '\\';
  const index = escaped ? at + 1 : at;
  const char = charAt(chars, index);
  const code = codeOf(char);
  if (escaped && !PUNCTUATION.test(char)) throw wrong('a backslash stands before punctuation only', at);
  if (isControl(code)) throw wrong('a control character', at);
  return { code, next: index + 1 };
}

/** The character at an index; empty after the end. */
const charAt = (chars: readonly string[], index: number): string => chars[index] ?? '';

const codeOf = (char: string): number => char.codePointAt(0) ?? 0;

interface Quantifier {
  readonly least: number;
  /** Undefined: without end. */
  readonly most: number | undefined;
  readonly next: number;
}

function readQuantifier(chars: readonly string[], at: number): Quantifier {
  const char = chars[at];
  if (char === '?') return { least: 0, most: 1, next: at + 1 };
  if (char === '*') return { least: 0, most: undefined, next: at + 1 };
  if (char === '+') return { least: 1, most: undefined, next: at + 1 };
  if (char !== '{') return { least: 1, most: 1, next: at };
  const end = chars.indexOf('}', at);
  const match = /^(0|[1-9]\d{0,3})(,(0|[1-9]\d{0,3})?)?$/.exec(
    chars.slice(at + 1, end < 0 ? at : end).join(''),
  );
  if (match === null) throw wrong('a count is {n}, {n,m} or {n,}', at);
  const least = Number(match[1]);
  const most = match[2] === undefined ? least : match[3] === undefined ? undefined : Number(match[3]);
  if (most !== undefined && (most < least || most === 0)) throw wrong('a count that nothing meets', at);
  return { least, most, next: end + 1 };
}

function addPositions(positions: Position[], { ranges, negated }: Atom, { least, most }: Quantifier): void {
  const count = Math.min(most ?? Math.max(least, 1), LIMITS.patternPositions + 1);
  for (let i = 0; i < count; i += 1) {
    const repeats = most === undefined && i === count - 1;
    positions.push({ ranges, negated, optional: i >= least, repeats });
  }
}

function wrong(message: string, at: number): TokenError {
  return new TokenError('bad-caveat', `pattern: ${message} (character ${at + 1})`);
}

function isControl(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/**
 * Whether the whole word fits. A word that begins with `-` fits only a pattern that begins with a plain `-`: an option
 * must be asked for. A word longer than {@link LIMITS.patternWordChars} fits nothing.
 */
export function patternMatches({ positions }: Pattern, word: string): boolean {
  if (word.length > LIMITS.patternWordChars * 2) return false;
  const codes = Array.from(word, codeOf);
  if (codes.length > LIMITS.patternWordChars) return false;
  if (codes[0] === DASH && !beginsWithDash(positions[0])) return false;
  const end = positions.length;
  let here = new Uint8Array(end + 1);
  let next = new Uint8Array(end + 1);
  here[0] = 1;
  for (const code of codes) {
    if (isControl(code)) return false;
    next.fill(0);
    for (const [index, position] of positions.entries()) {
      if (here[index] === 0) continue;
      if (position.optional) here[index + 1] = 1;
      if (!fits(position, code)) continue;
      next[index + 1] = 1;
      if (position.repeats) next[index] = 1;
    }
    [here, next] = [next, here];
  }
  for (const [index, { optional }] of positions.entries()) {
    if (optional && here[index] === 1) here[index + 1] = 1;
  }
  return here[end] === 1;
}

const DASH = 0x2d;

function beginsWithDash(first: Position | undefined): boolean {
  return (
    first !== undefined &&
    !first.optional &&
    !first.negated &&
    first.ranges.every(([low, high]) => low === DASH && high === DASH)
  );
}

function fits({ ranges, negated }: Position, code: number): boolean {
  return ranges.some(([low, high]) => code >= low && code <= high) !== negated;
}
