/**
 * A canary for secrets: everything this test makes that must stay with its holder is looked for afterwards in everything
 * that is kept, written or said.
 */
import { readdirSync, readFileSync, rmSync, statSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { install, until, type Installation } from '../e2e/installation.ts';

let postern: Installation;
const scratch = mkdtempSync(join(tmpdir(), 'postern-canary-'));
beforeAll(async () => {
  postern = await install(['--access-log']);
});
afterAll(async () => {
  await postern.remove();
  rmSync(scratch, { recursive: true, force: true });
});

/** What the holder alone may have, by what it is. */
const secrets = new Map<string, string>();
/** What was said to somebody who should not have been told a secret: errors, mostly. */
const said: string[] = [];

function keep(what: string, secret: string | undefined): string {
  expect(secret, what).toMatch(/.{20}/);
  secrets.set(what, secret ?? '');
  return secret ?? '';
}

async function call(credential: string, method: string, path: string, body?: unknown, raw?: string) {
  const response = await fetch(postern.url + path, {
    method,
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body: raw ?? JSON.stringify(body ?? {}) }),
  });
  const text = await response.text();
  if (!response.ok) said.push(text, ...[...response.headers].map(([name, value]) => `${name}: ${value}`));
  return { status: response.status, text };
}

const find = (text: string, pattern: RegExp): string | undefined => pattern.exec(text)?.[0];

/** Every file below a directory, as bytes read as Latin-1. */
function contents(directory: string): [string, string][] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => [file, readFileSync(file, 'latin1')]);
}

/** The ways a secret could be written down: itself, and its bytes in the usual spellings. */
function spellings(secret: string): string[] {
  const text = secret.replace(/^FlyV1 /, '');
  const bytes = Buffer.from(text);
  const payload = Buffer.from(text.replace(/^[a-z0-9]+_/, ''), 'base64');
  return [
    text,
    bytes.toString('hex'),
    bytes.toString('base64'),
    ...(payload.length >= 24 ? [payload.toString('latin1'), payload.toString('hex')] : []),
  ];
}

test('invariant 8: no secret is anywhere it should not be', async () => {
  const owner = keep('session of the owner', postern.session());
  const exec = `/v1/apps/demo/machines/${postern.machine}/exec`;

  // Tokens of every kind, used, refused, narrowed, rotated, revoked.
  const minted = await call(owner, 'POST', '/v1/apps/demo/tokens', {
    commands: [{ args: ['echo', 'hello'], exact: true }],
  });
  const token = keep('token', find(minted.text, /fm2_[A-Za-z0-9+/=]+/));
  const id = find(minted.text, /tok_[a-z2-7]+/) ?? '';
  keep(
    'organization token',
    find(
      (await call(owner, 'POST', '/v1/orgs/personal/tokens', { profile: 'readonly' })).text,
      /fm2_[A-Za-z0-9+/=]+/,
    ),
  );
  expect((await call(token, 'POST', exec, { command: ['echo', 'hello'] })).status).toBe(200);
  expect((await call(token, 'POST', exec, { command: ['cat', '/etc/shadow'] })).status).toBe(403);
  await call(token, 'POST', '/v1/apps/demo/tokens', {});
  const narrow = await postern.postern(['tokens', 'attenuate', '-t', token, '--for', '5m']);
  keep('narrowed token', narrow.stdout.toString().trim());
  await call(`${token.slice(0, -8)}AAAAAAAA`, 'POST', exec, { command: ['echo', 'hello'] });
  await call(`${token}garbage`, 'POST', exec, { command: ['echo', 'hello'] });
  const rotated = await call(owner, 'POST', `/v1/tokens/${id}/rotate`, {});
  keep('successor', find(rotated.text, /fm2_[A-Za-z0-9+/=]+/));
  await call(owner, 'POST', `/v1/tokens/${id}/revoke`, { reason: 'canary' });
  await call(token, 'POST', exec, { command: ['echo', 'hello'] });

  // Secrets where they do not belong: paths, queries, bodies, names of operations.
  await call(owner, 'GET', `/v1/apps/${encodeURIComponent(token)}`);
  await call(owner, 'GET', `/v1/${token}?token=${encodeURIComponent(token)}`);
  await call(owner, 'POST', '/v1/apps', undefined, `{"name": "${token}", broken`);
  await call(owner, 'POST', '/v1/tokens/authorize', {
    header: token,
    access: { action: 'w', app_name: 'demo' },
  });
  await call('', 'POST', '/graphql', { query: `{ viewer { token(${owner}) } }` });

  // One-time links and joins, sessions that end.
  const link = keep('login link', find((await call(owner, 'POST', '/v1/session/link')).text, /login_[\w-]+/));
  const second = await call('', 'POST', '/v1/session', { login_secret: link });
  const other = keep('second session', find(second.text, /fo1_[\w-]+/));
  await call('', 'POST', '/v1/session', { login_secret: link });
  await call(other, 'DELETE', '/v1/session');
  await call(other, 'GET', '/v1/apps');
  const added = await call(owner, 'POST', '/v1/apps/demo/machines', { name: 'canary' });
  keep('join token', find(added.text, /join_[\w-]{30,}/));
  await call('', 'POST', '/v1/agents/join', {
    token: find(added.text, /join_[\w-]{30,}/),
    public_key: 'nonsense',
  });

  // What the command line says when it fails, at its loudest.
  for (const words of [
    ['machine', 'exec', '-a', 'demo', '-t', token, 'echo hello', '--verbose'],
    ['tokens', 'list', '-t', token, '-a', 'demo', '--verbose'],
    ['apps', 'show', token],
  ]) {
    const run = await postern.postern(words);
    said.push(run.stderr);
  }

  // The keys themselves.
  for (const [name, file] of [
    ['key-encryption key', 'key-encryption.key'],
    ['key of the agent', 'agent.json'],
  ] as const) {
    const text = readFileSync(join(postern.dataDir, file), 'utf8');
    keep(name, find(text, /[A-Za-z0-9+/_-]{43,}/));
  }

  const exported = await postern.postern(['audit', 'export', '-o', 'personal']);
  const backup = join(scratch, 'backup');
  expect((await postern.program('backup', backup)).code).toBe(0);
  await until(() => postern.log().includes('"operation":"agents.join"'));
  await postern.stop();

  const KEYS_AT_HOME = /\/(?:key-encryption\.key|agent\.json|agent-identity\.json)$/;
  const places: [string, string][] = [
    ['the log of the server', postern.log()],
    ['what callers were told', said.join('\n')],
    ['the exported audit log', exported.stdout.toString('latin1')],
    ...contents(postern.dataDir).filter(([file]) => !KEYS_AT_HOME.test(file)),
    ...contents(backup).filter(([file]) => !KEYS_AT_HOME.test(file)),
  ];
  expect(exported.stdout.length).toBeGreaterThan(500);
  expect(places.length).toBeGreaterThan(4);
  const found: string[] = [];
  for (const [what, secret] of secrets)
    for (const [place, text] of places)
      if (spellings(secret).some((spelling) => text.includes(spelling))) found.push(`${what} in ${place}`);
  expect(found).toEqual([]);
});
