/** What each caveat refuses (spec section 12.5). One function per question; every type is named. */
import { describeActions, formatActions, isActionSubset } from './action.ts';
import type { Access, DischargeRequest } from './access.ts';
import type { Caveat, IfPresentCaveat, ResourceSet, StringSetType } from './caveat.ts';
import { commandMatches, describeCommands } from './commands.ts';
import { compareBytes } from './lib/bytes.ts';
import { describeSet, setProhibits, type SetMatch } from './resource-set.ts';
import { refuse, type Refusal } from './refusal.ts';
import { restrictionProhibits } from './restrictions/prohibits.ts';
import { permittedRole, ROLE, roleAllowed } from './roles.ts';
import { quoteArgv } from './shell-words.ts';

export type Request = Access | DischargeRequest;

/**
 * Asks one caveat about one request.
 *
 * @returns the refusal, or undefined when it has no objection.
 */
export function prohibits(caveat: Caveat, request: Request): Refusal | undefined {
  switch (caveat.type) {
    case 'ValidityWindow':
      return validity(caveat, request.now);
    case 'ConfineUser':
    case 'ConfineOrganization':
    case 'ConfineGoogleHD':
    case 'ConfineGitHubOrg':
    case 'MaxValidity':
      return request.kind === 'discharge' ? confines(caveat, request) : wrongKind(caveat);
    case 'IsUser':
      return undefined;
    case '3P':
      return refuse(caveat, 'bad-caveat', 'a third-party caveat that no discharge answered');
    case 'BindToParentToken':
      return refuse(caveat, 'bad-caveat', 'a binding outside a discharge');
    case 'Unknown':
      return refuse(caveat, 'bad-caveat', `caveat type ${caveat.number} is unknown here`);
    case 'FlyioUserID':
    case 'GitHubUserID':
    case 'GoogleUserID':
      return refuse(caveat, 'bad-caveat', 'an attestation restricts nothing and cannot be asked');
    case 'SourceAddress':
    case 'NoStdin':
    case 'NoTty':
    case 'MaxTimeout':
    case 'MaxOutput':
    case 'EnvNames':
    case 'RunAsUsers':
    case 'WorkingDirectories':
    case 'CommandTemplates':
      return request.kind === 'access' ? restrictionProhibits(caveat, request) : wrongKind(caveat);
    default:
      return request.kind === 'access' ? restricts(caveat, request) : wrongKind(caveat);
  }
}

type AccessCaveat = Extract<
  Caveat,
  {
    type:
      | 'Organization'
      | 'Apps'
      | StringSetType
      | 'Mutations'
      | 'IfPresent'
      | 'FromMachineSource'
      | 'IsMember'
      | 'Action'
      | 'Commands'
      | 'AllowedRoles'
      | 'FlySrc';
  }
>;

function restricts(caveat: AccessCaveat, access: Access): Refusal | undefined {
  switch (caveat.type) {
    case 'Organization':
      return organization(caveat, access);
    case 'Apps': {
      const found = setProhibits(caveat.apps, 0n, access.appId, access.action, 'app');
      return found && refuse(caveat, found.code, found.reason, describeSet(caveat.apps, 'app'));
    }
    case 'Volumes':
      return stringSet(caveat, access.volume, access, 'volume');
    case 'FeatureSet':
      return stringSet(caveat, access.feature, access, 'organization feature');
    case 'Machines':
      return stringSet(caveat, access.machine, access, 'machine');
    case 'MachineFeatureSet':
      return stringSet(caveat, access.machineFeature, access, 'machine feature');
    case 'Clusters':
      return stringSet(caveat, access.cluster, access, 'cluster');
    case 'AppFeatureSet':
      return stringSet(caveat, access.appFeature, access, 'app feature');
    case 'StorageObjects':
      return stringSet(caveat, access.storageObject, access, 'storage object', startsWithBytes);
    case 'Mutations':
      if (access.mutation === undefined)
        return refuse(caveat, 'resource-unspecified', 'the request names no mutation');
      return caveat.mutations.includes(access.mutation)
        ? undefined
        : refuse(
            caveat,
            'for-resource',
            'the mutation is not in the list',
            caveat.mutations.join(', ') || 'no mutation',
          );
    case 'Commands': {
      const { command } = access;
      if (command === undefined)
        return refuse(caveat, 'resource-unspecified', 'the request names no command');
      return caveat.commands.some((rule) => commandMatches(rule, command))
        ? undefined
        : refuse(
            caveat,
            'for-resource',
            `the command \`${quoteArgv(command)}\` is not in the list`,
            describeCommands(caveat.commands),
          );
    }
    case 'Action':
      return isActionSubset(access.action, caveat.mask)
        ? undefined
        : refuse(
            caveat,
            'for-action',
            `${describeActions(access.action)} is not allowed`,
            describeActions(caveat.mask),
          );
    case 'FromMachineSource':
      return source(caveat, [[access.sourceMachine, caveat.id, 'machine']]);
    case 'FlySrc':
      return source(caveat, [
        [access.sourceMachine, caveat.instance, 'machine'],
        [access.sourceApp, caveat.app, 'app'],
        [access.sourceOrganization, caveat.organization, 'organization'],
      ]);
    case 'IsMember':
      return role(caveat, ROLE.member, access);
    case 'AllowedRoles':
      return role(caveat, caveat.roles, access);
    case 'IfPresent':
      return ifPresent(caveat, access);
  }
}

