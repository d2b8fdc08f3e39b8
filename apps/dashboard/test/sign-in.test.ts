/** Signing in and out, and a session that ends while somebody works. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { openDashboard, type Dashboard } from './browser.ts';

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

const pathOf = (link: string): string => link.slice(dashboard.url.length);
const signIn = (page: Page) => page.getByRole('button', { name: 'Sign in' });

describe('sign in', () => {
  test('a one-time link signs in, and its secret leaves the address', async () => {
    const link = await dashboard.loginLink();
    const { page, context } = await dashboard.visit(pathOf(link), { signedIn: false });
    await page.getByRole('heading', { name: 'All tokens' }).waitFor();
    expect(page.url()).toBe(`${dashboard.url}/orgs/personal/tokens`);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ name: 'postern_session', httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(await page.evaluate(() => document.cookie)).toBe('');
  });

  test('the same link signs in once', async () => {
    const link = await dashboard.loginLink();
    const first = await dashboard.visit(pathOf(link), { signedIn: false });
    await first.page.getByRole('heading', { name: 'All tokens' }).waitFor();
    const second = await dashboard.visit(pathOf(link), { signedIn: false });
    await second.page.getByRole('alert').filter({ hasText: 'This link does not work' }).waitFor();
    await expectAccessible(second.page);
    expect(await second.context.cookies()).toEqual([]);
  });

  test('a link may be pasted, whole or what follows its #, by keyboard alone', async () => {
    for (const part of [(link: string) => link, (link: string) => link.replace(/^.*#/, '')]) {
      const { page } = await dashboard.visit('/orgs/personal/settings', { signedIn: false });
      const field = page.getByLabel('One-time link');
      await field.focus();
      await page.keyboard.insertText('made-up');
      await page.keyboard.press('Enter');
      await page.locator('.field-error').waitFor();
      await field.fill(part(await dashboard.loginLink()));
      await page.keyboard.press('Enter');
      // To where the reader wanted to go.
      await page.getByRole('heading', { name: 'Settings' }).waitFor();
    }
  });

  test('who is signed in already does not use up a link', async () => {
    const link = await dashboard.loginLink();
    const { page } = await dashboard.visit(pathOf(link));
    await page.getByRole('heading', { name: 'All tokens' }).waitFor();
    const other = await dashboard.visit(pathOf(link), { signedIn: false });
    await other.page.getByRole('heading', { name: 'All tokens' }).waitFor();
  });

  test('signing out ends the session on the server, not on the page alone', async () => {
    const { page, context } = await dashboard.visit('/orgs/personal/tokens');
    const [cookie] = await context.cookies();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await context.cookies()).toEqual([]);
    const answer = await fetch(`${dashboard.url}/v1/session`, {
      headers: { cookie: `postern_session=${cookie?.value ?? ''}` },
    });
    expect(answer.status).toBe(401);
    await page.goBack();
    await page.goto(`${dashboard.url}/apps/demo/tokens`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});

describe('a session that ends while somebody works', () => {
  /** Ends it on the server, as an expiry or another window would; the cookie stays. */
  const endSession = async (page: Page): Promise<void> => {
    const [cookie] = await page.context().cookies();
    const answer = await fetch(`${dashboard.url}/v1/session`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${cookie?.value ?? ''}` },
    });
    expect(answer.status).toBe(200);
  };

  test('asks who is there, and keeps what was written', async () => {
    const { page } = await dashboard.visit('/apps/demo/tokens/new');
    await page.getByRole('textbox', { name: 'Command 1' }).fill('echo hello');
    await page.getByRole('textbox', { name: 'Name' }).fill('kept through it all');
    await endSession(page);
    await page.getByRole('button', { name: 'Create token' }).click();
    const question = page.getByRole('dialog', { name: 'Your session has ended' });
    await question.waitFor();
    await expectAccessible(page);
    // There is no way past it.
    await page.keyboard.press('Escape');
    expect(await question.isVisible()).toBe(true);
    await page.getByLabel('One-time link').fill(await dashboard.loginLink());
    await signIn(page).click();
    await question.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByRole('heading', { name: 'The token is ready' }).waitFor();
    const { tokens } = await dashboard.api<{ tokens: { name: string }[] }>('GET', '/v1/apps/demo/tokens');
    expect(tokens.map(({ name }) => name)).toEqual(['kept through it all']);
  });

  test('shows nothing of it to somebody else', async () => {
    const { login_url: link } = await dashboard.api<{ login_url: string }>(
      'POST',
      '/v1/orgs/personal/members',
      { email: 'dana@example.com' },
    );
    const { page } = await dashboard.visit('/apps/demo/tokens/new');
    await page.getByRole('textbox', { name: 'Name' }).fill('a secret plan');
    await page.getByRole('textbox', { name: 'Command 1' }).fill('true');
    await endSession(page);
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    await page.getByLabel('One-time link').fill(link);
    await signIn(page).click();
    await page.getByRole('heading', { name: 'All tokens' }).waitFor();
    await page.getByText('dana@example.com').waitFor();
    expect(await page.getByText('a secret plan').count()).toBe(0);
    await page.goto(`${dashboard.url}/apps/demo/tokens/new`);
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('');
  });

  test('when the next page is asked for', async () => {
    const { page } = await dashboard.visit('/apps/demo/tokens');
    await page.getByRole('heading', { name: 'Tokens of demo' }).waitFor();
    await endSession(page);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    await page.getByLabel('One-time link').fill(await dashboard.loginLink());
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'Members' }).waitFor();
  });
});
