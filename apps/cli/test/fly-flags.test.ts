/** Every flag that flyctl's pages document for its token commands and machine exec, short and long, really run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../src/commands/index.ts';
import { findCommand } from '../src/core/find-command.ts';
import { longName } from '../src/core/flags.ts';
import type { Ran } from './postern.ts';
import { mintedId, startServer, type TestServer } from './server.ts';

const SECRET = Buffer.alloc(32, 1).toString('base64');
const CAVEATS = '[{"type":"Organization","body":{"id":1,"mask":"r"}}]';

type Flag = readonly [short: string | undefined, long: string, value?: string];
const GLOBAL: readonly Flag[] = [
  ['-t', '--access-token', 'SESSION'],
  [undefined, '--debug'],
  [undefined, '--verbose'],
  ['-h', '--help'],
];
const APP: readonly Flag[] = [
  ['-a', '--app', 'demo'],
  ['-c', '--config', 'fly.toml'],
];
const MINT: readonly Flag[] = [
  ['-x', '--expiry', '1h30m'],
  ['-n', '--name', 'a name'],
  ['-j', '--json'],
];
const ORG: readonly Flag[] = [['-o', '--org', 'personal']];
const SECRETS: readonly Flag[] = [
  ['-l', '--location', 'https://auth.example'],
  ['-S', '--secret', SECRET],
  ['-s', '--secret-file', 'shared.secret'],
];

/** Command, the words it needs besides, its flags as the page lists them. */
const PAGES: ReadonlyArray<readonly [page: string, words: readonly string[], flags: readonly Flag[]]> = [
  [
    'tokens create machine-exec',
    ['ls'],
    [...APP, ['-C', '--command', 'ls -l'], ['-p', '--command-prefix', 'git log'], ...MINT],
  ],
  ['tokens create deploy', [], [...APP, ...MINT]],
  ['tokens create org', [], [...ORG, ...MINT]],
  ['tokens create readonly', [], [...ORG, ...MINT, [undefined, '--from-existing']]],
  ['tokens list', [], [...APP, ...ORG, ['-s', '--scope', 'org']]],
  ['tokens revoke', ['REVOCABLE'], []],
  ['tokens attenuate', [], [['-f', '--file', 'caveats.json']]],
  ['tokens debug', [], [['-f', '--file', 'caveats.json']]],
  ['tokens 3p add', ['-lhttps://auth.example', '-sshared.secret'], SECRETS],
  ['tokens 3p ticket', ['-lhttps://auth.example'], [['-l', '--location', 'https://auth.example']]],
  [
    'tokens 3p discharge',
    ['-lhttps://auth.example', '-sshared.secret', '--ticket=TICKET'],
    [...SECRETS, [undefined, '--ticket', 'TICKET']],
  ],
  ['tokens 3p add-discharge', ['-dDISCHARGE'], [['-d', '--discharge', 'DISCHARGE']]],
  ['machine exec', ['uname'], [...APP, ['-j', '--json'], [undefined, '--timeout', '10']]],
];

let server: TestServer;
let values: Readonly<Record<string, string>>;
beforeAll(async () => {
  server = await startServer();
  const { home } = server.owner;
  const run = (words: string[], options = {}): Promise<Ran> => server.owner.run(words, options);
  writeFileSync(join(home, 'fly.toml'), 'app = "demo"\n');
  writeFileSync(join(home, 'shared.secret'), `${SECRET}\n`);
  writeFileSync(join(home, 'caveats.json'), CAVEATS);
  const minted = await run(['tokens', 'create', 'org', '-x', '1h']);
  const place = ['-l', 'https://auth.example', '-s', 'shared.secret'];
  const env = { POSTERN_TOKEN: minted.stdout.trim() };
  const third = (await run(['tokens', '3p', 'add', ...place], { env })).stdout.trim();
  const ticket = await run(['tokens', '3p', 'ticket', ...place.slice(0, 2)], {
    env: { POSTERN_TOKEN: third },
  });
  const discharge = await run(['tokens', '3p', 'discharge', ...place, '--ticket', ticket.stdout.trim()]);
  values = {
    MACAROON: minted.stdout.trim(),
    THIRD: third,
    SESSION: server.session,
    TICKET: ticket.stdout.trim(),
    DISCHARGE: discharge.stdout.trim(),
    REVOCABLE: mintedId((await run(['tokens', 'create', 'deploy', '-x', '1h'])).stderr),
  };
});
afterAll(() => server.stop());

const fill = (word: string): string =>
  word.replace(/MACAROON|THIRD|SESSION|TICKET|DISCHARGE|REVOCABLE/, (name) => values[name] ?? name);

/** Runs one page's command as it wants its token: from the variable where it asks no server, else the session. */
function runPage(page: string, words: readonly string[]): Promise<Ran> {
  const offline = /attenuate|debug|3p/.test(page) || words.includes('--from-existing');
  const own = /3p (?:ticket|add-discharge)/.test(page) ? 'THIRD' : 'MACAROON';
  const filled = words.map((word) => fill(offline ? word.replace('SESSION', own) : word));
  return server.owner.run([...page.split(' '), ...filled], {
    env: offline ? { POSTERN_TOKEN: fill(own) } : {},
    stdin: page === 'tokens attenuate' ? CAVEATS : '',
  });
}

describe.each(PAGES)('fly %s', (page, words, own) => {
  // Parsing knows more spellings of a value, the same for every flag; these are the two of the pages.
  const spellings = [...own, ...GLOBAL].flatMap(([short, long, value]) =>
    [short, long].flatMap((name) =>
      name === undefined ? [] : [value === undefined ? [name] : [name, value]],
    ),
  );

  test.each(spellings.map((flag) => ({ flag })))('takes $flag', async ({ flag }) => {
    const ran = await runPage(page, [...words, ...flag]);
    expect(ran.stderr).not.toContain('error:');
    expect(ran.code).toBe(0);
  });

  test('has no flag of ours behind a letter that is one of these', async () => {
    const { node } = findCommand(root, page.split(' '));
    if (node.kind === 'group') throw new Error(`${page} is a group`);
    const { flags } = await node.load();
    for (const [short, long] of own) {
      const found = Object.entries(flags).find(([key]) => longName(key) === long);
      expect(found, long).toBeDefined();
      if (short !== undefined) expect(found?.[1].short, long).toBe(short.slice(1));
    }
  });
});

test('both --container and --no-container are one too many', async () => {
  const ran = await server.owner.run(['machine', 'exec', 'ls', '--container', 'web', '--no-container']);
  expect(ran).toMatchObject({ code: 64, stdout: '' });
  expect(ran.stderr).toContain('--container and --no-container are mutually exclusive');
});
