/** The one command that is asked about: a quoted line, or the words after `--`. */
import { PosternError } from '@postern/contract/errors';
import { execRequest } from '../machines/exec-request.ts';

/**
 * Stricter than `machine exec`, where a word before the command is a machine: `explain git status` must not be an
 * answer about the command `status`.
 *
 * @throws PosternError `bad_request` for anything but one command.
 */
export function askedCommand(
  words: readonly string[],
  rest: readonly string[] | undefined,
): readonly string[] {
  if (words.length > (rest === undefined ? 1 : 0)) {
    throw new PosternError('bad_request', `one command is asked about, and there are ${words.length} words`, {
      hint: 'put the command into one pair of quotes, or all of it after --; a machine is named with -m',
    });
  }
  return execRequest(words, rest).argv;
}
