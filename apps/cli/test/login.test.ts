/**
 * Sign-in with a browser, on a real terminal. The server side of it is played here by a few lines of HTTP that keep
 * to flyctl's protocol, so that wrong codes, foreign states and expiry can be had at will.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeWorld } from './postern.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const CODE = 'right-code';
const SESSION = 'fo1_signed_in';

interface Opened {
  readonly state: string;
  readonly code_challenge: string;
  readonly redirect_port?: number;
}

const world = makeWorld();
let server: Server;
let url: string;
let opened: Opened | undefined;
let expired = false;

beforeAll(async () => {
  server = createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return undefined;
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', () => done());
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  opened = undefined;
  expired = false;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  world.remove();
});

async function answer(request: IncomingMessage): Promise<[number, unknown]> {
  const place = `${request.method} ${request.url}`;
  if (place === 'POST /api/v1/cli_sessions') {
    opened = (await json(request)) as Opened;
    return [201, { id: 'cs_1', auth_url: `${url}/cli/cs_1`, pkce: true }];
  }
  if (place === 'POST /api/v1/cli_sessions/cs_1/redeem') {
    if (expired) return [404, { error: 'not_found' }];
    const { code, code_verifier } = (await json(request)) as { code: string; code_verifier: string };
    const challenge = createHash('sha256').update(code_verifier).digest('base64url');
    const right = code === CODE && challenge === opened?.code_challenge;
    return right
      ? [200, { id: 'cs_1', access_token: SESSION, pkce: true }]
      : [400, { error: 'invalid_code' }];
  }
  if (place === 'GET /v1/session' && request.headers.authorization === `Bearer ${SESSION}`) {
    const user = { id: 'usr_1', email: 'dana@example.test' };
    return [200, { kind: 'session', email: user.email, user, expires_at: null, organizations: [] }];
  }
  return [404, { error: 'not found', code: 'route_not_found', status: '' }];
}

const login = (...flags: string[]): Terminal =>
  openTerminal(world, ['auth', 'login', '--server', url, '--name', 'test', ...flags], {
    // No browser on this machine: the address is printed.
    env: { BROWSER: '/nonexistent' },
    columns: 200,
  });

describe('auth login', () => {
  test('takes the code a browser brings to the loopback address', async () => {
    const terminal = login();
    await terminal.see(`Copy the url (${url}/cli/cs_1) into a browser and continue`);
    await terminal.see('paste code here if prompted > ');
    const back = `http://127.0.0.1:${opened?.redirect_port}/callback`;
    const foreign = await fetch(`${back}?code=${CODE}&state=foreign`);
    expect(foreign.status).toBe(400);
    expect((await fetch(`http://127.0.0.1:${opened?.redirect_port}/other`)).status).toBe(404);
    const preflight = await fetch(back, { method: 'OPTIONS' });
    expect(preflight.headers.get('access-control-allow-private-network')).toBe('true');
    const right = await fetch(`${back}?code=${CODE}&state=${opened?.state}`);
    expect([right.status, right.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    await terminal.see('successfully logged in as dana@example.test (context test)');
    expect((await terminal.end()).code).toBe(0);
    const saved: unknown = JSON.parse(readFileSync(join(world.home, 'config', 'credentials.json'), 'utf8'));
    expect(saved).toEqual({
      version: 1,
      current: 'test',
      contexts: { test: { server: url, token: SESSION, email: 'dana@example.test' } },
    });
  });

  test('takes a pasted code, and asks again after a wrong one', async () => {
    const terminal = login('--no-browser');
    await terminal.see('paste code here if prompted > ');
    terminal.type('wrong\r');
    await terminal.see("That code didn't work.");
    await terminal.see('paste code here if prompted > ');
    terminal.type(`${CODE}\r`);
    await terminal.see('successfully logged in as dana@example.test');
    expect((await terminal.end()).code).toBe(0);
  });

  test('ends when the server has forgotten the login', async () => {
    const terminal = login('--no-browser');
    await terminal.see('paste code here if prompted > ');
    expired = true;
    terminal.type(`${CODE}\r`);
    await terminal.see('login session expired, please try again');
    expect((await terminal.end()).code).toBe(67);
  });

  test('Ctrl-C leaves, and keeps what was there', async () => {
    const terminal = login('--no-browser');
    await terminal.see('paste code here if prompted > ');
    terminal.type('\u0003');
    expect((await terminal.end()).code).toBe(130);
  });
});
