/** Recomputes the hash chain of the whole audit log, a page at a time. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkChain, GENESIS, type ChainBreak, type Store } from '@postern/store';

const PAGE = 1000;

export interface AuditCheck {
  readonly entries: number;
  readonly headHash: string;
  /** The first entry that was edited, removed or moved; null when the chain holds. */
  readonly firstBroken: ChainBreak | null;
}

export async function verifyAudit(store: Store): Promise<AuditCheck> {
  let place: { readonly seq: number; readonly hash: string } = { seq: 0, hash: GENESIS };
  for (;;) {
    const rows = await store.scanAudit(place.seq, PAGE);
    if (rows.length === 0) return { entries: place.seq, headHash: place.hash, firstBroken: null };
    const checked = checkChain(rows, place);
    if ('broken' in checked) return { entries: place.seq, headHash: place.hash, firstBroken: checked.broken };
    place = checked;
    // The log may be long: others get their turn between two pages.
    await nextTurn();
  }
}
