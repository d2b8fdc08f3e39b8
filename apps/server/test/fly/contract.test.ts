/**
 * The requests stock flyctl sends, command by command, replayed as they stand in its sources, and the exact answers
 * it needs. A field flyctl follows blindly must be there; an error must be one it prints.
 */
import { createHash, randomBytes } from 'node:crypto';
import { attenuate, caveatsFromJson, formatHeader, parseHeader } from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, type Installation } from '../../../../test/e2e/installation.ts';

let postern: Installation;
let session: string;
beforeAll(async () => {
  postern = await install();
  session = postern.session();
});
afterAll(() => postern.remove());

type Json = Record<string, unknown>;

async function rest(
  method: string,
  path: string,
  token: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(postern.url + path, {
    method,
    headers: { authorization: token.startsWith('FlyV1') ? token : `Bearer ${token}`, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: (text === '' ? {} : JSON.parse(text)) as Json,
  };
}

/** A hand-written query: whitespace compacted, variables null when there are none. */
async function graphql(query: string, variables: Json | null, token = session) {
  const { status, json } = await rest('POST', '/graphql', token, { query, variables });
  expect(status).toBe(200);
  return json as { data: Json | null; errors?: { message: string; extensions: Json }[] };
}

const APP_COMPACT =
  'query ($appName: String!) { appcompact:app(name: $appName) { id internalNumericId name hostname cnameTarget deployed network status appUrl platformVersion organization { id internalNumericId slug paidPlan } postgresAppRole: role { name } } }';
const CREATE_TOKEN = `
mutation CreateLimitedAccessToken ($name: String!, $organizationId: ID!, $profile: String!, $profileParams: JSON, $expiry: String!) {
	createLimitedAccessToken(input: {name:$name,organizationId:$organizationId,profile:$profile,profileParams:$profileParams,expiry:$expiry}) {
		limitedAccessToken { tokenHeader }
	}
}`;
const VIEWER = 'query { viewer { ... on User { id email enablePaidHobby } ... on Macaroon { email } } }';

async function createToken(profile: string, params: Json, expiry = '48h0m0s'): Promise<string> {
  const { data } = await graphql(APP_COMPACT, { appName: 'demo' });
  const app = data?.['appcompact'] as { id: string; organization: { id: string } };
  const made = await rest('POST', '/graphql', session, {
    query: CREATE_TOKEN,
    operationName: 'CreateLimitedAccessToken',
    variables: {
      name: 'flyctl token',
      organizationId: app.organization.id,
      profile,
      profileParams: profile === 'deploy' ? { app_id: app.id, ...params } : params,
      expiry,
    },
  });
  const token = (
    made.json['data'] as { createLimitedAccessToken: { limitedAccessToken: { tokenHeader: string } } } | null
  )?.createLimitedAccessToken.limitedAccessToken.tokenHeader;
  expect(token, made.text).toMatch(/^FlyV1 fm2_[A-Za-z0-9+/=]+$/);
  return token ?? '';
}

/** What `fly tokens create machine-exec` does on the client. */
function machineExec(header: string, ...commands: Json[]): string {
  const caveats = caveatsFromJson([
    { type: 'IfPresent', body: { ifs: [{ type: 'Commands', body: commands }], else: 'r' } },
  ]);
  return formatHeader(parseHeader(header).map((token) => attenuate(token, caveats, nodeCrypto)));
}

describe('auth whoami', () => {
  test('a person, and a token', async () => {
    expect(await graphql(VIEWER, null)).toEqual({
      data: {
        viewer: {
          id: expect.stringMatching(/^usr_/) as unknown,
          email: 'owner@localhost',
          enablePaidHobby: false,
        },
      },
    });
    const { data } = await graphql(VIEWER, null, await createToken('deploy', {}));
    expect(data).toMatchObject({
      viewer: { email: expect.stringMatching(/^[0-9a-f-]{36}@tokens\.fly\.io$/) as unknown },
    });
  });

  test.each(['fo1_wrong', 'FlyV1 fm2_AAAA', 'FlyV1 fm2_lJPEAA=='])(
    'a bad token %s is an error, never null data alone',
    async (token) => {
      const { data, errors } = await graphql(VIEWER, null, token);
      expect(data).toBeNull();
      expect(errors?.[0]?.extensions).toEqual({ code: 'UNAUTHORIZED' });
      expect(errors?.[0]?.message).toMatch(/session|token/);
    },
  );
});

describe('orgs list, orgs show', () => {
  test('list', async () => {
    const query =
      'query($admin: Boolean!) { organizations(admin: $admin) { nodes { id slug rawSlug name type paidPlan billable viewerRole internalNumericId } } }';
    expect(await graphql(query, { admin: false })).toMatchObject({
      data: {
        organizations: {
          nodes: [
            {
              slug: 'personal',
              rawSlug: 'personal',
              type: 'PERSONAL',
              viewerRole: 'admin',
              internalNumericId: '1',
            },
          ],
        },
      },
    });
  });

  test('show', async () => {
    const query =
      'query($slug: String!) { organizationdetails: organization(slug: $slug) { id slug rawSlug name type viewerRole internalNumericId remoteBuilderImage remoteBuilderApp { name } members { edges { cursor node { id name email } joinedAt role } } } }';
    const { data } = await graphql(query, { slug: 'personal' });
    expect(data).toMatchObject({
      organizationdetails: {
        remoteBuilderApp: null,
        members: { edges: [{ node: { email: 'owner@localhost' }, role: 'ADMIN' }] },
      },
    });
  });

  test('an unknown slug is an error', async () => {
    const { data, errors } = await graphql(
      'query($slug: String!) { organization(slug: $slug) { id internalNumericId slug rawSlug name type billable } }',
      { slug: 'nope' },
    );
    expect(data).toBeNull();
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('nope') as unknown,
      extensions: { code: 'NOT_FOUND' },
    });
  });
});

