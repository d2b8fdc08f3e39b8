/** The JSON shapes of things, shared by operations. Times are RFC 3339 strings in UTC. */
import { z } from 'zod';

export const timeSchema = z.iso.datetime({ offset: true });
export const nullableTimeSchema = timeSchema.nullable();

export const roleSchema = z.enum(['admin', 'member']);
export type Role = z.infer<typeof roleSchema>;

export const profileSchema = z.enum(['machine_exec', 'deploy', 'deploy_organization', 'readonly']);
export type Profile = z.infer<typeof profileSchema>;

export const recordModeSchema = z.enum(['off', 'metadata', 'full']);
export type RecordMode = z.infer<typeof recordModeSchema>;

export const userSchema = z.object({ id: z.string(), email: z.string() });

export const organizationSchema = z.object({
  id: z.string(),
  internal_numeric_id: z.number().int(),
  slug: z.string(),
  name: z.string(),
  /** The caller's role, absent when a token asks. */
  role: roleSchema.optional(),
  /** Longest life of a new token in seconds; null is no maximum. */
  max_token_lifetime_seconds: z.number().int().nullable(),
  /** What members may mint; admins may mint everything. */
  member_profiles: z.array(profileSchema),
  created_at: timeSchema,
});

export const memberSchema = z.object({ user: userSchema, role: roleSchema, joined_at: timeSchema });

export const appSchema = z.object({
  id: z.string(),
  internal_numeric_id: z.number().int(),
  name: z.string(),
  status: z.string(),
  machine_count: z.number().int(),
  organization: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  /** What is kept of each exec: nothing but the audit entry, its record, or its output too. */
  record: recordModeSchema,
  created_at: timeSchema,
});

export const machineStateSchema = z.enum(['created', 'started', 'stopped', 'unreachable']);

/** A machine, in the shape flyctl decodes. */
export const machineSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: machineStateSchema,
  region: z.string(),
  instance_id: z.string(),
  version: z.string(),
  private_ip: z.string(),
  host_status: z.enum(['ok', 'unreachable', 'unknown']),
  cordoned: z.boolean(),
  created_at: timeSchema,
  updated_at: timeSchema,
  last_seen_at: nullableTimeSchema,
  driver: z.string(),
  features: z.array(z.string()),
  running_execs: z.number().int(),
  image_ref: z.object({
    registry: z.string(),
    repository: z.string(),
    tag: z.string(),
    digest: z.string(),
    labels: z.record(z.string(), z.string()),
  }),
  config: z.object({
    image: z.string(),
    init: z.object({}),
    env: z.record(z.string(), z.string()),
    guest: z.object({ cpu_kind: z.string(), cpus: z.number(), memory_mb: z.number() }),
    metadata: z.record(z.string(), z.string()),
    restart: z.object({ policy: z.string() }),
  }),
  events: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      status: z.string(),
      source: z.string(),
      timestamp: z.number(),
    }),
  ),
  checks: z.array(z.never()),
});
export type MachineResource = z.infer<typeof machineSchema>;

/** One command a token allows. `exact: false` allows anything that starts with these words. */
export const commandRuleSchema = z.strictObject({
  args: z.array(z.string()),
  exact: z.boolean().default(false),
});

/** A caveat in the JSON form of the token format, section 11. */
export const caveatSchema = z.object({ type: z.string(), body: z.unknown() });

export const tokenStatusSchema = z.enum(['live', 'expired', 'revoked', 'not_yet_valid']);

export const tokenSchema = z.object({
  id: z.string(),
  uuid: z.string(),
  name: z.string(),
  profile: profileSchema,
  status: tokenStatusSchema,
  organization: z.string(),
  app: z.string().nullable(),
  created_by: z.string(),
  created_at: timeSchema,
  expires_at: nullableTimeSchema,
  revoked_at: nullableTimeSchema,
  revoke_reason: z.string().nullable(),
  /** The token this one replaces or was replaced by, when it was rotated. */
  successor_id: z.string().nullable(),
  /** What it allows, in one sentence. */
  summary: z.string(),
  caveats: z.array(caveatSchema),
  last_used_at: nullableTimeSchema,
  last_used_from: z.string().nullable(),
  last_used_machine: z.string().nullable(),
  last_used_command: z.array(z.string()).nullable(),
  uses: z.number().int(),
  refusals: z.number().int(),
});
export type TokenResource = z.infer<typeof tokenSchema>;

export const outcomeReasonSchema = z.string();

export const execSchema = z.object({
  id: z.string(),
  app: z.string(),
  machine: z.string(),
  /** The token's record id, or null when a signed-in person ran it. */
  token: z.string().nullable(),
  token_name: z.string().nullable(),
  user: z.string().nullable(),
  source: z.string().nullable(),
  command: z.array(z.string()),
  state: z.enum(['running', 'done', 'unknown']),
  detached: z.boolean(),
  tty: z.boolean(),
  started_at: timeSchema,
  ended_at: nullableTimeSchema,
  reason: outcomeReasonSchema.nullable(),
  exit_code: z.number().int().nullable(),
  exit_signal: z.number().int().nullable(),
  stdout_bytes: z.number().int(),
  stderr_bytes: z.number().int(),
  truncated: z.boolean(),
  recorded: z.boolean(),
});
export type ExecResource = z.infer<typeof execSchema>;

export const auditEntrySchema = z.object({
  seq: z.number().int(),
  at: timeSchema,
  action: z.string(),
  outcome: z.string(),
  actor: z.string(),
  organization: z.string().nullable(),
  app: z.string().nullable(),
  machine: z.string().nullable(),
  token: z.string().nullable(),
  exec: z.string().nullable(),
  source: z.string().nullable(),
  command: z.array(z.string()).nullable(),
  reason: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  hash: z.string(),
  previous_hash: z.string(),
});
export type AuditEntryResource = z.infer<typeof auditEntrySchema>;

/** The body of every error answer. `error` and `status` are what flyctl reads. */
export const errorBodySchema = z.object({
  error: z.string(),
  code: z.string(),
  status: z.string(),
  hint: z.string().optional(),
  request_id: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;
