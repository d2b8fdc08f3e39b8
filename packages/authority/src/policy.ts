/** Who may do what to tokens, and for how long a token may live. */
import type { OrganizationRecord, Profile, Role, Store } from '@postern/store';
import type { Person } from './context.ts';
import { AuthorityError } from './errors.ts';

/** Longest life any token may have: what flyctl's duration can say. */
export const LONGEST_LIFETIME_MS: number = 292 * 365 * 86_400_000;

/**
 * The role of a person in an organization. Who is no member is told the organization does not exist: its name is
 * nobody else's business.
 *
 * @throws AuthorityError `organization_not_found`.
 */
export async function requireMember(
  store: Store,
  person: Person,
  organization: Pick<OrganizationRecord, 'id' | 'slug'>,
): Promise<Role> {
  const role = await store.findRole(organization.id, person.userId);
  if (role === undefined) {
    throw new AuthorityError(
      'organization_not_found',
      `there is no organization ${organization.slug} for you`,
      { hint: 'see `postern orgs list`' },
    );
  }
  return role;
}

/** @throws AuthorityError `organization_not_found` for strangers, `policy_refused` for members. */
export async function requireAdmin(
  store: Store,
  person: Person,
  organization: Pick<OrganizationRecord, 'id' | 'slug'>,
): Promise<void> {
  if ((await requireMember(store, person, organization)) !== 'admin') {
    throw new AuthorityError('policy_refused', `only an admin of ${organization.slug} may do that`, {
      hint: 'ask an admin of the organization',
    });
  }
}

/** @throws AuthorityError `organization_not_found` for strangers, `policy_refused` for what members may not mint. */
export async function requireMinter(
  store: Store,
  person: Person,
  organization: OrganizationRecord,
  profile: Profile,
): Promise<void> {
  const role = await requireMember(store, person, organization);
  if (role === 'admin' || organization.memberProfiles.includes(profile)) return;
  const allowed = organization.memberProfiles.join(', ') || 'nothing';
  throw new AuthorityError(
    'policy_refused',
    `members of ${organization.slug} mint ${allowed}, not ${profile}`,
    {
      hint: 'ask an admin of the organization',
    },
  );
}

/** @throws AuthorityError `bad_request` or `policy_refused`. */
export function requireLifetime(organization: OrganizationRecord, lifetimeMs: number | null): void {
  if (lifetimeMs !== null && lifetimeMs < 1000) {
    throw new AuthorityError('bad_request', 'a token must live for at least one second', {
      hint: 'give an expiry such as 48h',
    });
  }
  if (lifetimeMs !== null && lifetimeMs > LONGEST_LIFETIME_MS) {
    throw new AuthorityError('bad_request', 'a token cannot live longer than 292 years');
  }
  const maximum = organization.maxTokenLifetimeMs;
  if (maximum !== null && (lifetimeMs === null || lifetimeMs > maximum)) {
    throw new AuthorityError(
      'policy_refused',
      `${organization.slug} allows tokens to live for at most ${Math.floor(maximum / 3_600_000)}h`,
      { hint: `give a shorter expiry, such as ${Math.floor(maximum / 3_600_000)}h` },
    );
  }
}
