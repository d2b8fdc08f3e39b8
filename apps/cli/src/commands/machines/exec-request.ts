/** What `machine exec` was asked to run, and where. */
import { PosternError } from '@postern/contract/errors';
import { splitShellWords } from '@postern/contract/shell-words';
import { isMachineId } from '../../choose/machine-id.ts';

export interface ExecRequest {
  readonly machine: string | undefined;
  readonly argv: readonly string[];
}

/**
 * `[machine-id] "<command>"`, where the command is one line that is split into words here, or
 * `[machine-id] -- <word>...`, where the words are the argv as they stand.
 *
 * @throws PosternError `invalid_command` when there is nothing to run.
 */
export function execRequest(words: readonly string[], rest: readonly string[] | undefined): ExecRequest {
  if (rest !== undefined) {
    if (words.length > 1) throw tooMany(words);
    if (rest.length === 0 || rest[0] === '') throw blank();
    return { machine: words[0], argv: rest };
  }
  const line = words.at(-1);
  if (words.length > 2) throw tooMany(words);
  if (line === undefined) throw blank();
  if (words.length === 1 && isMachineId(line)) {
    throw new PosternError('bad_request', `there is no command to run on machine ${line}`, {
      hint: `postern machine exec ${line} "uname -a"`,
    });
  }
  const argv = splitShellWords(line);
  if (argv.length === 0 || argv[0] === '') throw blank();
  return { machine: words.length === 2 ? words[0] : undefined, argv };
}

function tooMany(words: readonly string[]): PosternError {
  return new PosternError('bad_request', `accepts between 1 and 2 arg(s), received ${words.length}`, {
    hint: 'put the command into one pair of quotes, or after --: postern machine exec ID -- ls -l',
  });
}

function blank(): PosternError {
  return new PosternError('invalid_command', 'the command is blank', {
    hint: 'postern machine exec ID "uname -a"',
  });
}
