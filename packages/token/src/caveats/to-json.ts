/** Caveats to their JSON form (spec section 11): for people and services, never signed. */
import { formatActions } from '../action.ts';
import { CAVEAT_NUMBERS, type Caveat, type ResourceSet, type StringSetType } from '../caveat.ts';
import { encodeBase64 } from '../lib/base64.ts';
import { restrictionToJson } from '../restrictions/to-json.ts';
import { exactInteger as integer, type Json } from '../lib/exact-json.ts';

/**
 * One caveat as `{"type": …, "body": …}`. The type is a name, or the number of a private type (Postern's own among
 * them). An unknown one has base64 of its body.
 */
export interface CaveatJson {
  readonly [key: string]: Json;
  readonly type: string;
  readonly body: Json;
}

/** Types from here on are for private use. */
const FIRST_PRIVATE = 2 ** 48;

export function caveatToJson(caveat: Caveat): CaveatJson {
  if (caveat.type === 'Unknown') return { type: caveat.number.toString(), body: encodeBase64(caveat.body) };
  const number = CAVEAT_NUMBERS[caveat.type];
  // The names of private types are nobody else's business: the number stands for them.
  return { type: number < FIRST_PRIVATE ? caveat.type : number.toString(), body: bodyOf(caveat) };
}

export function caveatsToJson(caveats: readonly Caveat[]): CaveatJson[] {
  return caveats.map(caveatToJson);
}

/** The JSON key of each set of string ids. */
export const SET_KEYS: Readonly<Record<StringSetType, string>> = {
  Volumes: 'volumes',
  FeatureSet: 'features',
  Machines: 'machines',
  MachineFeatureSet: 'features',
  Clusters: 'clusters',
  AppFeatureSet: 'features',
  StorageObjects: 'storage_objects',
};

function bodyOf(caveat: Exclude<Caveat, { type: 'Unknown' }>): Json {
  switch (caveat.type) {
    case 'Organization':
      return { id: integer(caveat.id), mask: formatActions(caveat.mask) };
    case 'Apps':
      return { apps: setOf(caveat.apps) };
    case 'Volumes':
    case 'FeatureSet':
    case 'Machines':
    case 'MachineFeatureSet':
    case 'Clusters':
    case 'AppFeatureSet':
    case 'StorageObjects':
      return { [SET_KEYS[caveat.type]]: setOf(caveat.set) };
    case 'ValidityWindow':
      return { not_before: integer(caveat.notBefore), not_after: integer(caveat.notAfter) };
    case 'Mutations':
      return { mutations: caveat.mutations };
    case 'ConfineUser':
    case 'ConfineOrganization':
      return { id: integer(caveat.id) };
    case 'IsUser':
      // The reference's JSON key really is this.
      return { uint64: integer(caveat.id) };
    case '3P':
      return {
        Location: caveat.location,
        VerifierKey: encodeBase64(caveat.verifierKey),
        Ticket: encodeBase64(caveat.ticket),
      };
    case 'BindToParentToken':
      return encodeBase64(caveat.digest);
    case 'IfPresent':
      return { ifs: caveatsToJson(caveat.ifs), else: formatActions(caveat.else) };
    case 'FromMachineSource':
      return { id: caveat.id };
    case 'ConfineGoogleHD':
      return caveat.domain;
    case 'ConfineGitHubOrg':
    case 'FlyioUserID':
    case 'GitHubUserID':
    case 'GoogleUserID':
      return integer(caveat.id);
    case 'MaxValidity':
      return integer(caveat.seconds);
    case 'IsMember':
      return {};
    case 'Action':
      return formatActions(caveat.mask);
    case 'Commands':
      return caveat.commands.map(({ args, exact }) => (exact ? { args, exact } : { args }));
    case 'AllowedRoles':
      return caveat.roles;
    case 'FlySrc':
      return { organization: caveat.organization, app: caveat.app, instance: caveat.instance };
    case 'SourceAddress':
    case 'NoStdin':
    case 'NoTty':
    case 'MaxTimeout':
    case 'MaxOutput':
    case 'EnvNames':
    case 'RunAsUsers':
    case 'WorkingDirectories':
    case 'CommandTemplates':
      return restrictionToJson(caveat);
  }
}

function setOf(set: ResourceSet<bigint | string>): Json {
  // A prototype-free object: an id may be `__proto__`.
  const object: Record<string, Json> = Object.create(null) as Record<string, Json>;
  for (const { id, mask } of set) object[String(id)] = formatActions(mask);
  return object;
}
