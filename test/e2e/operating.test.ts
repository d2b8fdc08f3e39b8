/** What an operator builds on: request ids, the access log, readiness, drain, metrics, TLS, proxies in front. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { get, request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { upgrade } from '../attack/raw-http.ts';
import { install, until, type Installation } from './installation.ts';

const directory = mkdtempSync(join(tmpdir(), 'postern-operating-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const session = (postern: Installation): Record<string, string> => ({
  authorization: `Bearer ${postern.session()}`,
  'content-type': 'application/json',
});

/** Lines of the log about requests. */
const requests = (postern: Installation): Record<string, unknown>[] =>
  postern
    .log()
    .split('\n')
    .filter((line) => line.includes('"event":"request"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('plain HTTP', () => {
  let postern: Installation;
  let metrics = '';
  beforeAll(async () => {
    postern = await install([
      '--access-log',
      '--metrics-listen',
      '127.0.0.1:0',
      '--trusted-proxy',
      '127.0.0.0/8',
      '--drain',
      '20',
    ]);
    metrics = /"url":"(http:[^"]+)\/metrics"/.exec(postern.log())?.[1] ?? '';
  });
  afterAll(() => postern.remove());

  test('an id of the caller is taken over, stands in the answer, the error and the log', async () => {
    const answer = await fetch(`${postern.url}/v1/apps`, { headers: { 'x-request-id': 'deploy-1234.a' } });
    expect(answer.headers.get('x-request-id')).toBe('deploy-1234.a');
    expect(answer.headers.get('fly-request-id')).toBe('deploy-1234.a');
    expect(await answer.json()).toMatchObject({ code: 'unauthenticated', request_id: 'deploy-1234.a' });
    await until(() => requests(postern).some((line) => line['requestId'] === 'deploy-1234.a'));
    expect(requests(postern).find((line) => line['requestId'] === 'deploy-1234.a')).toMatchObject({
      operation: 'apps.list',
      method: 'GET',
      path: '/v1/apps',
      status: 401,
      finished: true,
    });
  });

  test.each(['short', 'has space in it', 'x'.repeat(65), '{"level":"error"}', '-leading-dash'])(
    'an id that could be mistaken for something else is not taken over: %s',
    async (id) => {
      const answer = await fetch(`${postern.url}/healthz`, { headers: { 'x-request-id': id } });
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test('the log holds a path without its query, and no token that was put there', async () => {
    await fetch(`${postern.url}/v1/apps/fm2_AAAAAAAAAAAAAAAA?secret=hunter2`);
    await until(() => requests(postern).some((line) => String(line['path']).includes('[redacted]')));
    expect(postern.log()).not.toMatch(/fm2_A|hunter2/);
  });

  test('ready, and nothing about readiness in the log', async () => {
    const answer = await fetch(`${postern.url}/readyz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ ready: true });
    expect(requests(postern).some((line) => line['path'] === '/readyz')).toBe(false);
  });

  test('the page of operations: all of them, and nothing that could run', async () => {
    const answer = await fetch(`${postern.url}/docs`);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    const page = await answer.text();
    const { paths } = (await (await fetch(`${postern.url}/v1/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    for (const methods of Object.values(paths))
      for (const { operationId } of Object.values(methods))
        expect(page).toContain(`<h3 id="${operationId}">`);
    expect(page).not.toMatch(/<script|\son\w+=|https?:\/\//);
  });

  test('a trusted proxy says where a request came from; what the caller wrote before it does not count', async () => {
    const source = async (forwarded: string): Promise<unknown> => {
      const id = `from-${requests(postern).length}-${Date.now()}`;
      await fetch(`${postern.url}/v1/apps`, {
        headers: { 'x-forwarded-for': forwarded, 'x-request-id': id },
      });
      await until(() => requests(postern).some((line) => line['requestId'] === id));
      return requests(postern).find((line) => line['requestId'] === id)?.['source'];
    };
    expect(await source('203.0.113.9')).toBe('203.0.113.9');
    expect(await source('10.0.0.1, 203.0.113.9')).toBe('203.0.113.9');
    expect(await source('10.0.0.1, 203.0.113.9, 127.0.0.2')).toBe('203.0.113.9');
    expect(await source('2001:db8::7')).toBe('2001:db8::7');
    expect(await source('::ffff:203.0.113.9')).toBe('203.0.113.9');
    for (const nonsense of ['', 'unknown', '203.0.113.9:1234', '203.0.113.9, nonsense', '999.1.1.1']) {
      expect(await source(nonsense)).toBe('127.0.0.1');
    }
  });

  test('numbers for Prometheus, at their own address alone', async () => {
    await fetch(`${postern.url}/v1/apps`, { headers: session(postern) });
    await fetch(`${postern.url}/no/such/thing-${Date.now()}`);
    const text = await (await fetch(`${metrics}/metrics`)).text();
    expect(text).toMatch(/postern_http_request_seconds_count\{operation="apps\.list",status="200"\} \d/);
    expect(text).toMatch(/postern_errors_total\{code="route_not_found"\} \d/);
    expect(text).toMatch(/postern_agents_connected 1/);
    expect(text).toMatch(/postern_store_commit_seconds_count\{result="done"\} \d/);
    expect(text).toMatch(/process_resident_memory_bytes \d/);
    // What callers write is no label: every value of one is a name of ours.
    expect(text).not.toContain('no/such');
    expect((await fetch(`${postern.url}/metrics`)).status).toBe(404);
    expect((await fetch(`${metrics}/v1/apps`)).status).toBe(404);
    expect((await fetch(`${metrics}/metrics`, { method: 'POST' })).status).toBe(404);
  });

  // Last: it stops the server.
  test('told to stop, it starts nothing new, lets a command end, and says that it is not ready', async () => {
    const flag = join(directory, 'go-on');
    const exec = fetch(`${postern.url}/v1/apps/demo/machines/${postern.machine}/exec`, {
      method: 'POST',
      headers: session(postern),
      body: JSON.stringify({ command: ['sh', '-c', `until [ -e ${flag} ]; do sleep 0.05; done; echo done`] }),
    });
    await until(async () => {
      const list = await fetch(`${postern.url}/v1/apps/demo/execs?state=running`, {
        headers: session(postern),
      });
      return JSON.stringify(await list.json()).includes('go-on');
    });
    const stopped = postern.stop();
    await until(() => postern.log().includes('server.stopping'));
    const ready = await fetch(`${postern.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ ready: false, reason: 'draining' });
    const refused = await fetch(`${postern.url}/v1/apps/demo/machines/${postern.machine}/exec`, {
      method: 'POST',
      headers: session(postern),
      body: JSON.stringify({ command: ['true'] }),
    });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'shutting_down' });
    execFileSync('touch', [flag]);
    expect(await (await exec).json()).toMatchObject({ exit_code: 0, stdout: 'done\n' });
    expect(await stopped).toBe(0);
  });
});

test(
  'a connection that is opened for a link and says nothing more keeps no server from stopping',
  { timeout: 25_000 },
  async () => {
    const postern = await install();
    const port = Number(new URL(postern.url).port);
    const socket = connectPlain(port, '127.0.0.1');
    let said = '';
    socket.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.write(upgrade('/v1/agents/link', port, ''));
    await until(() => said.includes('challenge'));
    expect(await postern.stop()).toBe(0);
    await postern.remove();
  },
);

describe('a source that is no trusted proxy', () => {
  test('is the source, whatever it writes', async () => {
    const postern = await install(['--access-log', '--trusted-proxy', '192.0.2.1', '--no-embedded-agent']);
    try {
      await fetch(`${postern.url}/v1/apps`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
      await until(() => requests(postern).length > 0);
      expect(requests(postern)[0]?.['source']).toBe('127.0.0.1');
    } finally {
      await postern.remove();
    }
  });
});

describe('https', () => {
  const cert = join(directory, 'cert.pem');
  const key = join(directory, 'key.pem');
  const makeCertificate = (name: string): void => {
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
        .concat(['-keyout', key, '-out', cert, '-subj', `/CN=${name}`])
        .concat(['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']),
      { stdio: 'ignore' },
    );
  };
  let postern: Installation;
  beforeAll(async () => {
    makeCertificate('first');
    postern = await install(['--tls-cert', cert, '--tls-key', key]);
  });
  afterAll(() => postern.remove());

  const subject = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(
        { host: '127.0.0.1', port: Number(new URL(postern.url).port), rejectUnauthorized: false },
        () => {
          resolve(String(socket.getPeerCertificate().subject.CN));
          socket.destroy();
        },
      );
      socket.on('error', reject);
    });

  test('serves the command line, which trusts the certificate', async () => {
    expect(postern.url).toMatch(/^https:/);
    const trusting = { env: { NODE_EXTRA_CA_CERTS: cert } };
    const run = await postern.postern(
      ['machine', 'exec', '-a', 'demo', postern.machine, 'echo over tls'],
      trusting,
    );
    expect(run.stderr).toBe('');
    expect(run.stdout.toString()).toBe('over tls\n');
    const distrusting = await postern.postern(['apps', 'list']);
    expect(distrusting.code).not.toBe(0);
    expect(distrusting.stderr).toMatch(/certificate/i);
  });

  test('the cookie of a session is for https alone', async () => {
    const link = await postern.postern(['auth', 'link'], { env: { NODE_EXTRA_CA_CERTS: cert } });
    const secret = /login_[\w-]+/.exec(link.stdout.toString())?.[0] ?? '';
    const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
      const call = request(
        `${postern.url}/v1/session`,
        {
          method: 'POST',
          rejectUnauthorized: false,
          headers: { 'content-type': 'application/json', 'x-postern-request': '1' },
        },
        (answer) => {
          answer.resume();
          resolve(answer.headers);
        },
      );
      call.on('error', reject);
      call.end(JSON.stringify({ login_secret: secret, as: 'cookie' }));
    });
    expect(headers['set-cookie']?.[0]).toMatch(/HttpOnly.*Secure|Secure.*HttpOnly/);
  });

  test('older TLS is refused', async () => {
    await expect(
      new Promise((resolve, reject) => {
        get(
          postern.url,
          { rejectUnauthorized: false, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' },
          resolve,
        ).on('error', reject);
      }),
    ).rejects.toThrow();
  });

  test('SIGHUP reads a new certificate; one that does not fit its key leaves the one before', async () => {
    expect(await subject()).toBe('first');
    makeCertificate('second');
    process.kill(postern.pid, 'SIGHUP');
    await until(() => postern.log().includes('server.certificate-read'));
    expect(await subject()).toBe('second');
    execFileSync(
      'sh',
      ['-c', `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out ${key}`],
      {
        stdio: 'ignore',
      },
    );
    process.kill(postern.pid, 'SIGHUP');
    await until(() => postern.log().includes('server.certificate-not-read'));
    expect(await subject()).toBe('second');
  });
});

describe('what is refused at the start', () => {
  test.each([
    [['--tls-cert', '/none'], /go together/],
    [['--tls-cert', '/none', '--tls-key', '/none'], /--tls-cert: \/none cannot be read: ENOENT/],
    [['--tls-cert', '/etc/hostname', '--tls-key', '/etc/hostname'], /cannot be used together/],
    [['--trusted-proxy', 'localhost'], /--trusted-proxy: "localhost" is not an address/],
    [['--trusted-proxy', '10.0.0.0/33'], /--trusted-proxy/],
    [['--metrics-listen', '9090'], /--metrics-listen: "9090" is not HOST:PORT/],
    [['--drain', '-1'], /--drain/],
    [['--drain', '99999'], /0 to 3600/],
  ])('%j', async (args, says) => {
    await expect(install(args)).rejects.toThrow(says);
  });
});
