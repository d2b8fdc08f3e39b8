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

export type BatchSteps = Generator<Statement, UnitOutcome[], StatementResult>;

/** Turns what a database threw at a statement into a {@link StoreError}, or rethrows what fails the whole batch. */
export type ReadDatabaseError = (error: unknown) => StoreError;

interface ChainHead {
  seq: number;
  hash: string;
}

/** Steps of one batch, between BEGIN and COMMIT. */
export function* applyBatch(units: readonly (readonly Write[])[], readError: ReadDatabaseError): BatchSteps {
  const head = yield* readHead();
  const outcomes: UnitOutcome[] = [];
  const [only] = units;
  // One unit alone needs no savepoint: when it fails, the transaction fails.
  if (units.length === 1 && only !== undefined) return [{ results: yield* applyUnit(only, head) }];
  for (const writes of units) {
    const before = { ...head };
    yield statement('SAVEPOINT unit', []);
    try {
      outcomes.push({ results: yield* applyUnit(writes, head) });
    } catch (error) {
      yield statement('ROLLBACK TO SAVEPOINT unit', []);
      Object.assign(head, before);
      outcomes.push({ error: error instanceof StoreError ? error : readError(error) });
    }
    yield statement('RELEASE SAVEPOINT unit', []);
  }
  return outcomes;
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
  head: ChainHead,
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

function linkEntry(entry: Extract<Write, { kind: 'audit.append' }>['entry'], head: ChainHead): Statement {
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
