/**
 * Every caveat type, as one tagged union. Names of types and fields are those of the JSON form (spec section 6.2,
 * 11). Ids and times that have 64 bits on the wire are BigInt.
 */
import type { ActionMask } from './action.ts';

/** One id of a resource set with the actions it allows. */
export interface ResourceEntry<Id extends bigint | string> {
  readonly id: Id;
  readonly mask: ActionMask;
}

/** Entries in wire order: integers ascending, strings by UTF-8 bytes; no id twice. */
export type ResourceSet<Id extends bigint | string> = readonly ResourceEntry<Id>[];

/** One command a `Commands` caveat allows: exactly these words, or any argv that starts with them. */
export interface CommandRule {
  readonly args: readonly string[];
  readonly exact: boolean;
}

/** Caveats that hold one set of string ids. */
export type StringSetType =
  | 'Volumes'
  | 'FeatureSet'
  | 'Machines'
  | 'MachineFeatureSet'
  | 'Clusters'
  | 'AppFeatureSet'
  | 'StorageObjects';

export interface OrganizationCaveat {
  readonly type: 'Organization';
  readonly id: bigint;
  readonly mask: ActionMask;
}
export interface AppsCaveat {
  readonly type: 'Apps';
  readonly apps: ResourceSet<bigint>;
}
export interface StringSetCaveat {
  readonly type: StringSetType;
  readonly set: ResourceSet<string>;
}
/** Unix seconds, both ends inclusive. */
export interface ValidityWindowCaveat {
  readonly type: 'ValidityWindow';
  readonly notBefore: bigint;
  readonly notAfter: bigint;
}
export interface MutationsCaveat {
  readonly type: 'Mutations';
  readonly mutations: readonly string[];
}
export interface ConfineIdCaveat {
  readonly type: 'ConfineUser' | 'ConfineOrganization' | 'ConfineGitHubOrg';
  readonly id: bigint;
}
export interface ConfineGoogleHDCaveat {
  readonly type: 'ConfineGoogleHD';
  readonly domain: string;
}
/** Deprecated metadata: it refuses when asked and is never authorized on. */
export interface IsUserCaveat {
  readonly type: 'IsUser';
  readonly id: bigint;
}
export interface ThirdPartyCaveat {
  readonly type: '3P';
  readonly location: string;
  /** The discharge key sealed under the tail before this caveat; 60 bytes. */
  readonly verifierKey: Uint8Array;
  readonly ticket: Uint8Array;
}
export interface BindToParentTokenCaveat {
  readonly type: 'BindToParentToken';
  /** Prefix of the SHA-256 of a parent's tail. */
  readonly digest: Uint8Array;
}
export interface IfPresentCaveat {
  readonly type: 'IfPresent';
  readonly ifs: readonly Caveat[];
  readonly else: ActionMask;
}
export interface FromMachineSourceCaveat {
  readonly type: 'FromMachineSource';
  readonly id: string;
}
/** Seconds. */
export interface MaxValidityCaveat {
  readonly type: 'MaxValidity';
  readonly seconds: bigint;
}
export interface IsMemberCaveat {
  readonly type: 'IsMember';
}
/** Attestations: facts a discharge asserts. They restrict nothing. */
export interface UserIdCaveat {
  readonly type: 'FlyioUserID' | 'GitHubUserID' | 'GoogleUserID';
  readonly id: bigint;
}
export interface ActionCaveat {
  readonly type: 'Action';
  readonly mask: ActionMask;
}
export interface CommandsCaveat {
  readonly type: 'Commands';
  readonly commands: readonly CommandRule[];
}
export interface AllowedRolesCaveat {
  readonly type: 'AllowedRoles';
  /** 32-bit role mask. */
  readonly roles: number;
}
export interface FlySrcCaveat {
  readonly type: 'FlySrc';
  readonly organization: string;
  readonly app: string;
  readonly instance: string;
}
/** Postern's own: the request must come from one of these networks, `10.0.0.0/8`, `2001:db8::/32`. */
export interface SourceAddressCaveat {
  readonly type: 'SourceAddress';
  readonly networks: readonly string[];
}
/** Postern's own: a command gets no stdin, or no terminal. */
export interface WithoutCaveat {
  readonly type: 'NoStdin' | 'NoTty';
}
/** Postern's own: a command must be given a timeout of at most so many seconds. */
export interface MaxTimeoutCaveat {
  readonly type: 'MaxTimeout';
  readonly seconds: bigint;
}
/** Postern's own: a command must be given an output limit of at most so many bytes. */
export interface MaxOutputCaveat {
  readonly type: 'MaxOutput';
  readonly bytes: bigint;
}
/** Caveats that hold a list of allowed names: of environment variables, users, or absolute directories. */
export type NameListType = 'EnvNames' | 'RunAsUsers' | 'WorkingDirectories';
/** Postern's own: what a command asks for must be in the list, byte for byte. */
export interface NameListCaveat {
  readonly type: NameListType;
  /** In wire order: ascending by UTF-8 bytes, none twice. */
  readonly names: readonly string[];
}
/** What one word of a command may be. Integers are decimal in their shortest form, both ends inclusive. */
export type TemplateWord =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'one-of'; readonly texts: readonly string[] }
  | { readonly kind: 'integer'; readonly least: bigint; readonly most: bigint }
  | { readonly kind: 'pattern'; readonly pattern: string };
