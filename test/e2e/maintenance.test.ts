/** Backup, restore, sealing keys anew, and what a server says when its ground is bad. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, type Installation } from './installation.ts';

let postern: Installation;
const scratch = mkdtempSync(join(tmpdir(), 'postern-maintenance-'));
beforeAll(async () => {
  postern = await install();
});
afterAll(async () => {
  await postern.remove();
  rmSync(scratch, { recursive: true, force: true });
});

async function mint(): Promise<{ token: string; id: string }> {
  const { stdout } = await postern.postern([
    'tokens',
    'create',
    'machine-exec',
    '-a',
    'demo',
    '--json',
    '--',
    'true',
  ]);
  return JSON.parse(stdout.toString()) as { token: string; id: string };
}

const tryToken = async (token: string): Promise<number | null> =>
  (await postern.postern(['machine', 'exec', '-a', 'demo', '-t', token, 'true'])).code;

describe('backup and restore', () => {
  test('a copy is made while the server runs; a restore brings no revoked token back to life', async () => {
    const kept = await mint();
    const revokedLater = await mint();
    const copy = join(scratch, 'copy');
    const backup = await postern.program('backup', copy);
    expect(backup.code, backup.stderr).toBe(0);
    expect(JSON.parse(readFileSync(join(copy, 'manifest.json'), 'utf8'))).toMatchObject({ tokens: 2 });
    for (const file of ['postern.db', 'key-encryption.key', 'agent.json', 'manifest.json']) {
      expect(statSync(join(copy, file)).mode & 0o077, file).toBe(0);
    }
    const mintedLater = await mint();
    await postern.postern(['tokens', 'revoke', revokedLater.id]);

    const running = await postern.program('restore', copy);
    expect(running.code).toBe(70);
    expect(running.stderr).toContain('another Postern server uses this data directory');

    await postern.stop();
    const restored = await postern.program('restore', copy);
    expect(restored.code, restored.stderr).toBe(0);
    expect(restored.stdout.toString()).toContain('1 tokens were revoked');
    await postern.start();
    expect(await tryToken(kept.token)).toBe(0);
    expect(await tryToken(revokedLater.token)).toBe(67);
    expect(await tryToken(mintedLater.token)).toBe(67);
    expect((await postern.postern(['audit', 'verify'])).code).toBe(0);
  });

  test('on a bare machine the operator must decide about tokens nobody can say were revoked', async () => {
    const { token } = await mint();
    const copy = join(scratch, 'copy2');
    await postern.program('backup', copy);
    await postern.stop();
    const moved = `${postern.dataDir}.lost`;
    renameSync(postern.dataDir, moved);
    const silent = await postern.program('restore', copy);
    expect(silent.code).toBe(64);
    expect(silent.stderr).toContain('--unknown-tokens');
    const revoked = await postern.program('restore', copy, '--unknown-tokens', 'revoke');
    expect(revoked.code, revoked.stderr).toBe(0);
    await postern.start();
    expect(await tryToken(token)).toBe(67);
    await postern.stop();
    rmSync(postern.dataDir, { recursive: true });
    expect((await postern.program('restore', copy, '--unknown-tokens', 'keep')).code).toBe(0);
    await postern.start();
    expect(await tryToken(token)).toBe(0);
  });

  test('a damaged copy, a missing one, and a directory that holds one already are refused', async () => {
    const copy = join(scratch, 'copy3');
    await postern.program('backup', copy);
    const again = await postern.program('backup', copy);
    expect(again.code).toBe(70);
    expect(again.stderr).toContain('is there already');
    await postern.stop();
    const bytes = readFileSync(join(copy, 'postern.db'));
    bytes.fill(0x55, 4096, 12_288);
    writeFileSync(join(copy, 'postern.db'), bytes);
    expect((await postern.program('restore', copy)).code).toBe(70);
    expect((await postern.program('restore', join(scratch, 'none'))).code).toBe(70);
    await postern.start();
    expect((await postern.postern(['auth', 'whoami'])).code).toBe(0);
  });
});

describe('the key-encryption key', () => {
  test('sealing anew touches no token; the key before opens nothing any more', async () => {
    const { token } = await mint();
    await postern.stop();
    const file = join(postern.dataDir, 'key-encryption.key');
    const before = readFileSync(file, 'utf8');
    expect((await postern.program('rewrap-keys')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toBe(before);
    await postern.start();
    expect(await tryToken(token)).toBe(0);

    await postern.stop();
    const after = readFileSync(file, 'utf8');
    writeFileSync(file, before);
    await expect(postern.start()).rejects.toThrowError('does not open');
    // A crash between the database and the file leaves the next key beside it.
    writeFileSync(`${file}.next`, after);
    await postern.start();
    expect(await tryToken(token)).toBe(0);
  });

  test('a missing one is never made anew where keys exist', async () => {
    await postern.stop();
    const file = join(postern.dataDir, 'key-encryption.key');
    renameSync(file, `${file}.away`);
    await expect(postern.start()).rejects.toThrowError('is missing');
    renameSync(`${file}.away`, file);
    await postern.start();
  });
});

describe('bad ground', () => {
  const mount = join(scratch, 'small');
  const shell = (line: string): void => {
    const { status, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${line}: ${stderr}`);
  };

  test('a full disk refuses mints and execs, says so, and loses nothing', async () => {
    shell(`mkdir -p ${mount} && mount -t tmpfs -o size=3m postern-test ${mount}`);
    const small = await install(['--data-dir', join(mount, 'data')]);
    try {
      const api = async (path: string, body: unknown) => {
        const response = await fetch(small.url + path, {
          method: 'POST',
          headers: { authorization: `Bearer ${small.session()}` },
          body: JSON.stringify(body),
        });
        return { status: response.status, body: (await response.json()) as Record<string, unknown> };
      };
      const path = `/v1/apps/demo/machines/${small.machine}/exec`;
      const acknowledged: string[] = [];
      let refused: Record<string, unknown> | undefined;
      shell(`head -c 2200k /dev/zero > ${mount}/filler || true`);
      for (let i = 0; i < 5000 && refused === undefined; i += 1) {
        const answer = await api('/v1/apps/demo/tokens', { name: 'x'.repeat(190) });
        if (answer.status === 201) acknowledged.push((answer.body['record'] as { id: string }).id);
        else refused = answer.body;
      }
      expect(refused).toMatchObject({ code: 'audit_unavailable' });
      expect(await api(path, { command: ['true'] })).toMatchObject({
        status: 500,
        body: { code: 'audit_unavailable' },
      });
      shell(`rm ${mount}/filler`);
      expect((await api(path, { command: ['true'] })).status).toBe(200);
      await small.kill9();
      await small.start();
      for (const id of acknowledged) {
        const response = await fetch(`${small.url}/v1/tokens/${id}`, {
          headers: { authorization: `Bearer ${small.session()}` },
        });
        expect(response.status).toBe(200);
      }
    } finally {
      await small.remove();
      shell(`umount ${mount}`);
    }
  });

  test('a data directory that cannot be written is a clear error', async () => {
    shell(`mkdir -p ${mount} && mount -t tmpfs -o ro postern-test ${mount}`);
    try {
      const { code, stderr } = await postern.program(
        '--data-dir',
        join(mount, 'data'),
        '--listen',
        '127.0.0.1:0',
      );
      expect(code).toBe(70);
      expect(stderr).toMatch(/^error: the data directory .* cannot be made: /);
    } finally {
      shell(`umount ${mount}`);
    }
  });

  test('an address in use, an unknown option and an unknown word are usage errors', async () => {
    for (const words of [
      ['--listen', new URL(postern.url).host, '--data-dir', join(scratch, 'd')],
      ['--nope'],
      ['frobnicate'],
      ['--listen', 'x'],
    ]) {
      const { code, stderr } = await postern.program(...words);
      expect(code, words.join(' ')).toBe(64);
      expect(stderr).toMatch(/^error: /);
      expect(stderr).not.toContain('    at ');
    }
  });
});
