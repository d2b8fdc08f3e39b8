/** Records as the objects of the schema. What needs a look-up is a function, run only when it is asked for. */
import type {
  AppRecord,
  MachineRecord,
  OrganizationRecord,
  Role,
  TokenRecord,
  UserRecord,
} from '@postern/store';
import { presentMachine, time, timeOrNull } from '../operations/present.ts';
import { personOf, type FlyContext } from './context.ts';

/** Tokens in one list at most; flyctl asks for no pages. */
const LISTED_TOKENS = 1000;

export function organizationObject(record: OrganizationRecord, role: Role | undefined) {
  return {
    id: record.publicId,
    slug: record.slug,
    rawSlug: record.slug,
    name: record.name,
    type: record.slug === 'personal' ? 'PERSONAL' : 'SHARED',
    paidPlan: true,
    billable: true,
    viewerRole: role ?? 'member',
    internalNumericId: String(record.id),
    remoteBuilderImage: '',
    remoteBuilderApp: null,
    members: async (_: unknown, context: FlyContext) => {
      personOf(context);
      const members = await context.services.store.listMembers(record.id);
      return {
        edges: members.map((member) => ({
          cursor: member.user.publicId,
          node: userObject(member.user),
          joinedAt: time(member.joinedAt),
          role: member.role.toUpperCase(),
        })),
      };
    },
    limitedAccessTokens: (_: unknown, context: FlyContext) => tokenList(record.id, undefined, context),
    // Asked for before an app is destroyed.
    addOns: { nodes: [] },
  };
}

export function userObject(user: Pick<UserRecord, 'publicId' | 'email'>) {
  return {
    __typename: 'User',
    id: user.publicId,
    name: user.email,
    email: user.email,
    enablePaidHobby: false,
  };
}

export function appObject(app: AppRecord, organization: OrganizationRecord) {
  const deployed = app.machineCount > 0;
  return {
    id: app.publicId,
    internalNumericId: app.id,
    name: app.name,
    hostname: `${app.name}.postern.invalid`,
    cnameTarget: null,
    deployed,
    network: 'default',
    status: deployed ? 'deployed' : 'pending',
    appUrl: null,
    platformVersion: 'machines',
    version: 1,
    organization: organizationObject(organization, undefined),
    role: null,
    currentRelease: null,
    currentReleaseUnprocessed: { version: 1 },
    hostIssues: { nodes: [] },
    config: { definition: {} },
    services: [],
    ipAddresses: { nodes: [] },
    sharedIpAddress: null,
    imageDetails: null,
    machines: async (_: unknown, { services }: FlyContext) => {
      const machines = await services.store.listMachines(app.organizationId, app.id);
      return { nodes: machines.map((machine) => machineObject(machine, app, organization, services)) };
    },
    limitedAccessTokens: (_: unknown, context: FlyContext) => tokenList(app.organizationId, app.id, context),
  };
}

export function machineObject(
  machine: MachineRecord,
  app: AppRecord,
  organization: OrganizationRecord,
  services: FlyContext['services'],
) {
  const { id, name, state, region, created_at: createdAt } = presentMachine(machine, services);
  return {
    id,
    name,
    state,
    region,
    createdAt,
    config: {},
    app: () => appObject(app, organization),
    ips: { nodes: [] },
    host: { id: machine.agentId },
  };
}

/** Only a signed-in person sees lists of tokens; the text of a token is in none. */
async function tokenList(organizationId: number, appId: number | undefined, context: FlyContext) {
  personOf(context);
  const { tokens } = await context.services.store.listTokens({
    organizationId,
    ...(appId === undefined ? {} : { appId }),
    now: context.services.now(),
    limit: LISTED_TOKENS,
    offset: 0,
  });
  return { nodes: tokens.map(tokenObject) };
}

function tokenObject(token: TokenRecord) {
  return {
    id: token.id,
    name: token.name,
    token: '',
    expiresAt: timeOrNull(token.expiresAt),
    revokedAt: timeOrNull(token.revokedAt),
    user: userObject({ publicId: String(token.createdBy), email: token.createdByEmail }),
    tokenHeader: null,
  };
}
