/**
 * The examples of flyctl's own pages about tokens and machine exec, with `fly` changed to `postern`: what people
 * know goes on working. Names in angle brackets are filled in, the apps and organizations they name exist, and the
 * app comes from fly.toml where the page relies on it. `FLY_API_TOKEN` is `POSTERN_TOKEN` here.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { splitShellWords } from '@postern/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ran, RunOptions } from './postern.ts';
import { mintedId, startServer, type TestServer } from './server.ts';

const MINTED: unknown = expect.stringMatching(/^FlyV1 fm2_\S+\n$/);

let server: TestServer;
/** Of the organization `personal`. */
let token: string;
beforeAll(async () => {
  server = await startServer();
  const { owner } = server;
  writeFileSync(join(owner.home, 'fly.toml'), 'app = "demo"\nprimary_region = "iad"\n');
  await owner.run(['orgs', 'create', 'my-org']);
  await owner.run(['apps', 'create', 'my-app', '-o', 'my-org']);
  await owner.run(['apps', 'create', 'my-target-app', '-o', 'my-org']);
  token = (await owner.run(['tokens', 'create', 'org', '-x', '1h', '-o', 'personal'])).stdout.trim();
});
afterAll(() => server.stop());

/** The line as the page has it. */
function run(line: string, options: RunOptions = {}): Promise<Ran> {
  const [program, ...args] = splitShellWords(line.replace(/^(?:fly|flyctl)\b/, 'postern'));
  expect(program).toBe('postern');
  return server.owner.run(args, options);
}

