/** What Fly has and Postern cannot have: a sentence that flyctl prints, never a null it follows or JSON it shows. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openContract, type Contract } from './contract.ts';

let fly: Contract;
beforeAll(async () => {
  fly = await openContract();
});
afterAll(() => fly.remove());

describe('by GraphQL', () => {
  test.each([
    [
      'wireguard list',
      'WireGuard',
      'query($slug: String!) { organization(slug: $slug) { wireGuardPeers { nodes { id name pubkey region peerip } } } }',
    ],
    [
      'wireguard create',
      'WireGuard',
      'query { nearestRegion(wireguardGateway: true) { code name gatewayAvailable deprecated } }',
    ],
    [
      'wireguard remove',
      'WireGuard',
      'mutation($input: RemoveWireGuardPeerInput!) { removeWireGuardPeer(input: $input) { organization { id } } }',
    ],
    [
      'ssh console',
      'WireGuard',
      'mutation($input: ValidateWireGuardPeersInput!) { validateWireGuardPeers(input: $input) { invalidPeerIps } }',
    ],
    [
      'ssh issue',
      'certificate',
      'mutation($input: IssueCertificateInput!) { issueCertificate(input: $input) { certificate, key } }',
    ],
    [
      'ssh log',
      'certificate',
      'query($slug: String!) { organization(slug: $slug) { loggedCertificates { nodes { root cert } } } }',
    ],
    [
      'volumes create',
      'regions',
      'query { platform { requestRegion regions { name code latitude longitude gatewayAvailable requiresPaidPlan deprecated } } }',
    ],
    [
      'releases',
      'deployments',
      'query($appName: String!, $limit: Int!) { app(name: $appName) { releases: releasesUnprocessed(first: $limit) { nodes { id version description reason status imageRef stable user { id email name } createdAt } } } }',
    ],
    [
      'postgres list',
      'managed databases',
      'query($org: ID, $role: String, $after: String) { apps(type: "container", first: 200, after: $after, organizationId: $org, role: $role) { pageInfo { hasNextPage endCursor } nodes { id name } } }',
    ],
    [
      'redis list',
      'add-ons',
      'query ListAddOns ($addOnType: AddOnType) { addOns(type: $addOnType) { nodes { id name } } }',
    ],
    [
      'machine egress-ip list',
      'addresses',
      'query ($appName: String!) { app(name: $appName) { machines { nodes { id egressIpAddresses { nodes { id ip version region updatedAt } } } } } }',
    ],
    [
      'orgs create',
      'postern orgs',
      'mutation($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id name slug type viewerRole } } }',
    ],
  ])('%s: %s', async (_, words, query) => {
    const { data, errors } = await fly.graphql(query, {});
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(words) as unknown,
      extensions: { code: 'UNPROCESSABLE' },
    });
    expect(errors?.[0]?.message).not.toMatch(/Cannot query|Unknown/);
  });

  test('any other unknown word is named', async () => {
    const { data, errors } = await fly.graphql('{ viewer { ... on User { password } } }', null);
    expect(data).toBeNull();
    expect(errors?.[0]?.message).toContain('"password"');
  });
});

describe('by the machines API', () => {
  test.each([
    ['GET', '/v1/apps/demo/volumes', 'volumes'],
    ['DELETE', '/v1/apps/demo/volumes/vol_x', 'volumes'],
    ['GET', '/v1/apps/demo/secrets', 'secrets'],
    ['GET', '/v1/apps/demo/certificates?limit=50', 'certificate'],
    ['POST', '/v1/platform/placements', 'regions'],
    ['POST', '/v1/apps/demo/machines/00000000000000/suspend', 'suspended'],
    ['POST', '/v1/apps/demo/machines/00000000000000/cordon', 'cordoned'],
    ['POST', '/v1/apps/demo/machines/00000000000000', 'configured'],
  ])('%s %s: %s', async (method, path, words) => {
    const { status, json, headers } = await fly.rest(method, path, fly.session);
    expect(status).toBe(422);
    expect(json).toMatchObject({
      error: expect.stringContaining(words) as unknown,
      code: 'feature_unsupported',
      status: 'unknown',
    });
    expect(headers.get('fly-request-id')).not.toBeNull();
  });

  test('machine clone: a machine is not made from a configuration', async () => {
    const body = { config: { image: 'x', guest: {} }, region: 'local', skip_secrets: true };
    const { status, json } = await fly.rest('POST', '/v1/apps/demo/machines', fly.session, body);
    expect(status).toBe(400);
    expect(json['error']).toContain('machines are not made from images or configurations here');
    const unknown = await fly.rest('POST', '/v1/apps/demo/machines', fly.session, { color: 1 });
    expect(unknown.json['error']).toContain('"color"');
  });

  test('the name of an app is none of it', async () => {
    const { status, json } = await fly.rest('GET', '/v1/apps/volumes/nothing', fly.session);
    expect(status).toBe(404);
    expect(json['code']).toBe('route_not_found');
  });

  test('deploy and machine run print the body of the third service: a sentence, not JSON', async () => {
    const { status, text } = await fly.rest('GET', '/api/v1/organizations/personal', fly.session);
    expect(status).toBe(422);
    expect(text).toMatch(/^there are no images, builds or deployments here: [^{]+$/);
  });
});

describe('hostile GraphQL', () => {
  test.each([
    ['no query', {}],
    ['a query that is no query', { query: '{' }],
    ['too many words', { query: `{ ${'a: viewer { __typename } '.repeat(500)} }` }],
    ['a huge query', { query: ' '.repeat(30_000) }],
    ['variables that are no object', { query: '{ viewer { __typename } }', variables: 7 }],
  ])('%s is an error with status 200', async (_, body) => {
    const { status, json } = await fly.rest('POST', '/graphql', fly.session, body);
    expect(status).toBe(200);
    expect(json).toMatchObject({ data: null, errors: [{ message: expect.any(String) as unknown }] });
  });
});
