/** The page of one token: what it allows, how it was used, and everything that can be done with it. */
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

interface Minted {
  readonly token: string;
  readonly record: { readonly id: string };
}

/** @param commands none allows every command. */
const mint = (name: string, commands: object[] = [{ args: ['echo'] }]): Promise<Minted> =>
  dashboard.api('POST', '/v1/apps/demo/tokens', { name, ...(commands.length === 0 ? {} : { commands }) });

/** @returns the status: 200 ran, 403 not allowed, 401 no good any more. */
async function run(token: string, ...command: string[]): Promise<number> {
  const answer = await fetch(
    `${dashboard.url}/v1/apps/demo/machines/${dashboard.installation.machine}/exec`,
    {
      method: 'POST',
      headers: { authorization: token, 'content-type': 'application/json' },
      body: JSON.stringify({ command }),
    },
  );
  await answer.text();
  return answer.status;
}

async function openToken({ record }: Minted, name: string): Promise<Page> {
  const { page } = await dashboard.visit(`/tokens/${record.id}`);
  await page.getByRole('heading', { level: 1, name }).waitFor();
  return page;
}
const dialog = (page: Page) => page.getByRole('dialog');
const act = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const shownToken = (page: Page) => dialog(page).getByRole('region', { name: 'The token' }).innerText();

