/**
 * The environment of a command: a safelist, never the agent's own. Variables the caller asked for come on top; they
 * were allowed by a caveat or the machine's policy, or they would not be here.
 */

import type { Account } from './accounts.ts';

/** Taken over from the agent when it has them. */
const INHERITED = ['LANG', 'LC_ALL', 'TZ'] as const;

/** A fixed search path: the agent's own could hold a directory somebody else may write to. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function childEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  account: Pick<Account, 'name' | 'home' | 'shell'>,
  asked: Readonly<Record<string, string>>,
  term: string | undefined,
): Record<string, string> {
  const environment: Record<string, string> = {
    PATH,
    HOME: account.home,
    USER: account.name,
    LOGNAME: account.name,
    SHELL: account.shell,
  };
  for (const name of INHERITED) {
    const value = own[name];
    if (value !== undefined) environment[name] = value;
  }
  if (term !== undefined) environment['TERM'] = term;
  return { ...environment, ...asked };
}
