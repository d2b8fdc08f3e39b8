/**
 * Argument templates as people write them: a command line in which a word may be a hole.
 *
 * | hole | fits |
 * | --- | --- |
 * | `{web\|worker}` | one of these words |
 * | `{1..1000}` | a whole number in the range |
 * | `{/[a-z_]{1,63}/}` | a word that matches the pattern from end to end |
 * | `{...5:/[a-z.]+/}` | last only: up to five more words that fit the hole after the colon |
 * | `{=text}` | the text itself, for a literal word with braces |
 *
 * A hole is a whole word. What looks like one inside a word is refused: as a literal it would allow nothing anybody meant.
 */
import { PosternError } from './errors.ts';
import { splitShellWords } from './shell-words.ts';

/** What one word of a command may be; the token format's own words. */
export type TemplateWord =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'one-of'; readonly texts: readonly string[] }
  | { readonly kind: 'integer'; readonly least: bigint; readonly most: bigint }
  | { readonly kind: 'pattern'; readonly pattern: string };

/** A form of argv. */
export interface TemplateLine {
  readonly words: readonly TemplateWord[];
  readonly tail?: { readonly word: TemplateWord; readonly most: number };
}

/** Characters of a line: no token is large enough for more. Keeps the expressions below quick. */
const MOST_CHARACTERS = 8192;

/** @throws PosternError `invalid_command` for a line that is too long, a blank template, or a hole that cannot be read. */
export function readTemplate(line: string): TemplateLine {
  if (line.length > MOST_CHARACTERS)
    throw new PosternError('invalid_command', `a template is longer than ${MOST_CHARACTERS} characters`);
  const parts = splitShellWords(line);
  const [program] = parts;
  if (program === undefined || program === '') {
    throw new PosternError('invalid_command', 'the template is blank', {
      hint: 'is a variable unset? To allow every command, give no command at all',
    });
  }
  const tail = /^\{\.\.\.(\d{1,6}):(.+)\}$/s.exec(parts.at(-1) ?? '');
  if (tail === null) return { words: parts.map(readWord) };
  const word = readHole(tail[2] ?? '', parts.at(-1) ?? '');
  return { words: parts.slice(0, -1).map(readWord), tail: { most: Number(tail[1]), word } };
}

const HOLE_INSIDE = /\{(?:[^{}]*\|[^{}]*|-?\d+\.\.-?\d+|\/.+\/|\.\.\..*)\}/s;

function readWord(part: string): TemplateWord {
  const inner = /^\{(.*)\}$/s.exec(part)?.[1];
  if (inner?.startsWith('=') === true) return { kind: 'literal', text: inner.slice(1) };
  if (inner === undefined || /^[^/].*\}.*\{/s.test(inner)) {
    if (HOLE_INSIDE.test(part))
      throw unreadable(part, 'a hole is a whole word; spell the words out: {a/x|a/y}');
    return { kind: 'literal', text: part };
  }
  return readHole(inner, part);
}

function readHole(inner: string, part: string): TemplateWord {
  const pattern = /^\/(.+)\/$/s.exec(inner)?.[1];
  if (pattern !== undefined) return { kind: 'pattern', pattern };
  const range = /^(-?\d{1,15})\.\.(-?\d{1,15})$/.exec(inner);
  if (range !== null) {
    const [least, most] = [BigInt(range[1] ?? ''), BigInt(range[2] ?? '')];
    if (least > most) throw unreadable(part, 'its range is empty');
    return { kind: 'integer', least, most };
  }
  const texts = inner.split('|');
  if (inner.startsWith('...'))
    throw unreadable(part, 'more words are the last of a template: {...5:/[a-z]+/}');
  if (texts.length < 2 || texts.includes('')) {
    throw unreadable(part, 'a hole is {one|other}, {1..9}, {/pattern/} or {...5:/pattern/}');
  }
  if (new Set(texts).size < texts.length) throw unreadable(part, 'it names a word twice');
  return { kind: 'one-of', texts };
}

function unreadable(part: string, why: string): PosternError {
  return new PosternError('invalid_command', `cannot read ${part} in the template: ${why}`, {
    hint: 'write {=text} for a literal word with braces',
  });
}
