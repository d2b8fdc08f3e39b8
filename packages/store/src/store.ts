/**
 * The store: one narrow interface, the same for every database.
 *
 * Writes are data and go through {@link Store.commit}: what it has resolved survives `kill -9` and power loss.
 * Reads see what is committed. Every query names its organization; the few that do not find out which organization
 * something belongs to, and say so (invariant 9).
 */
import type {
  AgentRecord,
  AppRecord,
  AuditRecord,
  ExecRecord,
  KeyRecord,
  MachineRecord,
  MemberRecord,
  MembershipRecord,
  OrganizationRecord,
  Role,
  SessionRecord,
  TokenRecord,
  UserRecord,
} from './records.ts';
import type { Write, WriteResult } from './write.ts';

export interface TokenQuery {
  readonly organizationId: number;
  /** Only tokens of this app; absent means the organization's own and those of all its apps. */
  readonly appId?: number;
  readonly createdBy?: number;
  readonly status?: 'live' | 'expired' | 'revoked' | 'never_used' | 'unused_60_days' | 'long_lived';
  /** Part of a name or id, in any letter case. */
  readonly search?: string;
  readonly sort?: 'created' | 'name' | 'expires' | 'last_used';
  readonly now: number;
  readonly limit: number;
  readonly offset: number;
}

export interface ExecQuery {
  readonly organizationId: number;
  readonly appId?: number;
  readonly machineId?: string;
  readonly tokenId?: string;
  /** `failed`: ended in any way but by itself with exit code 0. */
  readonly state?: 'running' | 'done' | 'failed' | 'unknown';
  readonly limit: number;
  readonly offset: number;
}

export interface AuditQuery {
  readonly organizationId: number;
  /** Only greater sequence numbers, oldest first. */
  readonly after?: number;
  /** Only smaller sequence numbers, newest first. */
  readonly before?: number;
  /** Only this sequence number and greater; says nothing about the order. */
  readonly from?: number;
  readonly action?: string;
  readonly outcome?: string;
  readonly actor?: string;
  readonly appId?: number;
  readonly tokenId?: string;
  readonly execId?: string;
  readonly search?: string;
  readonly limit: number;
}

export interface Store {
  /**
   * Makes all writes durable, or none.
   *
   * @returns one result for each write.
   * @throws StoreError `taken`, `not-found`, `precondition` or `unavailable`; then nothing of it was written.
   */
  commit(writes: readonly Write[]): Promise<readonly WriteResult[]>;
  /**
   * As {@link Store.commit}, but together with the next commit, or after a few milliseconds: for what nobody waits
   * for. Reads of execs see it at once.
   */
  commitSoon(writes: readonly Write[]): Promise<readonly WriteResult[]>;
  close(): Promise<void>;

  // These find out which organization something belongs to.
  findUserByEmail(email: string): Promise<UserRecord | undefined>;
  findUser(userId: number): Promise<UserRecord | undefined>;
  findSession(hash: Uint8Array, now: number): Promise<SessionRecord | undefined>;
  findOrganization(reference: string | number): Promise<OrganizationRecord | undefined>;
  findApp(reference: string | number): Promise<AppRecord | undefined>;
  findMachine(machineId: string): Promise<MachineRecord | undefined>;
  findToken(tokenId: string): Promise<TokenRecord | undefined>;
  findExec(execId: string): Promise<ExecRecord | undefined>;
  findAgent(agentId: string): Promise<AgentRecord | undefined>;
  findLogin(hash: Uint8Array, now: number): Promise<UserRecord | undefined>;
  /** The machine a join token that is neither spent nor expired is for. */
  findMachineByJoin(hash: Uint8Array, now: number): Promise<MachineRecord | undefined>;
  listMemberships(userId: number): Promise<readonly MembershipRecord[]>;
  listKeys(): Promise<readonly KeyRecord[]>;
  countLiveTokens(keyId: string, now: number): Promise<number>;
  listMachinesOfAgent(agentId: string): Promise<readonly MachineRecord[]>;
  countUsers(): Promise<number>;

  // These are scoped to an organization.
  /** What a person is in an organization; undefined for who is no member. */
  findRole(organizationId: number, userId: number): Promise<Role | undefined>;
  listMembers(organizationId: number): Promise<readonly MemberRecord[]>;
  listApps(organizationId: number): Promise<readonly AppRecord[]>;
  listMachines(organizationId: number, appId: number): Promise<readonly MachineRecord[]>;
  listTokens(query: TokenQuery): Promise<{ readonly tokens: readonly TokenRecord[]; readonly total: number }>;
  /** Allowed and refused by day, oldest first. */
  tokenUsage(
    organizationId: number,
    tokenId: string,
  ): Promise<readonly { readonly day: string; readonly allowed: number; readonly refused: number }[]>;
  listExecs(query: ExecQuery): Promise<readonly ExecRecord[]>;
  findExecByKey(organizationId: number, idempotencyKey: string): Promise<ExecRecord | undefined>;
  listAudit(query: AuditQuery): Promise<readonly AuditRecord[]>;
  /** The log from a sequence number on, of all organizations, for verifying the chain. */
  scanAudit(after: number, limit: number): Promise<readonly RawAuditRow[]>;
}

/** One row of the audit table as stored, before anything is believed about it. */
export interface RawAuditRow {
  readonly seq: number;
  readonly body: string;
  readonly hash: string;
  readonly organizationId: number | null;
  readonly appId: number | null;
  readonly tokenId: string | null;
  readonly execId: string | null;
  readonly action: string;
  readonly outcome: string;
}
