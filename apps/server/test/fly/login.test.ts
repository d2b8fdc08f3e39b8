/** `auth login` and `auth logout`: the browser flow with and without PKCE, and the password flow, as flyctl does them. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openContract, type Contract, type Json } from './contract.ts';
import { LOG_OUT, VIEWER } from './queries.ts';

let fly: Contract;
beforeAll(async () => {
  fly = await openContract();
});
afterAll(() => fly.remove());

describe('auth login', () => {
  const verifier = randomBytes(32).toString('base64url');
  const open = async (more: Json = {}) =>
    fly.rest('POST', '/api/v1/cli_sessions', '', {
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
    const { json } = await fly.rest('POST', '/v1/session/link', fly.session, {});
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
    expect((await fly.rest('GET', `/api/v1/cli_sessions/${id}`, '')).status).toBe(404);
    const { page, answer, policy } = await approve(authUrl, await link());
    expect(page).toContain('&#60;b&#62;devbox');
    expect(policy).toContain("default-src 'none'");
    const code = /<code>([0-9a-f]+)<\/code>/.exec(answer)?.[1] ?? '';
    expect(answer).toContain(`http://127.0.0.1:43121/callback?code=${code}`);
    // With PKCE the token is not to be had by polling.
    expect((await fly.rest('GET', `/api/v1/cli_sessions/${id}`, '')).status).toBe(404);
    const redeem = (body: Json) => fly.rest('POST', `/api/v1/cli_sessions/${id}/redeem`, '', body);
    expect((await redeem({ code: 'wrong', code_verifier: verifier })).json).toEqual({
      error: 'invalid_code',
    });
    expect((await redeem({ code, code_verifier: 'x'.repeat(43) })).status).toBe(400);
    const redeemed = await redeem({ code, code_verifier: verifier });
    expect(redeemed.status).toBe(200);
    expect((await fly.graphql(VIEWER, null, String(redeemed.json['access_token']))).data).toMatchObject({
      viewer: { email: 'owner@localhost' },
    });
    expect((await redeem({ code, code_verifier: verifier })).status).toBe(404);
  });

  test('without PKCE the terminal polls: 404 while pending, then the token once', async () => {
    const { json } = await open({ code_challenge: undefined, code_challenge_method: undefined });
    const { id, auth_url: authUrl } = json as { id: string; auth_url: string };
    await approve(authUrl, await link());
    const polled = await fly.rest('GET', `/api/v1/cli_sessions/${id}`, '');
    expect(polled.json).toMatchObject({ id, access_token: expect.stringMatching(/^fo1_/) as unknown });
    expect((await fly.rest('GET', `/api/v1/cli_sessions/${id}`, '')).status).toBe(404);
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
    expect((await fetch(`${fly.postern.url}/cli/cs_unknown`)).status).toBe(404);
    expect(
      (await fly.rest('POST', `/api/v1/cli_sessions/${id}/redeem`, '', { code: '', code_verifier: verifier }))
        .status,
    ).toBe(400);
  });

  test('the password flow takes the secret of a login link for a password, once', async () => {
    const login = async (email: string, password: string) =>
      fly.rest('POST', '/api/v1/sessions', '', { data: { attributes: { email, password, otp: '' } } });
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
    const first = await fly.rest('POST', '/api/v1/sessions', '', {
      data: { attributes: { email: 'owner@localhost', password: await link(), otp: '' } },
    });
    const token = (first.json['data'] as { attributes: { access_token: string } }).attributes.access_token;
    expect(await fly.graphql(LOG_OUT, null, token)).toEqual({
      data: { logOut: { ok: true } },
    });
    expect((await fly.graphql(VIEWER, null, token)).data).toBeNull();
  });
});
