/**
 * Counts of token use, kept in memory and written in batches off the hot path. What is not written yet is lost with
 * the process; the audit log is not.
 */
import type { Store, UsageDelta } from '@postern/store';

export interface Use {
  readonly organizationId: number;
  readonly tokenId: string;
  readonly at: number;
  readonly allowed: boolean;
  readonly from: string | null;
  readonly machine: string | null;
  readonly command: readonly string[] | null;
}

export class UsageCounter {
  #pending = new Map<string, UsageDelta>();

  add(use: Use): void {
    const day = new Date(use.at).toISOString().slice(0, 10);
    const key = `${use.tokenId} ${day}`;
    const before = this.#pending.get(key);
    this.#pending.set(key, {
      organizationId: use.organizationId,
      tokenId: use.tokenId,
      day,
      allowed: (before?.allowed ?? 0) + (use.allowed ? 1 : 0),
      refused: (before?.refused ?? 0) + (use.allowed ? 0 : 1),
      last: use.allowed
        ? { at: use.at, from: use.from, machine: use.machine, command: use.command }
        : (before?.last ?? null),
    });
  }

  /** Writes what has been counted since the last time. On failure it is counted again later. */
  async flush(store: Store): Promise<void> {
    const deltas = [...this.#pending.values()];
    if (deltas.length === 0) return;
    this.#pending = new Map();
    try {
      await store.commit(deltas.map((usage) => ({ kind: 'token.usage', usage })));
    } catch (error) {
      for (const delta of deltas) this.#restore(delta);
      throw error;
    }
  }

  #restore(delta: UsageDelta): void {
    const key = `${delta.tokenId} ${delta.day}`;
    const newer = this.#pending.get(key);
    this.#pending.set(key, {
      ...delta,
      allowed: delta.allowed + (newer?.allowed ?? 0),
      refused: delta.refused + (newer?.refused ?? 0),
      last: newer?.last ?? delta.last,
    });
  }
}
