/**
 * A real flyctl against a real server: `FLYCTL_BIN=/path/to/flyctl npm run test:flyctl`. Not part of the normal
 * tests, because the binary is not ours to bring.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, type Installation } from '../e2e/installation.ts';

const BINARY = process.env['FLYCTL_BIN'] ?? '';
let postern: Installation;
const configDir = mkdtempSync(join(tmpdir(), 'postern-flyctl-'));

beforeAll(async () => {
  if (BINARY === '') throw new Error('set FLYCTL_BIN to the path of a flyctl binary');
  postern = await install();
});
afterAll(async () => {
  await postern.remove();
  rmSync(configDir, { recursive: true, force: true });
});

function environment(token: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: configDir,
    FLY_API_BASE_URL: postern.url,
    FLY_FLAPS_BASE_URL: postern.url,
    FLY_UIEX_BASE_URL: postern.url,
    FLY_CONFIG_DIR: configDir,
    FLY_API_TOKEN: token,
    FLY_NO_UPDATE_CHECK: '1',
    FLY_NO_INCIDENTS_CHECK: '1',
    FLY_SEND_METRICS: '0',
    FLY_SYNTHETICS_AGENT: '0',
  };
}

const fly = (args: readonly string[], token = postern.session()) =>
  spawnSync(BINARY, [...args], { encoding: 'utf8', env: environment(token), timeout: 90_000 });

/** The same on a pseudo-terminal. */
const flyOnTerminal = (line: string) =>
  spawnSync('script', ['-qec', `${BINARY} ${line}`, '/dev/null'], {
    encoding: 'utf8',
    env: { ...environment(postern.session()), TERM: 'xterm' },
    timeout: 90_000,
  });

describe('flyctl without a terminal', () => {
  test.each<[string[], RegExp]>([
    [['version'], /v\d/],
    [['auth', 'whoami'], /owner@localhost/],
    [['orgs', 'list'], /personal/],
    [['orgs', 'show', 'personal'], /owner@localhost/],
    [['apps', 'list'], /demo/],
    [['apps', 'create', 'made-by-flyctl', '-o', 'personal'], /made-by-flyctl/],
    [['status', '-a', 'demo'], /demo/],
    [['machine', 'list', '-a', 'demo'], /local/],
    [['tokens', 'create', 'deploy', '-a', 'demo'], /^FlyV1 fm2_/],
    [['tokens', 'create', 'org', '-o', 'personal'], /^FlyV1 fm2_/],
    [['tokens', 'create', 'readonly', '-o', 'personal'], /^FlyV1 fm2_/],
    [['tokens', 'list', '-a', 'demo'], /owner@localhost/],
    [['tokens', 'list', '-s', 'org', '-o', 'personal'], /owner@localhost/],
  ])('%j', (args, expected) => {
    const { status, stdout, stderr } = fly(args);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(expected);
  });

  test('a machine-exec token runs its command and no other, in flyctl and in postern', async () => {
    const { stdout } = fly(['tokens', 'create', 'machine-exec', '-a', 'demo', '-C', 'echo hi']);
    const token = stdout.trim();
    const ran = fly(['machine', 'exec', postern.machine, 'echo hi', '-a', 'demo'], token);
    expect(ran.stdout).toBe('hi\n');
    const refused = fly(['machine', 'exec', postern.machine, 'id', '-a', 'demo'], token);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('is not in the list');
    const ours = await postern.postern(['machine', 'exec', '-a', 'demo', '-t', token, 'echo hi']);
    expect(ours.stdout.toString()).toBe('hi\n');
  });

  test('wrong, unknown: our sentence, never a crash', () => {
    for (const [args, sentence] of [
      [['status', '-a', 'nope'], 'app not found'],
      [['orgs', 'show', 'nope'], 'nope'],
      [['machine', 'exec', '00000000000000', 'id', '-a', 'demo'], 'was not found'],
    ] as const) {
      const { status, stderr } = fly(args);
      expect(status).toBe(1);
      expect(stderr).toContain(sentence);
    }
  });
});

describe('flyctl on a terminal', () => {
  test.each(['auth whoami', 'apps list', 'tokens list -a demo'])('%s', (line) => {
    expect(flyOnTerminal(line).status).toBe(0);
  });
});
