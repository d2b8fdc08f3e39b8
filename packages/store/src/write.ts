/** Every change of the store, as data. One `commit` of several writes happens whole or not at all. */
import type {
  AuditEntry,
  ExecRecord,
  KeyRecord,
  MachineRecord,
  Profile,
  RecordMode,
  Role,
} from './records.ts';

export interface NewToken {
  readonly id: string;
  readonly uuid: string;
  readonly keyId: string;
  readonly organizationId: number;
  readonly appId: number | null;
  readonly name: string;
  readonly profile: Profile;
  readonly caveats: Uint8Array;
  readonly createdBy: number;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokesOnUse: string | null;
}

/** What a token was used for since the last time this was written. */
export interface UsageDelta {
  readonly organizationId: number;
  readonly tokenId: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly allowed: number;
  readonly refused: number;
  readonly last: {
    readonly at: number;
    readonly from: string | null;
    readonly machine: string | null;
    readonly command: readonly string[] | null;
  } | null;
}

export type Write =
  | { readonly kind: 'user.insert'; readonly publicId: string; readonly email: string; readonly at: number }
  | {
      readonly kind: 'organization.insert';
      readonly publicId: string;
      readonly slug: string;
      readonly name: string;
      readonly at: number;
    }
  | {
      readonly kind: 'organization.update';
      readonly organizationId: number;
      readonly name: string;
      readonly slug: string;
      readonly maxTokenLifetimeMs: number | null;
      readonly memberProfiles: readonly Profile[];
    }
  | { readonly kind: 'organization.delete'; readonly organizationId: number; readonly at: number }
  | {
      readonly kind: 'member.put';
      readonly organizationId: number;
      readonly userId: number;
      readonly role: Role;
      readonly at: number;
    }
  /** For an organization made in the same unit, whose number is not known yet. */
  | {
      readonly kind: 'member.put-by-slug';
      readonly slug: string;
      readonly userId: number;
      readonly role: Role;
      readonly at: number;
    }
  | { readonly kind: 'member.delete'; readonly organizationId: number; readonly userId: number }
  | {
      readonly kind: 'app.insert';
      readonly publicId: string;
      readonly organizationId: number;
      readonly name: string;
      readonly at: number;
    }
  | {
      readonly kind: 'app.update';
      readonly organizationId: number;
      readonly appId: number;
      readonly name: string;
      readonly record: RecordMode;
    }
  | {
      readonly kind: 'app.delete';
      readonly organizationId: number;
      readonly appId: number;
      readonly at: number;
    }
  | {
      readonly kind: 'machine.insert';
      readonly machine: Omit<MachineRecord, 'updatedAt' | 'lastSeenAt'>;
    }
  | {
      readonly kind: 'machine.rename';
      readonly organizationId: number;
      readonly machineId: string;
      readonly name: string;
      readonly at: number;
    }
  | { readonly kind: 'machine.delete'; readonly organizationId: number; readonly machineId: string }
  | { readonly kind: 'machine.seen'; readonly agentId: string; readonly at: number }
  | {
      readonly kind: 'agent.insert';
      readonly id: string;
      readonly organizationId: number;
      readonly publicKey: Uint8Array;
      readonly at: number;
    }
  | {
      readonly kind: 'join.insert';
      readonly hash: Uint8Array;
      readonly organizationId: number;
      readonly machineId: string;
      readonly expiresAt: number;
    }
  /** Spends a join token and gives its machine to the agent; fails when spent, expired or unknown. */
  | {
      readonly kind: 'join.consume';
      readonly hash: Uint8Array;
      readonly agentId: string;
      readonly at: number;
    }
  | { readonly kind: 'key.insert'; readonly key: Omit<KeyRecord, 'retiredAt'> }
  /** Changes nothing, and fails when the key is retired. */
  | { readonly kind: 'key.require-live'; readonly keyId: string }
  | { readonly kind: 'key.reseal'; readonly keyId: string; readonly sealed: Uint8Array }
  /** Fails when another number of live tokens would die. */
  | {
      readonly kind: 'key.retire';
      readonly keyId: string;
      readonly at: number;
      readonly liveTokens: number;
    }
  | { readonly kind: 'token.insert'; readonly token: NewToken }
  | {
      readonly kind: 'token.rename';
      readonly organizationId: number;
      readonly tokenId: string;
      readonly name: string;
    }
  /**
   * Changes nothing, and fails when the token is not live at this place in the order of commits: revoked, dead after
   * its rotation, or signed with a retired key. What is written with it was allowed before any later revocation.
   */
  | {
      readonly kind: 'token.require-live';
      readonly organizationId: number;
      readonly tokenId: string;
      readonly at: number;
    }
  /** Revoking what is revoked already changes nothing and is no error. */
  | {
      readonly kind: 'token.revoke';
      readonly organizationId: number;
      readonly tokenId: string;
      readonly at: number;
      readonly reason: string | null;
    }
  /** The old token dies at a time, or when its successor is first used. */
  | {
      readonly kind: 'token.supersede';
      readonly organizationId: number;
      readonly tokenId: string;
      readonly successorId: string;
      readonly diesAt: number | null;
    }
  /** The successor has been used: it revokes nothing more. */
  | { readonly kind: 'token.first-use'; readonly organizationId: number; readonly tokenId: string }
  | { readonly kind: 'token.usage'; readonly usage: UsageDelta }
  /** Takes away sessions, login links and join tokens that have expired. */
  | {
      readonly kind: 'session.insert';
      readonly hash: Uint8Array;
      readonly userId: number;
      readonly at: number;
      readonly expiresAt: number;
    }
  | { readonly kind: 'session.delete'; readonly hash: Uint8Array }
  | { readonly kind: 'session.delete-user'; readonly userId: number }
  | {
      readonly kind: 'login.insert';
      readonly hash: Uint8Array;
      readonly userId: number;
      readonly expiresAt: number;
    }
  /** Spends a one-time login secret; fails when spent, expired or unknown. */
  | { readonly kind: 'login.consume'; readonly hash: Uint8Array; readonly at: number }
  | { readonly kind: 'exec.insert'; readonly exec: ExecRecord; readonly idempotencyKey: string | null }
  | {
      readonly kind: 'exec.close';
      readonly organizationId: number;
      readonly execId: string;
      readonly endedAt: number;
      readonly reason: string;
      readonly exitCode: number | null;
      readonly exitSignal: number | null;
      readonly stdoutBytes: number;
      readonly stderrBytes: number;
      readonly truncated: boolean;
    }
  /** Takes away the record of an exec that has ended, unless somebody needs it: one that was detached, or has an idempotency key. */
  | { readonly kind: 'exec.forget'; readonly organizationId: number; readonly execId: string }
  /** Execs that were running when the server last stopped end as `connection-lost`; where an app keeps no records, they go. */
  | { readonly kind: 'exec.close-orphans'; readonly at: number }
  | { readonly kind: 'audit.append'; readonly entry: AuditEntry };

/** The numeric id an insert was given; undefined for other writes. */
export type WriteResult = number | undefined;
