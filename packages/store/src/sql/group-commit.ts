/**
 * Group commit: units that arrive while a transaction is being written share the next one. A durable commit costs
 * the same whether it holds one unit or thirty.
 */
import type { Write, WriteResult } from '../write.ts';
import { StoreError } from '../errors.ts';
import type { BatchMode, UnitOutcome } from './apply-batch.ts';

/** Units in one transaction at most: bounds how long others wait. */
const MAX_UNITS = 256;

/** Milliseconds after which a unit nobody waits for is written in a transaction of its own. */
const SOON_MS = 5;

/** Runs one transaction for several units; rejects when nothing of it was written. */
export type RunBatch = (
  units: readonly (readonly Write[])[],
  mode: BatchMode,
) => Promise<readonly UnitOutcome[]>;

interface Waiting {
  readonly writes: readonly Write[];
  readonly resolve: (results: readonly WriteResult[]) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommit {
  readonly commit: (writes: readonly Write[]) => Promise<readonly WriteResult[]>;
  /** Joins the next transaction, or has one after a moment. */
  readonly commitSoon: (writes: readonly Write[]) => Promise<readonly WriteResult[]>;
  /** Resolves when everything that was given up to now has been written or refused. */
  readonly settled: () => Promise<void>;
  /** Waits for what is queued and refuses what comes later. */
  close(): Promise<void>;
}

export function createGroupCommit(run: RunBatch): GroupCommit {
  let queue: Waiting[] = [];
  let closed = false;
  let working: Promise<void> | undefined;
  let soon: NodeJS.Timeout | undefined;

  const work = async (): Promise<void> => {
    // One turn of the event loop lets everything that arrived together join.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const batch = queue.slice(0, MAX_UNITS);
      queue = queue.slice(MAX_UNITS);
      await settle(batch, run);
    }
    working = undefined;
  };

  const begin = (): void => {
    clearTimeout(soon);
    soon = undefined;
    working ??= work();
  };
  const enqueue = (writes: readonly Write[], then: () => void): Promise<readonly WriteResult[]> => {
    if (closed) return Promise.reject(new StoreError('unavailable', 'the store is closed'));
    return new Promise((resolve, reject) => {
      queue.push({ writes, resolve, reject });
      then();
    });
  };
  const settled = async (): Promise<void> => {
    if (queue.length > 0) begin();
    await working;
  };

  return {
    commit: (writes) => enqueue(writes, begin),
    commitSoon: (writes) => enqueue(writes, () => (soon ??= setTimeout(begin, SOON_MS))),
    settled,
    async close() {
      closed = true;
      await settled();
    },
  };
}

async function settle(batch: readonly Waiting[], run: RunBatch): Promise<void> {
  const units = batch.map(({ writes }) => writes);
  try {
    const outcomes = await runBatch(units, run);
    for (const [index, waiting] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome !== undefined && 'results' in outcome) waiting.resolve(outcome.results);
      else waiting.reject(outcome?.error);
    }
  } catch (error) {
    for (const waiting of batch) waiting.reject(error);
  }
}

/** Most batches have no unit that fails: only where one does, they are kept apart, in a second transaction. */
async function runBatch(
  units: readonly (readonly Write[])[],
  run: RunBatch,
): Promise<readonly UnitOutcome[]> {
  try {
    return await run(units, 'together');
  } catch (error) {
    if (units.length === 1) throw error;
    return run(units, 'apart');
  }
}
