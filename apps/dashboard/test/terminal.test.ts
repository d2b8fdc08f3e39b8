/** "Approve this terminal": the real command line signs in by way of the real page. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeWorld } from '../../cli/test/postern.ts';
import { openTerminal, type Terminal } from '../../cli/test/terminal.ts';
import { expectAccessible } from './accessibility.ts';
import { openDashboard, type Dashboard } from './browser.ts';

let dashboard: Dashboard;
const world = makeWorld();

beforeAll(async () => {
  dashboard = await openDashboard();
});
afterEach(() => dashboard.closeVisits());
afterAll(async () => {
  world.remove();
  await dashboard.remove();
});

interface Login {
  readonly terminal: Terminal;
  /** Path of the page that approves it. */
  readonly path: string;
}

async function login(): Promise<Login> {
  const terminal = openTerminal(
    world,
    ['auth', 'login', '--server', dashboard.url, '--no-browser', '--name', 'live'],
    { columns: 200 },
  );
  const said = await terminal.see('paste code here if prompted > ');
  const address = /\((http[^)]+)\)/.exec(said)?.[1] ?? '';
  return { terminal, path: address.slice(dashboard.url.length) };
}

/** The policy names the one address the page may bring the code to. */
const loopback = /http:\/\/127\.0\.0\.1:\d+/;

async function visitApproval(path: string, signedIn: boolean): Promise<Page> {
  const policy = (await fetch(`${dashboard.url}${path}`)).headers.get('content-security-policy') ?? '';
  const mayAsk = loopback.exec(policy)?.[0] ?? dashboard.url;
  return (await dashboard.visit(path, { signedIn, mayAsk: () => mayAsk })).page;
}

describe('approve this terminal', () => {
  test('who is signed in approves with one button, and the code finds its way', async () => {
    const { terminal, path } = await login();
    const page = await visitApproval(path, true);
    await page.getByText('You are signed in as owner@localhost.').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
    await terminal.see('successfully logged in as owner@localhost (context live)');
    expect((await terminal.end()).code).toBe(0);
    expect(await world.run(['auth', 'whoami'])).toMatchObject({ code: 0, stdout: 'owner@localhost\n' });
  });

  test('who is not needs a one-time link, and may do it by keyboard alone', async () => {
    const { terminal, path } = await login();
    const page = await visitApproval(path, false);
    await page.getByLabel('One-time link').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Tab');
    await page.keyboard.insertText(await dashboard.loginLink());
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
    await expectAccessible(page);
    await terminal.see('successfully logged in as owner@localhost');
    expect((await terminal.end()).code).toBe(0);
  });

  test('a wrong link approves nothing, and nothing may be approved twice', async () => {
    const { terminal, path } = await login();
    const page = await visitApproval(path, false);
    await page.getByLabel('One-time link').fill(`${dashboard.url}/login#made-up`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('heading', { name: 'Not approved' }).waitFor();
    await page.goto(`${dashboard.url}${path}`);
    await page.getByLabel('One-time link').fill(await dashboard.loginLink());
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
    expect((await terminal.end()).code).toBe(0);
    await page.goto(`${dashboard.url}${path}`);
    await page.getByRole('heading', { name: 'Too late' }).waitFor();
    await expectAccessible(page);
  });

  test('the page runs no script, is shown in no frame, and its name of a terminal is no markup', async () => {
    const answer = await fetch(`${dashboard.url}/api/v1/cli_sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: '<img src=x onerror=alert(1)>\u202egnp', signup: false, target: 'auth' }),
    });
    const { auth_url: address } = (await answer.json()) as { auth_url: string };
    const page = await fetch(address);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|script-src/);
    const shown = await visitApproval(address.slice(dashboard.url.length), true);
    await shown.getByText('<img src=x onerror=alert(1)>\\u{202e}gnp').waitFor();
    expect(await shown.locator('img').count()).toBe(0);
  });
});