function organization(
  caveat: Extract<Caveat, { type: 'Organization' }>,
  access: Access,
): Refusal | undefined {
  if (access.orgId === undefined)
    return refuse(caveat, 'resource-unspecified', 'the request names no organization');
  if (caveat.id !== 0n && caveat.id !== access.orgId) {
    return refuse(
      caveat,
      'for-resource',
      'the token belongs to another organization',
      `organization ${caveat.id}`,
    );
  }
  if (!isActionSubset(access.action, caveat.mask)) {
    const reason = `${describeActions(access.action)} is not allowed in the organization`;
    return refuse(caveat, 'for-action', reason, describeActions(caveat.mask));
  }
  return undefined;
}

/** Both ends inclusive at the exact second; a millisecond after the last second is late. */
function validity(caveat: Extract<Caveat, { type: 'ValidityWindow' }>, now: number): Refusal | undefined {
  // Words are made only for a refusal: this runs on every request.
  const wouldAllow = (): string =>
    `from ${describeTime(caveat.notBefore)} until ${describeTime(caveat.notAfter)}`;
  // Asked so that a time which is no number is late.
  const inTime = now <= Number(caveat.notAfter) * 1000;
  if (!inTime) {
    return refuse(caveat, 'expired', `the token expired at ${describeTime(caveat.notAfter)}`, wouldAllow());
  }
  if (now < Number(caveat.notBefore) * 1000) {
    return refuse(
      caveat,
      'not-yet-valid',
      `the token is not valid before ${describeTime(caveat.notBefore)}`,
      wouldAllow(),
    );
  }
  return undefined;
}

/** Unix seconds as RFC 3339, or as a number where no calendar reaches. */
export function describeTime(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().replace('.000Z', 'Z');
}

type ConfineCaveat = Extract<
  Caveat,
  { type: 'ConfineUser' | 'ConfineOrganization' | 'ConfineGoogleHD' | 'ConfineGitHubOrg' | 'MaxValidity' }
>;

function confines(caveat: ConfineCaveat, request: DischargeRequest): Refusal | undefined {
  const unless = (matches: boolean, reason: string): Refusal | undefined =>
    matches ? undefined : refuse(caveat, 'unauthorized', reason);
  switch (caveat.type) {
    case 'ConfineUser':
      return unless(request.userId === caveat.id, 'another user has signed in, or nobody');
    case 'ConfineOrganization':
      return unless(
        request.organizationIds?.includes(caveat.id) === true,
        'the user is not in the organization',
      );
    case 'ConfineGoogleHD':
      return unless(
        request.googleDomain === caveat.domain,
        'the Google login is of another domain, or absent',
      );
    case 'ConfineGitHubOrg':
      return unless(
        request.gitHubOrganizationIds?.includes(caveat.id) === true,
        'the GitHub login is not in the organization, or absent',
      );
    case 'MaxValidity': {
      if (request.expiry === undefined)
        return refuse(caveat, 'unauthorized', 'the discharge would not expire');
      const seconds = Number(request.expiry) - request.now / 1000;
      return unless(
        seconds <= Number(caveat.seconds),
        `the discharge would live longer than ${caveat.seconds} s`,
      );
    }
  }
}

function stringSet(
  caveat: Extract<Caveat, { type: StringSetType }>,
  id: string | undefined,
  access: Access,
  noun: string,
  match?: SetMatch<string>,
): Refusal | undefined {
  const set: ResourceSet<string> = caveat.set;
  const found = setProhibits(set, '', id, access.action, noun, match);
  return found && refuse(caveat, found.code, found.reason, describeSet(set, noun));
}

function startsWithBytes(prefix: string, id: string): boolean {
  const text = new TextEncoder();
  const start = text.encode(prefix);
  return compareBytes(start, text.encode(id).subarray(0, start.length)) === 0;
}

function source(
  caveat: Caveat,
  parts: readonly (readonly [actual: string | undefined, wanted: string, noun: string])[],
): Refusal | undefined {
  for (const [actual, wanted, noun] of parts) {
    if (wanted === '' && caveat.type === 'FlySrc') continue;
    // Not "unspecified": inside IfPresent this takes the branch.
    if (actual === undefined)
      return refuse(caveat, 'invalid-access', `the request comes from no known ${noun}`);
    if (actual !== wanted) {
      return refuse(
        caveat,
        'unauthorized',
        `the request comes from ${noun} ${actual}`,
        `from ${noun} ${wanted}`,
      );
    }
  }
  return undefined;
}

function role(caveat: Caveat, allowed: number, access: Access): Refusal | undefined {
  return roleAllowed(permittedRole(access.feature, access.action), allowed)
    ? undefined
    : refuse(caveat, 'for-role', 'the operation needs a role the token does not carry');
}

/** Spec section 12.6: relevant `ifs` must all allow; if none is relevant, `else` decides. */
function ifPresent(caveat: IfPresentCaveat, access: Access): Refusal | undefined {
  const answers = caveat.ifs.map((inner) => prohibits(inner, access));
  const taken = answers.filter((answer) => answer?.code !== 'resource-unspecified');
  if (taken.length > 0) {
    const nested = taken.filter((answer) => answer !== undefined);
    const [first] = nested;
    if (first === undefined) return undefined;
    // A nested refusal of "unspecified" was dropped above, so this one never reads as "not relevant" outside.
    return { caveat, code: first.code, reason: first.reason, wouldAllow: first.wouldAllow, nested };
  }
  if (isActionSubset(access.action, caveat.else)) return undefined;
  const first = answers.find((answer) => answer !== undefined);
  const actions = formatActions(caveat.else);
  return refuse(
    caveat,
    'for-action',
    `${describeActions(access.action)} is not allowed${first === undefined ? '' : ` here: ${first.reason}`}`,
    actions === '' ? undefined : `${describeActions(caveat.else)} on everything else`,
  );
}

function wrongKind(caveat: Caveat): Refusal {
  return refuse(caveat, 'invalid-access', 'the caveat cannot be asked about a request of this kind');
}
