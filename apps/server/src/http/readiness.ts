/** Whether this server should be sent requests: it is not stopping, it can read, and its last write did not fail. */
import { StoreError, type Store } from '@postern/store';
import type { Metrics } from '../metrics.ts';

/** For how long after a failed write the server calls itself not ready; then a caller may try again. */
export const NOT_READY_AFTER_FAILED_WRITE_MS = 10_000;

export interface Readiness {
  /** Why requests should go elsewhere; undefined when all is well. */
  check(): Promise<'draining' | 'store-unreadable' | 'store-unwritable' | undefined>;
  /** From now on the answer is `draining`. */
  drain(): void;
  readonly draining: boolean;
}

/** A store whose writes are timed and remembered, and what they say about readiness. */
export function watchStore(
  store: Store,
  metrics: Metrics,
  now: () => number,
): { readonly store: Store; readonly readiness: Readiness } {
  let failedAt: number | undefined;
  let draining = false;
  const watch =
    (commit: Store['commit']): Store['commit'] =>
    async (writes) => {
      const before = performance.now();
      let done = false;
      try {
        const result = await commit(writes);
        done = true;
        failedAt = undefined;
        return result;
      } catch (error) {
        // A precondition that does not hold is an answer, not a failure.
        if (isUnavailable(error)) failedAt = now();
        else done = true;
        throw error;
      } finally {
        metrics.commit((performance.now() - before) / 1000, done);
      }
    };
  const watched: Store = {
    ...store,
    commit: watch((writes) => store.commit(writes)),
    commitSoon: watch((writes) => store.commitSoon(writes)),
  };
  return {
    store: watched,
    readiness: {
      get draining() {
        return draining;
      },
      drain() {
        draining = true;
      },
      async check() {
        if (draining) return 'draining';
        if (failedAt !== undefined && now() - failedAt < NOT_READY_AFTER_FAILED_WRITE_MS)
          return 'store-unwritable';
        try {
          await store.countUsers();
          return undefined;
        } catch {
          return 'store-unreadable';
        }
      },
    },
  };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'unavailable';
}
