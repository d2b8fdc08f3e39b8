/** The machine's own policy: only restricts, and what cannot be read runs nothing. */
import type { ExecSpec } from '@postern/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parsePolicy, policyRefusal, readPolicy } from '../src/policy.ts';

const directory = mkdtempSync(join(tmpdir(), 'postern-policy-'));
afterAll(() => rmSync(directory, { recursive: true }));

function spec(argv: string[], extra: Partial<ExecSpec> = {}): ExecSpec {
  const rest = {
    stdin: false,
    tty: null,
    timeoutMs: 1000,
    cwd: null,
    user: null,
    env: {},
    outputLimitBytes: 1,
  };
  return { argv, ...rest, ...extra };
}

function refusal(policy: object, asked: ExecSpec): string | undefined {
  return policyRefusal(parsePolicy(JSON.stringify({ version: 1, ...policy }), 'policy.json'), asked);
}

test('an empty policy refuses nothing', () => {
  expect(refusal({}, spec(['rm', '-rf', '/'], { user: 'root', cwd: '/', env: { A: 'b' } }))).toBeUndefined();
});

test('allow is a list of all that may run, word by word', () => {
  const allow = [{ args: ['git', 'log'] }, { args: ['uptime'], exact: true }];
  expect(refusal({ allow }, spec(['git', 'log', '-1']))).toBeUndefined();
  expect(refusal({ allow }, spec(['uptime']))).toBeUndefined();
  for (const argv of [['git'], ['git', 'logs'], ['git', 'push'], ['uptime', '-p'], ['/usr/bin/git', 'log']]) {
    expect(refusal({ allow }, spec(argv)), argv.join(' ')).toBe('its policy does not allow this command');
  }
  expect(refusal({ allow: [] }, spec(['true']))).toBe('its policy does not allow this command');
});

test('deny is stronger than allow', () => {
  const policy = { allow: [{ args: ['git'] }], deny: [{ args: ['git', 'push'] }] };
  expect(refusal(policy, spec(['git', 'pull']))).toBeUndefined();
  expect(refusal(policy, spec(['git', 'push', '-f']))).toBe('its policy denies this command');
});

test.each([
  [{ users: ['web'] }, { user: 'root' }, 'its policy does not allow the user root'],
  [{ users: ['web'] }, { user: 'web' }, undefined],
  [{ users: [] }, {}, undefined],
  [
    { environment: ['RAILS_ENV'] },
    { env: { LD_PRELOAD: 'x' } },
    'its policy does not allow to set LD_PRELOAD',
  ],
  [{ environment: ['RAILS_ENV'] }, { env: { RAILS_ENV: 'x' } }, undefined],
  [{ directories: ['/srv'] }, { cwd: '/tmp' }, 'its policy does not allow the directory /tmp'],
  [{ directories: ['/srv'] }, { cwd: '/srv/' }, 'its policy does not allow the directory /srv/'],
  [{ terminals: false }, { tty: { cols: 1, rows: 1, term: 'xterm' } }, 'its policy allows no terminal'],
  [{ max_timeout: 1 }, { timeoutMs: 1001 }, 'its policy allows at most 1 s'],
])('%j and %j', (policy, extra, expected) => {
  expect(refusal(policy, spec(['true'], extra))).toBe(expected);
});

test.each([
  ['', 'is not JSON'],
  ['[]', 'is no policy'],
  ['{}', 'is no policy'],
  ['{"version":2}', 'is no policy'],
  ['{"version":1,"alow":[]}', 'is no policy'],
  ['{"version":1,"allow":[{"args":[]}]}', 'is no policy'],
  ['{"version":1,"limits":{"pids":0}}', 'is no policy'],
])('%s is refused', (text, complaint) => {
  expect(() => parsePolicy(text, 'policy.json')).toThrow(complaint);
});

test('a missing file is a mistake only when it was named', () => {
  const file = join(directory, 'none.json');
  expect(readPolicy(file, false)).toBeUndefined();
  expect(() => readPolicy(file, true)).toThrow('cannot read the policy');
  const present = join(directory, 'policy.json');
  writeFileSync(present, '{"version":1}');
  expect(readPolicy(present, false)).toMatchObject({ version: 1, deny: [] });
});