describe('apps list, create, status', () => {
  test('list', async () => {
    const query =
      'query($org: ID, $after: String) { apps(type: "container", first: 200, after: $after, organizationId: $org) { pageInfo { hasNextPage endCursor } nodes { id name deployed hostname platformVersion network organization { slug name } currentRelease { createdAt status } status } } }';
    expect(await graphql(query, null)).toMatchObject({
      data: {
        apps: {
          pageInfo: { hasNextPage: false },
          nodes: [{ name: 'demo', status: 'deployed', organization: { slug: 'personal' } }],
        },
      },
    });
  });

  test('create: all four keys, then the app is polled', async () => {
    const body = { name: 'fresh', org_slug: 'personal', network: '', app_role_id: '' };
    const created = await rest('POST', '/v1/apps?wait=true', session, body);
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({ name: 'fresh' });
    expect(created.headers.get('fly-request-id')).not.toBeNull();
    expect((await rest('GET', '/v1/apps/fresh', session)).status).toBe(200);
    const again = await rest('POST', '/v1/apps?wait=true', session, body);
    expect(again.status).toBe(422);
    expect(again.json).toMatchObject({
      error: 'Validation failed: Name has already been taken',
      status: 'name_taken',
    });
  });

  test('destroy', async () => {
    await rest('POST', '/v1/apps?wait=true', session, {
      name: 'doomed',
      org_slug: 'personal',
      network: '',
      app_role_id: '',
    });
    expect((await rest('DELETE', '/v1/apps/doomed', session)).status).toBe(202);
    expect((await rest('GET', '/v1/apps/doomed', session)).status).toBe(404);
  });

  test('the compact app has a number here and digits there', async () => {
    expect(await graphql(APP_COMPACT, { appName: 'demo' })).toMatchObject({
      data: {
        appcompact: {
          internalNumericId: 1,
          organization: { internalNumericId: '1', slug: 'personal' },
          postgresAppRole: null,
        },
      },
    });
  });

  test.each(['', 'nope'])('an unknown app %j is an error', async (appName) => {
    const { data, errors } = await graphql(APP_COMPACT, { appName });
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toEqual({ code: 'NOT_FOUND' });
  });

  test('host issues, network, release and images', async () => {
    expect(
      await graphql(
        'query ($appName: String!) { apphostissues:app(name: $appName) { hostIssues { nodes { internalId message createdAt updatedAt } } } }',
        { appName: 'demo' },
      ),
    ).toEqual({ data: { apphostissues: { hostIssues: { nodes: [] } } } });
    expect(
      await graphql('query ($appName: String!) { app(name: $appName) { network } }', { appName: 'demo' }),
    ).toMatchObject({ data: { app: { network: 'default' } } });
    expect(
      await graphql(
        'query ($appName: String!) { app(name:$appName) { currentRelease:currentReleaseUnprocessed { version } } }',
        { appName: 'demo' },
      ),
    ).toMatchObject({ data: { app: { currentRelease: { version: 1 } } } });
    const { errors } = await graphql(
      'query($image: String!, $flyVersion: String) { latestImageDetails(image: $image, flyVersion: $flyVersion) { registry repository tag version digest } }',
      { image: 'x' },
    );
    expect(errors?.[0]?.message).toContain('Unknown repository');
  });
});

