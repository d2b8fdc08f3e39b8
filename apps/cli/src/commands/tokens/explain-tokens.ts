/** Clears the presented tokens for one command, as far as they themselves tell. */
import {
  ACTION,
  clear,
  explainRefusal,
  summarize,
  type Access,
  type Caveat,
  type UnverifiedToken,
} from '@postern/token';
import type { GlobalValues } from '../../core/flags.ts';
import type { Io } from '../../core/io.ts';
import { presentedTokens, sortTokens } from './presented-tokens.ts';

export interface Explanation {
  readonly allowed: boolean;
  readonly refusals: ReadonlyArray<{
    readonly reason: string;
    readonly wouldAllow: string | undefined;
    readonly sentence: string;
  }>;
  /** What was taken for granted. */
  readonly note: string | undefined;
}

interface ExplainFlags extends GlobalValues {
  readonly machine: string | undefined;
  readonly location: string;
}

/** Of an exec whose request names no timeout. */
const DEFAULT_TIMEOUT_SECONDS = 30;

/** Allowed when any one of the permission tokens allows it; their rights never add up. */
export function explainTokens(io: Io, flags: ExplainFlags, argv: readonly string[]): Explanation {
  const { permission } = sortTokens(presentedTokens(io, flags), flags.location);
  const refusals = [];
  for (const token of permission) {
    const verdict = clear(restrictions(token), assumedAccess(io, token, flags.machine, argv));
    if (verdict.allowed) {
      return {
        allowed: true,
        refusals: [],
        note: `${assumption(token)}; it ${summarize(token.unsafeCaveats)}`,
      };
    }
    for (const refusal of verdict.refusals) {
      const sentence = explainRefusal(refusal);
      refusals.push({ reason: refusal.reason, wouldAllow: refusal.wouldAllow, sentence });
    }
  }
  const [first] = permission;
  return { allowed: false, refusals, note: first === undefined ? undefined : assumption(first) };
}

/** Discharges can only be judged by who can verify them, and addresses by who is connected to. */
function restrictions(token: UnverifiedToken): Caveat[] {
  return token.unsafeCaveats.filter(({ type }) => type !== '3P' && type !== 'SourceAddress');
}

/** The exec as the token's own app and organization would see it. */
function assumedAccess(
  io: Io,
  token: UnverifiedToken,
  machine: string | undefined,
  command: readonly string[],
): Access {
  const caveats = flatten(token.unsafeCaveats);
  const organization = caveats.find((caveat) => caveat.type === 'Organization');
  const apps = caveats.find((caveat) => caveat.type === 'Apps');
  const machines = caveats.find((caveat) => caveat.type === 'Machines');
  const pinned = machines?.type === 'Machines' ? machines.set.find(({ id }) => id !== '')?.id : undefined;
  return {
    kind: 'access',
    action: ACTION.w,
    now: io.now(),
    orgId: organization?.type === 'Organization' && organization.id !== 0n ? organization.id : 1n,
    appId: (apps?.type === 'Apps' ? apps.apps.find(({ id }) => id !== 0n)?.id : undefined) ?? 1n,
    machine: machine ?? pinned ?? 'any',
    command,
    // What `postern machine exec` asks for when nothing else is said.
    stdin: false,
    tty: false,
    envNames: [],
    timeoutSeconds: DEFAULT_TIMEOUT_SECONDS,
  };
}

function flatten(caveats: readonly Caveat[]): Caveat[] {
  return caveats.flatMap((caveat) =>
    caveat.type === 'IfPresent' ? [caveat, ...flatten(caveat.ifs)] : [caveat],
  );
}

function assumption(token: UnverifiedToken): string {
  const has = (wanted: string): boolean => token.unsafeCaveats.some(({ type }) => type === wanted);
  return [
    'this takes for granted that the token is genuine, not revoked, and used on its own app',
    ...(has('3P') ? ['that its third parties discharge it'] : []),
    ...(has('SourceAddress') ? ['that it is used from a network it allows'] : []),
  ].join(', and ');
}