/** A form of argv. The first word is a literal or one of a set: a template names its program. */
export interface CommandTemplate {
  readonly words: readonly TemplateWord[];
  /** Up to `most` further words of one kind; absent means none. */
  readonly tail?: { readonly word: TemplateWord; readonly most: number };
}
/** Postern's own: a command must have one of these forms. */
export interface CommandTemplatesCaveat {
  readonly type: 'CommandTemplates';
  readonly templates: readonly CommandTemplate[];
}
/** Postern's own restrictions, in the private range of type numbers. See docs/token-format.md. */
export type OwnCaveat =
  | SourceAddressCaveat
  | WithoutCaveat
  | MaxTimeoutCaveat
  | MaxOutputCaveat
  | NameListCaveat
  | CommandTemplatesCaveat;
/** A type this package does not know. Its body is signed as received; clearing always refuses it. */
export interface UnknownCaveat {
  readonly type: 'Unknown';
  readonly number: bigint;
  readonly body: Uint8Array;
}

export type Caveat =
  | OrganizationCaveat
  | AppsCaveat
  | StringSetCaveat
  | ValidityWindowCaveat
  | MutationsCaveat
  | ConfineIdCaveat
  | ConfineGoogleHDCaveat
  | IsUserCaveat
  | ThirdPartyCaveat
  | BindToParentTokenCaveat
  | IfPresentCaveat
  | FromMachineSourceCaveat
  | MaxValidityCaveat
  | IsMemberCaveat
  | UserIdCaveat
  | ActionCaveat
  | CommandsCaveat
  | AllowedRolesCaveat
  | FlySrcCaveat
  | OwnCaveat
  | UnknownCaveat;

export type CaveatType = Caveat['type'];
export type KnownCaveatType = Exclude<CaveatType, 'Unknown'>;

/** First number of Postern's block in the private range from 2^48 on. */
const OWN = 0x0001_504f_5354_4e00;

/** Type numbers on the wire (spec section 6.2). Constant: nothing registers at run time. */
export const CAVEAT_NUMBERS: Readonly<Record<KnownCaveatType, number>> = {
  Organization: 0,
  Volumes: 2,
  Apps: 3,
  ValidityWindow: 4,
  FeatureSet: 5,
  Mutations: 6,
  Machines: 7,
  ConfineUser: 8,
  ConfineOrganization: 9,
  IsUser: 10,
  '3P': 11,
  BindToParentToken: 12,
  IfPresent: 13,
  MachineFeatureSet: 14,
  FromMachineSource: 15,
  Clusters: 16,
  ConfineGoogleHD: 19,
  ConfineGitHubOrg: 20,
  MaxValidity: 21,
  IsMember: 22,
  FlyioUserID: 23,
  GitHubUserID: 24,
  GoogleUserID: 25,
  Action: 26,
  Commands: 27,
  AppFeatureSet: 28,
  StorageObjects: 29,
  AllowedRoles: 30,
  FlySrc: 31,
  SourceAddress: OWN,
  NoStdin: OWN + 1,
  NoTty: OWN + 2,
  MaxTimeout: OWN + 3,
  MaxOutput: OWN + 4,
  EnvNames: OWN + 5,
  RunAsUsers: OWN + 6,
  WorkingDirectories: OWN + 7,
  CommandTemplates: OWN + 8,
};

/** Attestations may stand in proofs only, and are skipped when a set is cleared. */
export function isAttestation(caveat: Caveat): caveat is UserIdCaveat {
  return caveat.type === 'FlyioUserID' || caveat.type === 'GitHubUserID' || caveat.type === 'GoogleUserID';
}
