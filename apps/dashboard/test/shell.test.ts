/** What stands around every page: organizations, apps, colours, the menu of a phone, the keyboard. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { openDashboard, PHONE, type Dashboard } from './browser.ts';

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
  await dashboard.api('POST', '/v1/orgs', { slug: 'acme', name: 'Acme' });
  await dashboard.api('POST', '/v1/apps', { name: 'shop', org_slug: 'acme' });
  await dashboard.api('POST', '/v1/apps/shop/tokens', {
    name: 'of the shop',
    commands: [{ args: ['true'] }],
  });
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

const pages = (page: Page) => page.getByRole('navigation', { name: 'Pages' });
const ground = (page: Page): Promise<string> =>
  page.evaluate(() => getComputedStyle(document.body.parentElement ?? document.body).backgroundColor);
const LIGHT = 'rgb(246, 245, 241)';
const DARK = 'rgb(18, 20, 18)';

describe('organizations', () => {
  test('are switched, and the last one is come back to', async () => {
    const { page } = await dashboard.visit('/');
    await page.getByRole('heading', { name: 'All tokens' }).waitFor();
    await page.getByRole('combobox', { name: 'Organization' }).selectOption('Acme');
    await page.getByRole('link', { name: 'of the shop' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/orgs/acme/tokens');
    expect(await pages(page).getByRole('link', { name: 'demo' }).count()).toBe(0);
    await page.goto(`${dashboard.url}/`);
    await page.getByRole('link', { name: 'of the shop' }).waitFor();
    // A page of an app of another organization takes the reader there.
    await page.goto(`${dashboard.url}/apps/demo/tokens`);
    await expect
      .poll(() => page.getByRole('combobox', { name: 'Organization' }).inputValue())
      .toBe('personal');
    await pages(page).getByRole('link', { name: 'demo' }).waitFor();
  });

  test('with many apps have a field to find one', async () => {
    const made = Array.from({ length: 9 }, (_, index) => `service-${index}`);
    for (const name of made) await dashboard.api('POST', '/v1/apps', { name, org_slug: 'acme' });
    const { page } = await dashboard.visit('/orgs/acme/tokens');
    await page.getByRole('searchbox', { name: 'Find an app' }).fill('vice-7');
    await expect
      .poll(() =>
        pages(page)
          .getByRole('link', { name: /service|shop/ })
          .count(),
      )
      .toBe(1);
    await pages(page).getByRole('link', { name: 'service-7' }).click();
    await page.getByRole('heading', { name: 'Tokens of service-7' }).waitFor();
    await page.getByRole('heading', { name: 'No tokens yet' }).waitFor();
  });
});

describe('colours', () => {
  test('follow the system until they are chosen, and the choice is kept', async () => {
    const { page } = await dashboard.visit('/inspect', { colors: 'dark' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await ground(page)).toBe(DARK);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await ground(page)).toBe(LIGHT);
    await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
    expect(await ground(page)).toBe(DARK);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await ground(page)).toBe(DARK);
    expect(await page.evaluate(() => JSON.stringify(localStorage))).toContain('"postern.theme":"dark"');
    await page.getByRole('radio', { name: 'As the system' }).check({ force: true });
    expect(await ground(page)).toBe(LIGHT);
  });
});

describe('on a phone', () => {
  test('the pages are behind a menu, which closes on Escape and on going somewhere', async () => {
    const { page } = await dashboard.visit('/apps/demo/tokens', { viewport: PHONE });
    await page.getByRole('heading', { name: 'Tokens of demo' }).waitFor();
    const menu = page.getByRole('button', { name: 'Menu' });
    expect(await pages(page).isVisible()).toBe(false);
    await menu.click();
    expect(await menu.getAttribute('aria-expanded')).toBe('true');
    await pages(page).waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await pages(page).waitFor({ state: 'hidden' });
    expect(await menu.evaluate((it) => it === document.activeElement)).toBe(true);
    await menu.click();
    await pages(page).getByRole('link', { name: 'Inspect a token' }).click();
    await page.getByRole('heading', { name: 'Inspect a token' }).waitFor();
    await pages(page).waitFor({ state: 'hidden' });
  });
});

describe('by keyboard', () => {
  test('the first stop skips to the page, every stop is seen, and a new page takes the focus', async () => {
    const { page } = await dashboard.visit('/apps/demo/tokens');
    await page.getByRole('heading', { name: 'Tokens of demo' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the page');
    const stops: string[] = [];
    for (let presses = 0; presses < 30; presses += 1) {
      const stop = await page.evaluate(() => {
        const at = document.activeElement;
        if (at === null || at === document.body) return undefined;
        // A chip draws the outline around its radio button.
        const seen = [at, at.parentElement].some(
          (element) => element !== null && getComputedStyle(element).outlineStyle !== 'none',
        );
        return { seen, what: at.outerHTML.slice(0, 100) };
      });
      if (stop === undefined) break;
      expect(stop).toMatchObject({ seen: true });
      stops.push(stop.what);
      await page.keyboard.press('Tab');
    }
    expect(stops.length).toBeGreaterThan(10);
    await page.getByRole('link', { name: 'Settings' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Settings');
    expect(await page.title()).toBe('Settings · Postern');
  });
});
