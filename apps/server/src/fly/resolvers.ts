/** Thin adapters: each resolver calls what the operations of the contract call. */
import { parseGoDuration, PosternError } from '@postern/contract';
import type { OrganizationRecord } from '@postern/store';
import { ACTION, prohibits, type Caveat, type Refusal } from '@postern/token';
import {
  findApp,
  findForAction,
  findOrganization,
  machineNotFound,
  requireAnyValidToken,
} from '../operations/find.ts';
import { factsOf, personOf, type FlyContext } from './context.ts';
import { appObject, machineObject, organizationObject, userObject } from './objects.ts';

interface TokenInput {
  readonly name: string;
  readonly organizationId: string;
  readonly profile: string;
  readonly profileParams?: unknown;
  readonly expiry: string;
}

export const resolvers = {
  async viewer(_: unknown, context: FlyContext) {
    const { caller, services } = context;
    if (caller.kind !== 'token') return userObject(personOf(context));
    const { valid, invalid } = await services.authority.checkHeader(caller.header);
    const outside = valid.map(({ caveats }) => outsideItsTime(caveats, services.now()));
    const first = valid.find((_token, index) => outside[index] === undefined);
    if (first === undefined) {
      const [refusal] = outside;
      if (refusal === undefined)
        throw invalid[0]?.error ?? new PosternError('unauthenticated', 'no token was presented');
      throw new PosternError('token_expired', refusal.reason, {
        hint: 'ask whoever gave it to you for a new one',
      });
    }
    return { __typename: 'Macaroon', email: `${first.record.uuid}@tokens.fly.io` };
  },

  async organizations(_: unknown, context: FlyContext) {
    const memberships = await context.services.store.listMemberships(personOf(context).userId);
    return { nodes: memberships.map(({ organization, role }) => organizationObject(organization, role)) };
  },

  async organization({ slug, id }: { slug?: string; id?: string }, context: FlyContext) {
    const { organization, role } = await findOrganization(
      slug ?? id ?? '',
      personOf(context),
      context.services,
    );
    return organizationObject(organization, role);
  },

  async app({ name }: { name?: string }, context: FlyContext) {
    const { app, organization } = await findForAction(
      name ?? '',
      undefined,
      'r',
      'app.read',
      factsOf(context),
      context.services,
    );
    return appObject(app, organization);
  },

  async apps({ organizationId }: { organizationId?: string }, context: FlyContext) {
    const person = personOf(context);
    const { store } = context.services;
    const organizations: OrganizationRecord[] =
      organizationId === undefined
        ? (await store.listMemberships(person.userId)).map(({ organization }) => organization)
        : [(await findOrganization(organizationId, person, context.services)).organization];
    const nodes: ReturnType<typeof appObject>[] = [];
    for (const organization of organizations) {
      for (const app of await store.listApps(organization.id)) nodes.push(appObject(app, organization));
    }
    return { pageInfo: { hasNextPage: false, endCursor: null }, nodes };
  },

  async machine({ machineId }: { machineId: string }, context: FlyContext) {
    const { caller, services } = context;
    // Who shows nothing valid learns nothing, not even which machines there are.
    if (caller.kind === 'nobody') personOf(context);
    const shown = caller.kind === 'token' ? await requireAnyValidToken(caller.header, services) : [];
    const record = await services.store.findMachine(machineId);
    const app = record === undefined ? undefined : await services.store.findApp(record.appId);
    if (app === undefined) throw machineNotFound(machineId);
    // A token of another organization does not learn that there is one of this id.
    const foreign = !shown.some(({ record: { organizationId } }) => organizationId === app.organizationId);
    if (caller.kind === 'token' && foreign) throw machineNotFound(machineId);
    const found = await findForAction(
      app.name,
      machineId,
      'r',
      'machine.read',
      factsOf(context),
      services,
    ).catch((error: unknown) => {
      // Who may not see the app learns nothing of its machines.
      throw error instanceof PosternError && error.code === 'app_not_found'
        ? machineNotFound(machineId)
        : error;
    });
    if (found.machine === undefined) throw machineNotFound(machineId);
    return machineObject(found.machine, found.app, found.organization, services);
  },

  latestImageDetails({ image }: { image: string }) {
    throw new PosternError('feature_unsupported', `Unknown repository ${image}: there are no images here`);
  },

  async createLimitedAccessToken({ input }: { input: TokenInput }, context: FlyContext) {
    const { services, source } = context;
    const person = personOf(context);
    const { organization } = await findOrganization(input.organizationId, person, services);
    const lifetimeMs = input.expiry === '' ? 0 : parseGoDuration(input.expiry);
    if (lifetimeMs < 0)
      throw new PosternError('bad_request', `an expiry of ${input.expiry} lies in the past`);
    const common = { organization, name: input.name, lifetimeMs: lifetimeMs === 0 ? null : lifetimeMs };
    const { header, record } =
      input.profile === 'deploy'
        ? await services.authority.mint(
            person,
            { ...common, app: await appOf(input, context), profile: 'deploy' },
            { source },
          )
        : await services.authority.mint(
            person,
            { ...common, app: null, profile: organizationProfile(input.profile) },
            { source },
          );
    return {
      limitedAccessToken: {
        id: record.id,
        name: record.name,
        tokenHeader: header,
        token: null,
        expiresAt: null,
        revokedAt: null,
        user: null,
      },
    };
  },

  async deleteLimitedAccessToken({ input }: { input: { id?: string } }, context: FlyContext) {
    if (input.id === undefined) throw new PosternError('bad_request', 'name the token by its id');
    await context.services.authority.revoke(personOf(context), input.id, null, { source: context.source });
    return { token: null };
  },

  async logOut(_: unknown, context: FlyContext) {
    const { caller, services, source } = context;
    if (caller.kind === 'person')
      await services.authority.endSession(caller.person, caller.sessionToken, { source });
    return { ok: true };
  },
};

/** Why a verified token is not valid now, if it is not. Who nobody is any more has no name. */
function outsideItsTime(caveats: readonly Caveat[], now: number): Refusal | undefined {
  return caveats
    .filter(({ type }) => type === 'ValidityWindow')
    .map((caveat) => prohibits(caveat, { kind: 'access', action: ACTION.r, now }))
    .find((refusal) => refusal !== undefined);
}

async function appOf(input: TokenInput, context: FlyContext) {
  const { profileParams } = input;
  const id: unknown =
    typeof profileParams === 'object' && profileParams !== null && 'app_id' in profileParams
      ? profileParams.app_id
      : undefined;
  if (typeof id !== 'string')
    throw new PosternError('bad_request', 'a deploy token needs the app_id of its app');
  const { app, organization } = await findApp(id, personOf(context), context.services);
  if (organization.publicId !== input.organizationId && organization.slug !== input.organizationId) {
    throw new PosternError('bad_request', `app ${app.name} belongs to another organization`);
  }
  return app;
}

function organizationProfile(profile: string): 'deploy_organization' | 'readonly' {
  if (profile === 'deploy_organization' || profile === 'readonly') return profile;
  throw new PosternError(
    'feature_unsupported',
    `there are no tokens of profile ${JSON.stringify(profile)} here`,
    {
      hint: 'use deploy, org, readonly or machine-exec tokens',
    },
  );
}