describe('access tokens', () => {
  test.each([
    'fly tokens create deploy --name "my token name" --expiry 24h',
    'fly tokens create deploy --name "staging one" --expiry 48h',
    'fly tokens create deploy -a my-target-app',
    'fly tokens create deploy --app my-app',
    'fly tokens create deploy -a my-app -x 720h',
    'fly tokens create deploy -x 999999h',
    'flyctl tokens create deploy -x 999999h',
    'fly tokens create machine-exec --command "bin/rails db:migrate"',
    'fly tokens create machine-exec -a my-app --command "/app/migrate" -x 1h',
    'fly tokens create org --name "my token name" --expiry 24h -o my-org',
    'fly tokens create org --name "prod" --expiry 168h -o my-org',
    'fly tokens create org -o my-org -x 720h',
    'fly tokens create org my-org',
    'fly tokens create readonly --name "my token name" --expiry 24h -o my-org',
    'fly tokens create readonly -o my-org -x 720h',
    'fly tokens create readonly my-org',
    'fly tokens deploy',
    'fly tokens org my-org',
  ])('%s', async (line) => {
    expect(await run(line)).toMatchObject({ code: 0, stdout: MINTED });
  });

  test.each(['fly tokens create org --name "prod" --expiry 168h', 'flyctl tokens create readonly'])(
    '%s, with the organization from the environment; it is asked for where there are several',
    async (line) => {
      expect(await run(line, { env: { POSTERN_ORG: 'my-org' } })).toMatchObject({ code: 0, stdout: MINTED });
      const ran = await run(line);
      expect(ran).toMatchObject({ code: 64, stdout: '' });
      expect(ran.stderr).toContain('-o ORG or POSTERN_ORG');
    },
  );

  test('fly tokens create readonly … --from-existing -t <existing token starting with fm2_>', async () => {
    const line = 'fly tokens create readonly --name "my token name" --expiry 24h --from-existing -t';
    const existing = token.replace('FlyV1 ', '');
    expect(await run(`${line} ${existing}`)).toMatchObject({ code: 0, stdout: MINTED });
  });

  test('flyctl tokens create ssh -a my-app -x 24h: not offered, and what to use instead', async () => {
    const ran = await run('flyctl tokens create ssh -a my-app -x 24h');
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain('postern tokens create machine-exec');
  });

  test('without a name they have one', async () => {
    const nameOf = async (line: string): Promise<unknown> => {
      const { stdout } = await run(`${line} --json`);
      return (JSON.parse(stdout) as { name: unknown }).name;
    };
    expect(await nameOf('fly tokens create deploy')).toBe('postern deploy token');
    expect(await nameOf('fly tokens create machine-exec ls')).toBe('postern machine-exec token');
    expect(await nameOf('fly tokens create org my-org')).toBe('Org deploy token');
    expect(await nameOf('fly tokens create readonly my-org')).toBe('Read-only org token');
  });

  test('fly tokens list, --scope org and --app', async () => {
    expect((await run('fly tokens list')).stdout).toMatch(
      /^Tokens for app "demo":\nID +NAME +CREATED BY +EXPIRES AT/,
    );
    const org = await run('fly tokens list --scope org', { env: { POSTERN_ORG: 'personal' } });
    expect(org.stdout).toMatch(/^Tokens for organization "personal":/);
    expect((await run('fly tokens list --app my-app')).stdout).toMatch(/^Tokens for app "my-app":/);
  });

  test('fly tokens revoke <token ID> <token ID> ...', async () => {
    const own = mintedId((await run('fly tokens create deploy')).stderr);
    const two = mintedId((await run('fly tokens create machine-exec ls')).stderr);
    expect(await run(`fly tokens revoke ${own}`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Revoked ${own}\n`) as string,
    });
    expect(await run(`fly tokens revoke ${own} ${two}`)).toMatchObject({ code: 0 });
  });

  test('fly auth token as a variable of an API call, and the token of a deploy as one', async () => {
    expect((await run('fly auth token')).stdout.trim()).toBe(server.session);
    const deploy = (await run('fly tokens deploy')).stdout.trim();
    const response = await fetch(`${server.url}/v1/apps/demo/machines`, {
      headers: { authorization: `Bearer ${deploy}` },
    });
    expect(response.status).toBe(200);
    expect(await run('fly machine list -q', { env: { POSTERN_TOKEN: deploy } })).toMatchObject({ code: 0 });
  });
});

describe('the pages of the commands', () => {
  test.each([
    ['fly tokens create machine-exec -a demo -C "ls -l" -p "git log" -x 1h -n ci -j', /^\{\n {4}"token": "F/],
    ['fly tokens create machine-exec -a demo -- ls -l /data', /^FlyV1 /],
    ['fly tokens create machine-exec ls -a demo', /^FlyV1 /],
    ['fly tokens create deploy -j', /^\{\n {4}"token": "FlyV1 /],
    ['fly tokens ls', /^Tokens for app/],
    ['fly auth whoami', /^owner@localhost\n$/],
    ['fly auth whoami -j', /"email": "owner@localhost"/],
    ['fly orgs list', /personal/],
    ['fly orgs show my-org', /my-org/],
    ['fly apps list', /demo/],
    ['fly machine list -q', /^[0-9a-f]{14}\n$/],
    ['fly machines list', /^ID +NAME +STATE/],
    ['fly m list', /^ID +NAME +STATE/],
    ['fly version', /^postern v\d/],
  ])('%s', async (line, stdout) => {
    expect(await run(line)).toMatchObject({ code: 0, stdout: expect.stringMatching(stdout) as string });
  });

  test('fly machine exec [machine-id] <command> [--timeout int] [-j]', async () => {
    const { machine } = server;
    expect(await run(`fly machine exec ${machine} "uname"`)).toMatchObject({ code: 0, stdout: 'Linux\n' });
    expect(await run('fly machine exec "echo a b"')).toMatchObject({ code: 0, stdout: 'a b\n' });
    expect(await run(`fly machine exec -a demo ${machine} "echo a b" --timeout 10`)).toMatchObject({
      stdout: 'a b\n',
    });
    expect(await run(`fly machine exec ${machine} "sh -c 'exit 2'"`)).toMatchObject({ code: 2 });
    const json = await run(`fly machine exec ${machine} uname -j`);
    expect(JSON.parse(json.stdout)).toMatchObject({ exit_code: 0, stdout: 'Linux\n' });
  });

  test('fly tokens attenuate and debug, from stdin, a file, the variable and -t', async () => {
    const env = { POSTERN_TOKEN: token };
    const caveats = '[{"type":"Organization","body":{"id":1,"mask":"r"}}]';
    const narrowed = await run('fly tokens attenuate', { env, stdin: caveats });
    expect(narrowed.stdout).toMatch(/^FlyV1 fm2_/);
    writeFileSync(join(server.owner.home, 'caveats.json'), caveats);
    expect((await run('fly tokens attenuate --file caveats.json', { env })).stdout).toBe(narrowed.stdout);
    expect((await run(`fly tokens attenuate -f caveats.json -t "${token}"`)).stdout).toBe(narrowed.stdout);
    expect((await run('fly tokens debug', { env })).stdout).toMatch(/^\[\n {2}\{\n {4}"location"/);
    expect((await run(`fly tokens debug -t "${token}"`)).stdout).toMatch(/^\[/);
  });

  test('fly tokens 3p add, ticket, discharge, add-discharge', async () => {
    const secret = Buffer.alloc(32, 1).toString('base64');
    writeFileSync(join(server.owner.home, 'shared.secret'), secret);
    const env = { POSTERN_TOKEN: token };
    const place = '-l https://auth.example';
    const added = await run(`fly tokens 3p add ${place} --secret-file shared.secret`, { env });
    expect(added).toMatchObject({ code: 0, stdout: MINTED });
    const own = { env: { POSTERN_TOKEN: added.stdout.trim() } };
    const ticket = (await run(`fly tokens 3p ticket --location https://auth.example`, own)).stdout.trim();
    for (const flag of ['-s shared.secret', `-S ${secret}`, `--secret ${secret}`]) {
      expect(await run(`fly tokens 3p discharge ${place} --ticket ${ticket} ${flag}`)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^\S+\n$/) as string,
      });
    }
    const { stdout } = await run(`fly tokens 3p discharge ${place} --ticket ${ticket} -s shared.secret`);
    for (const flag of ['-d', '--discharge']) {
      const whole = await run(`fly tokens 3p add-discharge ${flag} ${stdout.trim()}`, own);
      expect(whole.stdout).toMatch(/^FlyV1 fm2_\S+,fm2_\S+\n$/);
    }
  });
});
