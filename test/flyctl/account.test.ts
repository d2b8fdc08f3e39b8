/** `version`, `auth`, `orgs`, `apps` and `status` of a real flyctl, without and on a terminal. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Terminal } from '../../apps/cli/test/terminal.ts';
import { json, openFlyctl, type Flyctl } from './flyctl.ts';

let f: Flyctl;
beforeAll(async () => {
  f = await openFlyctl();
});
afterAll(() => f.remove());

describe('without a terminal', () => {
  test('version asks nobody', async () => {
    expect(await f.done(['version'], { token: null })).toMatch(/ v\d+\.\d+\.\d+/);
    expect(json(await f.done(['version', '--json']))).toMatchObject({ Environment: 'production' });
  });

  test('auth whoami, auth token', async () => {
    expect(await f.done(['auth', 'whoami'])).toBe('owner@localhost\n');
    expect(json(await f.done(['auth', 'whoami', '--json']))).toEqual({ email: 'owner@localhost' });
    expect(await f.done(['auth', 'token', '-q'])).toBe(`${f.postern.session()}\n`);
    expect(json(await f.done(['auth', 'token', '-q', '--json']))).toEqual({ token: f.postern.session() });
  });

  test('orgs list, orgs show', async () => {
    expect(await f.done(['orgs', 'list'])).toMatch(/^Personal +personal +PERSONAL/m);
    expect(json(await f.done(['orgs', 'list', '--json']))).toEqual({ personal: 'Personal' });
    const shown = await f.done(['orgs', 'show', 'personal']);
    expect(shown).toContain('You have admin permissions');
    expect(shown).toMatch(/owner@localhost.*owner@localhost.*ADMIN/);
    expect(json(await f.done(['orgs', 'show', 'personal', '--json']))).toMatchObject({
      Slug: 'personal',
      ViewerRole: 'admin',
    });
    expect(await f.done(['orgs', 'show'], { env: { FLY_ORG: 'personal' } })).toContain(
      'Slug      : personal',
    );
    expect(await f.refused(['orgs', 'show'])).toContain('must be specified when not running interactively');
    expect(await f.refused(['orgs', 'show', 'nope'])).toContain('there is no organization nope for you');
  });

  test('apps list, create, destroy', async () => {
    expect(await f.done(['apps', 'list'])).toMatch(/demo +│ personal +│ deployed/);
    expect(await f.done(['apps', 'list', '-q'])).toContain('demo');
    expect(await f.done(['apps', 'list', '-o', 'personal'])).toContain('demo');
    expect(await f.done(['apps', 'list', '--json'])).toContain('"Name": "demo"');
    expect(await f.done(['apps', 'create', 'one', '-o', 'personal'])).toBe('New app created: one\n');
    expect(json(await f.done(['apps', 'create', 'two', '-o', 'personal', '--json']))).toMatchObject({
      Name: 'two',
      Status: 'pending',
    });
    expect(await f.done(['apps', 'create', '--generate-name', '-o', 'personal'])).toContain(
      'New app created: ',
    );
    expect(await f.refused(['apps', 'create', 'one', '-o', 'personal'])).toContain(
      'Name has already been taken',
    );
    expect(await f.refused(['apps', 'create', '-o', 'personal'])).toContain('name argument');
    expect(await f.refused(['apps', 'create', 'three', '-o', 'nope'])).toContain('nope');
    expect(await f.refused(['apps', 'destroy', 'one'])).toContain('yes flag must be specified');
    expect(await f.done(['apps', 'destroy', 'one', 'two', '--yes'])).toBe(
      'Destroyed app one\nDestroyed app two\n',
    );
    expect(await f.refused(['apps', 'destroy', 'one', '--yes'])).toContain('app not found');
  });

  test('status', async () => {
    const shown = await f.done(['status', '-a', 'demo']);
    expect(shown).toMatch(/Hostname +│ demo\.postern\.invalid/);
    expect(shown).toMatch(new RegExp(`app +│ ${f.postern.machine} +│ .*│ started`));
    expect(json(await f.done(['status', '-a', 'demo', '--json']))).toMatchObject({
      Name: 'demo',
      Machines: [{ id: f.postern.machine, state: 'started' }],
    });
    expect(await f.refused(['status'])).toContain('missing an app name');
    expect(await f.refused(['status', '-a', 'nope'])).toContain('app not found: there is no app "nope"');
  });
});

/** The secret of a new one-time login link. */
async function loginSecret(): Promise<string> {
  const { stdout } = await f.postern.postern(['auth', 'link']);
  const secret = /#(\S+)/.exec(stdout.toString())?.[1];
  if (secret === undefined) throw new Error(`no link in ${stdout.toString()}`);
  return secret;
}

