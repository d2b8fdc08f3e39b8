/** Restrictions of `tokens create machine-exec` beyond commands, against the real server. */
import { parseHeader, type Caveat } from '@postern/token';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ran } from './postern.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const mint = (...args: string[]): Promise<Ran> =>
  server.owner.run(['tokens', 'create', 'machine-exec', '-a', 'demo', '-x', '1h', ...args]);
const exec = (token: string, line: string): Promise<Ran> =>
  server.owner.run(['machine', 'exec', '-a', 'demo', line], { env: { POSTERN_TOKEN: token.trim() } });

function restrictionsOf(header: string): Caveat[] {
  const [token] = parseHeader(header.trim());
  return (token?.unsafeCaveats ?? [])
    .flatMap((caveat) => (caveat.type === 'IfPresent' ? caveat.ifs : [caveat]))
    .filter(({ type }) => !['ValidityWindow', 'Organization', 'Apps', 'Commands'].includes(type));
}

describe('what is minted', () => {
  test.each<[string[], Caveat]>([
    [['--no-stdin'], { type: 'NoStdin' }],
    [['--no-tty'], { type: 'NoTty' }],
    [['--max-timeout', '1m30s'], { type: 'MaxTimeout', seconds: 90n }],
    [['--max-output', '4096'], { type: 'MaxOutput', bytes: 4096n }],
    [['--env', 'TZ', '--env', 'LANG'], { type: 'EnvNames', names: ['LANG', 'TZ'] }],
    [['--user', 'deploy'], { type: 'RunAsUsers', names: ['deploy'] }],
    [['--cwd', '/srv/app'], { type: 'WorkingDirectories', names: ['/srv/app'] }],
    [
      ['--allow-cidr', '10.0.0.0/8', '--allow-cidr', '2001:db8::/32'],
      { type: 'SourceAddress', networks: ['10.0.0.0/8', '2001:db8::/32'] },
    ],
  ])('%j', async (flags, caveat) => {
    const ran = await mint(...flags, '-C', 'uname');
    expect(ran).toMatchObject({ code: 0 });
    expect(restrictionsOf(ran.stdout)).toEqual([caveat]);
  });
});

describe('a template', () => {
  test('allows its forms and refuses all others', async () => {
    const { stdout: token, stderr } = await mint(
      '--template',
      'echo {web|worker} {1..20}',
      '--template',
      'echo path {...2:/[a-z.]+/}',
    );
    expect(stderr).not.toContain('every command; name the ones');
    for (const line of ['echo web 7', 'echo worker 20', 'echo path', 'echo path a.b c']) {
      expect(await exec(token, line), line).toMatchObject({ code: 0, stdout: `${line.slice(5)}\n` });
    }
    for (const line of [
      'echo',
      'echo db 7',
      'echo web 21',
      'echo web 07',
      'echo web 7 x',
      'echo path a b c',
      'echo path A',
    ]) {
      const ran = await exec(token, line);
      expect(ran, line).toMatchObject({ code: 77, stdout: '' });
      expect(ran.stderr).toContain('CommandTemplates');
    }
  });

  test('is shown by --dry-run', async () => {
    const ran = await mint('--dry-run', '--template', 'systemctl restart {web|worker}');
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('"one_of"');
    expect(ran.stderr).toContain('systemctl restart (web|worker)');
  });
});

describe('what is refused before anything is minted', () => {
  test.each([
    [['--template', ''], 'the template is blank'],
    [['--template', 'x {a}'], 'cannot read {a} in the template'],
    [['--template', '{/.*/} x'], 'the program'],
    [['--template', 'x {/(a|b)/}'], ''],
    [['--template', 'ls', '-C', 'ls'], '--template goes without -C'],
    [['--allow-cidr', '10.1.2.3/8'], 'is not a network'],
    [['--allow-cidr', ''], 'is blank'],
    [['--max-timeout', '0'], 'allows nothing'],
    [['--max-timeout', '500ms'], 'allows nothing'],
    [['--max-timeout', '2d'], 'unknown unit'],
    [['--max-output', '-1'], 'allows nothing'],
    [['--env', 'A=B'], 'cannot hold'],
    [['--user', ' '], 'is blank'],
    [['--cwd', 'relative'], 'cannot hold'],
    [['--cwd', '/a/../b'], 'cannot hold'],
  ])('%j', async (flags, message) => {
    const ran = await server.owner.run([
      'tokens',
      'create',
      'machine-exec',
      '--server',
      'http://127.0.0.1:1',
      '-t',
      'x',
      ...flags,
    ]);
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain(message);
  });
});
