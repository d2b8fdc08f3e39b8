/** What somebody who allows a command may not expect of it. */
import type { CommandRule } from './command-rules.ts';

/** @param rules none of which means every command. */
export function noteDangers(rules: readonly CommandRule[]): string[] {
  if (rules.length === 0) {
    return ['this token allows every command; name the ones it needs with -C or -p'];
  }
  return [];
}
