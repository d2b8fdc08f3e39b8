/**
 * One durable transaction for many units: group commit. A unit that fails is rolled back alone, and the others
 * stand.
 *
 * Written as a generator that yields statements and is given results, so that the same steps drive a synchronous
 * and an asynchronous database.
 */
import { StoreError } from '../errors.ts';
import type { Write, WriteResult } from '../write.ts';
import { auditBody, auditHash, GENESIS } from './audit-chain.ts';
import { statement, type Statement, type StatementResult } from './statement.ts';
import { writeStatements } from './write-statements.ts';

export type UnitOutcome = { readonly results: readonly WriteResult[] } | { readonly error: unknown };

/** The last entry of the audit log. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

export interface BatchResult {
  readonly outcomes: readonly UnitOutcome[];
  /** Where the log ends, once this is committed. */
  readonly head: ChainHead;
}

export type BatchSteps = Generator<Statement, BatchResult, StatementResult>;

/** Turns what a database threw at a statement into a {@link StoreError}, or rethrows what fails the whole batch. */
export type ReadDatabaseError = (error: unknown) => StoreError;

/**
 * `together`: the first unit that fails fails the transaction. `apart`: each unit has a savepoint of its own, which
 * costs as much again as the unit itself.
 */
export type BatchMode = 'together' | 'apart';

type Chain = { -readonly [Key in keyof ChainHead]: ChainHead[Key] };

/**
 * Steps of one batch, between BEGIN and COMMIT.
 *
 * @param head where the log ends, when it is known.
 */
export function* applyBatch(
  units: readonly (readonly Write[])[],
  mode: BatchMode,
  head: ChainHead | undefined,
  readError: ReadDatabaseError,
): BatchSteps {
  const chain: Chain = { ...(head ?? (yield* readHead())) };
  const outcomes: UnitOutcome[] = [];
  for (const writes of units) {
    if (mode === 'together') outcomes.push({ results: yield* applyUnit(writes, chain) });
    else outcomes.push(yield* applyApart(writes, chain, readError));
  }
  return { outcomes, head: chain };
}

function* applyApart(
  writes: readonly Write[],
  chain: Chain,
  readError: ReadDatabaseError,
): Generator<Statement, UnitOutcome, StatementResult> {
  const before = { ...chain };
  yield statement('SAVEPOINT unit', []);
  let outcome: UnitOutcome;
  try {
    outcome = { results: yield* applyUnit(writes, chain) };
  } catch (error) {
    yield statement('ROLLBACK TO SAVEPOINT unit', []);
    Object.assign(chain, before);
    outcome = { error: error instanceof StoreError ? error : readError(error) };
  }
  yield statement('RELEASE SAVEPOINT unit', []);
  return outcome;
}

function* readHead(): Generator<Statement, ChainHead, StatementResult> {
  const { rows } = yield statement('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1', []);
  const [row] = rows;
  return row === undefined
    ? { seq: 0, hash: GENESIS }
    : { seq: Number(row['seq']), hash: String(row['hash']) };
}

function* applyUnit(
  writes: readonly Write[],
  head: Chain,
): Generator<Statement, WriteResult[], StatementResult> {
  const results: WriteResult[] = [];
  for (const write of writes) {
    const statements =
      write.kind === 'audit.append' ? [linkEntry(write.entry, head)] : writeStatements(write);
    let result: WriteResult;
    for (const step of statements) {
      const { rows, changes } = yield step;
      if (step.whenNone !== undefined && changes === 0) {
        throw new StoreError(step.whenNone.code, step.whenNone.message);
      }
      if (rows[0]?.['id'] !== undefined) result = Number(rows[0]['id']);
    }
    results.push(result);
  }
  return results;
}

function linkEntry(entry: Extract<Write, { kind: 'audit.append' }>['entry'], head: Chain): Statement {
  head.seq += 1;
  const body = auditBody(head.seq, entry);
  head.hash = auditHash(head.hash, body);
  return statement(
    `INSERT INTO audit (seq, organization_id, app_id, token_id, exec_id, action, outcome, body, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      head.seq,
      entry.organizationId,
      entry.appId,
      entry.tokenId,
      entry.execId,
      entry.action,
      entry.outcome,
      body,
      head.hash,
    ],
  );
}
