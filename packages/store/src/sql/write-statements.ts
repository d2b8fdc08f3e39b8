/** Each write as the statements that carry it out. Audit entries are linked elsewhere, see audit-chain.ts. */
import type { Write } from '../write.ts';
import { insert, missing, statement, type Statement } from './statement.ts';
import { LIVE_TOKENS_OF_KEY, tokenAndExecStatements } from './token-statements.ts';

type SqlWrite = Exclude<Write, { kind: 'audit.append' }>;

const spent = (what: string): NonNullable<Statement['whenNone']> => ({
  code: 'precondition',
  message: `the ${what} is unknown, expired or already used`,
});

export function writeStatements(write: SqlWrite): Statement[] {
  switch (write.kind) {
    case 'user.insert':
      return [insert('users', { public_id: write.publicId, email: write.email, created_at: write.at }, true)];
    case 'organization.insert':
      return [
        insert(
          'organizations',
          { public_id: write.publicId, slug: write.slug, name: write.name, created_at: write.at },
          true,
        ),
      ];
    case 'organization.update':
      return [
        statement(
          `UPDATE organizations SET name = $1, slug = $2, max_token_lifetime_ms = $3, member_profiles = $4
           WHERE id = $5`,
          [
            write.name,
            write.slug,
            write.maxTokenLifetimeMs,
            JSON.stringify(write.memberProfiles),
            write.organizationId,
          ],
          missing('organization'),
        ),
      ];
    case 'organization.delete':
      return [
        revokeAll('organization_id', write.organizationId, write.at, 'the organization was deleted'),
        statement('DELETE FROM members WHERE organization_id = $1', [write.organizationId]),
        statement('DELETE FROM agents WHERE organization_id = $1', [write.organizationId]),
        statement('DELETE FROM organizations WHERE id = $1', [write.organizationId], missing('organization')),
      ];
    case 'member.put':
      return [
        statement(
          `INSERT INTO members (organization_id, user_id, role, joined_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (organization_id, user_id) DO UPDATE SET role = excluded.role`,
          [write.organizationId, write.userId, write.role, write.at],
        ),
      ];
    case 'member.put-by-slug':
      return [
        statement(
          `INSERT INTO members (organization_id, user_id, role, joined_at)
           SELECT id, CAST($2 AS BIGINT), $3, CAST($4 AS BIGINT) FROM organizations WHERE slug = $1`,
          [write.slug, write.userId, write.role, write.at],
          missing('organization'),
        ),
      ];
    case 'member.delete':
      return [
        statement(
          'DELETE FROM members WHERE organization_id = $1 AND user_id = $2',
          [write.organizationId, write.userId],
          missing('member'),
        ),
      ];
    case 'app.insert':
      return [
        insert(
          'apps',
          {
            public_id: write.publicId,
            organization_id: write.organizationId,
            name: write.name,
            created_at: write.at,
          },
          true,
        ),
      ];
    case 'app.update':
      return [
        statement(
          'UPDATE apps SET name = $1, record = $2 WHERE id = $3 AND organization_id = $4',
          [write.name, write.record, write.appId, write.organizationId],
          missing('app'),
        ),
      ];
    case 'app.delete':
      return [
        revokeAll('app_id', write.appId, write.at, 'the app was deleted'),
        statement('DELETE FROM machines WHERE app_id = $1 AND organization_id = $2', [
          write.appId,
          write.organizationId,
        ]),
        statement(
          'DELETE FROM apps WHERE id = $1 AND organization_id = $2',
          [write.appId, write.organizationId],
          missing('app'),
        ),
      ];
    default:
      return otherStatements(write);
  }
}

