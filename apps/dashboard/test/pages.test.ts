/** Every page, empty and full, in both themes and on a phone. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { openDashboard, type Dashboard } from './browser.ts';

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

describe('accessible in both themes, on a desktop and a phone', () => {
  test('before anybody has signed in', async () => {
    const { page } = await dashboard.visit('/', { signedIn: false });
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await expectAccessible(page);
  });

  test('lists without a token', async () => {
    const { page } = await dashboard.visit('/apps/demo/tokens');
    await page.getByRole('heading', { name: 'No tokens yet' }).waitFor();
    await expectAccessible(page);
    await page.goto(`${dashboard.url}/orgs/personal/tokens`);
    await page.getByRole('heading', { name: 'All tokens' }).waitFor();
    await expectAccessible(page);
  });

  test('the forms that create tokens', async () => {
    const { page } = await dashboard.visit('/apps/demo/tokens/new');
    await page.getByRole('textbox', { name: 'Command 1' }).fill('bash -c');
    await page.getByText('More restrictions').click();
    await expectAccessible(page);
    await page.goto(`${dashboard.url}/orgs/personal/tokens/new`);
    await page.getByRole('heading', { name: 'Create a token of the organization' }).waitFor();
    await expectAccessible(page);
  });

  test('what is not there', async () => {
    const { page } = await dashboard.visit('/nowhere/at/all');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await expectAccessible(page);
    await page.goto(`${dashboard.url}/tokens/tok_aaaaaaaaaaaaaaaa`);
    await page.getByRole('alert').waitFor();
    await expectAccessible(page);
  });

  test('a list, a token and the questions about it', async () => {
    const { record } = await dashboard.api<{ record: { id: string } }>('POST', '/v1/apps/demo/tokens', {
      name: 'nightly migration',
      commands: [{ args: ['bin/rails', 'db:migrate'], exact: true }, { args: ['bash'] }],
      machines: [dashboard.installation.machine],
    });
    const { page } = await dashboard.visit('/apps/demo/tokens');
    await page.getByRole('checkbox', { name: 'Select nightly migration' }).check();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);

    await page.goto(`${dashboard.url}/tokens/${record.id}`);
    for (const act of ['Rename', 'Rotate', 'Revoke']) {
      await page.getByRole('button', { name: act, exact: true }).click();
      await page.getByRole('dialog').waitFor();
      await expectAccessible(page);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.getByText('Try a command against it').click();
    await page.getByText('Caveats as JSON').click();
    await page.getByText('token.mint').waitFor();
    await expectAccessible(page);
  });

  test('inspect', async () => {
    const { page } = await dashboard.visit('/inspect');
    await page.getByRole('heading', { name: 'Inspect a token' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('textbox', { name: 'Token' }).fill('not a token');
    await page.getByText('This cannot be read').waitFor();
    await expectAccessible(page);
    const { token } = await dashboard.api<{ token: string }>('POST', '/v1/apps/demo/tokens', {
      commands: [{ args: ['uname'], exact: true }],
    });
    await page.getByRole('textbox', { name: 'Token' }).fill(token);
    await page.getByText('Decoded, not verified').waitFor();
    await page.getByText('As JSON').click();
    await expectAccessible(page);
    expect(await page.getByRole('textbox', { name: 'Token' }).inputValue()).toBe(token);
  });
});
