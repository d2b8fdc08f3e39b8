/** The work of `tokens attenuate`: restrictions from flags and JSON, appended to every permission token. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseGoDuration } from '@postern/contract/go-duration';
import { PosternError } from '@postern/contract/errors';
import { ACTION, attenuate, parseCaveatsJson, type Caveat } from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import type { GlobalValues } from '../../core/flags.ts';
import type { Io } from '../../core/io.ts';
import { readStdin } from '../../core/read-stdin.ts';
import { commandRules } from './command-rules.ts';
import { readRestrictions } from './read-restrictions.ts';
import { fromTokenError, presentedTokens, sortTokens } from './presented-tokens.ts';
import { printAttenuated } from './print-attenuated.ts';
import type { RestrictionFlags } from './restriction-flags.ts';
import { windowFor } from './window-for.ts';

interface AttenuateFlags extends GlobalValues, RestrictionFlags {
  readonly command: readonly string[];
  readonly prefix: readonly string[];
  readonly machine: readonly string[];
  readonly for: string | undefined;
  readonly noRead: boolean;
  readonly file: string | undefined;
  readonly location: string;
  readonly output: string | undefined;
  readonly json: boolean;
}

export async function attenuateTokens(io: Io, flags: AttenuateFlags): Promise<void> {
  const restrictions = caveatsFromFlags(io, flags);
  // As flyctl does, JSON comes from stdin when nothing else restricts; but nobody is made to type it.
  const fromStdin = flags.file === '-' || (flags.file === undefined && restrictions.length === 0);
  if (fromStdin && io.terminal.stdin) {
    throw new PosternError('bad_request', 'no restriction was given', {
      hint: 'say --command, --prefix, --machine, --for or --file, or pipe JSON into stdin',
    });
  }
  const { permission, discharges } = sortTokens(presentedTokens(io, flags), flags.location);
  try {
    const caveats = [...restrictions, ...(await caveatsFromJson(io, flags.file, fromStdin))];
    if (caveats.length === 0) throw new PosternError('bad_request', 'the list of restrictions is empty');
    const narrowed = permission.map((token) => attenuate(token, caveats, nodeCrypto));
    await printAttenuated(io, flags, narrowed, discharges);
  } catch (error) {
    throw fromTokenError(error);
  }
}

function caveatsFromFlags(io: Io, flags: AttenuateFlags): Caveat[] {
  const commands = commandRules([], flags.command, flags.prefix);
  const { everywhere, onCommands } = readRestrictions(flags, commands);
  // Reading machines goes on working, as with a token minted for commands: clients look before they run.
  const otherwise = flags.noRead ? ACTION.none : ACTION.r;
  const caveats: Caveat[] = [];
  if (commands.length + onCommands.length > 0) {
    const allowed: Caveat[] = commands.length === 0 ? [] : [{ type: 'Commands', commands }];
    caveats.push({ type: 'IfPresent', ifs: [...allowed, ...onCommands], else: otherwise });
  }
  if (flags.machine.length > 0) {
    if (flags.machine.some((id) => id.trim() === '')) {
      throw new PosternError('bad_request', 'the value of --machine is blank');
    }
    const set = [...new Set(flags.machine)].sort().map((id) => ({ id, mask: ACTION.all }));
    caveats.push({ type: 'IfPresent', ifs: [{ type: 'Machines', set }], else: otherwise });
  }
  if (flags.for !== undefined) caveats.push(windowFor(io.now(), parseGoDuration(flags.for)));
  return [...caveats, ...everywhere];
}

async function caveatsFromJson(io: Io, file: string | undefined, fromStdin: boolean): Promise<Caveat[]> {
  if (fromStdin) return parseCaveatsJson(await readStdin(io));
  if (file === undefined) return [];
  let text: string;
  try {
    text = await readFile(resolve(io.cwd, file), 'utf8');
  } catch (cause) {
    throw new PosternError('bad_request', `cannot read ${file}`, { cause });
  }
  return parseCaveatsJson(text);
}
