/** Who follows which organization, and what they are told. */
import type { OrganizationEvent } from '@postern/contract';
import type { Store, Write } from '@postern/store';
import { eventsOf } from './events-of.ts';

export interface Follower {
  readonly organizationId: number;
  readonly userId: number;
  /** SHA-256 of the session token, in hex. */
  readonly session: string;
  readonly tell: (event: OrganizationEvent) => void;
  readonly end: () => void;
}

export interface EventHub {
  /** @returns what ends following. */
  follow(follower: Follower): () => void;
  streamsOf(session: string): number;
  tell(organizationId: number, event: OrganizationEvent): void;
  /** A store that tells of what it has made durable. */
  watch(store: Store): Store;
  /** Ends every stream. */
  close(): void;
}

export function createEventHub(): EventHub {
  const byOrganization = new Map<number, Set<Follower>>();

  const endWhere = (matches: (follower: Follower) => boolean): void => {
    for (const followers of byOrganization.values()) {
      for (const follower of followers) if (matches(follower)) follower.end();
    }
  };

  const tell = (organizationId: number, event: OrganizationEvent): void => {
    for (const follower of byOrganization.get(organizationId) ?? []) follower.tell(event);
  };

  const hear = (write: Write): void => {
    endFollowing(write, endWhere);
    for (const { organizationId, event } of eventsOf(write)) tell(organizationId, event);
  };

  return {
    follow(follower) {
      const followers = byOrganization.get(follower.organizationId) ?? new Set();
      byOrganization.set(follower.organizationId, followers.add(follower));
      return () => {
        followers.delete(follower);
        if (followers.size === 0) byOrganization.delete(follower.organizationId);
      };
    },
    streamsOf: (session) =>
      [...byOrganization.values()].reduce(
        (sum, followers) => sum + [...followers].filter((follower) => follower.session === session).length,
        0,
      ),
    tell,
    watch(store) {
      const heard =
        (commit: Store['commit']): Store['commit'] =>
        async (writes) => {
          const results = await commit(writes);
          // While nobody follows anything, an exec pays nothing for this.
          if (byOrganization.size > 0) for (const write of writes) hear(write);
          return results;
        };
      return {
        ...store,
        commit: heard((writes) => store.commit(writes)),
        commitSoon: heard((writes) => store.commitSoon(writes)),
      };
    },
    close: () => endWhere(() => true),
  };
}

/** Who has signed out, or is a member no more, hears nothing from that moment on. */
function endFollowing(write: Write, endWhere: (matches: (follower: Follower) => boolean) => void): void {
  switch (write.kind) {
    case 'session.delete': {
      const session = Buffer.from(write.hash).toString('hex');
      return endWhere((follower) => follower.session === session);
    }
    case 'session.delete-user':
      return endWhere(({ userId }) => userId === write.userId);
    case 'member.delete':
      return endWhere(
        ({ organizationId, userId }) => organizationId === write.organizationId && userId === write.userId,
      );
    case 'organization.delete':
      return endWhere(({ organizationId }) => organizationId === write.organizationId);
    default:
      return undefined;
  }
}
