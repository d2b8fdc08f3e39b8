/** The systemd units, looked at by systemd itself; and what the image and the compose file promise. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseConfig } from '../../apps/server/src/config.ts';
import { ROOT } from '../e2e/installation.ts';

const SYSTEMD = join(ROOT, 'packaging/systemd');
const scratch = mkdtempSync(join(tmpdir(), 'postern-units-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const units = readdirSync(SYSTEMD).filter((name) => name.endsWith('.service'));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** A unit whose program is here: systemd refuses one whose program is not. */
function place(name: string, dropIn?: string): string {
  const folder = mkdtempSync(join(scratch, 'units-'));
  const file = join(folder, name);
  writeFileSync(file, readFileSync(join(SYSTEMD, name), 'utf8').replace('/usr/bin/node', process.execPath));
  if (dropIn !== undefined) {
    mkdirSync(`${file}.d`);
    writeFileSync(join(`${file}.d`, dropIn), readFileSync(join(SYSTEMD, dropIn)));
  }
  return file;
}

const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });

test.each(units)('%s: systemd understands every line', (name) => {
  const { status, stderr } = analyze('verify', place(name));
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('the unit of an agent without root: systemd understands it', () => {
  const { stderr } = analyze('verify', place('postern-agent.service', 'postern-agent-unprivileged.conf'));
  expect(stderr).toBe('');
});

test('the server is exposed to little: below 2 of 10 by the count of systemd', () => {
  const { status, stdout } = analyze(
    'security',
    '--offline=true',
    '--threshold=20',
    place('postern.service'),
  );
  expect(status, stdout).toBe(0);
});

test('a mistake in a unit would be found', () => {
  const file = place('postern.service');
  writeFileSync(file, readFileSync(file, 'utf8').replace('ProtectSystem=strict', 'ProtectSystm=strict'));
  expect(analyze('verify', file).stderr).toContain('ProtectSystm');
});

test('a unit waits longer than its server lets commands go on, and so does the compose file', () => {
  const seconds = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1]);
  const unit = read('packaging/systemd/postern.service');
  expect(seconds(unit, /TimeoutStopSec=(\d+)/)).toBeGreaterThan(seconds(unit, /POSTERN_DRAIN=(\d+)/));
  const compose = read('packaging/container/compose.yaml');
  expect(seconds(compose, /stop_grace_period: (\d+)s/)).toBeGreaterThan(
    seconds(compose, /POSTERN_DRAIN: '(\d+)'/),
  );
});

test('the server knows every variable that is set for it, and says no to a wrong one', () => {
  const texts = ['Dockerfile', 'packaging/container/compose.yaml', 'packaging/systemd/postern.service'].map(
    read,
  );
  const names = new Set(texts.flatMap((text) => text.match(/\bPOSTERN_[A-Z_]+\b/g) ?? []));
  const known = read('apps/server/src/config.ts') + read('apps/server/src/start.ts');
  for (const name of names) expect(known, name).toContain(`'${name}'`);
  expect(() => parseConfig([], { POSTERN_DRAIN: 'soon' })).toThrow('--drain');
  expect(() => parseConfig([], { POSTERN_TRUSTED_PROXY: 'proxy.internal' })).toThrow('--trusted-proxy');
});

test('the image runs as nobody in particular, is looked after, and holds no secret', () => {
  const lines = read('Dockerfile').split('\n');
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
  expect(last).toContain('USER 10001:10001');
  expect(last.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
  expect(last.some((line) => line.startsWith('ENTRYPOINT ["'))).toBe(true);
  expect(read('Dockerfile')).not.toMatch(/PASSWORD|_KEY=|TOKEN=/);
  expect(read('.dockerignore').split('\n')).toEqual(expect.arrayContaining(['.git', '.postern', '**/.env']));
});

test('nobody but the server reaches the database, and no password is written down', () => {
  const compose = read('packaging/container/compose.yaml');
  expect(compose).toContain('internal: true');
  expect(compose.match(/^ {4}ports:/gm)).toHaveLength(1);
  expect(compose).toContain('127.0.0.1:7070:7070');
  expect(compose).toContain('cap_drop: [ALL]');
  expect(read('packaging/container/postern.env.example')).toMatch(/^POSTGRES_PASSWORD=$/m);
});
