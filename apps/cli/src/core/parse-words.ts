/**
 * From the words after a command's name to its input.
 *
 * The grammar is flyctl's (pflag): flags and words may mix, `--` ends flags, `--name=v`, `--name v`, `-n v`, `-nv`
 * and `-n=v` all work, a switch takes a value only with `=`, a flag that needs a value takes the next word
 * whatever it looks like, the last one wins. No parser at hand has this grammar, and the one tried first took a
 * sixth of the time of a whole offline command.
 */
import { PosternError } from '@postern/contract/errors';
import { closest } from './closest.ts';
import type { AnyCommand, Input } from './command.ts';
import { GLOBAL_FLAGS, longName, type Flag, type Flags } from './flags.ts';

type Value = string | number | boolean | readonly string[] | undefined;

/** @throws PosternError `bad_request` (exit code 64) that says what to do instead. */
export function parseWords(path: string, command: AnyCommand, argv: readonly string[]): Input<Flags> {
  const flags: Flags = { ...GLOBAL_FLAGS, ...command.flags };
  const spellings = spellingsOf(flags);
  const values: Record<string, Value> = {};
  for (const [key, flag] of Object.entries(flags)) values[key] = startValue(flag);
  const words: string[] = [];
  let at = 0;

  const take = (spelling: string, attached: string | undefined): void => {
    const { key, flag } = spellings.get(spelling) ?? unknownFlag(path, spelling, spellings);
    if (flag.kind === 'switch') {
      values[key] = attached === undefined || readBoolean(spelling, attached);
      return;
    }
    const text = attached ?? argv[at];
    if (text === undefined) throw usage(`flag needs an argument: ${spelling}`);
    if (attached === undefined) at += 1;
    values[key] = readValue(spelling, flag, text, values[key]);
  };

  /** `-a`, `-abc`, `-nvalue`, `-n=value`: letters up to the first one that takes a value. */
  const takeLetters = (word: string): void => {
    for (let index = 1; index < word.length; index += 1) {
      const letter = word.charAt(index);
      const flag = spellings.get(`-${letter}`)?.flag;
      if (flag === undefined) throw unknownLetter(letter, word);
      const attached = word.slice(index + 1);
      if (flag.kind !== 'switch' || attached.startsWith('=')) {
        take(`-${letter}`, attached === '' ? undefined : attached.replace(/^=/, ''));
        return;
      }
      take(`-${letter}`, undefined);
    }
  };

  let rest: readonly string[] | undefined;
  while (at < argv.length && rest === undefined) {
    const word = argv[at] ?? '';
    at += 1;
    const equals = word.indexOf('=');
    if (word === '--') rest = argv.slice(at);
    else if (!word.startsWith('-') || word === '-') words.push(word);
    else if (!word.startsWith('--')) takeLetters(word);
    else if (equals < 0) take(word, undefined);
    else take(word.slice(0, equals), word.slice(equals + 1));
  }
  if (values['help'] !== true) checkCount(path, command, words.length + (rest?.length ?? 0));
  // Each value was read by the declaration it is typed by.
  return { flags: values as Input<Flags>['flags'], words, rest };
}

interface Spelling {
  readonly key: string;
  readonly flag: Flag;
}

function spellingsOf(flags: Flags): ReadonlyMap<string, Spelling> {
  const spellings = new Map<string, Spelling>();
  for (const [key, flag] of Object.entries(flags)) {
    spellings.set(longName(key), { key, flag });
    if (flag.short !== undefined) spellings.set(`-${flag.short}`, { key, flag });
  }
  return spellings;
}

function startValue(flag: Flag): Value {
  if (flag.kind === 'switch') return false;
  if (flag.kind === 'list') return [];
  return flag.kind === 'text' ? flag.default : undefined;
}

function readValue(
  spelling: string,
  flag: Exclude<Flag, { kind: 'switch' }>,
  text: string,
  before: Value,
): Value {
  if (flag.kind === 'list') return [...(Array.isArray(before) ? (before as readonly string[]) : []), text];
  if (flag.kind === 'integer') {
    if (!/^[+-]?\d{1,15}$/.test(text)) {
      throw usage(`invalid argument "${text}" for "${spelling}": it is not a whole number`);
    }
    return Number(text);
  }
  if (flag.choices !== undefined && !flag.choices.includes(text)) {
    throw usage(`invalid argument "${text}" for "${spelling}"`, `it is one of ${flag.choices.join(', ')}`);
  }
  return text;
}

/** The spellings Go's strconv.ParseBool takes. */
function readBoolean(spelling: string, value: string): boolean {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(value)) return true;
  if (/^(?:0|f|F|false|FALSE|False)$/.test(value)) return false;
  throw usage(`invalid argument "${value}" for "${spelling}": it is either true or false`);
}

function unknownFlag(path: string, name: string, spellings: ReadonlyMap<string, Spelling>): never {
  const shown = [...spellings].filter(
    ([spelling, { flag }]) => spelling.startsWith('--') && flag.hidden !== true,
  );
  const suggestion = closest(
    name,
    shown.map(([spelling]) => spelling),
  );
  throw usage(
    `unknown flag: ${name}`,
    suggestion === undefined ? `see: ${path} --help` : `did you mean ${suggestion}?`,
  );
}

function unknownLetter(letter: string, word: string): PosternError {
  return usage(
    `unknown shorthand flag: '${letter}' in ${word}`,
    'words that belong to a command go after --',
  );
}

function checkCount(path: string, command: AnyCommand, count: number): void {
  const [least, most] = command.count ?? [0, 0];
  if (count >= least && count <= most) return;
  const wanted =
    most === 0
      ? 'takes no words besides flags'
      : least === most
        ? `takes ${least} ${least === 1 ? 'word' : 'words'} (${command.words ?? ''})`
        : most === Infinity
          ? `takes at least ${least} ${least === 1 ? 'word' : 'words'} (${command.words ?? ''})`
          : `takes ${least} to ${most} words (${command.words ?? ''})`;
  throw usage(`${path} ${wanted}, and was given ${count}`, `see: ${path} --help`);
}

function usage(message: string, hint?: string): PosternError {
  return new PosternError('bad_request', message, hint === undefined ? {} : { hint });
}
