/** What `postern doctor` finds: each fault is made for real, and named with what helps. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createPlain, type RequestListener } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate, type CertificateFiles } from './certificates.ts';
import { makeWorld, type World } from './postern.ts';
import { startServer, type TestServer } from './server.ts';

interface Report {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly state: string;
    readonly says: string;
    readonly hint: string | null;
  }[];
}

async function doctor(world: World, args: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await world.run(['doctor', '--json', ...args], { env });
  expect(stdout, stderr).not.toBe('');
  const report = JSON.parse(stdout) as Report;
  const check = (name: string) => report.checks.find((found) => found.name === name);
  return { code, report, check };
}

const world = makeWorld();
afterAll(() => world.remove());

const open: Server[] = [];
afterAll(() => open.forEach((server) => server.close()));

async function listen(server: Server): Promise<number> {
  open.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

describe('a server that is well', () => {
  let server: TestServer;
  let files: CertificateFiles;
  beforeAll(async () => {
    files = makeCertificate(world.home, 'IP:127.0.0.1', -1, 90);
    server = await startServer(['--tls-cert', files.cert, '--tls-key', files.key], {
      NODE_EXTRA_CA_CERTS: files.cert,
    });
  });
  afterAll(() => server.stop());

  test('over https, with its data directory: nothing is wrong, in this order', async () => {
    const data = join(server.owner.home, 'data');
    const env = { NODE_EXTRA_CA_CERTS: files.cert };
    const { code, report, check } = await doctor(server.owner, ['--data-dir', data], env);
    expect(report.checks.filter(({ state }) => state !== 'ok' && state !== 'skipped')).toEqual([]);
    expect(code).toBe(0);
    expect(report.checks.map(({ name }) => name)).toEqual([
      'node',
      'credentials file',
      'settings',
      'data directory',
      'agent identity',
      'certificate',
      'server',
      'ready',
      'version',
      'clock',
      'signed in',
      'machines',
    ]);
    expect(check('certificate')?.says).toMatch(/^TLSv1\.3, valid until \d{4}-\d\d-\d\d$/);
    expect(check('data directory')).toMatchObject({ state: 'ok', says: data });
  });

  test('its certificate is not believed: nothing more is asked', async () => {
    const { code, check } = await doctor(server.owner, [], { NODE_EXTRA_CA_CERTS: '' });
    expect(code).toBe(69);
    expect(check('certificate')).toMatchObject({
      state: 'broken',
      hint: 'name the certificate authority in NODE_EXTRA_CA_CERTS',
    });
    expect(check('signed in')?.state).toBe('skipped');
  });

  test('nothing that is shown is a secret', async () => {
    const ran = await server.owner.run(['doctor'], { env: { NODE_EXTRA_CA_CERTS: files.cert } });
    expect(ran.stdout + ran.stderr).not.toContain(server.session);
  });
});

describe('certificates', () => {
  const lookAt = async (
    files: CertificateFiles,
    listener: RequestListener = (_, answer) => void answer.end(),
  ) => {
    const options = { cert: readFileSync(files.cert), key: readFileSync(files.key) };
    const port = await listen(createSecure(options, listener));
    const env = { NODE_EXTRA_CA_CERTS: files.cert };
    const { code, check } = await doctor(world, ['--server', `https://127.0.0.1:${port}`], env);
    return { code, certificate: check('certificate') };
  };

  test.each([
    ['expired yesterday', 'IP:127.0.0.1', -10, -1, 'has expired'],
    ['begins tomorrow', 'IP:127.0.0.1', 1, 10, 'is not valid yet'],
    ['is for another name', 'DNS:other.example', -1, 90, 'is for another name'],
  ])('one that %s is broken', async (_, name, from, until, says) => {
    const { code, certificate } = await lookAt(makeCertificate(world.home, name, from, until));
    expect(code).toBe(69);
    expect(certificate?.state).toBe('broken');
    expect(certificate?.says).toContain(says);
  });

  test('one that ends within three weeks is a warning, with the days', async () => {
    const { certificate } = await lookAt(makeCertificate(world.home, 'IP:127.0.0.1', -1, 5.5));
    expect(certificate?.state).toBe('warning');
    expect(certificate?.says).toContain('5 days left');
  });

  test('credentials are not sent to whom the certificate does not name', async () => {
    const seen: string[] = [];
    const files = makeCertificate(world.home, 'DNS:other.example', -1, 90);
    await lookAt(files, (request, answer) => {
      seen.push(request.url ?? '');
      answer.end();
    });
    expect(seen).toEqual([]);
  });

  test('a server without TLS behind an https address', async () => {
    const port = await listen(createPlain((_, answer) => void answer.end()));
    const { code, check } = await doctor(world, ['--server', `https://127.0.0.1:${port}`]);
    expect(code).toBe(69);
    expect(check('certificate')?.state).toBe('broken');
  });
});

describe('what a server says of itself', () => {
  const answering = async (answers: Readonly<Record<string, readonly [number, unknown]>>) => {
    const port = await listen(
      createPlain((request, answer) => {
        const [status, body] = answers[request.url ?? ''] ?? [401, {}];
        answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      }),
    );
    return doctor(world, ['--server', `http://127.0.0.1:${port}`]);
  };

  test.each([
    ['draining', 'it is stopping'],
    ['store-unwritable', 'it cannot write'],
    ['store-unreadable', 'it cannot read its data'],
    ['something-new', 'something-new'],
  ])('not ready: %s', async (reason, says) => {
    const { code, check } = await answering({ '/readyz': [503, { ready: false, reason }] });
    expect(code).toBe(69);
    expect(check('ready')?.state).toBe('broken');
    expect(check('ready')?.says).toContain(says);
  });

  test('another version is a warning', async () => {
    const { check } = await answering({ '/healthz': [200, { ok: true, version: '99.1.0' }] });
    expect(check('version')?.state).toBe('warning');
    expect(check('version')?.says).toContain('99.1.0');
  });

  test.each([[[200, 'no object']], [[200, { version: 7 }]], [[200, null]], [[500, {}]]] as const)(
    'an answer that says nothing is no finding: %j',
    async (answer) => {
      const { check } = await answering({ '/healthz': answer, '/readyz': [404, {}] });
      expect(check('version')?.state).toBe('skipped');
      expect(check('ready')?.state).toBe('skipped');
    },
  );
});

describe('files', () => {
  const data = join(world.home, 'data');
  const keyFile = join(data, 'key-encryption.key');
  const look = (...args: string[]) => doctor(world, ['--server', 'http://127.0.0.1:1', ...args]);
  beforeAll(() => {
    mkdirSync(data, { mode: 0o700 });
    writeFileSync(keyFile, 'not a key', { mode: 0o600 });
  });

  test('a key others can read is broken', async () => {
    chmodSync(keyFile, 0o640);
    const { code, check } = await look('--data-dir', data);
    chmodSync(keyFile, 0o600);
    expect(code).toBe(64);
    expect(check('data directory')).toMatchObject({
      state: 'broken',
      says: `${keyFile} holds a key and is open to others (mode 640)`,
    });
    expect(check('data directory')?.hint).toContain(`chmod 600 ${keyFile}`);
  });

  test('a directory others can enter is a warning', async () => {
    chmodSync(data, 0o755);
    const { check } = await look('--data-dir', data);
    chmodSync(data, 0o700);
    expect(check('data directory')).toMatchObject({ state: 'warning', hint: `chmod 700 ${data}` });
  });

  test('a directory that was named must be there; one that was not need not', async () => {
    expect((await look('--data-dir', join(world.home, 'nowhere'))).check('data directory')?.state).toBe(
      'broken',
    );
    expect((await look('--data-dir', keyFile)).check('data directory')?.state).toBe('broken');
    expect((await look()).check('data directory')?.state).toBe('skipped');
  });

  test("an agent's identity others can read is broken", async () => {
    const identity = join(world.home, 'agent.json');
    writeFileSync(identity, '{}');
    const env = { POSTERN_AGENT_IDENTITY: identity };
    chmodSync(identity, 0o644);
    const open = await doctor(world, ['--server', 'http://127.0.0.1:1'], env);
    expect(open.check('agent identity')?.state).toBe('broken');
    chmodSync(identity, 0o600);
    const closed = await doctor(world, ['--server', 'http://127.0.0.1:1'], env);
    expect(closed.check('agent identity')).toMatchObject({ state: 'ok', says: identity });
  });
});
