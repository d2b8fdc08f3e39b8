/** The caveats of each profile, in order (design: tokens). */
import { ACTION, type Caveat, type CommandRule } from '@postern/token';
import type { Profile } from '@postern/store';
import { AuthorityError } from './errors.ts';

export interface TokenShape {
  readonly profile: Profile;
  readonly organizationId: number;
  readonly appId: number | null;
  /** Milliseconds since the epoch; null for a token that never expires. */
  readonly expiresAt: number | null;
  readonly commands: readonly CommandRule[];
  readonly machines: readonly string[];
  /** Refuse reading as well when no command is asked for. */
  readonly noRead: boolean;
  readonly caveats: readonly Caveat[];
  /** Restrictions that stand beside the commands and count only when one is run. */
  readonly commandCaveats: readonly Caveat[];
}

/**
 * @param now milliseconds since the epoch.
 * @throws AuthorityError `bad_request` for a blank command or a shape that contradicts its profile.
 */
export function caveatsFor(shape: TokenShape, now: number): Caveat[] {
  const caveats: Caveat[] = [];
  if (shape.expiresAt !== null) caveats.push(window(now, shape.expiresAt));
  caveats.push({
    type: 'Organization',
    id: BigInt(shape.organizationId),
    mask: shape.profile === 'readonly' ? ACTION.r : ACTION.all,
  });
  if (shape.profile === 'deploy' || shape.profile === 'machine_exec') {
    if (shape.appId === null)
      throw new AuthorityError('bad_request', `a ${shape.profile} token belongs to an app`);
    caveats.push({ type: 'Apps', apps: [{ id: BigInt(shape.appId), mask: ACTION.all }] });
  }
  const otherwise = shape.noRead ? ACTION.none : ACTION.r;
  if (shape.profile === 'machine_exec') {
    const commands: Caveat = { type: 'Commands', commands: checkCommands(shape.commands) };
    caveats.push({ type: 'IfPresent', ifs: [commands, ...shape.commandCaveats], else: otherwise });
  } else if (shape.commands.length > 0 || shape.commandCaveats.length > 0) {
    throw new AuthorityError(
      'bad_request',
      `a ${shape.profile} token names no commands; mint a machine_exec token`,
    );
  }
  if (shape.machines.length > 0) {
    const set = shape.machines.map((id) => ({ id, mask: ACTION.all }));
    caveats.push({ type: 'IfPresent', ifs: [{ type: 'Machines', set }], else: otherwise });
  }
  return [...caveats, ...shape.caveats];
}

/** Both ends are whole seconds on the wire: the start is rounded down, the end down as well. */
function window(now: number, expiresAt: number): Caveat {
  return {
    type: 'ValidityWindow',
    notBefore: BigInt(Math.floor(now / 1000)),
    notAfter: BigInt(Math.floor(expiresAt / 1000)),
  };
}

/** No command at all means every command; a blank one is always a mistake, never "every command". */
function checkCommands(commands: readonly CommandRule[]): readonly CommandRule[] {
  if (commands.length === 0) return [{ args: [], exact: false }];
  for (const { args } of commands) {
    if ((args[0] ?? '').trim() === '') {
      throw new AuthorityError('bad_request', 'a command is blank', {
        hint: 'name the command; leave the list out altogether to allow every command',
      });
    }
    if (args.some((word) => word.includes('\0') || !word.isWellFormed())) {
      throw new AuthorityError(
        'bad_request',
        'a command holds a NUL byte or text that is not well-formed Unicode',
      );
    }
  }
  return commands;
}
