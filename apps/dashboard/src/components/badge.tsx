import type { ReactNode } from 'react';

export type BadgeKind = 'good' | 'bad' | 'warn' | 'plain' | 'busy';

/** One word about a state. The word says it; the colour only helps. */
export function Badge({ kind, children }: { readonly kind: BadgeKind; readonly children: ReactNode }) {
  return <span className={`badge badge-${kind}`}>{children}</span>;
}
