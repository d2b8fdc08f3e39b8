/** A command run from the page: what is shown is what runs, its output as it comes, and how it ended. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { processesWith, until } from '../../../test/e2e/installation.ts';
import { addRemoteMachine } from '../../../test/e2e/remote-machine.ts';
import { expectAccessible } from './accessibility.ts';
import { openDashboard, PHONE, type Dashboard, type Visit, type VisitOptions } from './browser.ts';

let dashboard: Dashboard;
let directory: string;

beforeAll(async () => {
  dashboard = await openDashboard();
  directory = mkdtempSync(join(tmpdir(), 'postern-run-'));
});
afterEach(() => dashboard.closeVisits());
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await dashboard.remove();
});

const visitRun = async (options?: VisitOptions): Promise<Visit> => {
  const visit = await dashboard.visit('/apps/demo/run', options);
  await commandOf(visit.page).waitFor();
  return visit;
};
const commandOf = (page: Page) => page.getByRole('textbox', { name: 'Command' });
const outputOf = (page: Page) => page.getByRole('region', { name: 'Output' });
const run = async (page: Page, line: string): Promise<void> => {
  await commandOf(page).fill(line);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
};
const newestCommand = async (): Promise<readonly string[] | undefined> => {
  const { execs } = await dashboard.api<{ execs: Array<{ command: string[] }> }>(
    'GET',
    '/v1/apps/demo/execs?limit=1',
  );
  return execs[0]?.command;
};
const runsSleep = async (seconds: number): Promise<boolean> =>
  (await processesWith(`sleep ${seconds}`)).length > 0;

describe('a command', () => {
  test('shows its output while it runs, both channels apart, then how it ended', async () => {
    const { page } = await visitRun();
    const go = join(directory, 'go');
    await run(page, `sh -c 'echo first; until test -e ${go}; do sleep 0.05; done; echo second >&2; exit 4'`);
    await outputOf(page).getByText('first').waitFor();
    await page.getByText('Running for').waitFor();
    expect(await outputOf(page).getByText('second').count()).toBe(0);
    await expectAccessible(page);
    expect(existsSync(go)).toBe(false);
    writeFileSync(go, '');
    await page.getByText('Exited with code 4').waitFor();
    await page.getByText(/^After [\d.]+ (?:milli)?seconds?\.$/).waitFor();
    const err = outputOf(page).locator('.output-stderr');
    expect(await err.innerText()).toContain('second');
    // Not by colour alone.
    expect(await err.locator('.output-mark').innerText()).toBe('stderr');
    await page.getByText('stdout 6 bytes').waitFor();
    await expectAccessible(page);
  });

  test('runs as the argv that is shown, word by word', async () => {
    const { page } = await visitRun();
    const line = String.raw`printf '%s|' 'two  spaces' "a\"b" \$HOME '' *`;
    await commandOf(page).fill(line);
    const argv = ['printf', '%s|', 'two  spaces', 'a"b', '$HOME', '', '*'];
    const shown = page.locator('.run-argv .words code');
    expect(await shown.allTextContents()).toEqual(argv.map((word) => (word === '' ? '(empty)' : word)));
    await page.getByText('There is no shell: $HOME is taken as it stands').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Exited with code 0').waitFor();
    await expect
      .poll(() => outputOf(page).locator('code').allTextContents())
      .toEqual(['two  spaces|a"b|$HOME||*|']);
    expect(await newestCommand()).toEqual(argv);
  });

  test('that is none is not sent', async () => {
    const { page } = await visitRun();
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    for (const [line, problem] of [
      ['', 'Write a command.'],
      ["echo 'open", 'unbalanced single quote'],
      ['echo \\', 'ends in a backslash'],
      ["''", 'The first word is blank.'],
    ] as const) {
      await commandOf(page).fill(line);
      await page.keyboard.press('Enter');
      await page.getByText(problem).waitFor();
      expect(await commandOf(page).getAttribute('aria-invalid')).toBe('true');
    }
    await expectAccessible(page);
    expect(sockets).toEqual([]);
  });

  test('reads what it is given', async () => {
    const { page } = await visitRun();
    await page.getByText('Standard input').first().click();
    await page.getByRole('textbox', { name: 'Standard input' }).fill('añ🙂\nsecond line');
    await expectAccessible(page);
    await run(page, 'cat');
    await page.getByText('Exited with code 0').waitFor();
    await expect.poll(() => outputOf(page).locator('code').allTextContents()).toEqual(['añ🙂\nsecond line']);
    // Without input it finds the end at once.
    await page.getByRole('textbox', { name: 'Standard input' }).fill('');
    await run(page, 'cat');
    await page.getByText('It wrote nothing.').waitFor();
  });

  test('is stopped by the button', async () => {
    const { page } = await visitRun();
    await run(page, 'sleep 7451');
    await until(() => runsSleep(7451));
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Ended by a person').waitFor();
    await until(async () => !(await runsSleep(7451)));
    await expectAccessible(page);
  });

  test('ends when the reader leaves the page', async () => {
    const { page } = await visitRun();
    await run(page, 'sleep 7452');
    await until(() => runsSleep(7452));
    // A closed window would end it without a word: the browser asks first.
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    expect((await asked).type()).toBe('beforeunload');
    await (await asked).dismiss();
    expect(await runsSleep(7452)).toBe(true);
    await page.getByRole('link', { name: 'Machines' }).click();
    await page.getByRole('heading', { name: 'Machines of demo' }).waitFor();
    await until(async () => !(await runsSleep(7452)));
  });

  test('is run and stopped with the keyboard alone, on a phone too', async () => {
    const { page } = await visitRun({ viewport: PHONE });
    await tabTo(page, commandOf(page));
    await page.keyboard.type('sleep 7453');
    await page.keyboard.press('Enter');
    await until(() => runsSleep(7453));
    await tabTo(page, page.getByRole('button', { name: 'Stop' }));
    await page.keyboard.press('Enter');
    await page.getByText('Ended by a person').waitFor();
    await tabTo(page, outputOf(page));
    await until(async () => !(await runsSleep(7453)));
  });
});

describe('output', () => {
  test('steers nothing: markup, terminal codes and hidden characters are shown', async () => {
    const { page } = await visitRun();
    const title = await page.title();
    const text = String.raw`\033]0;owned\007\033[31mred\033[0m <b>bold</b><script>alert(1)</script> \342\200\256abc\b\n`;
    await run(page, `printf '${text}'`);
    await page.getByText('Exited with code 0').waitFor();
    const shown = outputOf(page).locator('code');
    const plain = String.raw`red <b>bold</b><script>alert(1)</script> \u{202e}abc\u{8}` + '\n';
    expect(await shown.textContent()).toBe(plain);
    expect(await outputOf(page).locator('b, script').count()).toBe(0);
    expect(await page.title()).toBe(title);
    await page.getByRole('button', { name: 'Copy output' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(plain);
    await page.getByRole('checkbox', { name: 'Show terminal codes' }).check();
    expect(await shown.textContent()).toBe(
      String.raw`\u{1b}]0;owned\u{7}\u{1b}[31mred\u{1b}[0m <b>bold</b><script>alert(1)</script> \u{202e}abc\u{8}` +
        '\n',
    );
    await expectAccessible(page);
  });

  test('of any length keeps the page small, and its end is seen', async () => {
    const { page } = await visitRun();
    await run(page, `sh -c 'yes 0123456789abcdef | head -c 20000000; echo; echo the very end'`);
    await page.locator('.run-end').getByText('Exited with code 0').waitFor();
    await page.getByText('stdout 20 MB').waitFor();
    await page.getByText('Only the end is shown').waitFor();
    await outputOf(page).getByText('the very end').waitFor();
    const { chars, elements, isAtEnd } = await outputOf(page).evaluate((box) => ({
      chars: box.textContent.length,
      elements: box.querySelectorAll('*').length,
      isAtEnd: box.scrollHeight - box.scrollTop - box.clientHeight < 40,
    }));
    expect(chars).toBeLessThan(600_000);
    expect(elements).toBeLessThan(1000);
    expect(isAtEnd).toBe(true);
    // Who scrolls away stays there, and finds back.
    await outputOf(page).evaluate((box) => box.scrollTo({ top: 0 }));
    await page.getByRole('button', { name: 'To the end' }).click();
    await page.getByRole('button', { name: 'To the end' }).waitFor({ state: 'detached' });
  });
});

describe('what is refused', () => {
  test('a machine that is not connected, and a program that is not there', async () => {
    const far = await addRemoteMachine(dashboard.installation, 'away');
    try {
      const { page } = await dashboard.visit(`/apps/demo/run?machine=${far.id}`);
      await commandOf(page).waitFor();
      expect(await page.getByRole('combobox', { name: 'Machine' }).inputValue()).toBe(far.id);
      await run(page, 'uname');
      await page.getByText('It was not run').waitFor();
      await page.getByText(`machine ${far.id} is not connected`).waitFor();
      expect(await outputOf(page).count()).toBe(0);
      await expectAccessible(page);
      await page.getByRole('combobox', { name: 'Machine' }).selectOption(dashboard.installation.machine);
      await run(page, './no-such-program');
      await page.getByText('It could not be started').waitFor();
      await expectAccessible(page);
    } finally {
      await far.remove();
    }
  });

  test('a session that is over: the page says so, and what was written stays', async () => {
    const { page, context } = await visitRun();
    await commandOf(page).fill('uname');
    const ended = await context.request.delete(`${dashboard.url}/v1/session`, {
      headers: { 'x-postern-request': 'test' },
    });
    expect(ended.ok()).toBe(true);
    await commandOf(page).press('Enter');
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    await page.getByRole('textbox', { name: 'One-time link' }).fill(await dashboard.loginLink());
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await commandOf(page).inputValue()).toBe('uname');
    await commandOf(page).press('Enter');
    await page.getByText('Exited with code 0').waitFor();
  });

  test('a page of another site, though the browser sends the cookie along', async () => {
    const { context } = await visitRun();
    const other = await serve('<!doctype html><title>other</title>');
    try {
      // Another port is another origin of the same site: the cookie travels, the Origin gives the page away.
      const { port } = other.address() as AddressInfo;
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${port}/`);
      const path = `/v1/apps/demo/machines/${dashboard.installation.machine}/exec`;
      const url = dashboard.url.replace('http', 'ws') + path;
      expect(await page.evaluate(tryToOpen, url)).toBe('refused');
      await page.goto(`${dashboard.url}/inspect`);
      expect(await page.evaluate(tryToOpen, url)).toBe('opened');
    } finally {
      other.close();
    }
  });
});

test('a server that dies leaves the outcome unknown, and says so', async () => {
  const { page } = await visitRun();
  await run(page, 'sleep 7454');
  await until(() => runsSleep(7454));
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  await dashboard.installation.kill9();
  await page.getByText('How it ended is not known').waitFor();
  await page.getByText('The server cannot be reached').waitFor();
  await expectAccessible(page);
  await dashboard.installation.start();
  // It finds the server again by itself, asking ever more slowly.
  await page.getByText('The server cannot be reached').waitFor({ state: 'detached', timeout: 45_000 });
  // The server is there before its agent is settled: until then it refuses, and says so.
  await until(async () => {
    await run(page, 'echo back again');
    await page.getByRole('region', { name: 'Result' }).locator('.notice').waitFor();
    return (await outputOf(page).getByText('back again').count()) > 0;
  });
});

/** Runs in the page. */
async function tryToOpen(url: string): Promise<'opened' | 'refused'> {
  const socket = new WebSocket(url, 'postern.exec.v1');
  return new Promise((resolve) => {
    socket.addEventListener('open', () => {
      resolve('opened');
      socket.close();
    });
    socket.addEventListener('close', () => resolve('refused'));
  });
}

async function serve(html: string): Promise<Server> {
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html');
    answer.end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Presses Tab until something has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, target: ReturnType<Page['locator']>): Promise<void> {
  await target.waitFor();
  for (let count = 0; count < 60; count += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('it cannot be reached with Tab');
}
