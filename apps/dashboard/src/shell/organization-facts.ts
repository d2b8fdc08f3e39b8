/** What the session says of an organization the reader belongs to. */
import { session, type SessionFacts } from '../api/session.ts';
import { useWatched } from '../api/store.ts';

export type OrganizationFacts = SessionFacts['organizations'][number];

export function useOrganizationFacts(slug: string | undefined): OrganizationFacts | undefined {
  const state = useWatched(session);
  if (state.kind !== 'person' && state.kind !== 'ended') return undefined;
  return state.facts.organizations.find((organization) => organization.slug === slug);
}
