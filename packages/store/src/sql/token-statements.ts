/** Writes of tokens and execs as the statements that carry them out. */
import type { Write } from '../write.ts';
import { insert, missing, statement, type Statement } from './statement.ts';

/** Live tokens of the key `$2` at the time `$1`. */
export const LIVE_TOKENS_OF_KEY = `SELECT COUNT(*) AS count FROM tokens WHERE key_id = $2 AND revoked_at IS NULL
  AND (dies_at IS NULL OR dies_at > $1) AND (expires_at IS NULL OR expires_at >= $1)`;

const bit = (value: boolean): number => (value ? 1 : 0);

export function tokenAndExecStatements(
  write: Extract<Write, { kind: `token.${string}` | `exec.${string}` }>,
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
    case 'token.require-live':
      return [
        statement(
          `SELECT 1 AS live FROM tokens JOIN key_generations ON key_generations.id = tokens.key_id
           WHERE tokens.id = $1 AND tokens.organization_id = $2 AND tokens.revoked_at IS NULL
             AND (tokens.dies_at IS NULL OR tokens.dies_at > $3) AND key_generations.retired_at IS NULL`,
          [write.tokenId, write.organizationId, write.at],
          { code: 'precondition', message: 'the token is not live any more' },
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
    case 'exec.forget':
      return [
        statement(`DELETE FROM execs WHERE id = $1 AND organization_id = $2 AND ${FORGETTABLE}`, [
          write.execId,
          write.organizationId,
        ]),
      ];
    case 'exec.close-orphans':
      return [
        statement(`UPDATE execs SET ended_at = $1, reason = 'connection-lost' WHERE ended_at IS NULL`, [
          write.at,
        ]),
        statement(
          `DELETE FROM execs WHERE ${FORGETTABLE} AND reason = 'connection-lost'
             AND app_id IN (SELECT id FROM apps WHERE record = 'off')`,
          [],
        ),
      ];
  }
}

/** Without its record nobody could look at what is detached, and an idempotency key would run its command again. */
const FORGETTABLE = 'ended_at IS NOT NULL AND detached = 0 AND idempotency_key IS NULL';

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
