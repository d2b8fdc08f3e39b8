/** Who has signed in. The token itself is in a cookie that scripts cannot read. */
import type { operations } from '@postern/contract';
import type { z } from 'zod';
import { watched, type Watched } from './store.ts';

export type SessionFacts = z.output<typeof operations.showSession.output>;

export type Session =
  | { readonly kind: 'asking' }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'person'; readonly facts: SessionFacts }
  /** Was signed in on this page, and is no longer: what was on the page stays. */
  | { readonly kind: 'ended'; readonly facts: SessionFacts }
  | { readonly kind: 'failed'; readonly message: string };

export const session: Watched<Session> = watched<Session>({ kind: 'asking' });

/** Any answer that says so, on any page. */
export function sessionEnded(): void {
  const now = session.get();
  if (now.kind === 'person') session.set({ kind: 'ended', facts: now.facts });
  else if (now.kind !== 'ended') session.set({ kind: 'nobody' });
}
