import type { Store } from '@postern/store';

/**
 * Where a moment is in the audit log of an organization, found by halving: entries are written in the order of time.
 *
 * @param at milliseconds since the epoch.
 * @returns a sequence number: entries with it or a greater one are of that moment or later, and all others are not.
 */
export async function firstEntryAt(
  store: Pick<Store, 'listAudit'>,
  organizationId: number,
  at: number,
): Promise<number> {
  const [newest] = await store.listAudit({ organizationId, limit: 1 });
  let low = 0;
  let high = (newest?.seq ?? 0) + 1;
  // Entries up to `low` are earlier, those from `high` on are not.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const [entry] = await store.listAudit({ organizationId, after: middle - 1, before: high, limit: 1 });
    // Numbers between two entries are those of other organizations.
    if (entry === undefined || entry.entry.at >= at) high = middle;
    else low = entry.seq;
  }
  return high;
}
