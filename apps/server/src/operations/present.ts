/** Records to the JSON shapes of the contract. */
import type {
  AppRecord,
  AuditRecord,
  ExecRecord,
  MachineRecord,
  OrganizationRecord,
  Role,
  TokenRecord,
} from '@postern/store';
import {
  driverSchema,
  type AuditEntryResource,
  type ExecResource,
  type MachineResource,
  type TokenResource,
} from '@postern/contract';
import { caveatsToJson, decodeCaveats, summarize } from '@postern/token';
import type { Services } from '../services.ts';

export const time = (at: number): string => new Date(at).toISOString();
export const timeOrNull = (at: number | null): string | null => (at === null ? null : time(at));

export function presentOrganization(record: OrganizationRecord, role?: Role) {
  return {
    id: record.publicId,
    internal_numeric_id: record.id,
    slug: record.slug,
    name: record.name,
    ...(role === undefined ? {} : { role }),
    max_token_lifetime_seconds: record.maxTokenLifetimeMs === null ? null : record.maxTokenLifetimeMs / 1000,
    member_profiles: [...record.memberProfiles],
    created_at: time(record.createdAt),
  };
}

export function presentApp(app: AppRecord, organization: OrganizationRecord) {
  return {
    id: app.publicId,
    internal_numeric_id: app.id,
    name: app.name,
    status: app.machineCount > 0 ? 'deployed' : 'pending',
    machine_count: app.machineCount,
    organization: { id: organization.publicId, slug: organization.slug, name: organization.name },
    record: app.record,
    created_at: time(app.createdAt),
  };
}

export function presentMachine(machine: MachineRecord, { gateway }: Services): MachineResource {
  const connected = gateway.isConnected(machine);
  const report = gateway.reportOf(machine);
  const { kind } = driverSchema.parse(JSON.parse(machine.driver));
  return {
    id: machine.id,
    name: machine.name,
    state: connected ? (report?.state ?? 'started') : machine.agentId === null ? 'created' : 'unreachable',
    region: 'local',
    instance_id: machine.id,
    version: machine.id,
    private_ip: '',
    // flyctl shows anything else as unreachable hardware and hides the machine's name.
    host_status: 'ok',
    cordoned: false,
    created_at: time(machine.createdAt),
    updated_at: time(machine.updatedAt),
    last_seen_at: connected ? time(Date.now()) : timeOrNull(machine.lastSeenAt),
    driver: kind,
    features: report?.features ?? [],
    running_execs: gateway.runningOn(machine.id),
    image_ref: { registry: 'postern', repository: kind, tag: 'deployment-none', digest: '', labels: {} },
    config: {
      image: `postern/${kind}:deployment-none`,
      init: {},
      env: {},
      guest: { cpu_kind: 'shared', cpus: 1, memory_mb: 256 },
      metadata: { fly_platform_version: 'v2', fly_process_group: 'app' },
      restart: { policy: 'no' },
    },
    events: [],
    checks: [],
  };
}

export function tokenStatus(token: TokenRecord, now: number): TokenResource['status'] {
  if (token.revokedAt !== null || (token.diesAt !== null && token.diesAt <= now)) return 'revoked';
  return token.expiresAt !== null && token.expiresAt < now ? 'expired' : 'live';
}

/** @param app name of the token's app, null for an organization's token. */
export function presentToken(
  token: TokenRecord,
  organization: string,
  app: string | null,
  now: number,
): TokenResource {
  const caveats = decodeCaveats(token.caveats);
  return {
    id: token.id,
    uuid: token.uuid,
    name: token.name,
    profile: token.profile,
    status: tokenStatus(token, now),
    organization,
    app,
    created_by: token.createdByEmail,
    created_at: time(token.createdAt),
    expires_at: timeOrNull(token.expiresAt),
    revoked_at: timeOrNull(token.revokedAt),
    revoke_reason: token.revokeReason,
    successor_id: token.successorId,
    summary: summarize(caveats, {
      organization: (id) => (id === BigInt(token.organizationId) ? organization : undefined),
      app: (id) => (app !== null && id === BigInt(token.appId ?? -1) ? app : undefined),
    }),
    caveats: caveatsToJson(caveats).map(({ type, body }) => ({ type, body })),
    last_used_at: timeOrNull(token.lastUsedAt),
    last_used_from: token.lastUsedFrom,
    last_used_machine: token.lastUsedMachine,
    last_used_command: token.lastUsedCommand === null ? null : [...token.lastUsedCommand],
    uses: token.uses,
    refusals: token.refusals,
  };
}

export function presentExec(
  exec: ExecRecord,
  app: string,
  tokenName: string | null,
  email: string | null,
): ExecResource {
  return {
    id: exec.id,
    app,
    machine: exec.machineId,
    token: exec.tokenId,
    token_name: tokenName,
    user: email,
    source: exec.source,
    command: [...exec.command],
    state: exec.endedAt === null ? 'running' : exec.reason === 'connection-lost' ? 'unknown' : 'done',
    detached: exec.detached,
    tty: exec.tty,
    started_at: time(exec.startedAt),
    ended_at: timeOrNull(exec.endedAt),
    reason: exec.reason,
    exit_code: exec.exitCode,
    exit_signal: exec.exitSignal,
    stdout_bytes: exec.stdoutBytes,
    stderr_bytes: exec.stderrBytes,
    truncated: exec.truncated,
    recorded: exec.recorded,
  };
}

export function presentAudit(
  record: AuditRecord,
  organization: string,
  apps: ReadonlyMap<number, string>,
): AuditEntryResource {
  const { entry } = record;
  return {
    seq: record.seq,
    at: time(entry.at),
    action: entry.action,
    outcome: entry.outcome,
    actor: entry.actor,
    organization,
    app: entry.appId === null ? null : (apps.get(entry.appId) ?? `app ${entry.appId}`),
    machine: entry.machineId,
    token: entry.tokenId,
    exec: entry.execId,
    source: entry.source,
    command: entry.command === null ? null : [...entry.command],
    reason: entry.reason,
    details: { ...entry.details },
    hash: record.hash,
    previous_hash: record.previousHash,
  };
}
