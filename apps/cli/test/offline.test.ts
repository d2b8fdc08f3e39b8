/** Commands that ask no server, as real processes. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBase64, formatHeader, parseHeader } from '@postern/token';
import { afterAll, describe, expect, test } from 'vitest';
import { makeWorld, type Ran } from './postern.ts';
import { LOCATION, makeExecToken, makeToken } from './tokens.ts';

// A server that cannot be there: whoever asks it fails the test.
const world = makeWorld({ POSTERN_SERVER: 'http://127.0.0.1:1' });
afterAll(() => world.remove());

const token = makeExecToken([true, 'uname', '-a'], [false, 'git', 'log']);
const withToken = (given: string, ...args: string[]): Promise<Ran> =>
  world.run(args, { env: { POSTERN_TOKEN: given } });

describe('tokens debug', () => {
  test('prints what flyctl prints', async () => {
    const ran = await withToken(token, 'tokens', 'debug');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout.endsWith(']\n\n')).toBe(true);
    expect(JSON.parse(ran.stdout)).toEqual([
      {
        location: LOCATION,
        caveats: [
          { type: 'ValidityWindow', body: { not_before: 0, not_after: 4_102_444_800 } },
          { type: 'Organization', body: { id: 7, mask: 'rwcdC' } },
          { type: 'Apps', body: { apps: { 17: 'rwcdC' } } },
          {
            type: 'IfPresent',
            body: {
              ifs: [
                {
                  type: 'Commands',
                  body: [{ args: ['uname', '-a'], exact: true }, { args: ['git', 'log'] }],
                },
              ],
              else: 'r',
            },
          },
        ],
      },
    ]);
  });

  test('--full adds the id of the audit log and a sentence', async () => {
    const { stdout } = await withToken(token, 'tokens', 'debug', '--full');
    expect(JSON.parse(stdout)).toMatchObject([
      {
        uuid: expect.stringMatching(/^[0-9a-f]{8}-/) as string,
        verified: false,
        kid_hex: '010203040506070809',
        expires_at: '2100-01-01T00:00:00Z',
        summary: expect.stringContaining('uname -a') as string,
      },
    ]);
  });

  test('takes every spelling of the header, and -t before the environment', async () => {
    const bare = token.replace('FlyV1 ', '');
    for (const given of [bare, `Bearer ${bare}`, `bearer flyv1 ${bare}`, `  ${token}\n`]) {
      expect(await withToken(given, 'tokens', 'debug')).toMatchObject({ code: 0 });
    }
    expect(await withToken('nonsense', 'tokens', 'debug', '-t', token)).toMatchObject({ code: 0 });
  });

  test('names what cannot be read, shows the rest, and fails', async () => {
    const cut = token.slice(0, -20);
    const ran = await withToken(`${cut},${token.replace('FlyV1 ', '')}`, 'tokens', 'debug');
    expect(ran.code).toBe(67);
    expect(ran.stderr).toMatch(/^token 1 \(\d+ characters\) cannot be read: /);
    expect(JSON.parse(ran.stdout)).toHaveLength(1);
    expect(ran.stderr).not.toContain(cut.slice(10, 40));
  });

  test('writes out what a terminal would act on', async () => {
    const evil = makeExecToken([true, 'echo', '\u001B]0;owned\u0007\u009B31m\u202Eabc']);
    const { stdout } = await withToken(evil, 'tokens', 'debug', '--full');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202E/u);
  });

  test.each([
    ['nothing', undefined],
    ['an empty variable', ''],
  ])('refuses %s', async (_, given) => {
    const ran = await world.run(
      ['tokens', 'debug'],
      given === undefined ? {} : { env: { POSTERN_TOKEN: given } },
    );
    expect(ran).toMatchObject({ code: 67, stdout: '' });
    expect(ran.stderr).toContain('pass a macaroon token');
  });

  test('refuses a session', async () => {
    const ran = await withToken('fo1_abc', 'tokens', 'debug');
    expect(ran).toMatchObject({ code: 67, stdout: '' });
    expect(ran.stderr).toContain('a session token is not a macaroon');
  });
});

describe('tokens attenuate', () => {
  test('narrows with friendly flags, offline', async () => {
    const ran = await withToken(
      token,
      'tokens',
      'attenuate',
      '--command',
      'uname -a',
      '--machine',
      '148e21ab9c3d89',
      '--for',
      '5m',
    );
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('allows: runs ');
    const [narrowed] = parseHeader(ran.stdout.trim());
    expect(narrowed?.unsafeCaveats.slice(4)).toEqual([
      {
        type: 'IfPresent',
        ifs: [{ type: 'Commands', commands: [{ args: ['uname', '-a'], exact: true }] }],
        else: 1,
      },
      {
        type: 'IfPresent',
        ifs: [{ type: 'Machines', set: [{ id: '148e21ab9c3d89', mask: 0xffff }] }],
        else: 1,
      },
      expect.objectContaining({ type: 'ValidityWindow' }),
    ]);
  });

  test('reads JSON from a file and from stdin, as flyctl does', async () => {
    const caveats = '[{"type":"Action","body":"r"}]';
    writeFileSync(join(world.home, 'caveats.json'), caveats);
    const fromFile = await withToken(token, 'tokens', 'attenuate', '-f', 'caveats.json');
    const fromStdin = await world.run(['tokens', 'attenuate'], {
      env: { POSTERN_TOKEN: token },
      stdin: caveats,
    });
    expect(fromFile.code).toBe(0);
    expect(fromStdin.stdout).toBe(fromFile.stdout);
    expect(parseHeader(fromFile.stdout.trim())[0]?.unsafeCaveats.at(-1)).toEqual({ type: 'Action', mask: 1 });
  });

  test('keeps discharges, last', async () => {
    const discharge = makeToken([], 'https://other.example');
    const header = `${formatHeader([discharge])},${token.replace('FlyV1 ', '')}`;
    const { stdout } = await withToken(header, 'tokens', 'attenuate', '--for', '1h');
    expect(parseHeader(stdout.trim()).map(({ location }) => location)).toEqual([
      LOCATION,
      'https://other.example',
    ]);
  });

  test('--json and --output keep the token out of sight', async () => {
    const ran = await withToken(
      token,
      'tokens',
      'attenuate',
      '--for',
      '1h',
      '--json',
      '--output',
      'narrow.token',
    );
    expect(JSON.parse(ran.stdout)).toMatchObject({ file: 'narrow.token', version: 1 });
    const path = join(world.home, 'narrow.token');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(parseHeader(readFileSync(path, 'utf8').trim())).toHaveLength(1);
  });

  test.each([
    [['--command', ''], 'the value of -C is blank'],
    [['--prefix', '  '], 'the value of -p is blank'],
    [['--machine', ''], 'the value of --machine is blank'],
    [['--for', '2d'], 'unknown unit "d"'],
    [['--for', '-5m'], 'lies in the past'],
    [['-f', 'missing.json'], 'cannot read missing.json'],
    [['--command', "echo 'x"], 'unbalanced single quote'],
    [['-l', 'https://other.example', '--for', '1h'], 'no https://other.example permission tokens found'],
  ])('refuses %j', async (args, message) => {
    const ran = await withToken(token, 'tokens', 'attenuate', ...args);
    expect(ran.stdout).toBe('');
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toContain(message);
  });

  test.each(['', '{', '{}', '[]', '[{"type":"Nope","body":1}]', '[{"type":"Action","body":"rx"}]'])(
    'refuses %j on stdin',
    async (stdin) => {
      const ran = await world.run(['tokens', 'attenuate'], { env: { POSTERN_TOKEN: token }, stdin });
      expect(ran).toMatchObject({ code: 64, stdout: '' });
      expect(ran.stderr).toMatch(/^error: /);
    },
  );
});

describe('tokens explain', () => {
  test.each([['uname -a'], ['git log --oneline']])('allows %s', async (line) => {
    expect(await withToken(token, 'tokens', 'explain', line)).toMatchObject({
      code: 0,
      stdout: `allowed: ${line}\n`,
    });
  });

  test.each([['uname'], ['uname -a -a'], ['git push'], ['git logx'], ["sh -c 'uname -a'"]])(
    'refuses %s and says what would be allowed',
    async (line) => {
      const ran = await withToken(token, 'tokens', 'explain', line);
      expect(ran.code).toBe(77);
      expect(ran.stdout).toContain(`refused: ${line}\n`);
      expect(ran.stdout).toContain('`uname -a`');
      expect(ran.stdout).toContain('`git log`');
    },
  );

  test.each([[['git', 'status']], [['ls', '--', 'git', 'status']]])(
    'of %j is refused: a word that is dropped would be an answer about another command',
    async (words) => {
      const ran = await withToken(token, 'tokens', 'explain', ...words);
      expect(ran).toMatchObject({ code: 64, stdout: '' });
      expect(ran.stderr).toContain('put the command into one pair of quotes');
    },
  );

  test('takes words after --', async () => {
    expect(await withToken(token, 'tokens', 'explain', '--', 'uname', '-a')).toMatchObject({ code: 0 });
  });

  test('--json is data', async () => {
    const { stdout, code } = await withToken(token, 'tokens', 'explain', '--json', 'git push');
    expect(code).toBe(77);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      allowed: false,
      command: ['git', 'push'],
      checked: false,
      refusals: [{ reason: expect.any(String) as string, would_allow: expect.any(String) as string }],
    });
  });

  test('knows time and machines', async () => {
    const { stdout } = await withToken(token, 'tokens', 'attenuate', '--machine', '148e21ab9c3d89');
    const pinned = stdout.trim();
    expect(await withToken(pinned, 'tokens', 'explain', '-m', '148e21ab9c3d89', 'uname -a')).toMatchObject({
      code: 0,
    });
    expect(await withToken(pinned, 'tokens', 'explain', '-m', 'ffffffffffffff', 'uname -a')).toMatchObject({
      code: 77,
    });
  });
});

describe('restrictions beyond commands', () => {
  test('narrow offline and are explained', async () => {
    const flags = [
      '--template',
      'git log {1..20}',
      '--no-tty',
      '--max-timeout',
      '1m',
      '--allow-cidr',
      '10.0.0.0/8',
    ];
    const { stdout, code } = await withToken(token, 'tokens', 'attenuate', ...flags);
    expect(code).toBe(0);
    const narrowed = stdout.trim();
    expect(parseHeader(narrowed)[0]?.unsafeCaveats.slice(4)).toMatchObject([
      {
        type: 'IfPresent',
        ifs: [{ type: 'CommandTemplates' }, { type: 'NoTty' }, { type: 'MaxTimeout', seconds: 60n }],
        else: 1,
      },
      { type: 'SourceAddress', networks: ['10.0.0.0/8'] },
    ]);
    const refused = await withToken(narrowed, 'tokens', 'explain', 'git log 21');
    expect(refused).toMatchObject({ code: 77 });
    expect(refused.stdout).toContain('has none of the allowed forms');
  });

  test('a shorter timeout than the default is found out', async () => {
    const { stdout } = await withToken(token, 'tokens', 'attenuate', '--max-timeout', '10s');
    const ran = await withToken(stdout.trim(), 'tokens', 'explain', 'uname -a');
    expect(ran).toMatchObject({ code: 77 });
    expect(ran.stdout).toContain('at most 10 seconds');
  });
});

describe('tokens 3p', () => {
  const secret = encodeBase64(new Uint8Array(32).fill(7));
  const env = { POSTERN_TOKEN: token, TOKEN_3P_SHARED_SECRET: secret };

  test('add, ticket, discharge, add-discharge make a full circle', async () => {
    const where = ['-l', 'https://auth.example'];
    const added = await world.run(['tokens', '3p', 'add', ...where], { env });
    expect(added.code).toBe(0);
    const needs = added.stdout.trim();
    const ticket = await withToken(needs, 'tokens', '3p', 'ticket', ...where);
    const discharge = await world.run(
      ['tokens', '3p', 'discharge', ...where, '--ticket', ticket.stdout.trim(), '--for', '5m'],
      { env: { TOKEN_3P_SHARED_SECRET: secret } },
    );
    expect(discharge.code).toBe(0);
    const both = await withToken(needs, 'tokens', '3p', 'add-discharge', '-d', discharge.stdout.trim());
    expect(parseHeader(both.stdout.trim()).map(({ location }) => location)).toEqual([
      LOCATION,
      'https://auth.example',
    ]);
  });

  test('a second demand for the same place changes nothing', async () => {
    const once = await world.run(['tokens', '3p', 'add', '-l', 'https://auth.example'], { env });
    const twice = await world.run(['tokens', '3p', 'add', '-l', 'https://auth.example'], {
      env: { ...env, POSTERN_TOKEN: once.stdout.trim() },
    });
    expect(twice.stdout).toBe(once.stdout);
  });

  test.each([
    [['add'], 'required flag --location not set'],
    [['add', '-l', 'x', '-s', 'missing'], 'cannot read missing'],
    [['ticket', '-l', 'x'], 'no 3p ticket in token'],
    [['discharge', '-l', 'x', '--ticket', '!!!'], 'the ticket is not base64'],
    [['discharge', '-l', 'x', '--ticket', 'AAAA'], 'the ticket was not made with this secret'],
    [['add-discharge', '-d', 'AAAA'], ''],
  ])('refuses %j', async (args, message) => {
    const ran = await world.run(['tokens', '3p', ...args], { env });
    expect(ran).toMatchObject({ stdout: '' });
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toContain(message);
  });

  test('refuses a secret of the wrong size, and warns of one on the command line', async () => {
    const short = await world.run(['tokens', '3p', 'add', '-l', 'x', '-S', 'AAAA'], {
      env: { POSTERN_TOKEN: token },
    });
    expect(short.code).toBe(64);
    expect(short.stderr).toContain('warning: a secret on the command line');
    expect(short.stderr).toContain('the shared secret has 3 bytes, and needs 32');
  });
});

describe('tokens create readonly --from-existing', () => {
  test('narrows the given token to reading', async () => {
    const ran = await withToken(token, 'tokens', 'create', 'readonly', '--from-existing', '-x', '24h');
    expect(ran.code).toBe(0);
    expect(parseHeader(ran.stdout.trim())[0]?.unsafeCaveats.slice(4)).toEqual([
      { type: 'Organization', id: 7n, mask: 1 },
      expect.objectContaining({ type: 'ValidityWindow' }),
    ]);
  });
});
