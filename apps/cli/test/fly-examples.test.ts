/**
 * The examples of flyctl's own pages about tokens and machine exec, with `fly` changed to `postern`: what people
 * know goes on working. Placeholders of those pages are filled in; the app comes from fly.toml as it does there.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { splitShellWords } from '@postern/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ran } from './postern.ts';
import { mintedId, startServer, type TestServer } from './server.ts';

let server: TestServer;
let token: string;
let id: string;
beforeAll(async () => {
  server = await startServer();
  writeFileSync(join(server.owner.home, 'fly.toml'), 'app = "demo"\nprimary_region = "iad"\n');
  const minted = await server.owner.run(['tokens', 'create', 'org', '-x', '1h']);
  token = minted.stdout.trim();
  id = mintedId(minted.stderr);
});
afterAll(() => server.stop());

/** The line as the page has it. */
function run(line: string, options: { env?: Record<string, string>; stdin?: string } = {}): Promise<Ran> {
  const [program, ...args] = splitShellWords(line.replace(/^(?:fly|flyctl)\b/, 'postern'));
  expect(program).toBe('postern');
  return server.owner.run(args, options);
}

describe('the page on access tokens', () => {
  test.each([
    'fly tokens create deploy --name "my token name" --expiry 24h',
    'fly tokens create deploy --name "staging one" --expiry 48h',
    'fly tokens create machine-exec --command "bin/rails db:migrate"',
    'fly tokens create org --name "my token name" --expiry 24h',
    'fly tokens create org --name "prod" --expiry 168h',
    'fly tokens create readonly --name "my token name" --expiry 24h',
    'fly tokens deploy',
    'fly tokens org',
    'flyctl tokens create org -x 24h',
  ])('%s', async (line) => {
    expect(await run(line)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^FlyV1 fm2_\S+\n$/) as string,
    });
  });

  test('fly tokens create readonly … --from-existing <token ID>', async () => {
    const line = `fly tokens create readonly --name "my token name" --expiry 24h --from-existing ${id}`;
    const ran = await run(line, { env: { POSTERN_TOKEN: token } });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^FlyV1 fm2_\S+\n$/) as string });
  });

  test('fly tokens list, and with --scope org', async () => {
    expect((await run('fly tokens list')).stdout).toMatch(
      /^Tokens for app "demo":\nID +NAME +CREATED BY +EXPIRES AT/,
    );
    expect((await run('fly tokens list --scope org')).stdout).toMatch(/^Tokens for organization "personal":/);
    expect((await run('flyctl tokens list -a demo')).code).toBe(0);
  });

  test('fly tokens revoke <token ID>', async () => {
    const own = mintedId((await run('fly tokens create deploy')).stderr);
    expect(await run(`fly tokens revoke ${own}`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Revoked ${own}\n`) as string,
    });
  });

  test('fly auth token as a variable of an API call', async () => {
    const ran = await run('fly auth token');
    expect(ran.stdout.trim()).toBe(server.session);
  });
});

describe('the pages of the commands', () => {
  test.each([
    [
      'fly tokens create machine-exec -a demo -C "ls -l" -p "git log" -x 1h -n ci -j',
      /^\{\n {4}"token": "FlyV1 /,
    ],
    ['fly tokens create machine-exec -a demo -- ls -l /data', /^FlyV1 /],
    ['fly tokens create machine-exec ls -a demo', /^FlyV1 /],
    ['fly tokens create deploy -j', /^\{\n {4}"token": "FlyV1 /],
    ['fly tokens ls', /^Tokens for app/],
    ['fly auth whoami', /^owner@localhost\n$/],
    ['fly auth whoami -j', /"email": "owner@localhost"/],
    ['fly orgs list', /personal/],
    ['fly apps list', /demo/],
    ['fly machine list -q', /^[0-9a-f]{14}\n$/],
    ['fly machines list', /^ID +NAME +STATE/],
    ['fly version', /^postern v\d/],
  ])('%s', async (line, stdout) => {
    expect(await run(line)).toMatchObject({ code: 0, stdout: expect.stringMatching(stdout) as string });
  });

  test('fly machine exec [machine-id] <command> [--timeout int] [-j]', async () => {
    const { machine } = server;
    expect(await run(`fly machine exec ${machine} "uname"`)).toMatchObject({ code: 0, stdout: 'Linux\n' });
    expect(await run(`fly machine exec -a demo ${machine} "echo a b" --timeout 10`)).toMatchObject({
      stdout: 'a b\n',
    });
    expect(await run(`fly machine exec ${machine} "sh -c 'exit 2'"`)).toMatchObject({ code: 2 });
    const json = await run(`fly machine exec ${machine} uname -j`);
    expect(JSON.parse(json.stdout)).toMatchObject({ exit_code: 0, stdout: 'Linux\n' });
  });

  test('fly tokens attenuate, debug and 3p on the token in the variable', async () => {
    const env = { POSTERN_TOKEN: token, TOKEN_3P_SHARED_SECRET: Buffer.alloc(32, 1).toString('base64') };
    const caveats = '[{"type":"Organization","body":{"id":1,"mask":"r"}}]';
    const narrowed = await run('fly tokens attenuate', { env, stdin: caveats });
    expect(narrowed.stdout).toMatch(/^FlyV1 fm2_/);
    writeFileSync(join(server.owner.home, 'caveats.json'), caveats);
    expect((await run('fly tokens attenuate --file caveats.json', { env })).stdout).toBe(narrowed.stdout);
    expect((await run('fly tokens debug', { env })).stdout).toMatch(/^\[\n {2}\{\n {4}"location"/);
    expect(await run(`fly tokens debug -t "${token}"`)).toMatchObject({ code: 0 });
    expect((await run('fly tokens 3p add -l https://auth.example', { env })).stdout).toMatch(/^FlyV1 fm2_/);
  });

  test('fly tokens create ssh: refused, with what to use instead', async () => {
    const ran = await run('flyctl tokens create ssh -a my-app');
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain('postern tokens create machine-exec');
  });
});
