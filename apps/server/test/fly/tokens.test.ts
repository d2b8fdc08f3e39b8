/** `tokens create`, `list` and `revoke`: the requests stock flyctl sends, and what it does with the tokens it is given. */
import {
  addThirdParty,
  discharge,
  formatHeader,
  openTicket,
  parseHeader,
  tickets,
  type UnverifiedToken,
} from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  machineExec,
  narrow,
  openContract,
  type Contract,
  type GraphqlAnswer,
  type Json,
} from './contract.ts';
import {
  APP_COMPACT,
  APP_TOKENS,
  CREATE_TOKEN,
  ORGANIZATION_TOKENS,
  REVOKE_TOKEN,
  VIEWER,
} from './queries.ts';

let fly: Contract;
beforeAll(async () => {
  fly = await openContract();
});
afterAll(() => fly.remove());

const typesOf = (header: string): string[] =>
  parseHeader(header).flatMap((token) => token.unsafeCaveats.map(({ type }) => type));
const exec = (token: string, cmd: string) => fly.rest('POST', `${fly.machine}/exec`, token, { cmd });

async function variables(more: Json): Promise<Json> {
  const { data } = await fly.graphql(APP_COMPACT, { appName: 'demo' });
  const app = data?.['appcompact'] as { id: string; organization: { id: string } };
  return {
    name: 'x',
    organizationId: app.organization.id,
    profile: 'deploy',
    profileParams: { app_id: app.id },
    expiry: '1h0m0s',
    ...more,
  };
}

describe('tokens create', () => {
  test.each(['deploy', 'deploy_organization'])(
    '%s: exactly one organization caveat, our location, no third party',
    async (profile) => {
      const header = await fly.createToken(profile);
      const tokens = parseHeader(header);
      expect(tokens.map(({ location }) => location)).toEqual(['https://api.fly.io/v1']);
      expect(typesOf(header).filter((type) => type === 'Organization')).toHaveLength(1);
      expect(typesOf(header)).not.toContain('3P');
      expect(typesOf(header).includes('Apps')).toBe(profile === 'deploy');
    },
  );

  test('an empty expiry is no expiry', async () => {
    expect(typesOf(await fly.createToken('deploy', {}, ''))).not.toContain('ValidityWindow');
    expect(typesOf(await fly.createToken('deploy', {}, '175200h0m0s'))).toContain('ValidityWindow');
  });

  test.each([
    ['-5m0s', 'past'],
    ['soon', 'duration'],
    ['2d', 'unknown unit'],
  ])('an expiry of %s is refused', async (expiry, word) => {
    const { data, errors } = await fly.graphql(CREATE_TOKEN, await variables({ expiry }));
    expect(data).toBeNull();
    expect(errors?.[0]?.message).toContain(word);
  });

  test('profiles that cannot exist here say so; a scoped token mints nothing', async () => {
    const litefs = await variables({ profile: 'litefs_cloud', profileParams: { cluster: 'x' } });
    expect((await fly.graphql(CREATE_TOKEN, litefs)).errors?.[0]?.message).toContain('litefs_cloud');
    const scoped = await fly.createToken('deploy_organization');
    const { data, errors } = await fly.graphql(CREATE_TOKEN, await variables({}), scoped);
    expect(data).toBeNull();
    expect(errors?.[0]?.message).toContain('signed-in person');
  });

  test('an app that is not there, or not in the organization, gets no token', async () => {
    for (const app_id of ['app_nope', '', 7]) {
      const { data } = await fly.graphql(CREATE_TOKEN, await variables({ profileParams: { app_id } }));
      expect(data).toBeNull();
    }
    const { errors } = await fly.graphql(CREATE_TOKEN, await variables({ organizationId: 'org_nope' }));
    expect(errors?.[0]?.extensions).toEqual({ code: 'NOT_FOUND' });
  });
});

