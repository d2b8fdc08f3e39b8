/** `auth whoami`, `orgs`, `apps`, `status`: the requests stock flyctl sends, and the exact answers it needs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openContract, type Contract } from './contract.ts';
import {
  APP_ADDRESSES,
  APP_BASIC,
  APP_COMPACT,
  APP_FULL,
  APP_HOST_ISSUES,
  APP_NETWORK,
  APP_RELEASE,
  APPS,
  IMAGE,
  ORGANIZATION,
  ORGANIZATION_ADD_ONS,
  ORGANIZATION_DETAILS,
  ORGANIZATIONS,
  VIEWER,
} from './queries.ts';

let fly: Contract;
beforeAll(async () => {
  fly = await openContract();
});
afterAll(() => fly.remove());

const anything = (pattern: RegExp): unknown => expect.stringMatching(pattern) as unknown;
const newApp = (name: string) => ({ name, org_slug: 'personal', network: '', app_role_id: '' });

describe('auth whoami', () => {
  test('a person, and a token', async () => {
    expect(await fly.graphql(VIEWER, null)).toEqual({
      data: { viewer: { id: anything(/^usr_/), email: 'owner@localhost', enablePaidHobby: false } },
    });
    const { data } = await fly.graphql(VIEWER, null, await fly.createToken('deploy'));
    expect(data).toEqual({ viewer: { email: anything(/^[0-9a-f-]{36}@tokens\.fly\.io$/) } });
  });

  test.each(['fo1_wrong', 'FlyV1 fm2_AAAA', 'FlyV1 fm2_lJPEAA=='])(
    'a bad token %s is an error, never null data alone',
    async (token) => {
      const { data, errors } = await fly.graphql(VIEWER, null, token);
      expect(data).toBeNull();
      expect(errors?.[0]?.extensions).toEqual({ code: 'UNAUTHORIZED' });
      expect(errors?.[0]?.message).toMatch(/session|token/);
    },
  );
});

describe('orgs list, orgs show', () => {
  test('list', async () => {
    expect(await fly.graphql(ORGANIZATIONS, { admin: false })).toEqual({
      data: {
        organizations: {
          nodes: [
            {
              id: anything(/^org_/),
              slug: 'personal',
              rawSlug: 'personal',
              name: 'Personal',
              type: 'PERSONAL',
              paidPlan: true,
              billable: true,
              viewerRole: 'admin',
              internalNumericId: '1',
            },
          ],
        },
      },
    });
  });

  test('show: the organization, then its details', async () => {
    expect(await fly.graphql(ORGANIZATION, { slug: 'personal' })).toEqual({
      data: {
        organization: {
          id: anything(/^org_/),
          internalNumericId: '1',
          slug: 'personal',
          rawSlug: 'personal',
          name: 'Personal',
          type: 'PERSONAL',
          billable: true,
        },
      },
    });
    const { data } = await fly.graphql(ORGANIZATION_DETAILS, { slug: 'personal' });
    expect(data).toEqual({
      organizationdetails: {
        id: anything(/^org_/),
        slug: 'personal',
        rawSlug: 'personal',
        name: 'Personal',
        type: 'PERSONAL',
        viewerRole: 'admin',
        internalNumericId: '1',
        remoteBuilderImage: '',
        remoteBuilderApp: null,
        members: {
          edges: [
            {
              cursor: anything(/^usr_/),
              node: { id: anything(/^usr_/), name: 'owner@localhost', email: 'owner@localhost' },
              joinedAt: anything(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
              role: 'ADMIN',
            },
          ],
        },
      },
    });
  });

  test.each([ORGANIZATION, ORGANIZATION_DETAILS])('an unknown slug is an error (%#)', async (query) => {
    const { data, errors } = await fly.graphql(query, { slug: 'nope' });
    expect(data).toBeNull();
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('nope') as unknown,
      extensions: { code: 'NOT_FOUND' },
    });
  });

  test('a token of one organization or app lists none: a clear refusal, and no null', async () => {
    for (const query of [ORGANIZATIONS, APPS]) {
      const { data, errors } = await fly.graphql(query, { admin: false }, await fly.createToken('deploy'));
      expect(data).toBeNull();
      expect(errors?.[0]?.message).toContain('signed-in person');
    }
  });
});

describe('apps list, create, destroy', () => {
  test('list, of all organizations and of one', async () => {
    const nodes = [
      {
        id: anything(/^app_/),
        name: 'demo',
        deployed: true,
        hostname: 'demo.postern.invalid',
        platformVersion: 'machines',
        network: 'default',
        organization: { slug: 'personal', name: 'Personal' },
        currentRelease: null,
        status: 'deployed',
      },
    ];
    const all = await fly.graphql(APPS, null);
    expect(all).toEqual({ data: { apps: { pageInfo: { hasNextPage: false, endCursor: null }, nodes } } });
    const { data } = await fly.graphql(ORGANIZATION, { slug: 'personal' });
    const organization = data?.['organization'] as { id: string };
    expect(await fly.graphql(APPS, { org: organization.id })).toEqual(all);
  });

  test('create: all four keys, then the app is polled', async () => {
    const created = await fly.rest('POST', '/v1/apps?wait=true', fly.session, newApp('fresh'));
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({ name: 'fresh', id: anything(/^app_/) });
    expect(created.headers.get('fly-request-id')).not.toBeNull();
    expect((await fly.rest('GET', '/v1/apps/fresh', fly.session)).status).toBe(200);
    const again = await fly.rest('POST', '/v1/apps?wait=true', fly.session, newApp('fresh'));
    expect(again.status).toBe(422);
    expect(again.json).toMatchObject({
      error: 'Validation failed: Name has already been taken',
      status: 'name_taken',
    });
  });

  test('create --json and destroy ask for the whole app', async () => {
    expect(await fly.graphql(APP_FULL, { appName: 'demo' })).toEqual({
      data: {
        app: {
          id: anything(/^app_/),
          internalNumericId: 1,
          name: 'demo',
          hostname: 'demo.postern.invalid',
          deployed: true,
          status: 'deployed',
          version: 1,
          appUrl: null,
          platformVersion: 'machines',
          currentRelease: null,
          config: { definition: {} },
          organization: { id: anything(/^org_/), slug: 'personal', paidPlan: true },
          services: [],
          ipAddresses: { nodes: [] },
          sharedIpAddress: null,
          cnameTarget: null,
          imageDetails: null,
          machines: {
            nodes: [
              {
                id: fly.postern.machine,
                name: 'local',
                config: {},
                state: 'started',
                region: 'local',
                createdAt: anything(/Z$/),
                app: { name: 'demo' },
                ips: { nodes: [] },
                host: { id: anything(/^agt_/) },
              },
            ],
          },
          postgresAppRole: null,
        },
      },
    });
  });

  test('destroy: the whole app, the organization, its add-ons, then the app goes', async () => {
    await fly.rest('POST', '/v1/apps?wait=true', fly.session, newApp('doomed'));
    expect((await fly.graphql(APP_FULL, { appName: 'doomed' })).data).toMatchObject({
      app: { name: 'doomed', deployed: false, machines: { nodes: [] } },
    });
    const asked = {
      query: ORGANIZATION_ADD_ONS,
      variables: { orgSlug: 'personal', addOnType: 'tigris' },
      operationName: 'ListOrganizationAddOns',
    };
    expect((await fly.rest('POST', '/graphql', fly.session, asked)).json).toEqual({
      data: { organization: { addOns: { nodes: [] } } },
    });
    expect((await fly.rest('DELETE', '/v1/apps/doomed', fly.session)).status).toBe(202);
    expect((await fly.rest('GET', '/v1/apps/doomed', fly.session)).status).toBe(404);
    expect((await fly.graphql(APP_FULL, { appName: 'doomed' })).data).toBeNull();
  });
});

describe('status', () => {
  test('the compact app has a number here and digits there', async () => {
    expect(await fly.graphql(APP_COMPACT, { appName: 'demo' })).toEqual({
      data: {
        appcompact: {
          id: anything(/^app_/),
          internalNumericId: 1,
          name: 'demo',
          hostname: 'demo.postern.invalid',
          cnameTarget: null,
          deployed: true,
          network: 'default',
          status: 'deployed',
          appUrl: null,
          platformVersion: 'machines',
          organization: { id: anything(/^org_/), internalNumericId: '1', slug: 'personal', paidPlan: true },
          postgresAppRole: null,
        },
      },
    });
    expect((await fly.graphql(APP_BASIC, { appName: 'demo' })).data).toMatchObject({
      appbasic: { name: 'demo', organization: { slug: 'personal', rawSlug: 'personal' } },
    });
  });

  test.each(['', 'nope'])('an unknown app %j is an error', async (appName) => {
    for (const query of [APP_COMPACT, APP_BASIC, APP_FULL]) {
      const { data, errors } = await fly.graphql(query, { appName });
      expect(data).toBeNull();
      expect(errors?.[0]?.extensions).toEqual({ code: 'NOT_FOUND' });
    }
  });

  test('host issues, network, release, addresses and images', async () => {
    const demo = { appName: 'demo' };
    expect(await fly.graphql(APP_HOST_ISSUES, demo)).toEqual({
      data: { apphostissues: { hostIssues: { nodes: [] } } },
    });
    expect(await fly.graphql(APP_NETWORK, demo)).toEqual({ data: { app: { network: 'default' } } });
    expect(await fly.graphql(APP_RELEASE, demo)).toEqual({
      data: { app: { currentRelease: { version: 1 } } },
    });
    expect(await fly.graphql(APP_ADDRESSES, demo)).toEqual({
      data: { app: { ipAddresses: { nodes: [] }, sharedIpAddress: null } },
    });
    const { errors } = await fly.graphql(IMAGE, { image: 'x' });
    expect(errors?.[0]?.message).toContain('Unknown repository');
  });
});
