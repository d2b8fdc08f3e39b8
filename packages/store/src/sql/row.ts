/** Rows from the database to typed records: nothing is believed before it is looked at. */
import { StoreError } from '../errors.ts';
import type {
  AgentRecord,
  AppRecord,
  AuditRecord,
  ExecRecord,
  KeyRecord,
  MachineRecord,
  OrganizationRecord,
  Profile,
  RecordMode,
  Role,
  TokenRecord,
  UserRecord,
} from '../records.ts';
import type { RawAuditRow } from '../store.ts';
import type { Row } from './statement.ts';

function corrupt(column: string, expected: string): StoreError {
  return new StoreError('corrupt', `the database holds a ${column} that is not ${expected}`);
}

/** 64-bit columns come as numbers from SQLite and as text from Postgres. */
export function number(row: Row, column: string): number {
  const value = row[column];
  const read = typeof value === 'string' ? Number(value) : value;
  if (typeof read !== 'number' || !Number.isSafeInteger(read)) throw corrupt(column, 'an integer');
  return read;
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw corrupt(column, 'text');
  return value;
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw corrupt(column, 'bytes');
  return value;
}

function nullable<T>(row: Row, column: string, read: (row: Row, column: string) => T): T | null {
  return row[column] === null || row[column] === undefined ? null : read(row, column);
}

function oneOf<T extends string>(values: readonly T[]): (row: Row, column: string) => T {
  return (row, column) => {
    const value = text(row, column);
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw corrupt(column, values.join(' or '));
    return found;
  };
}

function words(row: Row, column: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text(row, column));
  } catch {
    throw corrupt(column, 'JSON');
  }
  if (!Array.isArray(value)) throw corrupt(column, 'a list of words');
  return value.map((word: unknown) => {
    if (typeof word !== 'string') throw corrupt(column, 'a list of words');
    return word;
  });
}

export const role: (row: Row, column: string) => Role = oneOf<Role>(['admin', 'member']);
const profile = oneOf<Profile>(['machine_exec', 'deploy', 'deploy_organization', 'readonly']);
const recordMode = oneOf<RecordMode>(['off', 'metadata', 'full']);

/** @param prefix of the column names, where a query joins tables. */
export function userOf(row: Row, prefix = ''): UserRecord {
  return {
    id: number(row, `${prefix}id`),
    publicId: text(row, `${prefix}public_id`),
    email: text(row, `${prefix}email`),
    createdAt: number(row, `${prefix}created_at`),
  };
}

export function organizationOf(row: Row): OrganizationRecord {
  return {
    id: number(row, 'id'),
    publicId: text(row, 'public_id'),
    slug: text(row, 'slug'),
    name: text(row, 'name'),
    maxTokenLifetimeMs: nullable(row, 'max_token_lifetime_ms', number),
    memberProfiles: words(row, 'member_profiles').map((word) => profile({ word }, 'word')),
    createdAt: number(row, 'created_at'),
  };
}

export function appOf(row: Row): AppRecord {
  return {
    id: number(row, 'id'),
    publicId: text(row, 'public_id'),
    organizationId: number(row, 'organization_id'),
    name: text(row, 'name'),
    record: recordMode(row, 'record'),
    machineCount: number(row, 'machine_count'),
    createdAt: number(row, 'created_at'),
  };
}

export function machineOf(row: Row): MachineRecord {
  return {
    id: text(row, 'id'),
    organizationId: number(row, 'organization_id'),
    appId: number(row, 'app_id'),
    name: text(row, 'name'),
    driver: text(row, 'driver'),
    agentId: nullable(row, 'agent_id', text),
    createdAt: number(row, 'created_at'),
    updatedAt: number(row, 'updated_at'),
    lastSeenAt: nullable(row, 'last_seen_at', number),
  };
}

export function agentOf(row: Row): AgentRecord {
  return {
    id: text(row, 'id'),
    organizationId: number(row, 'organization_id'),
    publicKey: bytes(row, 'public_key'),
    createdAt: number(row, 'created_at'),
  };
}

export function keyOf(row: Row): KeyRecord {
  return {
    id: text(row, 'id'),
    generation: number(row, 'generation'),
    sealed: bytes(row, 'sealed'),
    createdAt: number(row, 'created_at'),
    retiredAt: nullable(row, 'retired_at', number),
  };
}

export function tokenOf(row: Row): TokenRecord {
  return {
    id: text(row, 'id'),
    uuid: text(row, 'uuid'),
    keyId: text(row, 'key_id'),
    organizationId: number(row, 'organization_id'),
    appId: nullable(row, 'app_id', number),
    name: text(row, 'name'),
    profile: profile(row, 'profile'),
    caveats: bytes(row, 'caveats'),
    createdBy: number(row, 'created_by'),
    createdByEmail: text(row, 'created_by_email'),
    createdAt: number(row, 'created_at'),
    expiresAt: nullable(row, 'expires_at', number),
    revokedAt: nullable(row, 'revoked_at', number),
    revokeReason: nullable(row, 'revoke_reason', text),
    successorId: nullable(row, 'successor_id', text),
    revokesOnUse: nullable(row, 'revokes_on_use', text),
    diesAt: nullable(row, 'dies_at', number),
    lastUsedAt: nullable(row, 'last_used_at', number),
    lastUsedFrom: nullable(row, 'last_used_from', text),
    lastUsedMachine: nullable(row, 'last_used_machine', text),
    lastUsedCommand: nullable(row, 'last_used_command', words),
    uses: number(row, 'uses'),
    refusals: number(row, 'refusals'),
  };
}

export function execOf(row: Row): ExecRecord {
  return {
    id: text(row, 'id'),
    organizationId: number(row, 'organization_id'),
    appId: number(row, 'app_id'),
    machineId: text(row, 'machine_id'),
    tokenId: nullable(row, 'token_id', text),
    userId: nullable(row, 'user_id', number),
    source: nullable(row, 'source', text),
    command: words(row, 'command'),
    detached: number(row, 'detached') === 1,
    tty: number(row, 'tty') === 1,
    startedAt: number(row, 'started_at'),
    endedAt: nullable(row, 'ended_at', number),
    reason: nullable(row, 'reason', text),
    exitCode: nullable(row, 'exit_code', number),
    exitSignal: nullable(row, 'exit_signal', number),
    stdoutBytes: number(row, 'stdout_bytes'),
    stderrBytes: number(row, 'stderr_bytes'),
    truncated: number(row, 'truncated') === 1,
    recorded: number(row, 'recorded') === 1,
  };
}

export function rawAuditOf(row: Row): RawAuditRow {
  return {
    seq: number(row, 'seq'),
    body: text(row, 'body'),
    hash: text(row, 'hash'),
    organizationId: nullable(row, 'organization_id', number),
    appId: nullable(row, 'app_id', number),
    tokenId: nullable(row, 'token_id', text),
    execId: nullable(row, 'exec_id', text),
    action: text(row, 'action'),
    outcome: text(row, 'outcome'),
  };
}

/** @param row an audit row with the hash of the row before as `previous_hash`. */
export function auditOf(row: Row): AuditRecord {
  const body = JSON.parse(text(row, 'body')) as AuditRecord['entry'] & { seq: number };
  const { seq, ...entry } = body;
  return { seq, entry, hash: text(row, 'hash'), previousHash: text(row, 'previous_hash') };
}
