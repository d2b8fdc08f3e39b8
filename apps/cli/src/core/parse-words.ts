/**
 * From the words after a command's name to its input.
 *
 * The grammar is flyctl's (pflag): flags and words may mix, `--` ends flags, `--name=v`, `--name v`, `-n v`, `-nv`
 * and `-n=v` all work, a switch takes a value only with `=`, a flag that needs a value takes the next word
 * whatever it looks like, the last one wins. Commander reads the one canonical spelling this file makes of it.
 */
import type * as CommanderModule from 'commander';
import type { CommanderError, Option } from 'commander';
import { PosternError } from '@postern/contract/errors';
import type { AnyCommand, Input } from './command.ts';
import { GLOBAL_FLAGS, longName, type Flag, type Flags } from './flags.ts';

/** @throws PosternError `bad_request` (exit code 64) that says what to do instead. */
export async function parseWords(
  path: string,
  command: AnyCommand,
  argv: readonly string[],
): Promise<Input<Flags>> {
  // Loaded here: help needs no parser, and commander brings node:child_process.
  const commander = await import('commander');
  const flags: Flags = { ...GLOBAL_FLAGS, ...command.flags };
  const { words: before, rest } = toCanonical(flags, argv);
  const program = new commander.Command(path)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption(false)
    .argument('[words...]');
  const options = Object.entries(flags).map(
    ([key, flag]) => [key, flag, optionFor(commander, key, flag)] as const,
  );
  for (const [, , option] of options) program.addOption(option);
  try {
    program.parse(before, { from: 'user' });
  } catch (error) {
    if (error instanceof commander.CommanderError) throw usageError(path, error);
    throw error;
  }
  const words = program.args;
  const found: Record<string, unknown> = program.opts();
  const values = Object.fromEntries(
    options.map(([key, flag, option]) => {
      // Commander reads `--no-read` as the opposite of a flag `read`.
      const value = found[option.attributeName()];
      return [key, option.negate ? value === false : (value ?? emptyValue(flag))];
    }),
  );
  if (values['help'] !== true) checkCount(path, command, words.length + (rest?.length ?? 0));
  // The values were read with the declaration they are typed by.
  return { flags: values as Input<Flags>['flags'], words, rest };
}

/** One spelling for every flag: `--name=value` or `--name`; and the words after the first free `--` apart. */
function toCanonical(
  flags: Flags,
  argv: readonly string[],
): { words: string[]; rest: readonly string[] | undefined } {
  const byName = new Map<string, Flag>();
  const names = new Map<string, string>();
  for (const [key, flag] of Object.entries(flags)) {
    byName.set(longName(key), flag);
    names.set(longName(key), longName(key));
    if (flag.short !== undefined) {
      byName.set(`-${flag.short}`, flag);
      names.set(`-${flag.short}`, longName(key));
    }
  }
  const words: string[] = [];
  let at = 0;
  const valueFor = (spelling: string): string => {
    const value = argv[at];
    if (value === undefined) throw new PosternError('bad_request', `flag needs an argument: ${spelling}`);
    at += 1;
    return value;
  };
  const push = (spelling: string, flag: Flag, attached: string | undefined): void => {
    const name = names.get(spelling) ?? spelling;
    if (flag.kind !== 'switch') words.push(`${name}=${attached ?? valueFor(spelling)}`);
    else if (attached === undefined || readBoolean(spelling, attached)) words.push(name);
  };
  while (at < argv.length) {
    const word = argv[at] ?? '';
    at += 1;
    if (word === '--') return { words, rest: argv.slice(at) };
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const name = equals < 0 ? word : word.slice(0, equals);
      const flag = byName.get(name);
      if (flag === undefined) words.push(word);
      else push(name, flag, equals < 0 ? undefined : word.slice(equals + 1));
    } else if (word.startsWith('-') && word !== '-') {
      let letters = word.slice(1);
      while (letters !== '') {
        const spelling = `-${letters.charAt(0)}`;
        const flag = byName.get(spelling);
        if (flag === undefined) throw unknownShorthand(letters.charAt(0), word);
        letters = letters.slice(1);
        if (flag.kind === 'switch' && !letters.startsWith('=')) {
          push(spelling, flag, undefined);
        } else {
          push(spelling, flag, letters === '' ? undefined : letters.replace(/^=/, ''));
          letters = '';
        }
      }
    } else {
      words.push(word);
    }
  }
  return { words, rest: undefined };
}

function optionFor(
  { InvalidArgumentError, Option }: typeof CommanderModule,
  key: string,
  flag: Flag,
): Option {
  const name = longName(key);
  if (flag.kind === 'switch') return new Option(name);
  const option = new Option(`${name} <value>`);
  if (flag.kind === 'list') {
    return option.argParser<readonly string[]>((value, previous) => [...(previous ?? []), value]);
  }
  if (flag.kind === 'integer') {
    return option.argParser((value) => {
      if (!/^[+-]?\d{1,15}$/.test(value)) throw new InvalidArgumentError('It is not a whole number.');
      return Number(value);
    });
  }
  if (flag.default !== undefined) option.default(flag.default);
  return flag.choices === undefined ? option : option.choices(flag.choices);
}

const emptyValue = (flag: Flag): unknown =>
  flag.kind === 'switch' ? false : flag.kind === 'list' ? [] : undefined;

/** The spellings Go's strconv.ParseBool takes. */
function readBoolean(spelling: string, value: string): boolean {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(value)) return true;
  if (/^(?:0|f|F|false|FALSE|False)$/.test(value)) return false;
  throw new PosternError(
    'bad_request',
    `invalid argument "${value}" for "${spelling}": it is either true or false`,
  );
}

function unknownShorthand(letter: string, word: string): PosternError {
  return new PosternError('bad_request', `unknown shorthand flag: '${letter}' in ${word}`, {
    hint: 'words that belong to a command go after --',
  });
}

function usageError(path: string, error: CommanderError): PosternError {
  const [first = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /Did you mean (.*)\?/.exec(more.join(' '))?.[1];
  const message = first.replace(/^unknown option '(.*?)(?:=.*)?'$/, 'unknown flag: $1');
  return new PosternError('bad_request', message.replace(/ <value>/g, ''), {
    hint: suggestion === undefined ? `see: ${path} --help` : `did you mean ${suggestion}?`,
  });
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
  throw new PosternError('bad_request', `${path} ${wanted}, and was given ${count}`, {
    hint: `see: ${path} --help`,
  });
}
