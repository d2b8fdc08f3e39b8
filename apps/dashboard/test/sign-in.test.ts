import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDashboard, type Dashboard } from './browser.ts';

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

describe('sign in', () => {
  test('a one-time link signs in, and its secret leaves the address', async () => {
    const link = await dashboard.loginLink();
    const { page, context } = await dashboard.visit(link.slice(dashboard.url.length), { signedIn: false });
    await page.getByRole('heading', { name: 'All tokens' }).waitFor();
    expect(page.url()).toBe(`${dashboard.url}/orgs/personal/tokens`);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ name: 'postern_session', httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(await page.evaluate(() => document.cookie)).toBe('');
  });
});
