/**
 * SQLite in a data directory: WAL with `synchronous=FULL`, so that what a commit has resolved is on disk. One
 * process at a time: a lock that the operating system drops when its holder dies.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StoreError } from '../errors.ts';
import { applyBatch, type BatchResult, type BatchSteps, type ChainHead } from '../sql/apply-batch.ts';
import { createGroupCommit, type RunBatch } from '../sql/group-commit.ts';
import { MIGRATIONS, pendingMigrations, type Dialect } from '../sql/migrate.ts';
import { createReads, readExecsAfter } from '../sql/reads.ts';
import { number } from '../sql/row.ts';
import type { Row, Statement, StatementResult } from '../sql/statement.ts';
import type { Store } from '../store.ts';
import { readSqliteError } from './errors.ts';
import { holdLock } from './lock.ts';
import { rememberRows } from './remember.ts';

export const SQLITE_DIALECT: Dialect = {
  serial: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  sequence: 'INTEGER',
  bytes: 'BLOB',
};

const PRAGMAS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA busy_timeout = 2000;
  -- 16 MB of log before it is copied into the database: the pages every write touches are copied once instead of often.
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA cache_size = -32000`;

/**
 * Opens or creates the database `postern.db` in a directory, migrating it.
 *
 * @throws StoreError `locked`, `newer-schema`, `corrupt` or `unavailable`.
 */
export function openSqliteStore(directory: string): Store {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown failure';
    throw new StoreError('unavailable', `the data directory ${directory} cannot be made: ${why}`, { cause });
  }
  const release = holdLock(join(directory, 'lock.db'));
  try {
    return openDatabase(join(directory, 'postern.db'), release);
  } catch (error) {
    release();
    throw error instanceof StoreError ? error : readSqliteError(error);
  }
}

/** A store that lives in memory alone: the same code, no file. For tests and trials. */
export function openMemoryStore(): Store {
  return openDatabase(':memory:', () => undefined);
}

function openDatabase(path: string, release: () => void): Store {
  const database = new DatabaseSync(path);
  database.exec(PRAGMAS);
  migrate(database);
  const run = prepareOnce(database);
  const runBatch = createRunBatch(database, run);
  const group = createGroupCommit((units, mode) => {
    const done = runBatch(units, mode);
    remembered.noteWrites(units);
    return done;
  });
  const reads = createReads((query) => {
    try {
      return Promise.resolve(run(query).rows);
    } catch (error) {
      return Promise.reject(readSqliteError(error));
    }
  });
  const remembered = rememberRows(reads);
  return {
    ...readExecsAfter(group.settled, reads),
    ...remembered.reads,
    commit: group.commit,
    commitSoon: group.commitSoon,
    async close() {
      await group.close();
      database.close();
      release();
    },
  };
}

function migrate(database: DatabaseSync): void {
  const version = number(database.prepare('PRAGMA user_version').get() ?? {}, 'user_version');
  const statements = pendingMigrations(version, SQLITE_DIALECT);
  if (statements.length === 0) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const sql of statements) database.exec(sql);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** The whole transaction runs in one turn: no read can see half of it. */
function createRunBatch(database: DatabaseSync, run: (statement: Statement) => StatementResult): RunBatch {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  // Nobody else writes: the log ends where our last commit left it.
  let head: ChainHead | undefined;
  return (units, mode) => {
    try {
      begin.run();
      const done = drive(applyBatch(units, mode, head, readSqliteError), run);
      head = undefined;
      commit.run();
      ({ head } = done);
      return Promise.resolve(done.outcomes);
    } catch (error) {
      head = undefined;
      if (database.isTransaction) database.exec('ROLLBACK');
      return Promise.reject(readSqliteError(error));
    }
  };
}

function drive(steps: BatchSteps, run: (statement: Statement) => StatementResult): BatchResult {
  let step = steps.next();
  while (step.done !== true) {
    let result: StatementResult;
    try {
      result = run(step.value);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(result);
  }
  return step.value;
}

/** Prepares each statement text once. */
function prepareOnce(database: DatabaseSync): (statement: Statement) => StatementResult {
  const prepared = new Map<string, { readonly statement: StatementSync; readonly reads: boolean }>();
  return ({ sql, params }) => {
    let known = prepared.get(sql);
    if (known === undefined) {
      // `$1` is a named parameter to SQLite; `?1` is the first of the list.
      const statement = database.prepare(sql.replaceAll(/\$(\d+)/g, '?$1'));
      known = { statement, reads: /^\s*SELECT|RETURNING id$/.test(sql) };
      prepared.set(sql, known);
    }
    if (known.reads) {
      const rows: Row[] = known.statement.all(...params);
      return { rows, changes: rows.length };
    }
    return { rows: [], changes: Number(known.statement.run(...params).changes) };
  };
}
