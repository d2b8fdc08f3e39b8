/** Each write as the statements that carry it out. Audit entries are linked elsewhere, see audit-chain.ts. */
import type { Write } from '../write.ts';
import { statement, type SqlValue, type Statement } from './statement.ts';

type SqlWrite = Exclude<Write, { kind: 'audit.append' }>;

const missing = (what: string): NonNullable<Statement['whenNone']> => ({
  code: 'not-found',
  message: `there is no such ${what}`,
});

const spent = (what: string): NonNullable<Statement['whenNone']> => ({
  code: 'precondition',
  message: `the ${what} is unknown, expired or already used`,
});

const bit = (value: boolean): number => (value ? 1 : 0);

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
          'UPDATE organizations SET name = $1, slug = $2, max_token_lifetime_ms = $3 WHERE id = $4',
          [write.name, write.slug, write.maxTokenLifetimeMs, write.organizationId],
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
          'UPDATE key_generations SET retired_at = $1 WHERE id = $2 AND retired_at IS NULL',
          [write.at, write.keyId],
          missing('key that is not retired yet'),
        ),
      ];
    case 'session.insert':
      return [
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

function tokenAndExecStatements(
  write: Extract<SqlWrite, { kind: `token.${string}` | `exec.${string}` }>,
): Statement[] {
  switch (write.kind) {
    case 'token.insert': {
      const { token } = write;
      return [
        insert('tokens', {
          id: token.id,
          uuid: token.uuid,
          key_id: token.keyId,
          organization_id: token.organizationId,
          app_id: token.appId,
          name: token.name,
          profile: token.profile,
          caveats: token.caveats,
          created_by: token.createdBy,
          created_at: token.createdAt,
          expires_at: token.expiresAt,
          revokes_on_use: token.revokesOnUse,
        }),
      ];
    }
    case 'token.rename':
      return [
        statement(
          'UPDATE tokens SET name = $1 WHERE id = $2 AND organization_id = $3',
          [write.name, write.tokenId, write.organizationId],
          missing('token'),
        ),
      ];
    case 'token.revoke':
      return [
        statement(
          `UPDATE tokens SET revoked_at = COALESCE(revoked_at, $1), revoke_reason = COALESCE(revoke_reason, $2)
           WHERE id = $3 AND organization_id = $4`,
          [write.at, write.reason, write.tokenId, write.organizationId],
          missing('token'),
        ),
      ];
    case 'token.supersede':
      return [
        statement(
          `UPDATE tokens SET successor_id = $1, dies_at = $2
           WHERE id = $3 AND organization_id = $4 AND revoked_at IS NULL AND successor_id IS NULL`,
          [write.successorId, write.diesAt, write.tokenId, write.organizationId],
          { code: 'precondition', message: 'the token is revoked or was rotated already' },
        ),
      ];
    case 'token.first-use':
      return [
        statement('UPDATE tokens SET revokes_on_use = NULL WHERE id = $1 AND organization_id = $2', [
          write.tokenId,
          write.organizationId,
        ]),
      ];
    case 'token.usage':
      return usageStatements(write.usage);
    case 'exec.insert': {
      const { exec } = write;
      return [
        insert('execs', {
          id: exec.id,
          organization_id: exec.organizationId,
          app_id: exec.appId,
          machine_id: exec.machineId,
          token_id: exec.tokenId,
          user_id: exec.userId,
          source: exec.source,
          command: JSON.stringify(exec.command),
          detached: bit(exec.detached),
          tty: bit(exec.tty),
          started_at: exec.startedAt,
          stdout_bytes: exec.stdoutBytes,
          stderr_bytes: exec.stderrBytes,
          truncated: bit(exec.truncated),
          recorded: bit(exec.recorded),
          idempotency_key: write.idempotencyKey,
        }),
      ];
    }
    case 'exec.close':
      return [
        statement(
          `UPDATE execs SET ended_at = $1, reason = $2, exit_code = $3, exit_signal = $4, stdout_bytes = $5,
             stderr_bytes = $6, truncated = $7
           WHERE id = $8 AND organization_id = $9 AND ended_at IS NULL`,
          [
            write.endedAt,
            write.reason,
            write.exitCode,
            write.exitSignal,
            write.stdoutBytes,
            write.stderrBytes,
            bit(write.truncated),
            write.execId,
            write.organizationId,
          ],
        ),
      ];
    case 'exec.close-orphans':
      return [
        statement(`UPDATE execs SET ended_at = $1, reason = 'connection-lost' WHERE ended_at IS NULL`, [
          write.at,
        ]),
      ];
  }
}

function usageStatements(usage: Extract<Write, { kind: 'token.usage' }>['usage']): Statement[] {
  const { last } = usage;
  return [
    statement(
      `INSERT INTO token_usage (token_id, day, organization_id, allowed, refused) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (token_id, day) DO UPDATE
       SET allowed = token_usage.allowed + excluded.allowed, refused = token_usage.refused + excluded.refused`,
      [usage.tokenId, usage.day, usage.organizationId, usage.allowed, usage.refused],
    ),
    statement(
      `UPDATE tokens SET uses = uses + $1, refusals = refusals + $2,
         last_used_at = COALESCE($3, last_used_at),
         last_used_from = CASE WHEN $3 IS NULL THEN last_used_from ELSE $4 END,
         last_used_machine = CASE WHEN $3 IS NULL THEN last_used_machine ELSE $5 END,
         last_used_command = CASE WHEN $3 IS NULL THEN last_used_command ELSE $6 END
       WHERE id = $7 AND organization_id = $8`,
      [
        usage.allowed,
        usage.refused,
        last?.at ?? null,
        last?.from ?? null,
        last?.machine ?? null,
        last?.command === undefined || last.command === null ? null : JSON.stringify(last.command),
        usage.tokenId,
        usage.organizationId,
      ],
    ),
  ];
}

function revokeAll(column: 'organization_id' | 'app_id', id: number, at: number, reason: string): Statement {
  return statement(
    `UPDATE tokens SET revoked_at = $1, revoke_reason = $2 WHERE ${column} = $3 AND revoked_at IS NULL`,
    [at, reason, id],
  );
}

function insert(table: string, columns: Readonly<Record<string, SqlValue>>, returnsId = false): Statement {
  const names = Object.keys(columns);
  const marks = names.map((_, index) => `$${index + 1}`);
  const returning = returnsId ? ' RETURNING id' : '';
  return statement(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks.join(', ')})${returning}`,
    Object.values(columns),
  );
}