describe('tokens create', () => {
  test.each([
    ['deploy', {}],
    ['deploy_organization', {}],
  ])('%s: exactly one organization caveat, our location, no third party', async (profile, params) => {
    const [token, ...rest_] = parseHeader(await createToken(profile, params));
    expect(rest_).toEqual([]);
    expect(token?.location).toBe('https://api.fly.io/v1');
    const types = token?.unsafeCaveats.map(({ type }) => type) ?? [];
    expect(types.filter((type) => type === 'Organization')).toHaveLength(1);
    expect(types).not.toContain('3P');
  });

  test('an empty expiry is no expiry', async () => {
    const [token] = parseHeader(await createToken('deploy', {}, ''));
    expect(token?.unsafeCaveats.map(({ type }) => type)).not.toContain('ValidityWindow');
  });

  test.each([
    ['-5m0s', 'past'],
    ['soon', 'duration'],
    ['2d', 'unknown unit'],
  ])('an expiry of %s is refused', async (expiry, word) => {
    const { data } = await graphql(APP_COMPACT, { appName: 'demo' });
    const app = data?.['appcompact'] as { id: string; organization: { id: string } };
    const { errors } = await graphql(CREATE_TOKEN, {
      name: 'x',
      organizationId: app.organization.id,
      profile: 'deploy',
      profileParams: { app_id: app.id },
      expiry,
    });
    expect(errors?.[0]?.message).toContain(word);
  });

  test('profiles that cannot exist here say so; a scoped token mints nothing', async () => {
    const variables = {
      name: 'x',
      organizationId: 'personal',
      profile: 'litefs_cloud',
      profileParams: {},
      expiry: '1h0m0s',
    };
    expect((await graphql(CREATE_TOKEN, variables)).errors?.[0]?.message).toContain('litefs_cloud');
    const scoped = await createToken('deploy_organization', {});
    const { errors } = await graphql(CREATE_TOKEN, { ...variables, profile: 'deploy_organization' }, scoped);
    expect(errors?.[0]?.message).toContain('signed-in person');
  });
});

/** The tokens of a list answer. */
function nodesOf(answer: { data: Json | null }, key: string): Json[] {
  const list = answer.data?.[key] as { limitedAccessTokens: { nodes: Json[] } } | undefined;
  return list?.limitedAccessTokens.nodes ?? [];
}

