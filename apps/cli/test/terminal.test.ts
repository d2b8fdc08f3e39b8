/** Questions, colour and width, on a real pseudo-terminal. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from './server.ts';
import { openTerminal } from './terminal.ts';
import { makeExecToken } from './tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.owner.run(['apps', 'create', 'shop']);
  await server.owner.run(['orgs', 'create', 'acme', '--name', 'Acme Ltd']);
});
afterAll(() => server.stop());

const open = (...args: string[]) => openTerminal(server.owner, args);
const ESCAPE = '\u001B[';

describe('questions', () => {
  test('which app, answered by number', async () => {
    const terminal = open('machines', 'list', '-q');
    await terminal.see('Select app:');
    const lines = await terminal.see('Number [1-2]: ');
    expect(lines).toContain('1) demo (personal)');
    expect(lines).toContain('2) shop (personal)');
    terminal.type('1\r');
    await terminal.see(server.machine);
    expect((await terminal.end()).code).toBe(0);
  });

  test('which organization, asked by tokens list -s org when there are several', async () => {
    const terminal = open('tokens', 'list', '-s', 'org');
    await terminal.see('Select Organization:');
    expect(await terminal.see('Number [1-2]: ')).toContain('Acme Ltd (acme)');
    terminal.type('9\r');
    await terminal.see('not one of 1 to 2');
    await terminal.see('Number [1-2]: ');
    terminal.type('2\r');
    await terminal.see('Tokens for organization "');
    expect((await terminal.end()).code).toBe(0);
  });

  test('the name of a new app', async () => {
    const terminal = open('apps', 'create', '-o', 'personal');
    await terminal.see('Choose an app name: ');
    terminal.type('typed\r');
    await terminal.see('New app created: typed');
    expect((await terminal.end()).code).toBe(0);
    await server.owner.run(['apps', 'destroy', 'typed', '--yes']);
  });

  test('three wrong answers are enough', async () => {
    const terminal = open('machines', 'list');
    for (const wrong of ['x', '0', '']) {
      await terminal.see('Number [1-2]: ');
      terminal.type(`${wrong}\r`);
    }
    await terminal.see('nothing was chosen');
    expect((await terminal.end()).code).toBe(64);
  });

  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s leaves with 130', async (_, key) => {
    const terminal = open('machines', 'list');
    await terminal.see('Number [1-2]: ');
    terminal.type(key);
    expect((await terminal.end()).code).toBe(130);
  });

  test('what is destroyed is confirmed; everything but yes is no', async () => {
    const no = open('apps', 'destroy', 'shop');
    await no.see('Destroy the app shop, its 0 machines and all its tokens? [y/N] ');
    no.type('\r');
    await no.see('nothing was done');
    expect((await no.end()).code).toBe(64);
    expect(await server.owner.run(['apps', 'show', 'shop'])).toMatchObject({ code: 0 });
    await server.owner.run(['apps', 'create', 'gone', '-o', 'acme']);
    const yes = open('apps', 'destroy', 'gone');
    await yes.see('[y/N] ');
    yes.type('yes\r');
    await yes.see('Destroyed app gone');
    expect((await yes.end()).code).toBe(0);
  });

  test('attenuate without a restriction does not wait for typing', async () => {
    const terminal = open('tokens', 'attenuate', '-t', makeExecToken([true, 'ls']));
    await terminal.see('no restriction was given');
    expect((await terminal.end()).code).toBe(64);
  });
});

describe('colour', () => {
  test('is there on a terminal', async () => {
    const { screen } = await open('apps', 'list').end();
    expect(screen).toContain(`${ESCAPE}1mNAME`);
  });

  test.each([[{ NO_COLOR: '1' }], [{ TERM: 'dumb' }]])('is not there with %j', async (env) => {
    const { screen } = await openTerminal(server.owner, ['apps', 'list'], { env }).end();
    expect(screen).not.toContain(ESCAPE);
  });

  test('is not there in a pipe, unless it is forced', async () => {
    expect((await server.owner.run(['apps', 'list'])).stdout).not.toContain(ESCAPE);
    expect((await server.owner.run(['apps', 'list'], { env: { CLICOLOR_FORCE: '1' } })).stdout).toContain(
      ESCAPE,
    );
  });
});

describe('tables', () => {
  test('fit the terminal: ids stay whole, names are cut', async () => {
    await server.owner.run([
      'tokens',
      'create',
      'deploy',
      '-a',
      'demo',
      '-n',
      'a name that goes on and on and on',
    ]);
    const { screen } = await openTerminal(server.owner, ['tokens', 'list', '-a', 'demo'], {
      columns: 78,
      env: { NO_COLOR: '1' },
    }).end();
    const row = screen.split('\r\n').find((line) => line.startsWith('tok_')) ?? '';
    expect(row).toMatch(/^tok_[a-z2-7]{16} {2}a name.*…/);
    expect(row.length).toBeLessThanOrEqual(78);
  });

  test('give times in short before anything is cut', async () => {
    const columns = async (count: number) =>
      (
        await openTerminal(server.owner, ['exec', 'list', '-a', 'demo'], {
          columns: count,
          env: { NO_COLOR: '1' },
        }).end()
      ).screen;
    await server.owner.run(['machine', 'exec', '-a', 'demo', 'true']);
    expect(await columns(200)).toMatch(/ \d+ seconds? ago\r\n/);
    const narrow = await columns(80);
    expect(narrow).toMatch(/ \d+s ago\r\n/);
    for (const line of narrow.split('\r\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('are whole in a pipe', async () => {
    const { stdout } = await server.owner.run(['tokens', 'list', '-a', 'demo']);
    expect(stdout).toContain('a name that goes on and on and on');
    expect(stdout).not.toMatch(/ \n/);
  });
});

describe('help', () => {
  test.each([60, 80])('breaks its lines for %i columns', async (columns) => {
    const { screen } = await openTerminal(server.owner, ['tokens', 'create', 'machine-exec', '-h'], {
      columns,
    }).end();
    const prose = screen.split('\r\n').filter((line) => !line.startsWith('  $ ') && !line.startsWith('  # '));
    expect(prose.length).toBeGreaterThan(20);
    for (const line of prose) expect(line.length).toBeLessThanOrEqual(columns);
  });
});

describe('progress', () => {
  test('is shown after a second and taken away again', async () => {
    const added = await server.owner.run(['machines', 'add', '-a', 'shop']);
    const id = /added machine ([0-9a-f]{14})/.exec(added.stderr)?.[1] ?? '';
    const terminal = open('machines', 'wait', '-a', 'shop', id, '--timeout', '2');
    await terminal.see(`waiting for ${id} to be started (1 s)`);
    const { code, screen } = await terminal.end();
    expect(code).toBe(124);
    expect(screen).toContain(`\r${ESCAPE}Kerror`.replace('error', ''));
  });
});

describe('machine exec -T', () => {
  const exec = (...args: string[]) => open('machine', 'exec', '-a', 'demo', '-T', '--', ...args);
  let hasTerminals = true;

  test('gives the command a terminal of our size, or says that the machine has none', async () => {
    const { code, screen } = await exec('sh', '-c', 'tty; stty size').end();
    hasTerminals = code === 0;
    if (hasTerminals) expect(screen).toMatch(/^\/dev\/pts\/\d+\r\n24 80\r\n/);
    else expect(screen).toContain('no terminal');
  });

  test('output comes as it is: a bare newline stays bare', async () => {
    if (!hasTerminals) return;
    const { screen } = await exec('sh', '-c', String.raw`stty -opost; printf "a\nb"`).end();
    expect(screen).toContain('a\nb');
  });

  test('the terminal is itself again afterwards', async () => {
    const { screen } = await openTerminal(
      server.owner,
      ['machine', 'exec', '-a', 'demo', '-T', '--', 'true'],
      {
        after: '; stty -a',
      },
    ).end();
    expect(screen).toMatch(/\sopost/);
    expect(screen).toMatch(/\sicanon/);
    expect(screen).toMatch(/\secho\s/);
  });

  test('sends keys as they are typed: Ctrl-C and Ctrl-D belong to the command', async () => {
    if (!hasTerminals) return;
    const interrupted = exec(
      'sh',
      '-c',
      "trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 0.05; done",
    );
    await interrupted.see('ready');
    interrupted.type('\u0003');
    await interrupted.see('caught');
    expect((await interrupted.end()).code).toBe(5);
    const fed = exec('cat');
    fed.type('hello\r');
    await fed.see('hello\r\nhello');
    fed.type('\u0004');
    expect((await fed.end()).code).toBe(0);
  });
});
