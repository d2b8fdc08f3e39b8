/** What is asked of a token: one action on one object, with all its parents named (spec section 12.2). */
import type { ActionMask } from './action.ts';
import type { RefusalCode } from './refusal.ts';

/** Facts of one request. Absence differs from empty; only `action` and `now` are always there. */
export interface Access {
  readonly kind: 'access';
  readonly action: ActionMask;
  /** Milliseconds since the epoch; caveats compare with sub-second precision. */
  readonly now: number;
  readonly orgId?: bigint;
  readonly appId?: bigint;
  readonly appFeature?: string;
  readonly feature?: string;
  readonly volume?: string;
  readonly machine?: string;
  readonly machineFeature?: string;
  readonly mutation?: string;
  readonly sourceMachine?: string;
  readonly sourceApp?: string;
  readonly sourceOrganization?: string;
  readonly cluster?: string;
  readonly storageObject?: string;
  readonly command?: readonly string[];
  // What Postern's own restrictions ask about. A fact they need and do not find refuses.
  /** Where the request comes from: an IPv4 or IPv6 address. */
  readonly sourceAddress?: string;
  /** Whether the command is to get stdin. */
  readonly stdin?: boolean;
  /** Whether the command is to get a terminal. */
  readonly tty?: boolean;
  /** After how many seconds the command will be ended. */
  readonly timeoutSeconds?: number;
  /** After how many bytes its output will be cut. */
  readonly outputBytes?: number;
  /** Names of the environment variables the caller sets; empty when it sets none. */
  readonly envNames?: readonly string[];
  /** The user the command is to run as. */
  readonly user?: string;
  /** The directory the command is to run in. */
  readonly cwd?: string;
}

/** What a third party is asked: a discharge for somebody who has signed in with it (spec section 12.5). */
export interface DischargeRequest {
  readonly kind: 'discharge';
  readonly now: number;
  /** When the discharge would expire, in Unix seconds. */
  readonly expiry?: bigint;
  readonly userId?: bigint;
  readonly organizationIds?: readonly bigint[];
  readonly googleDomain?: string;
  readonly gitHubOrganizationIds?: readonly bigint[];
}

export interface AccessProblem {
  readonly code: RefusalCode;
  readonly reason: string;
}

/**
 * The structural check of an access, before any caveat is asked. First failure wins.
 *
 * @returns what is wrong, or undefined.
 */
export function checkAccess(access: Access): AccessProblem | undefined {
  const unspecified = (reason: string): AccessProblem => ({ code: 'resource-unspecified', reason });
  const exclusive = (reason: string): AccessProblem => ({ code: 'mutually-exclusive', reason });
  if (access.orgId === undefined) return unspecified('the request names no organization');
  if (countPresent(access.appId, access.feature, access.storageObject) > 1) {
    return exclusive('the request names more than one of app, organization feature and storage object');
  }
  const inApp = countPresent(access.machine, access.volume, access.appFeature);
  if (inApp > 0 && access.appId === undefined) {
    return unspecified('the request names a machine, volume or app feature but no app');
  }
  if (inApp > 1) return exclusive('the request names more than one of machine, volume and app feature');
  if (access.cluster !== undefined && access.feature === undefined) {
    return unspecified('the request names a cluster but no organization feature');
  }
  if (access.cluster !== undefined && access.feature !== 'litefs-cloud') {
    return { code: 'invalid-access', reason: 'a cluster belongs to the feature litefs-cloud' };
  }
  if (access.machine === undefined && countPresent(access.command, access.machineFeature) > 0) {
    return unspecified('the request names a command or machine feature but no machine');
  }
  if (countPresent(access.command, access.machineFeature) > 1) {
    return exclusive('the request names both a command and a machine feature');
  }
  return undefined;
}

function countPresent(...values: readonly unknown[]): number {
  return values.filter((value) => value !== undefined).length;
}