describe('tokens list, tokens revoke', () => {
  const APP_TOKENS =
    'query ($appName: String!) { appLimitedAccessTokens: app(name: $appName) { limitedAccessTokens { nodes { id name token expiresAt revokedAt user { email } } } } }';
  const ORG_TOKENS =
    'query ($slug: String!) { orgLimitedAccessTokens: organization(slug: $slug) { limitedAccessTokens { nodes { id name expiresAt revokedAt user { email } } } } }';

  test('both scopes, RFC 3339 times, and never the text of a token', async () => {
    const header = await createToken('deploy', {});
    const nodes = nodesOf(await graphql(APP_TOKENS, { appName: 'demo' }), 'appLimitedAccessTokens');
    expect(nodes[0]).toMatchObject({
      name: 'flyctl token',
      token: '',
      revokedAt: null,
      user: { email: 'owner@localhost' },
    });
    expect(new Date(String(nodes[0]?.['expiresAt'])).toISOString()).toBe(nodes[0]?.['expiresAt']);
    expect(JSON.stringify(await graphql(ORG_TOKENS, { slug: 'personal' }))).not.toContain(
      header.slice(10, 40),
    );
  });

  test('revoking ends the token; an unknown id is an error', async () => {
    const header = await createToken('deploy', {});
    const nodes = nodesOf(await graphql(APP_TOKENS, { appName: 'demo' }), 'appLimitedAccessTokens');
    const revoke =
      'mutation($input:DeleteLimitedAccessTokenInput!) { deleteLimitedAccessToken(input: $input) { token } }';
    expect(await graphql(revoke, { input: { id: nodes[0]?.['id'] } })).toEqual({
      data: { deleteLimitedAccessToken: { token: null } },
    });
    expect((await graphql(VIEWER, null, header)).errors?.[0]?.message).toContain('revoked');
    expect(
      (await graphql(revoke, { input: { id: 'tok_aaaaaaaaaaaaaaaa' } })).errors?.[0]?.extensions,
    ).toEqual({ code: 'NOT_FOUND' });
  });
});

describe('machine list, status, exec', () => {
  const path = (): string => `/v1/apps/demo/machines/${postern.machine}`;

  test('the machine has every field flyctl follows', async () => {
    const listed = await rest('GET', '/v1/apps/demo/machines', session);
    expect(listed.json).toMatchObject([{ id: postern.machine, state: 'started', host_status: 'ok' }]);
    const { json } = await rest('GET', path(), session);
    expect(json).toMatchObject({
      host_status: 'ok',
      config: { guest: { cpus: 1 }, metadata: { fly_platform_version: 'v2' } },
      checks: [],
      instance_id: postern.machine,
    });
    expect((json['image_ref'] as { tag: string }).tag).toMatch(/^deployment-/);
    const query =
      'query ($machineId: String!) { gqlmachine:machine(machineId: $machineId) { id name app { name organization { id slug } } } }';
    expect(await graphql(query, { machineId: postern.machine })).toMatchObject({
      data: { gqlmachine: { app: { name: 'demo', organization: { slug: 'personal' } } } },
    });
    expect((await graphql(query, { machineId: '00000000000000' })).errors?.[0]?.message).toContain(
      'machine not found',
    );
  });

  test('exec with a token flyctl narrowed itself: read, the listed commands, nothing else', async () => {
    const token = machineExec(
      await createToken('deploy', {}),
      { args: ['echo', 'hi'], exact: true },
      { args: ['id'] },
    );
    expect((await rest('GET', path(), token)).status).toBe(200);
    const ran = await rest('POST', `${path()}/exec`, token, { cmd: 'echo hi', timeout: 10 });
    expect(ran.status).toBe(200);
    expect(ran.json).toMatchObject({ exit_code: 0, exit_signal: 0, stdout: 'hi\n', stderr: '' });
    expect(ran.headers.get('fly-request-id')).not.toBeNull();
    const refused = await rest('POST', `${path()}/exec`, token, { cmd: 'echo hi there' });
    expect(refused.status).toBe(403);
    expect(refused.json['error']).toMatch(/echo hi there.*is not in the list.*exactly `echo hi`/);
    expect((await rest('POST', `${path()}/lease?ttl=120`, token)).status).toBe(403);
    expect((await rest('POST', `${path()}/exec`, token, {})).status).toBe(400);
  });

  test('a token minted by postern works in the requests of flyctl, and narrowed by flyctl too', async () => {
    const { stdout } = await postern.postern([
      'tokens',
      'create',
      'machine-exec',
      '-a',
      'demo',
      '-p',
      'echo',
    ]);
    const token = machineExec(stdout.toString().trim(), { args: ['echo', 'a'] });
    expect((await rest('POST', `${path()}/exec`, token, { cmd: 'echo a b' })).json).toMatchObject({
      stdout: 'a b\n',
    });
    expect((await rest('POST', `${path()}/exec`, token, { cmd: 'echo b' })).status).toBe(403);
  });

  test('a token flyctl narrowed works in postern', async () => {
    const token = machineExec(await createToken('deploy', {}), { args: ['echo', 'x'], exact: true });
    const run = await postern.postern(['machine', 'exec', '-a', 'demo', '-t', token, 'echo x']);
    expect(run.stdout.toString()).toBe('x\n');
  });

  test.each(['', 'nope'])(
    'errors are JSON with a string, a status and a request id (app %j)',
    async (app) => {
      const { status, json, headers } = await rest('GET', `/v1/apps/${app || 'x'}/machines`, session);
      expect(status).toBe(404);
      expect(json).toMatchObject({
        error: expect.stringContaining('app not found') as unknown,
        status: 'unknown',
      });
      expect(headers.get('fly-request-id')).not.toBeNull();
    },
  );
});

