/** Every read, once for all databases. */
import { GENESIS } from './audit-chain.ts';
import {
  agentOf,
  appOf,
  auditOf,
  execOf,
  keyOf,
  machineOf,
  number,
  organizationOf,
  rawAuditOf,
  role,
  text,
  tokenOf,
  userOf,
} from './row.ts';
import { statement, type Row, type SqlValue, type Statement } from './statement.ts';
import { execQuery, tokenCount, tokenPage, auditQuery } from './list-statements.ts';
import { LIVE_TOKENS_OF_KEY } from './token-statements.ts';
import type { Store } from '../store.ts';

/** Runs one query outside a transaction; sees what is committed. */
export type ReadAll = (query: Statement) => Promise<readonly Row[]>;

export type Reads = Omit<Store, 'commit' | 'commitSoon' | 'close'>;

/** Execs are read with everything that was to be written soon: an outcome its caller has is in its record. */
export function readExecsAfter(settled: () => Promise<void>, reads: Reads): Reads {
  return {
    ...reads,
    findExec: async (execId) => settled().then(() => reads.findExec(execId)),
    findExecByKey: async (organizationId, key) =>
      settled().then(() => reads.findExecByKey(organizationId, key)),
    listExecs: async (query) => settled().then(() => reads.listExecs(query)),
  };
}

const APP = `SELECT apps.*, (SELECT COUNT(*) FROM machines WHERE machines.app_id = apps.id) AS machine_count FROM apps`;
export const TOKEN = `SELECT tokens.*, users.email AS created_by_email FROM tokens JOIN users ON users.id = tokens.created_by`;

export function createReads(all: ReadAll): Reads {
  const one = async <T>(
    parse: (row: Row) => T,
    sql: string,
    ...params: SqlValue[]
  ): Promise<T | undefined> => {
    const [row] = await all(statement(sql, params));
    return row === undefined ? undefined : parse(row);
  };
  const many = async <T>(parse: (row: Row) => T, sql: string, ...params: SqlValue[]): Promise<T[]> =>
    (await all(statement(sql, params))).map(parse);

  return {
    findUserByEmail: (email) => one(userOf, 'SELECT * FROM users WHERE email = $1', email),
    findUser: (userId) => one(userOf, 'SELECT * FROM users WHERE id = $1', userId),
    findSession: (hash, now) =>
      one(
        (row) => ({
          user: userOf(row, 'user_'),
          createdAt: number(row, 'created_at'),
          expiresAt: number(row, 'expires_at'),
        }),
        `SELECT sessions.*, users.id AS user_id, users.public_id AS user_public_id, users.email AS user_email,
           users.created_at AS user_created_at
         FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.hash = $1 AND sessions.expires_at > $2`,
        hash,
        now,
      ),
    findOrganization: (reference) =>
      typeof reference === 'number'
        ? one(organizationOf, 'SELECT * FROM organizations WHERE id = $1', reference)
        : one(organizationOf, 'SELECT * FROM organizations WHERE slug = $1 OR public_id = $1', reference),
    findApp: (reference) =>
      typeof reference === 'number'
        ? one(appOf, `${APP} WHERE apps.id = $1`, reference)
        : one(appOf, `${APP} WHERE apps.name = $1 OR apps.public_id = $1`, reference),
    findMachine: (machineId) => one(machineOf, 'SELECT * FROM machines WHERE id = $1', machineId),
    findToken: (tokenId) => one(tokenOf, `${TOKEN} WHERE tokens.id = $1`, tokenId),
    findExec: (execId) => one(execOf, 'SELECT * FROM execs WHERE id = $1', execId),
    findAgent: (agentId) => one(agentOf, 'SELECT * FROM agents WHERE id = $1', agentId),
    findLogin: (hash, now) =>
      one(
        (row) => userOf(row),
        `SELECT users.* FROM logins JOIN users ON users.id = logins.user_id
         WHERE logins.hash = $1 AND logins.used_at IS NULL AND logins.expires_at > $2`,
        hash,
        now,
      ),
    findMachineByJoin: (hash, now) =>
      one(
        machineOf,
        `SELECT machines.* FROM join_tokens JOIN machines ON machines.id = join_tokens.machine_id
         WHERE join_tokens.hash = $1 AND join_tokens.used_at IS NULL AND join_tokens.expires_at > $2`,
        hash,
        now,
      ),
    listMemberships: (userId) =>
      many(
        (row) => ({ organization: organizationOf(row), role: role(row, 'role') }),
        `SELECT organizations.*, members.role FROM members JOIN organizations
           ON organizations.id = members.organization_id
         WHERE members.user_id = $1 ORDER BY organizations.slug`,
        userId,
      ),
    listKeys: () => many(keyOf, 'SELECT * FROM key_generations ORDER BY generation'),
    countLiveTokens: async (keyId, now) =>
      (await one((row) => number(row, 'count'), LIVE_TOKENS_OF_KEY, now, keyId)) ?? 0,
    listMachinesOfAgent: (agentId) =>
      many(machineOf, 'SELECT * FROM machines WHERE agent_id = $1 ORDER BY id', agentId),
    countUsers: async () =>
      (await one((row) => number(row, 'count'), 'SELECT COUNT(*) AS count FROM users')) ?? 0,
    findRole: (organizationId, userId) =>
      one(
        (row) => role(row, 'role'),
        'SELECT role FROM members WHERE organization_id = $1 AND user_id = $2',
        organizationId,
        userId,
      ),
    listMembers: (organizationId) =>
      many(
        (row) => ({ user: userOf(row), role: role(row, 'role'), joinedAt: number(row, 'joined_at') }),
        `SELECT users.*, members.role, members.joined_at FROM members JOIN users ON users.id = members.user_id
         WHERE members.organization_id = $1 ORDER BY users.email`,
        organizationId,
      ),
    listApps: (organizationId) =>
      many(appOf, `${APP} WHERE apps.organization_id = $1 ORDER BY apps.name`, organizationId),
    listMachines: (organizationId, appId) =>
      many(
        machineOf,
        'SELECT * FROM machines WHERE organization_id = $1 AND app_id = $2 ORDER BY id',
        organizationId,
        appId,
      ),
    listTokens: async (query) => {
      const tokens = (await all(tokenPage(query, TOKEN))).map(tokenOf);
      const [count] = await all(tokenCount(query));
      return { tokens, total: count === undefined ? 0 : number(count, 'count') };
    },
    tokenUsage: (organizationId, tokenId) =>
      many(
        (row) => ({
          day: text(row, 'day'),
          allowed: number(row, 'allowed'),
          refused: number(row, 'refused'),
        }),
        'SELECT * FROM token_usage WHERE organization_id = $1 AND token_id = $2 ORDER BY day',
        organizationId,
        tokenId,
      ),
    listExecs: async (query) => (await all(execQuery(query))).map(execOf),
    findExecByKey: (organizationId, idempotencyKey) =>
      one(
        execOf,
        'SELECT * FROM execs WHERE organization_id = $1 AND idempotency_key = $2',
        organizationId,
        idempotencyKey,
      ),
    listAudit: async (query) => (await all(auditQuery(query, GENESIS))).map(auditOf),
    scanAudit: (after, limit) =>
      many(rawAuditOf, 'SELECT * FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2', after, limit),
  };
}
