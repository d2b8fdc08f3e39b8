/** The first schema. What begins with `$` is spelled by each database. Ids are never given out twice. */
export const first: readonly string[] = [
  `CREATE TABLE users (
    id $SERIAL, public_id TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE, created_at BIGINT NOT NULL)`,
  `CREATE TABLE organizations (
    id $SERIAL, public_id TEXT NOT NULL UNIQUE, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    max_token_lifetime_ms BIGINT, created_at BIGINT NOT NULL)`,
  `CREATE TABLE members (
    organization_id BIGINT NOT NULL REFERENCES organizations(id), user_id BIGINT NOT NULL REFERENCES users(id),
    role TEXT NOT NULL, joined_at BIGINT NOT NULL, PRIMARY KEY (organization_id, user_id))`,
  `CREATE INDEX members_user ON members (user_id)`,
  `CREATE TABLE apps (
    id $SERIAL, public_id TEXT NOT NULL UNIQUE, organization_id BIGINT NOT NULL REFERENCES organizations(id),
    name TEXT NOT NULL UNIQUE, record TEXT NOT NULL DEFAULT 'metadata', created_at BIGINT NOT NULL)`,
  `CREATE INDEX apps_organization ON apps (organization_id)`,
  `CREATE TABLE agents (
    id TEXT PRIMARY KEY, organization_id BIGINT NOT NULL REFERENCES organizations(id),
    public_key $BYTES NOT NULL, created_at BIGINT NOT NULL)`,
  `CREATE TABLE machines (
    id TEXT PRIMARY KEY, organization_id BIGINT NOT NULL REFERENCES organizations(id),
    app_id BIGINT NOT NULL REFERENCES apps(id), name TEXT NOT NULL, driver TEXT NOT NULL,
    agent_id TEXT REFERENCES agents(id), created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    last_seen_at BIGINT, UNIQUE (app_id, name))`,
  `CREATE INDEX machines_agent ON machines (agent_id)`,
  `CREATE TABLE join_tokens (
    hash $BYTES PRIMARY KEY, organization_id BIGINT NOT NULL, machine_id TEXT NOT NULL, expires_at BIGINT NOT NULL,
    used_at BIGINT)`,
  `CREATE TABLE key_generations (
    id TEXT PRIMARY KEY, generation BIGINT NOT NULL UNIQUE, sealed $BYTES NOT NULL, created_at BIGINT NOT NULL,
    retired_at BIGINT)`,
  `CREATE TABLE tokens (
    id TEXT PRIMARY KEY, uuid TEXT NOT NULL, key_id TEXT NOT NULL REFERENCES key_generations(id),
    organization_id BIGINT NOT NULL, app_id BIGINT, name TEXT NOT NULL, profile TEXT NOT NULL,
    caveats $BYTES NOT NULL, created_by BIGINT NOT NULL REFERENCES users(id), created_at BIGINT NOT NULL,
    expires_at BIGINT, revoked_at BIGINT, revoke_reason TEXT, successor_id TEXT, revokes_on_use TEXT,
    dies_at BIGINT,
    last_used_at BIGINT, last_used_from TEXT, last_used_machine TEXT, last_used_command TEXT,
    uses BIGINT NOT NULL DEFAULT 0, refusals BIGINT NOT NULL DEFAULT 0)`,
  `CREATE INDEX tokens_organization ON tokens (organization_id, created_at, id)`,
  `CREATE INDEX tokens_app ON tokens (app_id, created_at, id)`,
  `CREATE TABLE token_usage (
    token_id TEXT NOT NULL, day TEXT NOT NULL, organization_id BIGINT NOT NULL, allowed BIGINT NOT NULL,
    refused BIGINT NOT NULL, PRIMARY KEY (token_id, day))`,
  `CREATE TABLE sessions (
    hash $BYTES PRIMARY KEY, user_id BIGINT NOT NULL REFERENCES users(id), created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL)`,
  `CREATE TABLE logins (
    hash $BYTES PRIMARY KEY, user_id BIGINT NOT NULL REFERENCES users(id), expires_at BIGINT NOT NULL,
    used_at BIGINT)`,
  `CREATE TABLE execs (
    id TEXT PRIMARY KEY, organization_id BIGINT NOT NULL, app_id BIGINT NOT NULL, machine_id TEXT NOT NULL,
    token_id TEXT, user_id BIGINT, source TEXT, command TEXT NOT NULL, detached BIGINT NOT NULL, tty BIGINT NOT NULL,
    started_at BIGINT NOT NULL, ended_at BIGINT, reason TEXT, exit_code BIGINT, exit_signal BIGINT,
    stdout_bytes BIGINT NOT NULL, stderr_bytes BIGINT NOT NULL, truncated BIGINT NOT NULL, recorded BIGINT NOT NULL,
    idempotency_key TEXT)`,
  `CREATE UNIQUE INDEX execs_idempotency ON execs (organization_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL`,
  `CREATE INDEX execs_app ON execs (app_id, started_at)`,
  `CREATE INDEX execs_token ON execs (token_id, started_at) WHERE token_id IS NOT NULL`,
  `CREATE INDEX execs_running ON execs (ended_at) WHERE ended_at IS NULL`,
  `CREATE TABLE audit (
    seq $SEQUENCE PRIMARY KEY, organization_id BIGINT, app_id BIGINT, token_id TEXT, exec_id TEXT, action TEXT NOT NULL,
    outcome TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL)`,
  `CREATE INDEX audit_organization ON audit (organization_id, seq)`,
  `CREATE INDEX audit_token ON audit (token_id, seq) WHERE token_id IS NOT NULL`,
];