describe('what flyctl makes of a token', () => {
  test('machine-exec: read, the listed commands, nothing else', async () => {
    const token = machineExec(
      await fly.createToken('deploy'),
      { args: ['echo', 'hi'], exact: true },
      { args: ['id'] },
    );
    expect((await fly.rest('GET', fly.machine, token)).status).toBe(200);
    const ran = await fly.rest('POST', `${fly.machine}/exec`, token, { cmd: 'echo hi', timeout: 10 });
    expect(ran.status).toBe(200);
    expect(ran.json).toMatchObject({ exit_code: 0, exit_signal: 0, stdout: 'hi\n', stderr: '' });
    expect(ran.headers.get('fly-request-id')).not.toBeNull();
    const refused = await exec(token, 'echo hi there');
    expect(refused.status).toBe(403);
    expect(refused.json['error']).toMatch(/echo hi there.*is not in the list.*exactly `echo hi`/);
    expect((await fly.rest('POST', `${fly.machine}/lease?ttl=120`, token)).status).toBe(403);
    expect((await fly.rest('POST', `${fly.machine}/exec`, token, {})).status).toBe(400);
  });

  test('ssh: two tokens, either of which may allow; neither runs a command', async () => {
    const made = await fly.createToken('deploy');
    const mutations = ['issueCertificate', 'addWireGuardPeer'];
    const token = [
      narrow(made, { type: 'Action', body: 'r' }),
      narrow(made, { type: 'Mutations', body: { mutations } }).replace('FlyV1 ', ''),
    ].join(',');
    expect((await fly.rest('GET', fly.machine, token)).status).toBe(200);
    expect((await exec(token, 'id')).status).toBe(403);
  });

  test('readonly: reads the organization and changes nothing', async () => {
    const token = narrow(await fly.createToken('deploy_organization'), {
      type: 'Organization',
      body: { id: 1, mask: 'r' },
    });
    expect((await fly.rest('GET', '/v1/apps/demo/machines', token)).status).toBe(200);
    const refused = await exec(token, 'id');
    expect(refused.status).toBe(403);
    expect(refused.json['error']).toContain('the token allows read');
  });

  test('wireguard: reads, and nothing else', async () => {
    const token = narrow(await fly.createToken('deploy_organization'), {
      type: 'IfPresent',
      body: {
        ifs: [
          { type: 'Apps', body: { apps: {} } },
          { type: 'FeatureSet', body: { features: { wg: 'rwcdC' } } },
        ],
        else: 'r',
      },
    });
    expect((await exec(token, 'id')).status).toBe(403);
  });

  test('3p: allowed with the discharge behind it, refused without and with that of another', async () => {
    const location = 'https://auth.example.test';
    const shared = nodeCrypto.randomBytes(32);
    const asking = async () => {
      const [made] = parseHeader(await fly.createToken('deploy'));
      if (made === undefined) throw new Error('no token');
      return addThirdParty(made, { location, shared }, nodeCrypto);
    };
    const answer = (token: UnverifiedToken) => {
      const ticket = tickets(token)[0]?.ticket ?? new Uint8Array();
      const opened = openTicket(shared, ticket, nodeCrypto);
      if (typeof opened === 'string') throw new Error(opened);
      return discharge({ location, ticket, opened, caveats: [] }, nodeCrypto);
    };
    const [token, other] = [await asking(), await asking()];
    expect((await exec(formatHeader([token, answer(token)]), 'echo in')).json['stdout']).toBe('in\n');
    for (const header of [formatHeader([token]), formatHeader([token, answer(other)])]) {
      const { status, json } = await exec(header, 'echo in');
      expect(status).toBe(401);
      expect(json['error']).toContain(`a discharge from ${location} is missing`);
    }
  });

  test('a token minted by postern works in the requests of flyctl, and narrowed by flyctl too', async () => {
    const { stdout } = await fly.postern.postern([
      'tokens',
      'create',
      'machine-exec',
      '-a',
      'demo',
      '-p',
      'echo',
    ]);
    const token = machineExec(stdout.toString().trim(), { args: ['echo', 'a'] });
    expect((await exec(token, 'echo a b')).json).toMatchObject({ stdout: 'a b\n' });
    expect((await exec(token, 'echo b')).status).toBe(403);
  });

  test('a token flyctl narrowed works in postern', async () => {
    const token = machineExec(await fly.createToken('deploy'), { args: ['echo', 'x'], exact: true });
    const run = await fly.postern.postern(['machine', 'exec', '-a', 'demo', '-t', token, 'echo x']);
    expect(run.stdout.toString()).toBe('x\n');
  });

  test('an expired token: the same sentence in both services', async () => {
    const past = { type: 'ValidityWindow', body: { not_before: 0, not_after: 1 } };
    const token = narrow(await fly.createToken('deploy'), past);
    const { status, json } = await exec(token, 'id');
    expect(status).toBe(401);
    expect(json['error']).toContain('expired');
    expect((await fly.graphql(VIEWER, null, token)).errors?.[0]?.message).toContain('expired');
  });
});

/** The tokens of a list answer. */
function nodesOf(answer: GraphqlAnswer, key: string): Json[] {
  const list = answer.data?.[key] as { limitedAccessTokens: { nodes: Json[] } } | undefined;
  return list?.limitedAccessTokens.nodes ?? [];
}

describe('tokens list, tokens revoke', () => {
  const ofApp = async () =>
    nodesOf(await fly.graphql(APP_TOKENS, { appName: 'demo' }), 'appLimitedAccessTokens');

  test('both scopes, RFC 3339 times, and never the text of a token', async () => {
    const header = await fly.createToken('deploy');
    const nodes = await ofApp();
    expect(nodes[0]).toEqual({
      id: expect.stringMatching(/^tok_/) as unknown,
      name: 'flyctl token',
      token: '',
      expiresAt: expect.any(String) as unknown,
      revokedAt: null,
      user: { email: 'owner@localhost' },
    });
    expect(new Date(String(nodes[0]?.['expiresAt'])).toISOString()).toBe(nodes[0]?.['expiresAt']);
    const ofOrganization = await fly.graphql(ORGANIZATION_TOKENS, { slug: 'personal' });
    expect(nodesOf(ofOrganization, 'orgLimitedAccessTokens')[0]?.['id']).toBe(nodes[0]?.['id']);
    expect(JSON.stringify(ofOrganization)).not.toContain(header.slice(10, 40));
  });

  test('an unknown app or organization is an error, not an empty table', async () => {
    expect((await fly.graphql(APP_TOKENS, { appName: 'nope' })).data).toBeNull();
    expect((await fly.graphql(ORGANIZATION_TOKENS, { slug: 'nope' })).data).toBeNull();
  });

  test('revoking ends the token; an unknown id is an error', async () => {
    const header = await fly.createToken('deploy');
    const [newest] = await ofApp();
    expect(await fly.graphql(REVOKE_TOKEN, { input: { id: newest?.['id'] } })).toEqual({
      data: { deleteLimitedAccessToken: { token: null } },
    });
    expect((await fly.graphql(VIEWER, null, header)).errors?.[0]?.message).toContain('revoked');
    expect((await exec(header, 'id')).json['error']).toContain('revoked');
    const [revoked] = await ofApp();
    expect(new Date(String(revoked?.['revokedAt'])).toISOString()).toBe(revoked?.['revokedAt']);
    const unknown = await fly.graphql(REVOKE_TOKEN, { input: { id: 'tok_aaaaaaaaaaaaaaaa' } });
    expect(unknown.data).toBeNull();
    expect(unknown.errors?.[0]?.extensions).toEqual({ code: 'NOT_FOUND' });
  });
});