describe('machine start, stop, restart; leases', () => {
  const path = (): string => `/v1/apps/demo/machines/${postern.machine}`;

  test('a lease is held by one, and given back', async () => {
    const taken = await rest('POST', `${path()}/lease?ttl=120`, session);
    expect(taken.json).toMatchObject({
      status: 'success',
      data: { owner: 'owner@localhost', version: postern.machine },
    });
    const { nonce } = taken.json['data'] as { nonce: string };
    expect(nonce).toMatch(/^[0-9a-f]+$/);
    expect((await rest('POST', `${path()}/lease?ttl=120`, session)).status).toBe(409);
    expect(
      (await rest('DELETE', `${path()}/lease`, session, undefined, { 'fly-machine-lease-nonce': 'x' })).json[
        'error'
      ],
    ).toBe('lease not found');
    expect(
      (await rest('DELETE', `${path()}/lease`, session, undefined, { 'fly-machine-lease-nonce': nonce }))
        .status,
    ).toBe(200);
  });

  test('start answers JSON; stop and restart of a host say why not, without words flyctl reads otherwise', async () => {
    expect((await rest('POST', `${path()}/start`, session)).json).toEqual({
      previous_state: 'started',
      migrated: false,
      new_host: '',
    });
    for (const [act, body] of [
      ['stop', { id: postern.machine, timeout: '0s' }],
      ['restart?force_stop=false', undefined],
    ] as const) {
      const { status, json } = await rest('POST', `${path()}/${act}`, session, body);
      expect(status).toBe(422);
      expect(json['error']).toContain('a host of its own');
      expect(json['error']).not.toMatch(/ for machine|machine failed to reach desired state/);
    }
  });

  test('wait answers within its time', async () => {
    expect((await rest('GET', `${path()}/wait?state=started&timeout=60`, session)).status).toBe(200);
    expect((await rest('GET', `${path()}/wait?state=stopped&timeout=1`, session)).status).toBe(408);
  });
});

