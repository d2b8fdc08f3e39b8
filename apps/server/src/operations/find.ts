/**
 * From the names in a path to records the caller may know of. What belongs to another organization does not exist
 * for them (invariant 9).
 */
import { requireAdmin, requireMember, type CheckedToken, type Person } from '@postern/authority';
import { PosternError } from '@postern/contract';
import { ACTION, type Access } from '@postern/token';
import type { AppRecord, MachineRecord, OrganizationRecord, Role } from '@postern/store';
import { requirePerson } from '../http/caller.ts';
import type { RequestFacts } from '../http/handler.ts';
import type { Services } from '../services.ts';

export interface OwnOrganization {
  readonly organization: OrganizationRecord;
  readonly role: Role;
}

/** @throws PosternError or AuthorityError `organization_not_found`. */
export async function findOrganization(
  slug: string,
  person: Person,
  { store }: Services,
): Promise<OwnOrganization> {
  const organization = await store.findOrganization(slug);
  if (organization === undefined) {
    throw new PosternError('organization_not_found', `there is no organization ${slug} for you`, {
      hint: 'see `postern orgs list`',
    });
  }
  return { organization, role: await requireMember(store, person, organization) };
}

/** The same, for admins alone. */
export async function findOwnedOrganization(
  slug: string,
  person: Person,
  services: Services,
): Promise<OrganizationRecord> {
  const { organization } = await findOrganization(slug, person, services);
  await requireAdmin(services.store, person, organization);
  return organization;
}

/**
 * Keys and people belong to the whole installation: the admins of its first organization look after them.
 *
 * @throws PosternError `policy_refused`.
 */
export async function requireOperator(person: Person, { store }: Services): Promise<void> {
  const memberships = await store.listMemberships(person.userId);
  if (memberships.some(({ organization, role }) => organization.id === 1 && role === 'admin')) return;
  throw new PosternError(
    'policy_refused',
    'only an admin of the first organization of this server may do that',
    {
      hint: 'ask who runs this server',
    },
  );
}

export interface OwnApp {
  readonly app: AppRecord;
  readonly organization: OrganizationRecord;
}

/** An app of an organization the person belongs to. */
export async function findApp(name: string, person: Person, { store }: Services): Promise<OwnApp> {
  const app = await store.findApp(name);
  const organization = app === undefined ? undefined : await store.findOrganization(app.organizationId);
  if (app === undefined || organization === undefined) throw appNotFound(name);
  const memberships = await store.listMemberships(person.userId);
  if (!memberships.some((membership) => membership.organization.id === organization.id))
    throw appNotFound(name);
  return { app, organization };
}

/** A machine of an app; one of another app does not exist here. */
export async function findMachine(
  app: AppRecord,
  machineId: string,
  { store }: Services,
): Promise<MachineRecord> {
  const machine = await store.findMachine(machineId);
  if (machine === undefined || machine.appId !== app.id) throw machineNotFound(machineId);
  return machine;
}

/**
 * An app, and a machine of it when one is named, that the caller may act on: a member by membership, a token by its
 * caveats. For a token that does not verify the answer is the token's fault, not the app's name.
 */
export async function findForAction(
  appName: string,
  machineId: string | undefined,
  action: 'r' | 'C',
  what: string,
  facts: RequestFacts,
  services: Services,
): Promise<OwnApp & { readonly machine: MachineRecord | undefined }> {
  const { caller } = facts;
  if (caller.kind !== 'token') {
    const own = await findApp(appName, requirePerson(caller), services);
    return {
      ...own,
      machine: machineId === undefined ? undefined : await findMachine(own.app, machineId, services),
    };
  }
  const app = await services.store.findApp(appName);
  if (app === undefined) {
    await requireAnyValidToken(caller.header, services);
    throw appNotFound(appName);
  }
  const access: Access = {
    kind: 'access',
    action: ACTION[action],
    now: services.now(),
    orgId: BigInt(app.organizationId),
    appId: BigInt(app.id),
    sourceAddress: facts.source,
    ...(machineId === undefined ? {} : { machine: machineId }),
  };
  await services.authority.authorizeAccess(caller.header, access, what, action === 'C', {
    source: facts.source,
  });
  const organization = await services.store.findOrganization(app.organizationId);
  if (organization === undefined) throw appNotFound(appName);
  return {
    app,
    organization,
    machine: machineId === undefined ? undefined : await findMachine(app, machineId, services),
  };
}

/** @returns the tokens of the header that verify. @throws AuthorityError when none does. */
export async function requireAnyValidToken(
  header: string,
  { authority }: Services,
): Promise<readonly CheckedToken[]> {
  const { valid, invalid } = await authority.checkHeader(header);
  const [bad] = invalid;
  if (valid.length === 0 && bad !== undefined) throw bad.error;
  return valid;
}

export function appNotFound(name: string): PosternError {
  return new PosternError('app_not_found', `app not found: there is no app ${JSON.stringify(name)} for you`, {
    hint: 'see `postern apps list`',
  });
}

export function machineNotFound(machineId: string): PosternError {
  return new PosternError(
    'machine_not_found',
    `machine not found: the app has no machine ${JSON.stringify(machineId)}`,
    {
      hint: 'see `postern machines list`',
    },
  );
}
