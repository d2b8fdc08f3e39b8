/** From words, `-C` and `-p` to the list of commands a token allows. */
import { PosternError } from '@postern/contract/errors';
import { splitShellWords } from '@postern/contract/shell-words';

export interface CommandRule {
  readonly args: readonly string[];
  readonly exact: boolean;
}

/**
 * The positional words are one exact argv; each `-C` is one exact command line and each `-p` the beginning of
 * one. A value is never split at commas, and a blank one is refused: it would otherwise come to mean "every
 * command", which is what an unset variable in a script must never do.
 *
 * @returns the rules in that order; an empty list allows every command.
 * @throws PosternError `invalid_command` for a blank or unbalanced value.
 */
export function commandRules(
  words: readonly string[],
  commands: readonly string[],
  prefixes: readonly string[],
): CommandRule[] {
  if (words.length > 0 && words[0]?.trim() === '') throw blank('the command');
  return [
    ...(words.length > 0 ? [{ args: words, exact: true }] : []),
    ...commands.map((line) => ({ args: splitRule('-C', line), exact: true })),
    ...prefixes.map((line) => ({ args: splitRule('-p', line), exact: false })),
  ];
}

function splitRule(flag: string, line: string): string[] {
  const args = splitShellWords(line);
  if (args.length === 0 || args[0] === '') throw blank(`the value of ${flag}`);
  return args;
}

function blank(what: string): PosternError {
  return new PosternError('invalid_command', `${what} is blank`, {
    hint: 'is a variable unset? To allow every command, give no command at all',
  });
}
