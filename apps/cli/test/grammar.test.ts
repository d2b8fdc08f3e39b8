/** The grammar of flags is flyctl's, and mistakes are answered with what to do instead. */
import { describe, expect, test } from 'vitest';
import { root } from '../src/commands/index.ts';
import type { Input } from '../src/core/command.ts';
import { findCommand } from '../src/core/find-command.ts';
import type { Flags } from '../src/core/flags.ts';
import { parseWords } from '../src/core/parse-words.ts';

async function parse(line: readonly string[]): Promise<Input<Flags>> {
  const { node, path, words } = findCommand(root, line);
  if (node.kind === 'group') throw new Error(`${path} is a group`);
  return parseWords(path, await node.load(), words);
}
const mint = (...words: string[]): Promise<Input<Flags>> =>
  parse(['tokens', 'create', 'machine-exec', ...words]);

describe('flags', () => {
  test.each([[['--app', 'demo']], [['--app=demo']], [['-a', 'demo']], [['-ademo']], [['-a=demo']]])(
    '%j names the app',
    async (words) => {
      expect((await mint(...words)).flags['app']).toBe('demo');
    },
  );

  test('the last one of a scalar wins', async () => {
    expect((await mint('-a', 'one', '--app=two')).flags['app']).toBe('two');
  });

  test('a flag that needs a value takes the next word whatever it looks like', async () => {
    const { flags } = await mint('-C', '-p', '-x', '-5m');
    expect(flags).toMatchObject({ command: ['-p'], commandPrefix: [], expiry: '-5m' });
  });

  test('a value keeps its commas, quotes and blanks', async () => {
    const { flags } = await mint('-C', 'ls -l,id', '-C', '"a,b" c', '-p= x ');
    expect(flags).toMatchObject({ command: ['ls -l,id', '"a,b" c'], commandPrefix: [' x '] });
  });

  test('switches join behind one dash, the last of them with a value', async () => {
    expect((await mint('-jademo')).flags).toMatchObject({ json: true, app: 'demo' });
  });

  test.each([
    ['--json=true', true],
    ['--json=F', false],
    ['-j=0', false],
    ['-j', true],
  ])('%s is %s', async (word, value) => {
    expect((await mint(word)).flags['json']).toBe(value);
  });

  test('words and flags mix, and -- ends flags', async () => {
    expect(await mint('ls', '-a', 'demo', '-l'.slice(1), '--', '-a', '--json', '--')).toMatchObject({
      words: ['ls', 'l'],
      rest: ['-a', '--json', '--'],
      flags: { app: 'demo', json: false },
    });
  });

  test('flags of every command may stand anywhere', async () => {
    const input = await parse(['--server', 'http://x', 'tokens', '--context=y', 'list', '-t', 'z']);
    expect(input.flags).toMatchObject({ server: 'http://x', context: 'y', accessToken: 'z' });
  });

  test('defaults are flyctl’s', async () => {
    expect((await mint()).flags).toMatchObject({
      expiry: '175200h0m0s',
      name: 'postern machine-exec token',
      app: undefined,
      command: [],
      noRead: false,
      json: false,
    });
  });

  test('a flag that begins with no is itself, not the opposite of another', async () => {
    expect((await mint('--no-read')).flags['noRead']).toBe(true);
  });
});

describe('mistakes', () => {
  test.each([
    [['--foo'], 'unknown flag: --foo', 'see: postern tokens create machine-exec --help'],
    [['--foo=bar'], 'unknown flag: --foo', 'see: postern tokens create machine-exec --help'],
    [['--comand', 'x'], 'unknown flag: --comand', 'did you mean --command?'],
    [['-f'], "unknown shorthand flag: 'f' in -f", 'words that belong to a command go after --'],
    [['ls', '-l'], "unknown shorthand flag: 'l' in -l", 'words that belong to a command go after --'],
    [['--name'], 'flag needs an argument: --name', undefined],
    [['-n'], 'flag needs an argument: -n', undefined],
    [['--json=maybe'], 'invalid argument "maybe" for "--json": it is either true or false', undefined],
  ])('%j: %s', async (words, message, hint) => {
    await expect(mint(...words)).rejects.toMatchObject({ code: 'bad_request', message, hint });
  });

  test.each([
    [['toknes'], 'unknown command "toknes" for "postern"', 'did you mean this? postern tokens'],
    [
      ['tokens', 'creat'],
      'unknown command "creat" for "postern tokens"',
      'did you mean this? postern tokens create',
    ],
    [
      ['machine', 'exce'],
      'unknown command "exce" for "postern machine"',
      'did you mean this? postern machine exec',
    ],
    [['zzz'], 'unknown command "zzz" for "postern"', 'see: postern --help'],
  ])('%j: %s', (words, message, hint) => {
    expect(() => findCommand(root, words)).toThrow(expect.objectContaining({ message, hint }));
  });

  test.each([
    [['tokens', 'revoke'], 'takes at least 1 word (<id...>), and was given 0'],
    [['tokens', 'rename', 'a'], 'takes 2 words (<id> <name>), and was given 1'],
    [['apps', 'create', 'a', 'b'], 'takes 0 to 1 words ([name]), and was given 2'],
    [['version', 'x'], 'takes no words besides flags, and was given 1'],
  ])('%j: %s', async (words, message) => {
    await expect(parse(words)).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining(message) as string,
    });
  });

  test('a number that is none', async () => {
    await expect(parse(['machine', 'exec', '--timeout', '5s', 'ls'])).rejects.toMatchObject({
      code: 'bad_request',
    });
  });

  test('a choice that is none', async () => {
    await expect(parse(['tokens', 'list', '--status', 'dead'])).rejects.toMatchObject({
      message: 'invalid argument "dead" for "--status"',
      hint: 'it is one of live, expired, revoked, never_used, unused_60_days, long_lived',
    });
  });
});

describe('names', () => {
  test.each([
    [['token', 'ls'], 'postern tokens list'],
    [['machines', 'exec', 'ls'], 'postern machine exec'],
    [['m', 'ls'], 'postern machine list'],
    [['app', 'rm', 'x'], 'postern apps destroy'],
    [['org', 'member', 'rm', 'x'], 'postern orgs members remove'],
    [['execs', 'ls'], 'postern exec list'],
    [['tokens', 'inspect'], 'postern tokens debug'],
    [['tokens', 'deploy'], 'postern tokens deploy'],
  ])('%j is %s', (words, path) => {
    expect(findCommand(root, words).path).toBe(path);
  });
});
