/** What a page of another site can do with the browser of somebody who is signed in. */
import { operations, type Operation } from '@postern/contract';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import type { AttackCase, AttackClass } from './attack-case.ts';
import type { Answer, Ground } from './ground.ts';
import { talk } from './raw-http.ts';

const EVIL = 'https://evil.example';
const CHANGING: readonly Operation[] = Object.values(operations).filter(({ method }) => method !== 'GET');
/** They need no session: a one-time secret in the body is what they go by. */
const BY_SECRET = new Set(['session.create', 'introspection.authenticate', 'introspection.authorize']);

const cookieOf = (ground: Ground): string => `postern_session=${ground.postern.session()}`;

/** A request as a browser sends it: with the cookie, whatever page asked for it. */
const asBrowser = (
  ground: Ground,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> => ground.call('', method, path, body, { cookie: cookieOf(ground), ...headers });

const somewhere = (ground: Ground, path: string): string =>
  path
    .replaceAll('{app}', 'demo')
    .replaceAll('{org}', 'personal')
    .replaceAll('{machine}', ground.postern.machine)
    .replaceAll(/\{\w+\}/g, 'x');

/** Every operation that changes something must refuse a request of this kind. */
async function expectAllRefuse(ground: Ground, headers: Readonly<Record<string, string>>): Promise<void> {
  expect(CHANGING.length).toBeGreaterThan(15);
  for (const { name, method, path } of CHANGING.filter((each) => !BY_SECRET.has(each.name))) {
    const answer = await asBrowser(ground, method, somewhere(ground, path), {}, headers);
    expect({ name, code: answer.body['code'] }, answer.text).toEqual({ name, code: 'origin_refused' });
  }
}

const hostOf = (ground: Ground): string => `127.0.0.1:${ground.port}`;

const ORIGINS: readonly (readonly [tried: string, origin: (ground: Ground) => string, why: string])[] = [
  ['another site', () => EVIL, 'the plain case'],
  ['no site: a sandboxed frame, a file', () => 'null', '`null` is an origin anybody can have'],
  [
    'our host as the beginning of theirs',
    (g) => `http://${hostOf(g)}.evil.example`,
    'hosts are compared whole',
  ],
  [
    'our host as the name of a user',
    (g) => `http://${hostOf(g)}@evil.example`,
    'a URL is parsed, not searched',
  ],
  ['our host behind a fragment', (g) => `http://evil.example#@${hostOf(g)}`, 'the same'],
  ['another port of our host', (g) => `http://127.0.0.1:${g.port === 1 ? 2 : 1}`, 'a port is another site'],
  ['another name of our host', (g) => `http://localhost:${g.port}`, 'a cookie of one is not of the other'],
  ['what is no URL', () => '127.0.0.1', 'what cannot be read is not ours'],
  ['two origins', (g) => `http://${hostOf(g)} ${EVIL}`, 'a list is no origin'],
];

const changes: AttackCase<Ground>[] = ORIGINS.map(([tried, origin, why]) => ({
  tried: `every change, by a page of ${tried}, with the cookie and our own header`,
  must: '403 origin_refused for each operation',
  why,
  run: (ground) => expectAllRefuse(ground, { origin: origin(ground), 'x-postern-request': '1' }),
}));

const sockets: AttackCase<Ground>[] = ORIGINS.map(([tried, origin, why]) => ({
  tried: `a WebSocket that runs a command, by a page of ${tried}`,
  must: '403; nothing runs',
  why: `cross-site WebSocket hijacking: ${why}`,
  run: async (ground) => {
    const socket = new WebSocket(
      ground.postern.url.replace('http', 'ws') + ground.execPath,
      'postern.exec.v1',
      {
        headers: { cookie: cookieOf(ground), origin: origin(ground) },
      },
    );
    const status = await new Promise<number | undefined>((resolve) => {
      socket.on('error', () => undefined);
      socket.on('open', () => resolve(101));
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
    socket.terminate();
    expect(status).toBe(403);
    expect(ground.runs()).toEqual([]);
  },
}));

/** Bodies a form of any site may send without asking first (the CORS-safelisted types). */
const FORMS: readonly (readonly [type: string, body: (ground: Ground) => string])[] = [
  ['text/plain', (g) => JSON.stringify({ command: [g.witness, 'form'] })],
  ['application/x-www-form-urlencoded', (g) => `{"command":["${g.witness}","form"],"x":"=`],
  ['multipart/form-data; boundary=b', (g) => `--b\r\n\r\n{"command":["${g.witness}"]}\r\n--b--\r\n`],
];

const forms: AttackCase<Ground>[] = FORMS.map(([type, body]) => ({
  tried: `a form of type ${type} that runs a command`,
  must: '403 origin_refused, with and without an Origin',
  why: 'a form needs no permission of the server to be sent',
  run: async (ground) => {
    for (const origin of [{ origin: EVIL }, {}]) {
      const headers = { 'content-type': type, ...origin };
      const answer = await asBrowser(ground, 'POST', ground.execPath, body(ground), headers);
      expect(answer.body['code'], answer.text).toBe('origin_refused');
    }
    expect(ground.runs()).toEqual([]);
  },
}));

const others: AttackCase<Ground>[] = [
  {
    tried: 'every change with a cookie, without an Origin and without our own header',
    must: '403 origin_refused for each operation',
    why: 'an old browser, or an extension, may leave the Origin out',
    run: (ground) => expectAllRefuse(ground, {}),
  },
  {
    tried: 'a preflight of another site, for every path',
    must: 'no header that allows anything',
    why: 'CORS is an offer, and none is made',
    run: async (ground) => {
      const paths = [...new Set(Object.values(operations).map(({ path }) => somewhere(ground, path)))];
      for (const path of [...paths, '/graphql', '/', '/login', '/api/v1/cli_sessions', '/docs']) {
        const answer = await asBrowser(ground, 'OPTIONS', path, undefined, {
          origin: EVIL,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'x-postern-request, content-type',
        });
        expect(
          [...answer.headers.keys()].filter((name) => name.startsWith('access-control-')),
          path,
        ).toEqual([]);
      }
    },
  },
  {
    tried: 'reading with the cookie from another site',
    must: 'no header that lets the page see the answer',
    why: 'a browser sends the request; the answer must stay closed to the script',
    run: async (ground) => {
      for (const path of [
        '/v1/session',
        '/v1/apps',
        '/v1/orgs/personal/tokens',
        '/v1/openapi.json',
        '/healthz',
      ]) {
        const { headers } = await asBrowser(ground, 'GET', path, undefined, { origin: EVIL });
        expect(headers.get('access-control-allow-origin'), path).toBeNull();
        expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      }
    },
  },
  {
    tried: 'an answer as a script of another site, with a callback',
    must: 'JSON, and nothing of the callback',
    why: 'JSONP and script tags read what CORS closes',
    run: async (ground) => {
      const answer = await asBrowser(ground, 'GET', '/v1/session?callback=alert&jsonp=alert', undefined, {});
      expect(answer.text).not.toContain('alert');
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    },
  },
  {
    tried: 'a GET that says it is a DELETE',
    must: 'nothing is removed',
    why: 'headers and fields that override the method turn links into changes',
    run: async (ground) => {
      const machine = ground.execPath.replace(/\/exec$/, '');
      for (const override of [
        { 'x-http-method-override': 'DELETE' },
        { 'x-http-method': 'DELETE' },
        { 'x-method-override': 'DELETE' },
      ])
        await asBrowser(ground, 'GET', `${machine}?_method=DELETE`, undefined, override);
      expect((await ground.call(ground.postern.session(), 'GET', machine)).status).toBe(200);
    },
  },
  {
    tried: 'our pages in a frame of another site',
    must: "frame-ancestors 'none', and no script from the address",
    why: 'a hidden frame collects clicks on Revoke or Approve',
    run: async (ground) => {
      const opened = await ground.call('', 'POST', '/api/v1/cli_sessions', { name: 'x' });
      for (const path of [
        '/',
        '/login',
        '/apps/demo/tokens',
        '/docs',
        `/cli/${String(opened.body['id'])}`,
        '/cli/x',
      ]) {
        const { headers } = await ground.call('', 'GET', path, undefined, { accept: 'text/html' });
        const policy = headers.get('content-security-policy') ?? '';
        expect(policy, path).toContain("frame-ancestors 'none'");
        expect(policy, path).not.toMatch(/unsafe-|\*/);
      }
    },
  },
  {
    tried: 'signing the visitor of another site in as the attacker',
    must: '403 origin_refused; no cookie',
    why: 'login CSRF: what the victim then does, the attacker sees',
    run: async (ground) => {
      const link = await ground.call(ground.postern.session(), 'POST', '/v1/session/link', {});
      const secret = String(link.body['url']).split('#')[1];
      const answer = await ground.call(
        '',
        'POST',
        '/v1/session',
        { login_secret: secret, as: 'cookie' },
        { origin: EVIL },
      );
      expect(answer.body['code']).toBe('origin_refused');
      expect(answer.headers.get('set-cookie')).toBeNull();
      // It was not spent by the refusal.
      expect((await ground.call('', 'POST', '/v1/session', { login_secret: secret })).status).toBe(201);
    },
  },
  {
    tried: 'a session chosen by the attacker before the victim signs in',
    must: 'signing in makes a new session; the chosen one stays worth nothing',
    why: 'session fixation',
    run: async (ground) => {
      const chosen = `fo1_${'A'.repeat(43)}`;
      const link = await ground.call(ground.postern.session(), 'POST', '/v1/session/link', {});
      const secret = String(link.body['url']).split('#')[1];
      const answer = await ground.call(
        '',
        'POST',
        '/v1/session',
        { login_secret: secret, as: 'cookie' },
        { cookie: `postern_session=${chosen}` },
      );
      const cookie = answer.headers.get('set-cookie') ?? '';
      expect(cookie).toMatch(
        /^postern_session=fo1_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
      );
      expect(cookie).not.toContain(chosen);
      expect(answer.text).not.toContain('fo1_');
      expect((await ground.call(chosen, 'GET', '/v1/session')).status).toBe(401);
    },
  },
  {
    tried: 'approving a terminal from another site, with a form token fetched before',
    must: '401 and no code',
    why: 'the approve page can be fetched by anybody, its form token with it',
    run: async (ground) => {
      const opened = await ground.call('', 'POST', '/api/v1/cli_sessions', { name: 'mine' });
      const path = `/cli/${String(opened.body['id'])}`;
      const page = await ground.call('', 'GET', path);
      const token = /name="form_token" value="([0-9a-f]+)"/.exec(page.text)?.[1] ?? '';
      expect(token).toMatch(/^[0-9a-f]{32}$/);
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      for (const [body, headers] of [
        [`form_token=${token}`, { origin: EVIL }],
        [`form_token=${token}`, { origin: 'null' }],
        ['form_token=00000000000000000000000000000000', {}],
        ['', {}],
      ] as const) {
        const answer = await asBrowser(ground, 'POST', path, body, { ...type, ...headers });
        expect([400, 401], answer.text).toContain(answer.status);
      }
      expect((await ground.call('', 'GET', `/api/v1/cli_sessions/${String(opened.body['id'])}`)).status).toBe(
        404,
      );
    },
  },
  {
    tried: 'markup in the name of a terminal to approve',
    must: 'shown as text',
    why: 'the name is chosen by whoever opens the login',
    run: async (ground) => {
      const name = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
      const opened = await ground.call('', 'POST', '/api/v1/cli_sessions', { name });
      const page = await ground.call('', 'GET', `/cli/${String(opened.body['id'])}`);
      expect(page.text).not.toContain('<script>');
      expect(page.text).not.toContain('<img');
    },
  },
  {
    tried: 'a link that leads away after signing in',
    must: 'no redirect to another host',
    why: 'an open redirect makes phishing look like us',
    run: async (ground) => {
      for (const path of [
        '/login?next=//evil.example',
        '/login?return_to=https://evil.example',
        '//evil.example/%2e%2e',
      ]) {
        const { text } = await talk(ground.port, [
          `GET ${path} HTTP/1.1\r\nHost: ${hostOf(ground)}\r\nConnection: close\r\n\r\n`,
        ]);
        expect(text, path).not.toMatch(/^location:/im);
      }
    },
  },
  {
    tried: 'a Host of the attacker, to make links that lead to them',
    must: 'login links and approval pages name the address the server knows',
    why: 'a poisoned Host puts one-time secrets into links of another site',
    run: async (ground) => {
      const body = '{"name":"x"}';
      for (const [path, head] of [
        ['/api/v1/cli_sessions', ''],
        ['/v1/session/link', `Authorization: Bearer ${ground.postern.session()}\r\n`],
      ] as const)
        for (const more of ['', `X-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n`]) {
          const host = more === '' ? 'evil.example' : hostOf(ground);
          const { text } = await talk(ground.port, [
            `POST ${path} HTTP/1.1\r\nHost: ${host}\r\n${head}${more}Content-Type: application/json\r\n` +
              `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
          ]);
          expect(text, path).not.toContain('evil.example');
        }
    },
  },
  {
    tried: 'signing the visitor out by GraphQL, from another site',
    must: 'refused; the session lives',
    why: 'another way in is another place to forget the check',
    run: async (ground) => {
      for (const headers of [{ origin: EVIL, 'x-postern-request': '1' }, { origin: EVIL }, {}]) {
        const query = 'mutation { logOut(input: {}) { ok } }';
        const answer = await asBrowser(ground, 'POST', '/graphql', { query }, headers);
        expect(answer.text).toMatch(
          /must come from the dashboard itself|asked for by a page of another site/,
        );
      }
      expect((await ground.call(ground.postern.session(), 'GET', '/v1/session')).status).toBe(200);
    },
  },
];

export const pagesOfOthers: AttackClass<Ground> = {
  name: 'Pages of other sites',
  about: 'a page in the browser of somebody who is signed in',
  cases: [...changes, ...sockets, ...forms, ...others],
};