describe('auth login', () => {
  const verifier = randomBytes(32).toString('base64url');
  const open = async (more: Json = {}) =>
    rest('POST', '/api/v1/cli_sessions', '', {
      name: '<b>devbox</b>',
      signup: false,
      target: 'auth',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      state: 'st4te',
      redirect_port: 43_121,
      ...more,
    });
  const link = async (): Promise<string> => {
    const { json } = await rest('POST', '/v1/session/link', session, {});
    return String(json['url']).split('#')[1] ?? '';
  };

  async function approve(authUrl: string, secret: string) {
    const page = await (await fetch(authUrl)).text();
    const formToken = /name="form_token" value="([0-9a-f]+)"/.exec(page)?.[1] ?? '';
    const answer = await fetch(authUrl, {
      method: 'POST',
      body: new URLSearchParams({ form_token: formToken, login_secret: secret }),
    });
    return {
      page,
      answer: await answer.text(),
      status: answer.status,
      policy: answer.headers.get('content-security-policy'),
    };
  }

  test('the web flow: open, approve in a browser, redeem once', async () => {
    const opened = await open();
    expect(opened.status).toBe(201);
    const { id, auth_url: authUrl, pkce } = opened.json as { id: string; auth_url: string; pkce: boolean };
    expect(pkce).toBe(true);
    expect((await rest('GET', `/api/v1/cli_sessions/${id}`, '')).status).toBe(404);
    const { page, answer, policy } = await approve(authUrl, await link());
    expect(page).toContain('&#60;b&#62;devbox');
    expect(policy).toContain("default-src 'none'");
    const code = /<code>([0-9a-f]+)<\/code>/.exec(answer)?.[1] ?? '';
    expect(answer).toContain(`http://127.0.0.1:43121/callback?code=${code}`);
    // With PKCE the token is not to be had by polling.
    expect((await rest('GET', `/api/v1/cli_sessions/${id}`, '')).status).toBe(404);
    const redeem = (body: Json) => rest('POST', `/api/v1/cli_sessions/${id}/redeem`, '', body);
    expect((await redeem({ code: 'wrong', code_verifier: verifier })).json).toEqual({
      error: 'invalid_code',
    });
    expect((await redeem({ code, code_verifier: 'x'.repeat(43) })).status).toBe(400);
    const redeemed = await redeem({ code, code_verifier: verifier });
    expect(redeemed.status).toBe(200);
    expect((await graphql(VIEWER, null, String(redeemed.json['access_token']))).data).toMatchObject({
      viewer: { email: 'owner@localhost' },
    });
    expect((await redeem({ code, code_verifier: verifier })).status).toBe(404);
  });

  test('without PKCE the terminal polls: 404 while pending, then the token once', async () => {
    const { json } = await open({ code_challenge: undefined, code_challenge_method: undefined });
    const { id, auth_url: authUrl } = json as { id: string; auth_url: string };
    await approve(authUrl, await link());
    const polled = await rest('GET', `/api/v1/cli_sessions/${id}`, '');
    expect(polled.json).toMatchObject({ id, access_token: expect.stringMatching(/^fo1_/) as unknown });
    expect((await rest('GET', `/api/v1/cli_sessions/${id}`, '')).status).toBe(404);
  });

  test('a wrong secret, a foreign form and an unknown session approve nothing', async () => {
    const { json } = await open();
    const { id, auth_url: authUrl } = json as { id: string; auth_url: string };
    expect((await approve(authUrl, 'login_guess')).status).toBe(401);
    const foreign = await fetch(authUrl, {
      method: 'POST',
      body: new URLSearchParams({ login_secret: await link() }),
    });
    expect(foreign.status).toBe(400);
    expect((await fetch(`${postern.url}/cli/cs_unknown`)).status).toBe(404);
    expect(
      (await rest('POST', `/api/v1/cli_sessions/${id}/redeem`, '', { code: '', code_verifier: verifier }))
        .status,
    ).toBe(400);
  });

  test('the password flow takes the secret of a login link for a password, once', async () => {
    const login = async (email: string, password: string) =>
      rest('POST', '/api/v1/sessions', '', { data: { attributes: { email, password, otp: '' } } });
    const secret = await link();
    const first = await login('owner@localhost', secret);
    expect(first.status).toBe(201);
    expect(first.json).toMatchObject({
      data: { attributes: { access_token: expect.stringMatching(/^fo1_/) as unknown } },
    });
    expect((await login('owner@localhost', secret)).status).toBe(401);
    expect((await login('somebody@else', await link())).status).toBe(401);
  });

  test('log out ends the session', async () => {
    const first = await rest('POST', '/api/v1/sessions', '', {
      data: { attributes: { email: 'owner@localhost', password: await link(), otp: '' } },
    });
    const token = (first.json['data'] as { attributes: { access_token: string } }).attributes.access_token;
    expect(await graphql('mutation LogOut { logOut(input: {}) { ok } }', null, token)).toEqual({
      data: { logOut: { ok: true } },
    });
    expect((await graphql(VIEWER, null, token)).data).toBeNull();
  });
});

describe('hostile GraphQL', () => {
  test.each([
    ['no query', {}],
    ['a query that is no query', { query: '{' }],
    ['an unknown field', { query: '{ viewer { ... on User { password } } }' }],
    ['too many words', { query: `{ ${'a: viewer { __typename } '.repeat(500)} }` }],
    ['a huge query', { query: ' '.repeat(30_000) }],
    ['WireGuard', { query: 'mutation { addWireGuardPeer(input: {}) { ok } }' }],
  ])('%s is an error with status 200', async (_, body) => {
    const { status, json } = await rest('POST', '/graphql', session, body);
    expect(status).toBe(200);
    expect(json).toMatchObject({ data: null, errors: [{ message: expect.any(String) as unknown }] });
  });
});
