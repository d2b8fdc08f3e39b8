import { PosternError } from '@postern/contract/errors';
import type { ValidityWindowCaveat } from '@postern/token';

/** Clocks of holders and servers differ: the window begins a little earlier than now. */
const SLACK_SECONDS = 300;

/**
 * @param now milliseconds since the epoch.
 * @param life milliseconds the token shall still live.
 */
export function windowFor(now: number, life: number): ValidityWindowCaveat {
  if (life <= 0) throw new PosternError('bad_request', 'the duration lies in the past');
  const seconds = Math.floor(now / 1000);
  return {
    type: 'ValidityWindow',
    notBefore: BigInt(seconds - SLACK_SECONDS),
    notAfter: BigInt(seconds + Math.ceil(life / 1000)),
  };
}
