/**
 * What Postern's own restrictions refuse. `SourceAddress` is asked about every access. The others are about running a
 * command: asked about anything else they answer "resource unspecified", as `Commands` does, so that they can stand in
 * `IfPresent` beside it. A fact that is missing from a request to run a command refuses.
 */
import type { Access } from '../access.ts';
import type { NameListType, OwnCaveat } from '../caveat.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { quoteArgv } from '../shell-words.ts';
import { networkContains, parseAddress, parseNetwork } from './network.ts';
import { describeTemplates, templateMatches } from './template.ts';

/** @returns the refusal, or undefined when the restriction has no objection. */
export function restrictionProhibits(caveat: OwnCaveat, access: Access): Refusal | undefined {
  if (caveat.type === 'SourceAddress') return sourceAddress(caveat, access.sourceAddress ?? '');
  const { command } = access;
  if (command === undefined) return refuse(caveat, 'resource-unspecified', 'the request names no command');
  switch (caveat.type) {
    case 'CommandTemplates':
      return caveat.templates.some((template) => templateMatches(template, command))
        ? undefined
        : refuse(
            caveat,
            'for-resource',
            `the command \`${quoteArgv(command)}\` has none of the allowed forms`,
            describeTemplates(caveat.templates),
          );
    case 'NoStdin':
      return without(caveat, access.stdin, 'stdin');
    case 'NoTty':
      return without(caveat, access.tty, 'a terminal');
    case 'MaxTimeout':
      return atMost(caveat, access.timeoutSeconds, caveat.seconds, 'timeout', 'seconds');
    case 'MaxOutput':
      return atMost(caveat, access.outputBytes, caveat.bytes, 'output limit', 'bytes');
    case 'EnvNames':
      return listed(caveat, access.envNames);
    case 'RunAsUsers':
      return listed(caveat, access.user === undefined ? undefined : [access.user]);
    case 'WorkingDirectories':
      return listed(caveat, access.cwd === undefined ? undefined : [access.cwd]);
  }
}

function sourceAddress(
  caveat: Extract<OwnCaveat, { type: 'SourceAddress' }>,
  text: string,
): Refusal | undefined {
  const address = parseAddress(text);
  // Not "unspecified": inside IfPresent this takes the branch.
  if (address === undefined)
    return refuse(caveat, 'invalid-access', 'the request comes from no known address');
  if (caveat.networks.some((network) => networkContains(parseNetwork(network), address))) return undefined;
  const wouldAllow = `from ${caveat.networks.join(', ') || 'nowhere'}`;
  return refuse(caveat, 'unauthorized', `the request comes from ${text}`, wouldAllow);
}

function without(caveat: OwnCaveat, asked: boolean | undefined, what: string): Refusal | undefined {
  if (asked === undefined)
    return refuse(caveat, 'invalid-access', `the request does not say whether it has ${what}`);
  return asked
    ? refuse(caveat, 'unauthorized', `the command asks for ${what}`, `without ${what}`)
    : undefined;
}

function atMost(
  caveat: OwnCaveat,
  asked: number | undefined,
  most: bigint,
  what: string,
  unit: string,
): Refusal | undefined {
  const wouldAllow = `a ${what} of at most ${most} ${unit}`;
  // NaN is no number to compare with.
  if (asked === undefined || Number.isNaN(asked))
    return refuse(caveat, 'invalid-access', `the command has no ${what}`, wouldAllow);
  return asked <= Number(most)
    ? undefined
    : refuse(caveat, 'unauthorized', `the command asks for a ${what} of ${asked} ${unit}`, wouldAllow);
}

const NOUNS: Readonly<Record<NameListType, readonly [missing: string, refused: string]>> = {
  EnvNames: ['which environment variables it sets', 'sets the environment variable'],
  RunAsUsers: ['which user it runs as', 'runs as the user'],
  WorkingDirectories: ['which directory it runs in', 'runs in the directory'],
};

function listed(
  caveat: Extract<OwnCaveat, { type: NameListType }>,
  asked: readonly string[] | undefined,
): Refusal | undefined {
  const [missing, refused] = NOUNS[caveat.type];
  const wouldAllow = caveat.names.join(', ') || 'none';
  if (asked === undefined)
    return refuse(caveat, 'invalid-access', `the request does not say ${missing}`, wouldAllow);
  const strange = asked.find((name) => !caveat.names.includes(name));
  return strange === undefined
    ? undefined
    : refuse(caveat, 'unauthorized', `the command ${refused} ${JSON.stringify(strange)}`, wouldAllow);
}
