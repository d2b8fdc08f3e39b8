/**
 * What a request to run a command may choose beside the argv. An environment variable, a user or a directory can turn
 * an allowed command into another one (`LD_PRELOAD`, `PATH`, a hostile `.git/config`), so a token that restricts its
 * commands grants none of them: it must name them with `EnvNames`, `RunAsUsers` and `WorkingDirectories`.
 *
 * A grant counts only in the caveat that first restricts commands, or before it. Whatever a holder appends comes
 * after: it can take away, never grant (invariant 1).
 */
import type { Access } from './access.ts';
import type { Caveat, NameListType } from './caveat.ts';
import { refuse, type Refusal } from './refusal.ts';

/**
 * To be asked beside {@link clear}, which has already made sure that what is named is in every list.
 *
 * @param caveats the verified caveats.
 * @returns why the choice is not granted, or undefined.
 */
export function refuseUngranted(caveats: readonly Caveat[], access: Access): Refusal | undefined {
  const first = caveats.findIndex((caveat) => flatten([caveat]).some(restrictsCommands));
  const granting = flatten(caveats.slice(0, first + 1));
  const restricting = granting.find(restrictsCommands);
  // Who may run every command may as well set what it runs with.
  if (restricting === undefined) return undefined;
  const lacks = (type: NameListType): boolean => !granting.some((caveat) => caveat.type === type);
  const [variable] = access.envNames ?? [];
  if (variable !== undefined && lacks('EnvNames'))
    return ungranted(restricting, `the environment variable ${variable} may not be set`);
  if (access.user !== undefined && lacks('RunAsUsers'))
    return ungranted(restricting, `the user ${access.user} may not be chosen`);
  if (access.cwd !== undefined && lacks('WorkingDirectories'))
    return ungranted(restricting, `the directory ${access.cwd} may not be chosen`);
  return undefined;
}

function flatten(caveats: readonly Caveat[]): Caveat[] {
  return caveats.flatMap((caveat) => (caveat.type === 'IfPresent' ? flatten(caveat.ifs) : [caveat]));
}

function restrictsCommands(caveat: Caveat): boolean {
  if (caveat.type === 'CommandTemplates') return true;
  return (
    caveat.type === 'Commands' && !caveat.commands.some(({ args, exact }) => args.length === 0 && !exact)
  );
}

function ungranted(caveat: Caveat, reason: string): Refusal {
  return refuse(caveat, 'unauthorized', reason, "the machine's own environment, user and directory");
}
