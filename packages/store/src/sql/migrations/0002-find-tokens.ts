/** Tokens are found by name, and revoked ones listed, however many there are; who may mint what is up to each organization. */
export const findTokens: readonly string[] = [
  `CREATE INDEX tokens_name ON tokens (organization_id, LOWER(name), id)`,
  `CREATE INDEX tokens_revoked ON tokens (organization_id, created_at, id) WHERE revoked_at IS NOT NULL`,
  `ALTER TABLE organizations ADD COLUMN member_profiles TEXT NOT NULL
    DEFAULT '["machine_exec","deploy","deploy_organization","readonly"]'`,
];
