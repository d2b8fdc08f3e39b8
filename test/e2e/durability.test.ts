/** What the server has acknowledged survives its sudden end (invariant 7), and what it ran does not (invariant 10). */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, processesWith, until, type Installation } from './installation.ts';

let postern: Installation;
beforeAll(async () => {
  postern = await install();
});
afterAll(() => postern.remove());

const api = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const response = await fetch(postern.url + path, {
    method,
    headers: { authorization: `Bearer ${postern.session()}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok, `${method} ${path}`).toBe(true);
  return (await response.json()) as Record<string, unknown>;
};

const tryToken = async (token: unknown): Promise<number> => {
  const response = await fetch(`${postern.url}/v1/apps/demo/machines/${postern.machine}/exec`, {
    method: 'POST',
    headers: { authorization: `Bearer ${String(token)}` },
    body: '{"cmd":"true"}',
  });
  return response.status;
};

describe('kill -9 of the server', () => {
  test('invariant 7: right after an acknowledged mint and revoke loses neither', async () => {
    const kept = await api('POST', '/v1/apps/demo/tokens', { commands: [{ args: ['true'], exact: true }] });
    const revoked = await api('POST', '/v1/apps/demo/tokens', {
      commands: [{ args: ['true'], exact: true }],
    });
    const { id } = revoked['record'] as { id: string };
    await api('POST', `/v1/tokens/${id}/revoke`, {});
    await postern.kill9();
    await postern.start();
    expect(await tryToken(kept['token'])).toBe(200);
    expect(await tryToken(revoked['token'])).toBe(401);
    expect(await api('POST', '/v1/audit/verify')).toMatchObject({ ok: true });
  });

  test('invariant 10: a running command ends, and its record says that nobody knows', async () => {
    const { token } = await api('POST', '/v1/apps/demo/tokens', {});
    void fetch(`${postern.url}/v1/apps/demo/machines/${postern.machine}/exec`, {
      method: 'POST',
      headers: { authorization: `Bearer ${String(token)}` },
      body: '{"cmd":"sleep 7421","timeout":600}',
    }).catch(() => undefined);
    await until(async () => (await processesWith('sleep 7421')).length > 0);
    await postern.kill9();
    await until(async () => (await processesWith('sleep 7421')).length === 0);
    await postern.start();
    const { execs } = await api('GET', '/v1/apps/demo/execs');
    expect((execs as { command: string[]; state: string }[])[0]).toMatchObject({ state: 'unknown' });
  });
});

describe('a second start', () => {
  test('finds everything again, and the owner is still signed in', async () => {
    const { machine } = postern;
    const session = postern.session();
    expect(await postern.stop()).toBe(0);
    await postern.start();
    expect(postern.machine).toBe(machine);
    expect(postern.session()).toBe(session);
    expect((await postern.postern(['auth', 'whoami'])).stdout.toString()).toBe('owner@localhost\n');
  });

  test('on the same directory is refused while the first one runs', async () => {
    const { spawnSync } = await import('node:child_process');
    const second = spawnSync(
      process.execPath,
      ['apps/server/src/main.ts', '--data-dir', postern.dataDir, '--listen', '127.0.0.1:0'],
      { encoding: 'utf8', timeout: 20_000 },
    );
    expect(second.status).toBe(70);
    expect(second.stderr).toContain('another Postern server uses this data directory');
  });

  test('secrets are for their owner alone', () => {
    for (const file of [
      join(postern.configDir, 'credentials.json'),
      join(postern.dataDir, 'key-encryption.key'),
      join(postern.dataDir, 'agent.json'),
    ]) {
      expect(statSync(file).mode & 0o077, file).toBe(0);
    }
  });
});
