/** What a caveat set allows, in one sentence for people. */
import { describeActions, isActionSubset, ACTION } from './action.ts';
import type { Caveat } from './caveat.ts';
import { describeCommands } from './commands.ts';
import { expiration } from './expiration.ts';
import { describeTime } from './prohibits.ts';
import { describeSet } from './resource-set.ts';
import { describeRestriction } from './restrictions/describe.ts';
import { describeTemplates } from './restrictions/template.ts';

/** Names for the numbers in a token, where they are known. */
export interface Names {
  readonly organization?: (id: bigint) => string | undefined;
  readonly app?: (id: bigint) => string | undefined;
}

/**
 * `runs exactly \`uname -a\`, or anything starting with \`git log\`; on app 17; until 2027-…`.
 *
 * @param caveats of a token, verified or not: the sentence repeats what they say.
 */
export function summarize(caveats: readonly Caveat[], names: Names = {}): string {
  const clauses = [...flatten(caveats, [], names)];
  const textsOf = (kind: Clause['kind']): string[] =>
    clauses.filter((clause) => clause.kind === kind).map((clause) => clause.text);
  const others = textsOf('other');
  const head = `runs ${textsOf('commands').join('; and only if also ') || (textsOf('all-commands')[0] ?? 'every command')}`;
  const until = expiration(caveats);
  const end = until === undefined ? 'never expires' : `until ${describeTime(until)}`;
  return [head, ...new Set(others), end].join('; ');
}

interface Clause {
  /** `all-commands` restricts nothing, and goes unsaid beside a list that does. */
  readonly kind: 'commands' | 'all-commands' | 'other';
  readonly text: string;
}

function* flatten(caveats: readonly Caveat[], path: readonly Caveat[], names: Names): Generator<Clause> {
  for (const caveat of caveats) {
    if (caveat.type === 'IfPresent') {
      yield* flatten(caveat.ifs, [...path, caveat], names);
      yield { kind: 'other', text: `otherwise may ${describeActions(caveat.else)}` };
    } else if (caveat.type === 'Commands') {
      const all = caveat.commands.some(({ args, exact }) => args.length === 0 && !exact);
      yield { kind: all ? 'all-commands' : 'commands', text: describeCommands(caveat.commands) };
    } else if (caveat.type === 'CommandTemplates') {
      yield { kind: 'commands', text: describeTemplates(caveat.templates) };
    } else {
      const text = describeCaveat(caveat, names);
      if (text !== undefined) yield { kind: 'other', text };
    }
  }
}

/** One caveat as a clause; undefined for those the sentence tells elsewhere. */
export function describeCaveat(caveat: Caveat, names: Names = {}): string | undefined {
  switch (caveat.type) {
    case 'Organization': {
      const name = names.organization?.(caveat.id) ?? String(caveat.id);
      const where = caveat.id === 0n ? 'in any organization' : `in organization ${name}`;
      return isActionSubset(ACTION.rwcdC, caveat.mask)
        ? where
        : `${where} may ${describeActions(caveat.mask)}`;
    }
    case 'Apps': {
      const named = caveat.apps.map(({ id, mask }) => ({ id: names.app?.(id) ?? id, mask }));
      return `on ${describeSet(named, 'app')}`;
    }
    case 'Machines':
      return `on ${describeSet(caveat.set, 'machine')}`;
    case 'Volumes':
      return `on ${describeSet(caveat.set, 'volume')}`;
    case 'Clusters':
      return `on ${describeSet(caveat.set, 'cluster')}`;
    case 'FeatureSet':
      return `with ${describeSet(caveat.set, 'organization feature')}`;
    case 'MachineFeatureSet':
      return `with ${describeSet(caveat.set, 'machine feature')}`;
    case 'AppFeatureSet':
      return `with ${describeSet(caveat.set, 'app feature')}`;
    case 'StorageObjects':
      return `on ${describeSet(caveat.set, 'storage object')}`;
    case 'ValidityWindow':
    case 'IsUser':
      return undefined;
    case 'Mutations':
      return `with the mutations ${caveat.mutations.join(', ') || '(none)'}`;
    case 'ConfineUser':
      return `only for user ${caveat.id}`;
    case 'ConfineOrganization':
      return `only for members of organization ${caveat.id}`;
    case 'ConfineGoogleHD':
      return `only for logins of ${caveat.domain}`;
    case 'ConfineGitHubOrg':
      return `only for members of GitHub organization ${caveat.id}`;
    case '3P':
      return `needs a discharge from ${caveat.location}`;
    case 'BindToParentToken':
      return 'bound to another token';
    case 'IfPresent':
      return `${caveat.ifs.map((inner) => describeCaveat(inner, names)).join(', ')}, otherwise may ${describeActions(caveat.else)}`;
    case 'FromMachineSource':
      return `only from machine ${caveat.id}`;
    case 'MaxValidity':
      return `for at most ${caveat.seconds} s`;
    case 'IsMember':
      return 'as a member';
    case 'FlyioUserID':
    case 'GitHubUserID':
    case 'GoogleUserID':
      return `signed in as ${caveat.type.replace('UserID', '')} user ${caveat.id}`;
    case 'Action':
      return `may only ${describeActions(caveat.mask)}`;
    case 'Commands':
      return `runs ${describeCommands(caveat.commands)}`;
    case 'AllowedRoles':
      return `with role mask ${caveat.roles}`;
    case 'FlySrc':
      return `only from ${[caveat.organization, caveat.app, caveat.instance].filter((part) => part !== '').join('/') || 'anywhere'}`;
    case 'SourceAddress':
    case 'NoStdin':
    case 'NoTty':
    case 'MaxTimeout':
    case 'MaxOutput':
    case 'EnvNames':
    case 'RunAsUsers':
    case 'WorkingDirectories':
    case 'CommandTemplates':
      return describeRestriction(caveat);
    case 'Unknown':
      return `with a restriction of unknown type ${caveat.number}, which refuses everything here`;
  }
}
