/** What a real flyctl prints when it is refused, or asks for what cannot be here: our sentence, and nothing of a crash. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFlyctl, type Flyctl } from './flyctl.ts';

let f: Flyctl;
let execToken = '';
let otherApp = '';
beforeAll(async () => {
  f = await openFlyctl();
  await f.done(['apps', 'create', 'other', '-o', 'personal']);
  execToken = (await f.done(['tokens', 'create', 'machine-exec', '-a', 'demo', '-C', 'id'])).trim();
  otherApp = (await f.done(['tokens', 'create', 'deploy', '-a', 'other'])).trim();
});
afterAll(() => f.remove());

describe('a token that is none', () => {
  const commands = [
    ['auth', 'whoami'],
    ['status', '-a', 'demo'],
    ['machine', 'list', '-a', 'demo'],
    ['machine', 'exec', 'MACHINE', 'id', '-a', 'demo'],
    ['tokens', 'list', '-a', 'demo'],
    ['tokens', 'create', 'deploy', '-a', 'demo'],
    ['apps', 'create', 'never', '-o', 'personal'],
  ];
  test.each([
    ['fo1_wrong', 'the session is unknown, ended or expired'],
    ['FlyV1 fm2_AAAA', 'no token was presented'],
    ['nonsense', 'token'],
  ])('%s: %s', async (token, sentence) => {
    for (const words of commands) {
      const named = words.map((word) => (word === 'MACHINE' ? f.postern.machine : word));
      expect(await f.refused(named, { token }), named.join(' ')).toContain(sentence);
    }
  });
});

describe('a token that may not', () => {
  test('another app', async () => {
    const token = otherApp;
    const exec = ['machine', 'exec', f.postern.machine, 'id'];
    for (const words of [['status', '-a', 'demo'], [...exec, '-a', 'demo'], exec]) {
      expect(await f.refused(words, { token })).toContain(
        'app 1 is not in the set (caveat Apps); the token allows app 2',
      );
    }
  });

  test('a command that is not listed, and anything but commands', async () => {
    const token = execToken;
    const exec = ['machine', 'exec', f.postern.machine];
    expect(await f.done([...exec, 'id'], { token })).toContain('uid=');
    expect(await f.refused([...exec, 'id -u'], { token })).toContain(
      'the command `id -u` is not in the list (caveat Commands); the token allows exactly `id`',
    );
    expect(await f.refused(['orgs', 'list'], { token })).toContain('this needs a signed-in person');
    expect(await f.refused(['apps', 'destroy', 'demo', '--yes'], { token })).toContain(
      'this needs a signed-in person',
    );
  });

  test('a machine started with it: flyctl asks for a lease for a minute, then says why not', async () => {
    expect(await f.refused(['machine', 'start', f.postern.machine], { token: execToken })).toContain(
      'control is not allowed here',
    );
  });
});

describe('what cannot be here', () => {
  test.each([
    [['wireguard', 'list', 'personal'], 'there is no WireGuard network here'],
    [['wireguard', 'create', 'personal'], 'there is no WireGuard network here'],
    [['wireguard', 'remove', 'personal', 'x'], 'there is no WireGuard network here'],
    [['ssh', 'console', '-a', 'demo'], 'there is no WireGuard network here'],
    [['ssh', 'issue', 'personal'], 'there is no certificate authority here'],
    [['ssh', 'log', 'personal'], 'there is no certificate authority here'],
    [['proxy', '5000', '-a', 'demo'], 'there is no WireGuard network here'],
    [['volumes', 'list', '-a', 'demo'], 'there are no volumes here'],
    [['volumes', 'show', 'vol_x', '-a', 'demo'], 'there are no volumes here'],
    [['volumes', 'destroy', 'vol_x', '-a', 'demo', '--yes'], 'there are no volumes here'],
    [['volumes', 'create', 'x', '-a', 'demo', '--size', '1', '--yes'], 'there are no regions here'],
    [['deploy', '-a', 'demo', '--image', 'x'], 'there are no images, builds or deployments here'],
    [
      ['launch', '--no-deploy', '--name', 'x', '--org', 'personal', '--yes', '--image', 'x'],
      'no regions here',
    ],
    [['machine', 'run', 'x', '-a', 'demo'], 'there are no images, builds or deployments here'],
    [['machine', 'clone', 'MACHINE', '-a', 'demo'], 'machines are not made from images'],
    [['machine', 'suspend', 'MACHINE'], 'not configured, suspended or cordoned here'],
    [['machine', 'cordon', 'MACHINE'], 'not configured, suspended or cordoned here'],
    [['machine', 'update', 'MACHINE', '--yes'], 'not configured, suspended or cordoned here'],
    [
      ['tokens', 'create', 'litefs-cloud', '-o', 'personal', '-c', 'x'],
      'no tokens of profile "litefs_cloud"',
    ],
    [['litefs-cloud', 'clusters', 'list', '-o', 'personal'], 'no tokens of profile "litefs_cloud"'],
    [['releases', '-a', 'demo'], 'there are no images, builds or deployments here'],
    [['secrets', 'list', '-a', 'demo'], 'there are no secrets of apps here'],
    [['certs', 'list', '-a', 'demo'], 'there is no certificate authority here'],
    [['postgres', 'list'], 'no managed databases here'],
    [['redis', 'list'], 'there are no add-ons'],
    [['orgs', 'create', 'x'], 'looked after with `postern orgs`'],
  ])('%j: %s', async (words, sentence) => {
    const named = words.map((word) => (word === 'MACHINE' ? f.postern.machine : word));
    expect(await f.refused(named)).toContain(sentence);
  });

  test('on a terminal too', async () => {
    const terminal = f.terminal(['ssh', 'console', '-a', 'demo']);
    await terminal.see('there is no WireGuard network here');
    const { code, screen } = await terminal.end();
    expect(code).toBe(1);
    expect(screen).not.toMatch(/panic|goroutine|\{"error"/);
  });
});
