/** What a restriction must be to mean something; checked when it is read and when it is written. */
import type { CommandTemplate, NameListType } from '../caveat.ts';
import { TokenError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { parsePattern } from './pattern.ts';

/** @throws TokenError `bad-caveat` for a name that can never be asked for. */
export function checkName(type: NameListType, name: string): void {
  const fine =
    type === 'EnvNames'
      ? name !== '' && !/[=\0]/.test(name)
      : type === 'RunAsUsers'
        ? name !== '' && !name.includes('\0')
        : isPlainDirectory(name);
  if (!fine) throw new TokenError('bad-caveat', `${type} cannot hold ${JSON.stringify(name)}`);
}

/** Absolute, and with one spelling: no `.`, `..`, empty segment, slash at the end or NUL. */
function isPlainDirectory(path: string): boolean {
  if (path === '/') return true;
  const [first, ...segments] = path.split('/');
  return (
    first === '' &&
    segments.length > 0 &&
    segments.every((segment) => !['', '.', '..'].includes(segment) && !segment.includes('\0'))
  );
}

/**
 * @returns how many positions the patterns of the template have, to be counted over a token.
 * @throws TokenError `bad-caveat` or `limit`.
 */
export function checkTemplate({ words, tail }: CommandTemplate): number {
  const [program] = words;
  if (program === undefined || (program.kind !== 'literal' && program.kind !== 'one-of')) {
    throw new TokenError('bad-caveat', 'a template begins with a literal or one of a set: the program');
  }
  if (tail !== undefined && !(Number.isSafeInteger(tail.most) && tail.most >= 1)) {
    throw new TokenError('bad-caveat', 'the tail of a template has at least one word');
  }
  if (words.length + (tail?.most ?? 0) > LIMITS.templateWords) {
    throw new TokenError('limit', `a template of more than ${LIMITS.templateWords} words`);
  }
  let positions = 0;
  for (const word of tail === undefined ? words : [...words, tail.word]) {
    if (word.kind === 'one-of') {
      if (word.texts.length === 0) throw new TokenError('bad-caveat', 'a word that may be one of nothing');
      if (word.texts.length > LIMITS.templateAlternatives)
        throw new TokenError('limit', `more than ${LIMITS.templateAlternatives} alternatives for one word`);
    } else if (word.kind === 'integer') {
      if (word.least > word.most) throw new TokenError('bad-caveat', 'a range that ends before it begins');
    } else if (word.kind === 'pattern') {
      positions += parsePattern(word.pattern).positions.length;
    }
  }
  return positions;
}
