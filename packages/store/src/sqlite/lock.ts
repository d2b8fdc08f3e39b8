/**
 * One process per data directory. The lock is SQLite's own file lock on a database beside the data, held by an open
 * transaction: the operating system drops it with the process, so that `kill -9` leaves nothing behind.
 */
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../errors.ts';
import { readSqliteError } from './errors.ts';

/**
 * @param path of the lock database.
 * @returns how to let go.
 * @throws StoreError `locked` when another process holds it.
 */
export function holdLock(path: string): () => void {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    const read = readSqliteError(error);
    if (read.code !== 'locked') throw read;
    throw new StoreError(
      'locked',
      'another Postern server uses this data directory; stop it, or choose another directory',
      {
        cause: error,
      },
    );
  }
  const held = database;
  return () => held.close();
}
