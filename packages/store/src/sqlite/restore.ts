/**
 * Putting a copy back. What was revoked since the copy was made must not come to life again in silence: revocations
 * are taken over from the database that is replaced; where there is none to ask, the operator decides.
 */
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../errors.ts';
import { number, text } from '../sql/row.ts';
import type { Row } from '../sql/statement.ts';
import { checkDatabase, DATABASE_FILE, type BackupCheck } from './backup.ts';
import { readSqliteError } from './errors.ts';
import { holdLock } from './lock.ts';

export interface RestoreOptions {
  /**
   * What happens to tokens that are live in the copy when no current database can say what was revoked since:
   * `revoke` them all, or `keep` them all.
   */
  readonly unknownTokens?: 'revoke' | 'keep';
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface RestoreResult extends BackupCheck {
  /** Tokens revoked since the copy was made, which stay revoked; or all, when that was chosen. */
  readonly revoked: number;
  /** Where the database that was replaced has gone. */
  readonly replaced: string | undefined;
}

/**
 * Restores a copy into a data directory no server uses. Sessions and one-time secrets of the copy are dropped.
 *
 * @throws StoreError `locked` while a server runs, `corrupt`, or `precondition` when nobody has said what shall
 *   happen to tokens that may have been revoked.
 */
export function restoreSqlite(backup: string, dataDirectory: string, options: RestoreOptions): RestoreResult {
  const release = holdLock(join(dataDirectory, 'lock.db'));
  const fresh = join(dataDirectory, 'restoring.db');
  const current = join(dataDirectory, DATABASE_FILE);
  try {
    const check = checkDatabase(join(backup, DATABASE_FILE));
    rmSync(fresh, { force: true });
    copyFileSync(join(backup, DATABASE_FILE), fresh);
    const known = existsSync(current) ? readRevocations(current) : undefined;
    if (known === undefined && options.unknownTokens === undefined) {
      throw new StoreError(
        'precondition',
        'there is no current database to take revocations from: tokens revoked since the backup would live again',
      );
    }
    const revoked = prepare(fresh, known, options);
    let replaced: string | undefined;
    if (existsSync(current)) {
      replaced = `${current}.before-restore-${options.now}`;
      renameSync(current, replaced);
      for (const suffix of ['-wal', '-shm']) {
        if (existsSync(current + suffix)) renameSync(current + suffix, replaced + suffix);
      }
    }
    renameSync(fresh, current);
    return { ...check, revoked, replaced };
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error instanceof StoreError ? error : readSqliteError(error);
  } finally {
    release();
  }
}

interface Revocations {
  readonly tokens: readonly { readonly id: string; readonly at: number }[];
  readonly keys: readonly { readonly id: string; readonly at: number }[];
}

/** A current database that cannot be read is an error: a guess would bring dead tokens to life. */
function readRevocations(file: string): Revocations {
  const database = new DatabaseSync(file);
  try {
    const read = (sql: string) =>
      database
        .prepare(sql)
        .all()
        .map((row: Row) => ({ id: text(row, 'id'), at: number(row, 'at') }));
    return {
      tokens: read(
        'SELECT id, COALESCE(revoked_at, dies_at) AS at FROM tokens WHERE revoked_at IS NOT NULL OR dies_at IS NOT NULL',
      ),
      keys: read('SELECT id, retired_at AS at FROM key_generations WHERE retired_at IS NOT NULL'),
    };
  } catch (error) {
    throw readSqliteError(error);
  } finally {
    database.close();
  }
}

function prepare(
  file: string,
  known: Revocations | undefined,
  { unknownTokens, now }: RestoreOptions,
): number {
  const database = new DatabaseSync(file);
  try {
    database.exec('BEGIN IMMEDIATE');
    let revoked = 0;
    if (known !== undefined) {
      const token = database.prepare(
        `UPDATE tokens SET revoked_at = ?1, revoke_reason = 'revoked before a backup was restored'
         WHERE id = ?2 AND revoked_at IS NULL`,
      );
      for (const { id, at } of known.tokens) revoked += Number(token.run(at, id).changes);
      const key = database.prepare(
        'UPDATE key_generations SET retired_at = ?1 WHERE id = ?2 AND retired_at IS NULL',
      );
      for (const { id, at } of known.keys) key.run(at, id);
    } else if (unknownTokens === 'revoke') {
      revoked = Number(
        database
          .prepare(
            `UPDATE tokens SET revoked_at = ?1, revoke_reason = 'a backup was restored' WHERE revoked_at IS NULL`,
          )
          .run(now).changes,
      );
    }
    database.exec('DELETE FROM sessions; DELETE FROM logins; DELETE FROM join_tokens; COMMIT');
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return revoked;
  } finally {
    database.close();
  }
}
