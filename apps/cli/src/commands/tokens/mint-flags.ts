/** Flags of every `tokens create …`. */
import { formatGoDuration, parseGoDuration } from '@postern/contract/go-duration';
import { PosternError } from '@postern/contract/errors';
import { text } from '../../core/flags.ts';

export const EXPIRY_FLAG = text('DURATION', 'How long the token is valid, such as 90m, 48h; 0 is for ever', {
  short: 'x',
  default: '175200h0m0s',
});

export const OUTPUT_FLAG = text('FILE', 'Write the token to a file with mode 0600 instead of stdout', {
  complete: 'file',
});

/**
 * @returns the duration as the server takes it; empty for a token that never expires, as flyctl sends it.
 * @throws PosternError `bad_request` for what is no Go duration, or one that is already over.
 */
export function readExpiry(value: string): string {
  let milliseconds: number;
  try {
    milliseconds = parseGoDuration(value);
  } catch (error) {
    if (!(error instanceof PosternError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new PosternError(
      'bad_request',
      `invalid argument "${value}" for "-x, --expiry" flag: ${error.message}`,
      hint,
    );
  }
  if (milliseconds < 0) {
    throw new PosternError('bad_request', `the expiry ${value} lies in the past`, {
      hint: 'give a duration from now on, such as 48h',
    });
  }
  return milliseconds === 0 ? '' : formatGoDuration(milliseconds);
}
