/** What is kept, as types. Times are milliseconds since the epoch. Numeric ids are never given out twice. */

export type Role = 'admin' | 'member';
export type Profile = 'machine_exec' | 'deploy' | 'deploy_organization' | 'readonly';
export type RecordMode = 'off' | 'metadata' | 'full';

export interface UserRecord {
  readonly id: number;
  readonly publicId: string;
  readonly email: string;
  readonly createdAt: number;
}

export interface OrganizationRecord {
  readonly id: number;
  readonly publicId: string;
  readonly slug: string;
  readonly name: string;
  /** Longest life of a new token in milliseconds; null is no maximum. */
  readonly maxTokenLifetimeMs: number | null;
  /** What members may mint; admins may mint everything. */
  readonly memberProfiles: readonly Profile[];
  readonly createdAt: number;
}

export interface MembershipRecord {
  readonly organization: OrganizationRecord;
  readonly role: Role;
}

export interface MemberRecord {
  readonly user: UserRecord;
  readonly role: Role;
  readonly joinedAt: number;
}

export interface AppRecord {
  readonly id: number;
  readonly publicId: string;
  readonly organizationId: number;
  readonly name: string;
  readonly record: RecordMode;
  readonly machineCount: number;
  readonly createdAt: number;
}

export interface MachineRecord {
  /** 14 hexadecimal characters. */
  readonly id: string;
  readonly organizationId: number;
  readonly appId: number;
  readonly name: string;
  /** How the agent reaches it, as JSON text: `{"kind":"process"}`. */
  readonly driver: string;
  /** The agent that serves it; null until one has joined. */
  readonly agentId: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastSeenAt: number | null;
}

export interface AgentRecord {
  readonly id: string;
  readonly organizationId: number;
  /** Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly createdAt: number;
}

export interface KeyRecord {
  /** What stands in a token's key id, in hexadecimal. */
  readonly id: string;
  readonly generation: number;
  /** The root key, sealed under the key-encryption key. */
  readonly sealed: Uint8Array;
  readonly createdAt: number;
  readonly retiredAt: number | null;
}

export interface TokenRecord {
  readonly id: string;
  readonly uuid: string;
  readonly keyId: string;
  readonly organizationId: number;
  readonly appId: number | null;
  readonly name: string;
  readonly profile: Profile;
  /** Canonical bytes of the caveat set. */
  readonly caveats: Uint8Array;
  readonly createdBy: number;
  readonly createdByEmail: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly revokeReason: string | null;
  readonly successorId: string | null;
  /** The token this one replaces and revokes when it is first used. */
  readonly revokesOnUse: string | null;
  /** When a rotated token dies of itself. */
  readonly diesAt: number | null;
  readonly lastUsedAt: number | null;
  readonly lastUsedFrom: string | null;
  readonly lastUsedMachine: string | null;
  readonly lastUsedCommand: readonly string[] | null;
  readonly uses: number;
  readonly refusals: number;
}

export interface SessionRecord {
  readonly user: UserRecord;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface ExecRecord {
  readonly id: string;
  readonly organizationId: number;
  readonly appId: number;
  readonly machineId: string;
  readonly tokenId: string | null;
  readonly userId: number | null;
  readonly source: string | null;
  readonly command: readonly string[];
  readonly detached: boolean;
  readonly tty: boolean;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly reason: string | null;
  readonly exitCode: number | null;
  readonly exitSignal: number | null;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  readonly truncated: boolean;
  readonly recorded: boolean;
}

/** An entry of the audit log as it is written; the store gives it its place and links it into the chain. */
export interface AuditEntry {
  readonly at: number;
  /** `noun.verb`: what was tried. */
  readonly action: string;
  readonly outcome: 'allowed' | 'refused' | 'done' | 'failed';
  /** Who: `user:EMAIL`, `token:ID`, `system`, `nobody`. */
  readonly actor: string;
  readonly organizationId: number | null;
  readonly appId: number | null;
  readonly machineId: string | null;
  readonly tokenId: string | null;
  readonly execId: string | null;
  readonly source: string | null;
  readonly command: readonly string[] | null;
  readonly reason: string | null;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

export interface AuditRecord {
  /** Place in the log, from 1, without a gap. */
  readonly seq: number;
  readonly entry: AuditEntry;
  /** SHA-256 of the hash before and the canonical JSON of the entry, in hexadecimal. */
  readonly hash: string;
  readonly previousHash: string;
}
