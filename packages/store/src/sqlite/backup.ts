/** A consistent copy of a running SQLite store, made page by page while the server goes on writing. */
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { StoreError } from '../errors.ts';
import { checkChain, GENESIS } from '../sql/audit-chain.ts';
import { number, rawAuditOf } from '../sql/row.ts';
import { readSqliteError } from './errors.ts';

export const DATABASE_FILE = 'postern.db';
/** Audit entries looked at together. */
const PAGE = 1000;

/** What a copy holds, after it has been checked. */
export interface BackupCheck {
  readonly tokens: number;
  readonly auditEntries: number;
  readonly auditHead: string;
}

/**
 * Copies the database of a data directory into another directory, and checks the copy.
 *
 * @param target is made; it must not hold a database yet.
 * @throws StoreError `taken` when it does, `not-found` without a source, `corrupt` when the copy does not check out.
 */
export async function backupSqlite(dataDirectory: string, target: string): Promise<BackupCheck> {
  const source = join(dataDirectory, DATABASE_FILE);
  const copy = join(target, DATABASE_FILE);
  if (!existsSync(source)) throw new StoreError('not-found', `there is no database in ${dataDirectory}`);
  if (existsSync(copy)) throw new StoreError('taken', `${copy} is there already; name an empty directory`);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  try {
    const database = new DatabaseSync(source, { readOnly: true });
    try {
      await backup(database, copy);
    } finally {
      database.close();
    }
    chmodSync(copy, 0o600);
  } catch (error) {
    throw readSqliteError(error);
  }
  return checkDatabase(copy);
}

/**
 * Looks at every page and every link of the audit chain.
 *
 * @throws StoreError `corrupt`.
 */
export function checkDatabase(file: string): BackupCheck {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const [verdict] = Object.values(database.prepare('PRAGMA integrity_check(1)').get() ?? {});
    if (verdict !== 'ok') throw new StoreError('corrupt', `${file} is damaged: ${String(verdict)}`);
    const chain = readChain(database, file);
    const tokens = number(database.prepare('SELECT COUNT(*) AS count FROM tokens').get() ?? {}, 'count');
    return { tokens, auditEntries: chain.seq, auditHead: chain.hash };
  } catch (error) {
    throw readSqliteError(error);
  } finally {
    database.close();
  }
}

/** A page at a time: a log may be larger than memory. */
function readChain(database: DatabaseSync, file: string): { readonly seq: number; readonly hash: string } {
  const page = database.prepare(`SELECT * FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ${PAGE}`);
  let place: { readonly seq: number; readonly hash: string } = { seq: 0, hash: GENESIS };
  for (;;) {
    const rows = page.all(place.seq).map(rawAuditOf);
    if (rows.length === 0) return place;
    const checked = checkChain(rows, place);
    if ('broken' in checked) {
      throw new StoreError(
        'corrupt',
        `the audit log of ${file} is broken at entry ${checked.broken.seq}: ${checked.broken.reason}`,
      );
    }
    place = checked;
  }
}
