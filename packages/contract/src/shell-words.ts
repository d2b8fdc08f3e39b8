/**
 * Splits one command line into words by POSIX shell-word rules, and does nothing else: no variables, no globs,
 * no substitutions, no comments, no operators. What is authorized and what runs is the resulting argv.
 *
 * Rules (POSIX.1-2017, XCU 2.2): blanks (space, tab, newline, carriage return) separate words; `'…'` is literal;
 * inside `"…"` a backslash escapes only `$`, `` ` ``, `"`, `\` and newline and is literal otherwise; outside
 * quotes a backslash makes the next character literal; a backslash before a newline outside single quotes joins
 * the lines. `''` is an empty word. A bare newline between words is refused: it would begin a second command. `#` is an ordinary character: a shorter rule than the one written would
 * be a wider one.
 */
import { PosternError } from './errors.ts';
import { LIMITS } from './limits.ts';

const BLANKS = new Set([' ', '\t', '\n', '\r']);
const ESCAPABLE_IN_DOUBLE_QUOTES = new Set(['$', '`', '"', '\\']);

/**
 * @param line a command line.
 * @returns its words; empty for a blank line.
 * @throws PosternError `invalid_command` for an unbalanced quote, a trailing backslash, a NUL byte or a line
 *   longer than {@link LIMITS.commandLineBytes}.
 */
export function splitShellWords(line: string): string[] {
  if (line.length > LIMITS.commandLineBytes) {
    throw new PosternError(
      'invalid_command',
      `the command line is longer than ${LIMITS.commandLineBytes} bytes`,
    );
  }
  if (line.includes('\0')) throw new PosternError('invalid_command', 'the command line holds a NUL byte');
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < line.length) {
    const character = line.charAt(at);
    if (BLANKS.has(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
      if (character === '\n' && words.length > 0 && line.slice(at).trim() !== '') throw severalLines();
    } else if (character === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) throw unbalanced('single', at);
      word = (word ?? '') + line.slice(at + 1, end);
      at = end + 1;
    } else if (character === '"') {
      const quoted = readDoubleQuoted(line, at);
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else if (character === '\\') {
      if (at + 1 >= line.length) {
        throw new PosternError(
          'invalid_command',
          `the command line ends in a backslash (character ${at + 1})`,
          {
            hint: 'write \\\\ for a backslash of its own',
          },
        );
      }
      const next = line.charAt(at + 1);
      if (next !== '\n') word = (word ?? '') + next;
      at += 2;
    } else {
      word = (word ?? '') + character;
      at += 1;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function readDoubleQuoted(line: string, start: number): { text: string; end: number } {
  let text = '';
  let at = start + 1;
  while (at < line.length) {
    const character = line.charAt(at);
    if (character === '"') return { text, end: at + 1 };
    const next = line.charAt(at + 1);
    if (character === '\\' && next === '\n') {
      at += 2;
    } else if (character === '\\' && ESCAPABLE_IN_DOUBLE_QUOTES.has(next)) {
      text += next;
      at += 2;
    } else {
      text += character;
      at += 1;
    }
  }
  throw unbalanced('double', start);
}

/** A shell would read a second command after a bare newline; there is exactly one argv here. */
function severalLines(): PosternError {
  return new PosternError('invalid_command', 'the command line holds more than one line', {
    hint: 'give one command; quote a newline that belongs to a word',
  });
}

function unbalanced(kind: 'single' | 'double', at: number): PosternError {
  return new PosternError(
    'invalid_command',
    `unbalanced ${kind} quote at character ${at + 1} of the command line`,
    {
      hint: 'close the quote, or write \\ before it to mean the character itself',
    },
  );
}

/**
 * The inverse: a command line that {@link splitShellWords} and every POSIX shell split into exactly `argv`.
 * For people to read and paste; never for running.
 */
export function joinShellWords(argv: readonly string[]): string {
  return argv.map((word) => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : quote(word))).join(' ');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