/** Approves the login whose page a terminal shows, as a browser would. @returns the answer's page. */
async function approve(screen: string): Promise<string> {
  const page = /http:\/\/127\.0\.0\.1:\d+\/cli\/cs_[0-9a-f]+/.exec(screen)?.[0];
  if (page === undefined) throw new Error(`no page in ${screen}`);
  const form = /name="form_token" value="([0-9a-f]+)"/.exec(await (await fetch(page)).text())?.[1] ?? '';
  const body = new URLSearchParams({ form_token: form, login_secret: await loginSecret() });
  return (await fetch(page, { method: 'POST', body })).text();
}

describe('auth login, auth logout', () => {
  const config = (): string => join(f.directory, 'config.yml');
  const stranger = { token: null };

  test('without a terminal there is no login in a browser, and no session without a login', async () => {
    expect(await f.refused(['auth', 'login'], stranger)).toContain('requires an interactive terminal');
    expect(await f.refused(['auth', 'whoami'], stranger)).toContain('no access token available');
  });

  test('by e-mail and the secret of a login link, then out again', async () => {
    const login = ['auth', 'login', '--email', 'owner@localhost', '--password'];
    expect(await f.refused([...login, 'wrong'], stranger)).toContain('incorrect email and password');
    expect(await f.done([...login, await loginSecret()], stranger)).toContain(
      'successfully logged in as owner@localhost',
    );
    expect(readFileSync(config(), 'utf8')).toMatch(/access_token: fo1_/);
    expect(await f.done(['status', '-a', 'demo'], stranger)).toContain('demo');
    const token = (await f.done(['auth', 'token', '-q'], stranger)).trim();
    await f.done(['auth', 'logout'], stranger);
    expect(readFileSync(config(), 'utf8')).not.toContain('fo1_');
    expect(await f.refused(['auth', 'whoami'], { token })).toContain('unknown, ended or expired');
  });

  test('in a browser beside the terminal: the page itself carries the code', async () => {
    const terminal = f.terminal(['auth', 'login'], stranger);
    const answer = await approve(await terminal.see('paste code here if prompted'));
    const image = /<img src="([^"]+)"/.exec(answer)?.[1]?.replaceAll('&#38;', '&') ?? '';
    expect((await fetch(image)).status).toBe(200);
    await terminal.see('successfully logged in as ');
    expect((await terminal.end()).code).toBe(0);
    expect(await f.done(['auth', 'whoami'], stranger)).toBe('owner@localhost\n');
    await f.done(['auth', 'logout'], stranger);
  });

  test('in a browser elsewhere: the code is pasted, a wrong one is asked again', async () => {
    const terminal = f.terminal(['auth', 'login'], stranger);
    const answer = await approve(await terminal.see('paste code here if prompted'));
    terminal.type('wrong\r');
    await terminal.see("That code didn't work");
    terminal.type(`${/<code>([0-9a-f]+)<\/code>/.exec(answer)?.[1] ?? ''}\r`);
    await terminal.see('successfully logged in as ');
    expect((await terminal.end()).code).toBe(0);
    expect(await f.done(['auth', 'whoami'], stranger)).toBe('owner@localhost\n');
    await f.done(['auth', 'logout'], stranger);
  });
});

/**
 * Types a line until it is taken: before flyctl reads one it asks where the cursor is, and drops what comes along with
 * the answer.
 */
async function answer(terminal: Terminal, line: string, then: string): Promise<void> {
  await terminal.see('\u001B[?25h\u001B[6n');
  const taken = terminal.see(then);
  terminal.type(line);
  const again = setInterval(() => terminal.type(line), 500);
  await taken.finally(() => clearInterval(again));
}

describe('on a terminal', () => {
  test.each([
    [['auth', 'whoami'], 'owner@localhost'],
    [['orgs', 'list'], 'PERSONAL'],
    [['apps', 'list'], 'demo'],
    [['status', '-a', 'demo'], 'started'],
  ])('%j', async (words, seen) => {
    const terminal = f.terminal(words);
    await terminal.see(seen);
    expect((await terminal.end()).code).toBe(0);
  });

  test('which organization, chosen from a list', async () => {
    await f.postern.postern(['orgs', 'create', 'acme', '--name', 'Acme Ltd']);
    const terminal = f.terminal(['orgs', 'show']);
    await terminal.see('Select Organization:');
    await terminal.see('Acme Ltd (acme)');
    terminal.type('Acme');
    terminal.type('\r');
    await terminal.see('Slug      : acme');
    expect((await terminal.end()).code).toBe(0);
  });

  test('the name of an app, typed; its end, confirmed', async () => {
    const creating = f.terminal(['apps', 'create', '-o', 'personal']);
    await creating.see('Choose an app name');
    await answer(creating, 'typed\r', 'New app created: typed');
    expect((await creating.end()).code).toBe(0);
    const destroying = f.terminal(['apps', 'destroy', 'typed']);
    await destroying.see('Destroy app typed?');
    await answer(destroying, 'y\r', 'Destroyed app typed');
    expect((await destroying.end()).code).toBe(0);
  });
});
