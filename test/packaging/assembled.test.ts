/** An assembled installation, as an image or a host is given it, and the health check of the container. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT, until } from '../e2e/installation.ts';

const scratch = mkdtempSync(join(tmpdir(), 'postern-assembled-'));
const folder = join(scratch, 'opt');
const certificate = join(scratch, 'cert.pem');
const key = join(scratch, 'key.pem');
const HEALTHCHECK = join(ROOT, 'packaging/container/healthcheck.ts');

const node = (...args: string[]) => spawnSync(process.execPath, args, { encoding: 'utf8' });
const assemble = () => node(join(ROOT, 'scripts/assemble.ts'), folder);

/** What the health check says with these variables. */
const health = (env: Record<string, string>): Promise<number | null> =>
  new Promise((done) => {
    spawn(process.execPath, [HEALTHCHECK], { env: { PATH: process.env['PATH'] ?? '', ...env } }).once(
      'exit',
      (code) => done(code),
    );
  });

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

beforeAll(() => {
  const { status, stderr, stdout } = assemble();
  expect(status, stdout + stderr).toBe(0);
  const subject = ['-subj', '/CN=postern.example', '-days', '2', '-nodes', '-newkey', 'rsa:2048'];
  const made = spawnSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', certificate]);
  expect(made.status).toBe(0);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('exactly the versions of the lockfile, and nothing that is not needed to run', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Record<string, { readonly version?: string }>;
  };
  const modules = join(folder, 'node_modules');
  const others = readdirSync(modules)
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    )
    .filter((name) => !name.startsWith('@postern/'));
  expect(others).toContain('hono');
  expect(others).not.toContain('typescript');
  expect(others).not.toContain('react');
  for (const name of others) {
    const manifest = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    expect(manifest.version, name).toBe(lock.packages[`node_modules/${name}`]?.version);
  }
});

test('a folder that holds something is left alone', () => {
  const { status, stderr } = assemble();
  expect(status).toBe(1);
  expect(stderr).toContain('is not empty');
});

describe('the server from it', () => {
  let server: ChildProcess | undefined;
  afterAll(() => void server?.kill('SIGKILL'));

  const start = async (port: number, ...options: string[]): Promise<void> => {
    const program = join(folder, 'node_modules/@postern/server/dist/main.js');
    const started = spawn(
      process.execPath,
      [
        program,
        '--no-embedded-agent',
        '--listen',
        `127.0.0.1:${port}`,
        '--data-dir',
        join(scratch, 'data'),
        ...options,
      ],
      { env: { POSTERN_CONFIG_DIR: join(scratch, 'config') }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    server = started;
    let said = '';
    started.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until(() => {
      if (started.exitCode !== null) throw new Error(said);
      return said.includes('running at');
    });
  };
  const stop = async (): Promise<void> => {
    const ended = new Promise((done) => server?.once('exit', done));
    server?.kill('SIGTERM');
    await ended;
  };

  test('is healthy while it runs, and not before or after', { timeout: 60_000 }, async () => {
    const port = await freePort();
    const env = { POSTERN_LISTEN: `0.0.0.0:${port}` };
    expect(await health(env)).toBe(1);
    await start(port);
    expect(await health(env)).toBe(0);
    await stop();
    expect(await health(env)).toBe(1);
  });

  test('is healthy over https, whatever name the certificate has', { timeout: 60_000 }, async () => {
    const port = await freePort();
    await start(port, '--tls-cert', certificate, '--tls-key', key);
    const env = { POSTERN_LISTEN: `0.0.0.0:${port}` };
    expect(await health({ ...env, POSTERN_TLS_CERT: certificate })).toBe(0);
    expect(await health(env), 'asked without TLS').toBe(1);
    await stop();
  });

  test('a port that takes connections and never answers is not healthy', { timeout: 60_000 }, async () => {
    const silent = createServer();
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    expect(await health({ POSTERN_LISTEN: `0.0.0.0:${port}` })).toBe(1);
    silent.close();
  });

  test('the command line is in it, and finds this server for its acts of maintenance', () => {
    const postern = join(folder, 'node_modules/@postern/cli/bin/postern.js');
    expect(existsSync(postern)).toBe(true);
    const copy = join(scratch, 'copy');
    const { status, stderr } = node(postern, 'backup', copy, '--data-dir', join(scratch, 'data'));
    expect(status, stderr).toBe(0);
    writeFileSync(join(scratch, 'blocked'), '');
    expect(node(postern, 'backup', join(scratch, 'blocked/copy')).status).not.toBe(0);
  });
});
