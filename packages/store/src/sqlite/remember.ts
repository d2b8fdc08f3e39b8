/**
 * What every exec asks for, kept as it was read until a write could change it. Only one process writes to this
 * database, and all its writes are seen here, so that nothing kept is ever older than the last commit.
 */
import type { Reads } from '../sql/reads.ts';
import type { Write } from '../write.ts';

type Kept = Pick<Reads, 'findApp' | 'findMachine' | 'findToken'>;

/** Rows kept at one time; when there are more, all are let go. */
const MOST = 4096;

/** Writes that change neither apps, machines, tokens nor their creators. */
const LEAVES_ALONE: ReadonlySet<Write['kind']> = new Set<Write['kind']>([
  'audit.append',
  'exec.insert',
  'exec.close',
  'exec.forget',
  'exec.close-orphans',
  'session.insert',
  'session.delete',
  'login.insert',
  'login.consume',
  // These ask and change nothing.
  'token.require-live',
  'key.require-live',
]);

export interface Remembered {
  readonly reads: Kept;
  /** To be told of writes before anybody learns that they are done. */
  readonly noteWrites: (units: readonly (readonly Write[])[]) => void;
}

export function rememberRows(reads: Kept): Remembered {
  const apps = remember(reads.findApp);
  const machines = remember(reads.findMachine);
  const tokens = remember(reads.findToken);
  return {
    reads: { findApp: apps.find, findMachine: machines.find, findToken: tokens.find },
    noteWrites(units) {
      if (units.every((writes) => writes.every(({ kind }) => LEAVES_ALONE.has(kind)))) return;
      for (const rows of [apps, machines, tokens]) rows.forget();
    },
  };
}

function remember<Key, Row>(
  read: (key: Key) => Promise<Row | undefined>,
): { readonly find: (key: Key) => Promise<Row | undefined>; readonly forget: () => void } {
  const kept = new Map<Key, Row>();
  let age = 0;
  return {
    async find(key) {
      const known = kept.get(key);
      if (known !== undefined) return known;
      const readAt = age;
      const row = await read(key);
      // What was read before a write is not kept after it.
      if (row === undefined || readAt !== age) return row;
      if (kept.size >= MOST) kept.clear();
      kept.set(key, row);
      return row;
    },
    forget() {
      age += 1;
      kept.clear();
    },
  };
}
