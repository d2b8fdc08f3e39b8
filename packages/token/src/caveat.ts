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
  | UnknownCaveat;

export type CaveatType = Caveat['type'];
export type KnownCaveatType = Exclude<CaveatType, 'Unknown'>;

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
};

/** Attestations may stand in proofs only, and are skipped when a set is cleared. */
export function isAttestation(caveat: Caveat): caveat is UserIdCaveat {
  return caveat.type === 'FlyioUserID' || caveat.type === 'GitHubUserID' || caveat.type === 'GoogleUserID';
}
