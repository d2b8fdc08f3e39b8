/** `tokens …` of a real flyctl, and its tokens in `postern` and the reverse. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { json, openFlyctl, type Flyctl } from './flyctl.ts';

let f: Flyctl;
beforeAll(async () => {
  f = await openFlyctl();
});
afterAll(() => f.remove());

const HEADER = /^FlyV1 fm2_[A-Za-z0-9+/=]+\n$/;
const create = async (...words: string[]): Promise<string> =>
  (await f.done(['tokens', 'create', ...words])).trim();
const execWith = (token: string, command: string) =>
  f.fly(['machine', 'exec', f.postern.machine, command, '-a', 'demo'], { token });
const ours = async (words: string[], input?: string) => {
  const { code, stdout, stderr } = await f.postern.postern(words, input === undefined ? {} : { input });
  return { code, stderr, stdout: stdout.toString() };
};

describe('tokens create', () => {
  test.each([
    ['deploy', '-a', 'demo'],
    ['deploy', '-a', 'demo', '-n', 'named', '-x', '48h'],
    ['org', '-o', 'personal'],
    ['org', 'personal', '-x', '0'],
    ['readonly', '-o', 'personal'],
    ['wireguard', '-o', 'personal'],
    ['machine-exec', '-a', 'demo', '-C', 'uname -s', '-p', 'ls -l,id', '-n', 'exec', '-x', '1h30m'],
    ['machine-exec', '-a', 'demo', '--', 'ls', '-l'],
    ['machine-exec', '-a', 'demo'],
  ])('%s %s %s %s %s', async (...words) => {
    expect(await f.done(['tokens', 'create', ...words])).toMatch(HEADER);
    const printed = json(
      await f.done(['tokens', 'create', ...words.slice(0, 1), '--json', ...words.slice(1)]),
    );
    expect(`${String(printed['token'])}\n`).toMatch(HEADER);
  });

  test('the short name, the variable for the organization, an existing token made read-only', async () => {
    expect(await f.done(['tokens', 'deploy', '-a', 'demo'])).toMatch(HEADER);
    expect(await f.done(['tokens', 'create', 'org'], { env: { FLY_ORG: 'personal' } })).toMatch(HEADER);
    const token = await create('org', '-o', 'personal');
    const readonly = await f.done(['tokens', 'create', 'readonly', '--from-existing', '-x', '1h'], { token });
    expect(readonly).toMatch(HEADER);
    const run = await execWith(readonly.trim(), 'id');
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('the token allows read');
  });

  test.each([
    [['deploy'], 'app not found'],
    [['deploy', '-a', 'nope'], 'app not found: there is no app "nope"'],
    [['org'], 'must be specified when not running interactively'],
    [['org', '-o', 'nope'], 'there is no organization nope'],
    [['machine-exec', '-a', 'demo', '-x', '-5m'], 'lies in the past'],
    [['machine-exec', '-a', 'demo', '-x', '2d'], 'unknown unit'],
    [['machine-exec', '-a', 'demo', '-C', "it's"], 'expecting closing quote'],
    [['litefs-cloud', '-o', 'personal', '-c', 'x'], 'no tokens of profile "litefs_cloud" here'],
  ])('%j is refused: %s', async (words, sentence) => {
    expect(await f.refused(['tokens', 'create', ...words])).toContain(sentence);
  });
});

describe('what the tokens may', () => {
  test('machine-exec: its commands and no others, in flyctl and in postern', async () => {
    const token = await create('machine-exec', '-a', 'demo', '-C', 'echo hi', '-p', 'echo all');
    expect((await execWith(token, 'echo hi')).stdout).toBe('hi\n');
    expect((await execWith(token, 'echo all of it')).stdout).toBe('all of it\n');
    const refused = await execWith(token, 'echo hi there');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('the command `echo hi there` is not in the list');
    const run = await ours(['machine', 'exec', '-a', 'demo', '-t', token, 'echo hi']);
    expect(run).toMatchObject({ code: 0, stdout: 'hi\n' });
    expect((await ours(['machine', 'exec', '-a', 'demo', '-t', token, 'id'])).code).not.toBe(0);
  });

  test('ssh: reads, runs nothing', async () => {
    const token = await create('ssh', '-a', 'demo');
    expect(token.split(',')).toHaveLength(2);
    expect(await f.done(['machine', 'list', '-a', 'demo'], { token })).toContain(f.postern.machine);
    expect((await execWith(token, 'id')).stderr).toContain('the token allows read');
  });

  test('deploy and org: read and run; they manage nothing', async () => {
    for (const words of [
      ['deploy', '-a', 'demo'],
      ['org', '-o', 'personal'],
    ]) {
      const token = await create(...words);
      expect(await f.done(['auth', 'whoami'], { token })).toMatch(/^[0-9a-f-]{36}@tokens\.fly\.io\n$/);
      expect(await f.done(['status', '-a', 'demo'], { token })).toContain('started');
      expect((await execWith(token, 'echo x')).stdout).toBe('x\n');
      expect(await f.refused(['tokens', 'create', 'deploy', '-a', 'demo'], { token })).toContain(
        'this needs a signed-in person',
      );
    }
  });

  test('a token of postern runs in flyctl', async () => {
    const made = await ours(['tokens', 'create', 'machine-exec', '-a', 'demo', '-C', 'echo ours']);
    expect((await execWith(made.stdout.trim(), 'echo ours')).stdout).toBe('ours\n');
    expect((await execWith(made.stdout.trim(), 'id')).code).toBe(1);
  });
});

describe('tokens list, tokens revoke', () => {
  test.each([
    [['-a', 'demo'], 'Tokens for app "demo":'],
    [['-s', 'app', '-a', 'demo'], 'Tokens for app "demo":'],
    [['-a', 'demo', '-o', 'personal'], 'Tokens for app "demo":'],
    [['-o', 'personal'], 'Tokens for organization "personal":'],
    [['-s', 'org', '-o', 'personal'], 'Tokens for organization "personal":'],
  ])('%j', async (words, heading) => {
    await create('deploy', '-a', 'demo', '-n', 'listed');
    const printed = await f.done(['tokens', 'list', ...words]);
    expect(printed).toContain(heading);
    expect(printed).toMatch(/tok_\S+ +│ listed +│ owner@localhost +│ 20\d\d-\d\d-\d\d .* UTC/);
    expect(printed).not.toContain('fm2_');
  });

  test.each([
    [['-s', 'nope'], 'Please provide a valid scope'],
    [[], 'missing an app name'],
    [['-a', 'nope'], 'app not found'],
    [['-a', 'demo', '-o', 'nope'], 'there is no organization nope'],
    [['-s', 'org'], 'must be specified when not running interactively'],
  ])('%j is refused: %s', async (words, sentence) => {
    expect(await f.refused(['tokens', 'list', ...words])).toContain(sentence);
  });

  test('what was revoked runs nothing; an unknown id is named', async () => {
    const token = await create('deploy', '-a', 'demo', '-n', 'doomed');
    const id = /(tok_\S+) +│ doomed/.exec(await f.done(['tokens', 'list', '-a', 'demo']))?.[1] ?? '';
    const { stdout, stderr } = await f.fly(['tokens', 'revoke', id, 'tok_aaaaaaaaaaaaaaaa']);
    expect(stdout).toBe(`Revoked ${id}\n1 tokens revoked\n`);
    expect(stderr).toContain('there is no token tok_aaaaaaaaaaaaaaaa for you');
    expect(await f.refused(['tokens', 'revoke'])).toContain('no token IDs');
    expect((await execWith(token, 'id')).stderr).toContain('the token is revoked');
    expect(await f.refused(['status', '-a', 'demo'], { token })).toContain('the token is revoked');
    expect(await f.refused(['auth', 'whoami'], { token })).toContain('the token is revoked');
    expect(await f.done(['tokens', 'list', '-a', 'demo'])).toMatch(/doomed.*UTC.*UTC/);
  });
});

describe('tokens attenuate, debug, 3p: without the server', () => {
  const AUTH = 'https://auth.example.test';

  test('attenuated by flyctl: it holds in both; attenuated by postern: it holds in flyctl', async () => {
    const token = await create('deploy', '-a', 'demo');
    const commands = [{ type: 'Commands', body: [{ args: ['echo'] }] }];
    const caveats = JSON.stringify([{ type: 'IfPresent', body: { ifs: commands, else: 'r' } }]);
    const narrowed = (await f.done(['tokens', 'attenuate', '-t', token], { input: caveats })).trim();
    expect((await execWith(narrowed, 'echo a')).stdout).toBe('a\n');
    expect((await execWith(narrowed, 'id')).stderr).toContain('is not in the list');
    expect((await ours(['machine', 'exec', '-a', 'demo', '-t', narrowed, 'id'])).code).not.toBe(0);
    const twice = await ours(['tokens', 'attenuate', '-t', narrowed], JSON.stringify(commands));
    expect(twice.code, twice.stderr).toBe(0);
    expect((await f.done(['tokens', 'debug'], { token: twice.stdout.trim() })).match(/"echo"/g)).toHaveLength(
      2,
    );
    const expired = JSON.stringify([{ type: 'ValidityWindow', body: { not_before: 0, not_after: 1 } }]);
    const past = (await f.done(['tokens', 'attenuate', '-t', token], { input: expired })).trim();
    // flyctl itself leaves it out of the request.
    expect((await execWith(past, 'echo a')).stderr).toContain('a token that has expired');
    expect(await f.refused(['auth', 'whoami'], { token: past })).toContain('a token that has expired');
  });

  test('debug shows what postern shows', async () => {
    const token = await create('machine-exec', '-a', 'demo', '-C', 'uname -s');
    const shown = await f.done(['tokens', 'debug', '-t', token]);
    const [first] = JSON.parse(shown) as { location: string; caveats: unknown[] }[];
    expect(first?.location).toBe('https://api.fly.io/v1');
    const here = await ours(['tokens', 'debug', '-t', token, '--json']);
    const [same] = JSON.parse(here.stdout) as { caveats: unknown[] }[];
    expect(same?.caveats).toEqual(first?.caveats);
  });

  test('debug cannot show a restriction that is our own', async () => {
    const made = await ours(['tokens', 'create', 'machine-exec', '-a', 'demo', '-C', 'id', '--no-stdin']);
    expect(made.code, made.stderr).toBe(0);
    const { code } = await f.fly(['tokens', 'debug'], { token: made.stdout.trim() });
    expect(code).toBe(1);
    expect((await execWith(made.stdout.trim(), 'id')).stdout).toContain('uid=');
  });

  test.each(['flyctl', 'postern'])('a third party, its discharge made by %s', async (by) => {
    const secret = join(f.directory, `${by}.secret`);
    writeFileSync(secret, randomBytes(32).toString('base64'));
    const token = await create('deploy', '-a', 'demo');
    const asked = (await f.done(['tokens', '3p', 'add', '-t', token, '-l', AUTH, '-s', secret])).trim();
    expect(await f.refused(['status', '-a', 'demo'], { token: asked })).toContain(
      `a discharge from ${AUTH} is missing`,
    );
    const program = async (words: string[]): Promise<string> =>
      by === 'flyctl' ? f.done(words) : (await ours(words)).stdout;
    const ticket = (await program(['tokens', '3p', 'ticket', '-t', asked, '-l', AUTH])).trim();
    const discharge = (
      await program(['tokens', '3p', 'discharge', '-l', AUTH, '--ticket', ticket, '-s', secret])
    ).trim();
    const whole = (await f.done(['tokens', '3p', 'add-discharge', '-t', asked, '-d', discharge])).trim();
    expect((await execWith(whole, 'echo in')).stdout).toBe('in\n');
    expect(await ours(['machine', 'exec', '-a', 'demo', '-t', whole, 'echo in'])).toMatchObject({
      code: 0,
      stdout: 'in\n',
    });
  });
});

describe('on a terminal', () => {
  test('tokens list, a token created, and the organization chosen', async () => {
    const listing = f.terminal(['tokens', 'list', '-a', 'demo']);
    await listing.see('Tokens for app "demo":');
    expect((await listing.end()).code).toBe(0);
    const creating = f.terminal(['tokens', 'create', 'machine-exec', '-a', 'demo', '-C', 'id']);
    await creating.see('FlyV1 fm2_');
    expect((await creating.end()).code).toBe(0);
    await ours(['orgs', 'create', 'acme', '--name', 'Acme Ltd']);
    const choosing = f.terminal(['tokens', 'list', '-s', 'org']);
    await choosing.see('Select Organization:');
    choosing.type('Personal\r');
    await choosing.see('Tokens for organization "personal":');
    expect((await choosing.end()).code).toBe(0);
  });
});