function otherStatements(
  write: Exclude<
    SqlWrite,
    { kind: `user.${string}` | `organization.${string}` | `member.${string}` | `app.${string}` }
  >,
): Statement[] {
  switch (write.kind) {
    case 'machine.insert': {
      const { machine } = write;
      return [
        insert('machines', {
          id: machine.id,
          organization_id: machine.organizationId,
          app_id: machine.appId,
          name: machine.name,
          driver: machine.driver,
          agent_id: machine.agentId,
          created_at: machine.createdAt,
          updated_at: machine.createdAt,
        }),
      ];
    }
    case 'machine.rename':
      return [
        statement(
          'UPDATE machines SET name = $1, updated_at = $2 WHERE id = $3 AND organization_id = $4',
          [write.name, write.at, write.machineId, write.organizationId],
          missing('machine'),
        ),
      ];
    case 'machine.delete':
      return [
        statement('DELETE FROM join_tokens WHERE machine_id = $1', [write.machineId]),
        statement(
          'DELETE FROM machines WHERE id = $1 AND organization_id = $2',
          [write.machineId, write.organizationId],
          missing('machine'),
        ),
      ];
    case 'machine.seen':
      return [
        statement('UPDATE machines SET last_seen_at = $1 WHERE agent_id = $2', [write.at, write.agentId]),
      ];
    case 'agent.insert':
      return [
        insert('agents', {
          id: write.id,
          organization_id: write.organizationId,
          public_key: write.publicKey,
          created_at: write.at,
        }),
      ];
    case 'join.insert':
      return [
        insert('join_tokens', {
          hash: write.hash,
          organization_id: write.organizationId,
          machine_id: write.machineId,
          expires_at: write.expiresAt,
        }),
      ];
    case 'join.consume':
      return [
        statement(
          'UPDATE join_tokens SET used_at = $1 WHERE hash = $2 AND used_at IS NULL AND expires_at > $1',
          [write.at, write.hash],
          spent('join token'),
        ),
        statement(
          `UPDATE machines SET agent_id = $1, updated_at = $2
           WHERE id = (SELECT machine_id FROM join_tokens WHERE hash = $3)`,
          [write.agentId, write.at, write.hash],
          missing('machine'),
        ),
      ];
    case 'key.insert':
      return [
        insert('key_generations', {
          id: write.key.id,
          generation: write.key.generation,
          sealed: write.key.sealed,
          created_at: write.key.createdAt,
        }),
      ];
    case 'key.require-live':
      return [
        statement(
          'SELECT 1 AS live FROM key_generations WHERE id = $1 AND retired_at IS NULL',
          [write.keyId],
          { code: 'precondition', message: 'the signing key was retired meanwhile; mint again' },
        ),
      ];
    case 'key.reseal':
      return [
        statement(
          'UPDATE key_generations SET sealed = $1 WHERE id = $2',
          [write.sealed, write.keyId],
          missing('key'),
        ),
      ];
    case 'key.retire':
      return [
        statement(
          `UPDATE key_generations SET retired_at = $1
           WHERE id = $2 AND retired_at IS NULL AND $3 = (${LIVE_TOKENS_OF_KEY})`,
          [write.at, write.keyId, write.liveTokens],
          {
            code: 'precondition',
            message: 'the key is retired already, or another number of live tokens would die',
          },
        ),
      ];
    case 'session.insert':
      return [
        // Of no use to anybody any more, and nobody else would take them away.
        ...['sessions', 'logins', 'join_tokens'].map((table) =>
          statement(`DELETE FROM ${table} WHERE expires_at <= $1`, [write.at]),
        ),
        insert('sessions', {
          hash: write.hash,
          user_id: write.userId,
          created_at: write.at,
          expires_at: write.expiresAt,
        }),
      ];
    case 'session.delete':
      return [statement('DELETE FROM sessions WHERE hash = $1', [write.hash])];
    case 'session.delete-user':
      return [statement('DELETE FROM sessions WHERE user_id = $1', [write.userId])];
    case 'login.insert':
      return [insert('logins', { hash: write.hash, user_id: write.userId, expires_at: write.expiresAt })];
    case 'login.consume':
      return [
        statement(
          'UPDATE logins SET used_at = $1 WHERE hash = $2 AND used_at IS NULL AND expires_at > $1',
          [write.at, write.hash],
          spent('login link'),
        ),
      ];
    default:
      return tokenAndExecStatements(write);
  }
}

function revokeAll(column: 'organization_id' | 'app_id', id: number, at: number, reason: string): Statement {
  return statement(
    `UPDATE tokens SET revoked_at = $1, revoke_reason = $2 WHERE ${column} = $3 AND revoked_at IS NULL`,
    [at, reason, id],
  );
}
