/** Sign-in with a browser against the real server; the browser's part is played by the requests it would send. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWorld } from './postern.ts';
import { startServer, type TestServer } from './server.ts';
import { openTerminal } from './terminal.ts';

let server: TestServer;
const world = makeWorld();
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  world.remove();
  await server.stop();
});

/** What a person signed in as the owner does on the page: look at it, and approve. */
async function approve(address: string): Promise<string> {
  const headers = { authorization: `Bearer ${server.session}` };
  const page = await (await fetch(address, { headers })).text();
  expect(page).toContain('Approve this terminal?');
  const token = /name="form_token" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const approved = await fetch(address, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ form_token: token }),
  });
  return approved.text();
}

const login = () =>
  openTerminal(world, ['auth', 'login', '--server', server.url, '--no-browser', '--name', 'live'], {
    columns: 200,
  });

describe('auth login against the real server', () => {
  test('with the code the page shows', async () => {
    const terminal = login();
    const said = await terminal.see('paste code here if prompted > ');
    const page = await approve(/\((http[^)]+)\)/.exec(said)?.[1] ?? '');
    terminal.type(`${/<code>([^<]+)<\/code>/.exec(page)?.[1] ?? ''}\r`);
    await terminal.see('successfully logged in as owner@localhost (context live)');
    expect((await terminal.end()).code).toBe(0);
    expect(await world.run(['auth', 'whoami'])).toMatchObject({ code: 0, stdout: 'owner@localhost\n' });
    const own = (await world.run(['auth', 'token'])).stdout.trim();
    expect(own).not.toBe(server.session);
  });

  test('with the code the page brings to the loopback address', async () => {
    const terminal = login();
    const said = await terminal.see('paste code here if prompted > ');
    const page = await approve(/\((http[^)]+)\)/.exec(said)?.[1] ?? '');
    const image = (/<img src="([^"]+)"/.exec(page)?.[1] ?? '').replaceAll('&#38;', '&');
    expect((await fetch(image)).status).toBe(200);
    await terminal.see('successfully logged in as owner@localhost');
    expect((await terminal.end()).code).toBe(0);
  });

  test('a wrong code is asked for again', async () => {
    const terminal = login();
    await terminal.see('paste code here if prompted > ');
    terminal.type('nonsense\r');
    await terminal.see("That code didn't work.");
    await terminal.see('paste code here if prompted > ');
    terminal.type('\u0003');
    expect((await terminal.end()).code).toBe(130);
  });
});
