/** Audit entries. Every decision and management act is written before it takes effect (invariant 5). */
import { StoreError, type AuditEntry, type Store, type Write, type WriteResult } from '@postern/store';
import { AuthorityError } from './errors.ts';

type Optional = Omit<AuditEntry, 'at' | 'action' | 'outcome' | 'actor'>;

const NOTHING: Optional = {
  organizationId: null,
  appId: null,
  machineId: null,
  tokenId: null,
  execId: null,
  source: null,
  command: null,
  reason: null,
  details: {},
};

/** An entry with what is not named left empty. */
export function auditEntry(
  entry: Pick<AuditEntry, 'at' | 'action' | 'outcome' | 'actor'> & Partial<Optional>,
): Extract<Write, { kind: 'audit.append' }> {
  return { kind: 'audit.append', entry: { ...NOTHING, ...entry } };
}

/**
 * Writes an entry and what it tells of in one durable unit.
 *
 * @throws AuthorityError `audit_unavailable` when nothing can be written: then nothing may happen.
 */
export async function commitAudited(store: Store, writes: readonly Write[]): Promise<readonly WriteResult[]> {
  try {
    return await store.commit(writes);
  } catch (error) {
    if (error instanceof StoreError && (error.code === 'unavailable' || error.code === 'locked')) {
      throw new AuthorityError(
        'audit_unavailable',
        `the audit log cannot be written, so nothing was done: ${error.message}`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}
