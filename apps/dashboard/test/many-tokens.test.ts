/** Ten thousand tokens: the page holds fifty of them, and asks the server for others. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { openDashboard, type Dashboard } from './browser.ts';
import { addPastTokens, DAY_MS } from './past.ts';

const TOKENS = 10_000;
const nameOf = (index: number): string => `job ${String(index).padStart(5, '0')}`;

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
  const now = Date.now();
  await addPastTokens(
    dashboard,
    Array.from({ length: TOKENS }, (_, index) => ({
      name: nameOf(index),
      createdAt: now - DAY_MS,
      expiresAt: now + DAY_MS,
    })),
  );
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

test('are paged, found and revoked, and only what is looked at is asked for', async () => {
  const { page } = await dashboard.visit('/apps/demo/tokens?sort=name&status=live');
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/v1/apps/demo/tokens')) asked.push(request.url());
  });
  await page.getByText('1–50 of at least 1,050').waitFor();
  expect(await page.getByRole('row').count()).toBe(51);
  await expectAccessible(page);
  const elements = await page.evaluate(() => document.querySelectorAll('*').length);
  expect(elements).toBeLessThan(3000);

  await page.getByRole('button', { name: 'Next page' }).click();
  await page.getByText('51–100 of at least 1,100').waitFor();
  await page.getByRole('link', { name: nameOf(50) }).waitFor();
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await page.goto(`${dashboard.url}/apps/demo/tokens?sort=name&status=live&from=9950`);
  await page.getByText('9,951–10,000 of 10,000').waitFor();
  expect(await page.getByRole('button', { name: 'Next page' }).isDisabled()).toBe(true);

  // The whole last page goes; the list finds back to where there is something.
  await page.getByRole('checkbox', { name: 'Select every live token of this page' }).check();
  await page.getByRole('button', { name: 'Revoke all 50' }).click();
  await page.getByRole('dialog').getByText('and 42 more').waitFor();
  await page.getByRole('button', { name: 'Revoke 50 tokens' }).click();
  await page.getByText('1–50 of at least 1,050').waitFor();

  asked.length = 0;
  await page.getByRole('searchbox').pressSequentially(nameOf(9876));
  await page.getByText('1–1 of 1').waitFor();
  await page.getByRole('link', { name: nameOf(9876) }).waitFor();
  // Typing asks when it pauses, not at every letter.
  expect(asked.length).toBeLessThan(5);
});
