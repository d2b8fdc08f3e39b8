/** When the server is away, fails, or was updated meanwhile. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { openDashboard, type Dashboard } from './browser.ts';

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
  await dashboard.api('POST', '/v1/apps/demo/tokens', { name: 'first', commands: [{ args: ['true'] }] });
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

const banner = (page: Page) => page.getByText('The server cannot be reached. Trying again by itself.');

describe('the server is away', () => {
  test('what is shown stays, what is written stays, and all comes back by itself', async () => {
    const { page } = await dashboard.visit('/apps/demo/tokens');
    await page.getByRole('link', { name: 'first' }).waitFor();
    await page.getByRole('link', { name: 'Create token' }).click();
    await page.getByRole('textbox', { name: 'Command 1' }).fill('echo kept');
    await dashboard.installation.kill9();
    await page.getByRole('button', { name: 'Create token' }).click();
    await banner(page).waitFor();
    await page.getByRole('alert').filter({ hasText: 'That did not work' }).waitFor();
    await expectAccessible(page);
    await page.goBack();
    await page.getByRole('link', { name: 'first' }).waitFor();
    await page.goForward();

    await dashboard.installation.start();
    await page
      .getByRole('button', { name: 'Try now' })
      .click({ timeout: 2000 })
      .catch(() => undefined);
    await banner(page).waitFor({ state: 'detached', timeout: 40_000 });
    await page.getByRole('textbox', { name: 'Command 1' }).fill('echo kept');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByRole('heading', { name: 'The token is ready' }).waitFor();
  });

  test('a list that came while it was away is asked for again, and followed live', async () => {
    const { page } = await dashboard.visit('/apps/demo/tokens');
    await page.getByRole('link', { name: 'first' }).waitFor();
    await dashboard.installation.stop();
    await page.getByRole('searchbox').fill('fir');
    await banner(page).waitFor();
    await dashboard.installation.start();
    await dashboard.api('POST', '/v1/apps/demo/tokens', {
      name: 'firmly there',
      commands: [{ args: ['id'] }],
    });
    await banner(page).waitFor({ state: 'detached', timeout: 40_000 });
    await page.getByRole('link', { name: 'firmly there' }).waitFor();
    await dashboard.api('POST', '/v1/apps/demo/tokens', {
      name: 'first of all',
      commands: [{ args: ['id'] }],
    });
    await page.getByRole('link', { name: 'first of all' }).waitFor({ timeout: 40_000 });
  });

  test('the page itself says so when it cannot begin', async () => {
    const { page } = await dashboard.visit('/inspect');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.route('**/v1/session', (route) => route.abort());
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'The dashboard cannot start' }).waitFor();
    await page.unroute('**/v1/session');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
  });
});

describe('the server fails', () => {
  const failure = {
    status: 500,
    contentType: 'application/json',
    body: JSON.stringify({
      error: 'something broke <b>here</b>\u202e',
      code: 'internal',
      status: 'unknown',
      request_id: '0f8fad5b-d9cb-469f-a165-70867728950e',
    }),
  };

  test('the page says what, names the request, and tries again when asked', async () => {
    const { page } = await dashboard.visit('/inspect');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.route('**/v1/apps/demo/tokens?*', (route) => route.fulfill(failure));
    await page.getByRole('link', { name: 'demo' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('something broke <b>here</b>\\u{202e}').waitFor();
    await alert.getByText('Request 0f8fad5b-d9cb-469f-a165-70867728950e').waitFor();
    await expectAccessible(page);
    await page.unroute('**/v1/apps/demo/tokens?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'first', exact: true }).waitFor();
    await alert.waitFor({ state: 'detached' });
  });

  test('what was there before stays, marked as old', async () => {
    const { page } = await dashboard.visit('/apps/demo/tokens');
    await page.getByRole('link', { name: 'first', exact: true }).waitFor();
    await page.route('**/v1/apps/demo/tokens?*', (route) => route.fulfill(failure));
    await dashboard.api('POST', '/v1/apps/demo/tokens', { name: 'unseen', commands: [{ args: ['id'] }] });
    await page.getByText('This may be out of date').waitFor();
    await page.getByRole('link', { name: 'first', exact: true }).waitFor();
  });

  test('a slow answer is waited for, and says so', async () => {
    const { page } = await dashboard.visit('/inspect');
    await page.getByRole('heading', { level: 1 }).waitFor();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    await page.route('**/v1/apps/demo/tokens?*', async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('link', { name: 'demo' }).click();
    // The page's own file is there first; what is slow is its answer.
    await page.getByRole('heading', { level: 1, name: 'Tokens' }).waitFor();
    await page.getByRole('status').filter({ hasText: 'Loading…' }).waitFor();
    await expectAccessible(page);
    release();
    await page.getByRole('link', { name: 'first', exact: true }).waitFor();
  });

  test('a page whose file is gone since an update says so, and the rest stands', async () => {
    const { page } = await dashboard.visit('/apps/demo/tokens');
    await page.getByRole('link', { name: 'first', exact: true }).waitFor();
    await page.route('**/assets/settings-*.js', (route) => route.fulfill({ status: 404 }));
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('alert').filter({ hasText: 'This page broke' }).waitFor();
    await page.getByRole('link', { name: 'demo' }).click();
    await page.getByRole('link', { name: 'first', exact: true }).waitFor();
    // The browser says so too; nothing else may be wrong.
    await expect(dashboard.closeVisits()).rejects.toThrow('Failed to fetch dynamically imported module');
  });
});

test('while nothing happens, nothing is asked', async () => {
  const { page } = await dashboard.visit('/apps/demo/tokens');
  await page.getByRole('link', { name: 'first', exact: true }).waitFor();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.clock.install();
  await page.clock.runFor(10 * 60_000);
  expect(asked).toEqual([]);
});