describe('a token', () => {
  test('tells its use as it happens: chart, execs, audit entries', async () => {
    const minted = await mint('worker', [{ args: ['echo'] }, { args: ['false'], exact: true }]);
    const page = await openToken(minted, 'worker');
    await page.getByText('Not used in the last 30 days.').waitFor();
    await page.getByText('It has run nothing yet.').waitFor();
    expect(await run(minted.token, 'echo', 'one')).toBe(200);
    expect(await run(minted.token, 'echo', 'two')).toBe(200);
    expect(await run(minted.token, 'false')).toBe(200);
    expect(await run(minted.token, 'cat', '/etc/shadow')).toBe(403);
    await page
      .getByRole('img', { name: '3 allowed and 1 refused in the last 30 days, at most 4 on one day' })
      .waitFor({ timeout: 30_000 });
    await page.getByText('As a table').click();
    const day = page.locator('.chart-table tbody tr');
    await expect.poll(() => day.locator('td').allTextContents()).toEqual(['3', '1']);

    const execs = page.getByRole('table', { name: 'The newest execs of this token' });
    await execs.getByText('echo two').waitFor();
    await execs.getByRole('row').filter({ hasText: 'false' }).getByText('Exit code 1').waitFor();
    const audit = page.getByRole('table', { name: 'The newest audit entries of this token' });
    const refused = audit.getByRole('row').filter({ hasText: 'cat /etc/shadow' });
    await refused.getByText('refused').waitFor();
    await refused.getByText('is not in the list').waitFor();
    await page.getByText('3 times, refused 1 time').waitFor();
    await expectAccessible(page);
  });

  test('is tried without being run', async () => {
    const page = await openToken(await mint('tried'), 'tried');
    await page.getByText('Try a command against it').click();
    await page.getByRole('textbox', { name: 'Would this be allowed?' }).fill('echo x');
    await page.getByText('Allowed', { exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'Would this be allowed?' }).fill('id');
    await page.getByText('Refused', { exact: true }).waitFor();
    await page.getByText('It has run nothing yet.').waitFor();
  });

  test('is renamed, not to nothing', async () => {
    const page = await openToken(await mint('before'), 'before');
    await act(page, 'Rename');
    const name = dialog(page).getByRole('textbox', { name: 'Name' });
    await name.fill('   ');
    await page.keyboard.press('Enter');
    await dialog(page).locator('.field-error').waitFor();
    await name.fill('after');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'after' }).waitFor();
    // The focus is where it was before the question.
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Rename');
  });

  test('is revoked with a reason, by keyboard alone', async () => {
    const minted = await mint('to be revoked');
    const page = await openToken(minted, 'to be revoked');
    await page.getByRole('button', { name: 'Revoke' }).focus();
    await page.keyboard.press('Enter');
    await dialog(page).getByLabel('Reason').focus();
    await page.keyboard.type('laptop lost');
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    expect(await run(minted.token, 'echo')).toBe(200);
    await page.keyboard.press('Enter');
    await dialog(page).getByLabel('Reason').focus();
    await page.keyboard.type('laptop lost');
    await dialog(page).getByRole('button', { name: 'Revoke this token' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('laptop lost').first().waitFor();
    expect(await run(minted.token, 'echo')).toBe(401);
    expect(await page.getByRole('button', { name: /^(?:Revoke|Rotate|Narrow)$/ }).count()).toBe(0);
    await expectAccessible(page);
  });

  test('is rotated: the old one dies when the new one is first used', async () => {
    const old = await mint('rotated');
    const page = await openToken(old, 'rotated');
    await act(page, 'Rotate');
    await dialog(page).getByRole('radio', { name: '7 days' }).check({ force: true });
    await dialog(page).getByRole('button', { name: 'Make the new token' }).click();
    await page.getByRole('heading', { name: 'The new token' }).waitFor();
    await expectAccessible(page);
    const token = await shownToken(page);
    expect(await run(old.token, 'echo')).toBe(200);
    expect(await run(token, 'echo')).toBe(200);
    expect(await run(old.token, 'echo')).toBe(401);
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    await page.getByText('This token was rotated').waitFor();
    expect(await page.getByText('fm2_').count()).toBe(0);
    await page.getByRole('link', { name: /^tok_/ }).click();
    await page.getByText('in 6 days').first().waitFor();
  });

  test('is narrowed to what it really ran, word for word or by a form', async () => {
    const minted = await mint('wide', []);
    const empty = await openToken(minted, 'wide');
    await act(empty, 'Narrow');
    await dialog(empty).getByText('It has run nothing yet').waitFor();
    expect(await dialog(empty).getByRole('button', { name: 'Make the new token' }).isDisabled()).toBe(true);
    await expectAccessible(empty);

    for (const word of ['a', 'b', 'b', 'c', 'd']) expect(await run(minted.token, 'echo', word)).toBe(200);
    const page = await openToken(minted, 'wide');
    await act(page, 'Narrow');
    await dialog(page).getByText('In all it ran 5 commands, 4 different ones:').waitFor();
    await dialog(page).getByText('echo b').first().waitFor();
    await dialog(page).getByText('2 times').waitFor();
    const forms = dialog(page).getByRole('radio', { name: 'Forms with holes' });
    await forms.check({ force: true });
    await dialog(page).getByText('echo {b|d|c|a}').waitFor();
    await dialog(page).getByRole('radio', { name: 'Exactly these commands' }).check({ force: true });
    await expectAccessible(page);
    await dialog(page).getByRole('button', { name: 'Make the new token' }).click();
    await page.getByRole('heading', { name: 'The new token' }).waitFor();
    const token = await shownToken(page);
    expect(await run(token, 'echo', 'b')).toBe(200);
    expect(await run(token, 'echo', 'e')).toBe(403);
    expect(await run(token, 'id')).toBe(403);
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    await page.getByText('This token was rotated').waitFor();
    expect(await page.getByRole('button', { name: 'Narrow' }).count()).toBe(0);
  });

  test('of somebody else’s organization does not exist', async () => {
    const minted = await mint('hidden');
    const { login_url: link } = await dashboard.api<{ login_url: string }>(
      'POST',
      '/v1/orgs/personal/members',
      { email: 'eve@example.com' },
    );
    const { page } = await dashboard.visit(link.slice(dashboard.url.length), { signedIn: false });
    await page.getByRole('heading', { name: 'All tokens' }).waitFor();
    await dashboard.api('DELETE', '/v1/orgs/personal/members/eve@example.com');
    await page.goto(`${dashboard.url}/tokens/${minted.record.id}`);
    await page.getByRole('alert').waitFor();
    expect(await page.getByText('hidden').count()).toBe(0);
    await page.goto(`${dashboard.url}/`);
    await page.getByText('You belong to no organization yet').waitFor();
    await expectAccessible(page);
  });
});
