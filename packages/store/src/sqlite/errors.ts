/** What SQLite and the file system say, as store errors. */
import { StoreError } from '../errors.ts';

/** Primary result codes: https://www.sqlite.org/rescode.html */
const SQLITE = {
  busy: 5,
  locked: 6,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  constraint: 19,
  notadb: 26,
};

export function readSqliteError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : 'unknown failure';
  const code = primaryCode(error);
  const taken = /UNIQUE constraint failed: ([\w.]+)/.exec(message)?.[1];
  if (taken !== undefined) {
    return new StoreError('taken', `${taken} is taken`, { field: taken, cause: error });
  }
  switch (code) {
    case SQLITE.constraint:
      return new StoreError('precondition', 'something else still refers to this', { cause: error });
    case SQLITE.corrupt:
    case SQLITE.notadb:
      return new StoreError('corrupt', 'the database file is damaged or not a database; restore a backup', {
        cause: error,
      });
    case SQLITE.busy:
    case SQLITE.locked:
      return new StoreError('locked', 'another process holds the database', { cause: error });
    case SQLITE.full:
      return new StoreError('unavailable', 'the disk is full: nothing was written', { cause: error });
    default:
      return new StoreError('unavailable', `the database cannot be used: ${message}`, { cause: error });
  }
}

function primaryCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
