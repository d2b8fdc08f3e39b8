/** Any service may ask what a token is and what it may do; nothing is run. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, type Installation } from './installation.ts';

let postern: Installation;
let header: string;
let id: string;

async function post(path: string, body: unknown) {
  const response = await fetch(postern.url + path, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const ask = (access: Record<string, unknown>, token = header) =>
  post('/v1/tokens/authorize', { header: token, access });

beforeAll(async () => {
  postern = await install();
  const { stdout } = await postern.postern([
    'tokens',
    'create',
    'machine-exec',
    '-a',
    'demo',
    '--json',
    '--',
    'ls',
    '-l',
  ]);
  ({ token: header, id } = JSON.parse(stdout.toString()) as { token: string; id: string });
});
afterAll(() => postern.remove());

describe('POST /v1/tokens/authenticate', () => {
  test('gives the caveats of what verifies', async () => {
    const { status, body } = await post('/v1/tokens/authenticate', { header });
    expect(status).toBe(200);
    expect(body).toMatchObject([
      {
        header,
        token_id: id,
        nonce: { proof: false },
        caveats: {
          caveats: [
            { type: 'ValidityWindow' },
            { type: 'Organization' },
            { type: 'Apps' },
            { type: 'IfPresent' },
          ],
        },
      },
    ]);
  });

  test.each([
    ['fm2_AAAA', 'token_malformed'],
    ['FlyV1 nothing', 'token_malformed'],
  ])('refuses %s', async (bad, code) => {
    expect(await post('/v1/tokens/authenticate', { header: bad })).toMatchObject({
      status: 401,
      body: { code },
    });
  });
});

describe('POST /v1/tokens/authorize', () => {
  const exec = (): Record<string, unknown> => ({
    action: 'w',
    app_name: 'demo',
    machine_id: postern.machine,
    command: ['ls', '-l'],
  });

  test('allows what the token allows, and gives the numbers it was asked with', async () => {
    expect(await ask(exec())).toMatchObject({
      status: 200,
      body: { access: { orgId: 1, appId: 1, command: ['ls', '-l'] }, verified_token: { token_id: id } },
    });
    expect((await ask({ action: 'r', app_name: 'demo' })).status).toBe(200);
  });

  test.each<[string, Record<string, unknown>, number, string]>([
    ['another command', { command: ['ls'] }, 403, 'not_allowed'],
    ['control without a command', { command: undefined, action: 'C' }, 403, 'not_allowed'],
    ['an unknown app', { app_name: 'nope' }, 400, 'bad_request'],
    ['a machine of another app', { machine_id: '00000000000000' }, 400, 'bad_request'],
    ['an organization of another app', { org_slug: 'nope' }, 403, 'not_allowed'],
    ['an unknown action letter', { action: 'x' }, 400, 'bad_request'],
    ['an unknown field', { nonsense: true }, 400, 'bad_request'],
    ['a command without a machine', { machine_id: undefined }, 403, 'not_allowed'],
  ])('refuses %s', async (what, change, status, code) => {
    if (what.startsWith('an organization'))
      return expect((await ask({ action: 'r', org_slug: 'nope' })).status).toBe(status);
    return expect(await ask({ ...exec(), ...change })).toMatchObject({ status, body: { code } });
  });

  test('refuses a revoked token', async () => {
    await postern.postern(['tokens', 'revoke', id]);
    expect(await ask(exec())).toMatchObject({ status: 401, body: { code: 'token_revoked' } });
    const current = await fetch(`${postern.url}/v1/tokens/current`, { headers: { authorization: header } });
    expect(current.status).toBe(401);
  });
});

test('GET /v1/tokens/current tells the reach of what was presented', async () => {
  const { stdout } = await postern.postern([
    'tokens',
    'create',
    'machine-exec',
    '-a',
    'demo',
    '--machine',
    postern.machine,
    '--',
    'id',
  ]);
  const response = await fetch(`${postern.url}/v1/tokens/current`, {
    headers: { authorization: stdout.toString().trim() },
  });
  expect(await response.json()).toMatchObject({
    tokens: [
      {
        org_slug: 'personal',
        apps: ['demo'],
        user: 'owner@localhost',
        restricted_to_machine: postern.machine,
      },
    ],
  });
});
