/** The lists of tokens: found, filtered, sorted, paged, revoked. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { openDashboard, type Dashboard } from './browser.ts';
import { addPastTokens, DAY_MS } from './past.ts';

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
  const now = Date.now();
  await addPastTokens(dashboard, [
    { name: 'a year ahead', createdAt: now - 2 * DAY_MS, expiresAt: now + 363 * DAY_MS },
    {
      name: 'for ever',
      createdAt: now - 3 * DAY_MS,
      expiresAt: null,
      uses: [{ at: now - DAY_MS, allowed: 3, refused: 1 }],
    },
    {
      name: 'over',
      createdAt: now - 5 * DAY_MS,
      expiresAt: now - DAY_MS,
      uses: [{ at: now - 2 * DAY_MS, allowed: 3, refused: 1 }],
    },
    {
      name: 'asleep',
      createdAt: now - 80 * DAY_MS,
      expiresAt: now + 5 * DAY_MS,
      uses: [{ at: now - 70 * DAY_MS, allowed: 3, refused: 1 }],
    },
    { name: 'forgotten', createdAt: now - 61 * DAY_MS, expiresAt: now + DAY_MS },
    {
      name: 'fresh',
      createdAt: now - 1000,
      expiresAt: now + 2 * DAY_MS + 60_000,
      uses: [{ at: now - 500, allowed: 3, refused: 1 }],
    },
  ]);
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

const names = (page: Page) => page.locator('.token-name').allTextContents();
const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });
const mint = (name: string) =>
  dashboard.api<{ token: string; record: { id: string } }>('POST', '/v1/apps/demo/tokens', {
    name,
    commands: [{ args: ['sleep'] }],
  });

async function openList(path = '/apps/demo/tokens'): Promise<Page> {
  const { page } = await dashboard.visit(path);
  await page.getByRole('table').waitFor();
  return page;
}

describe('a list of tokens', () => {
  test('tells of each what it allows, where, when and how it was used', async () => {
    const page = await openList();
    const row = await rowOf(page, 'fresh').innerText();
    for (const text of ['git status', 'exactly', 'npm test', 'and words after it', 'in 2 days', 'just now']) {
      expect(row).toContain(text);
    }
    expect(row).toMatch(/3 uses · 1 refused/);
    expect(row).toContain('machine-exec by owner@localhost');
    expect(await rowOf(page, 'for ever').innerText()).toContain('never');
    await expectAccessible(page);
  });

  test('is searched by name and id while typing, and the address keeps it', async () => {
    const page = await openList();
    await page.getByRole('searchbox').fill('FOR');
    await expect.poll(() => names(page)).toEqual(['for ever', 'forgotten']);
    expect(new URL(page.url()).searchParams.get('q')).toBe('FOR');
    await page.reload();
    await expect.poll(() => names(page)).toEqual(['for ever', 'forgotten']);
    const id = (await rowOf(page, 'forgotten').locator('code').first().textContent()) ?? '';
    await page.getByRole('searchbox').fill(id);
    await expect.poll(() => names(page)).toEqual(['forgotten']);
    await page.getByRole('searchbox').fill('%');
    await page.getByRole('heading', { name: 'No token fits' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Show all tokens' }).click();
    await expect.poll(async () => (await names(page)).length).toBe(7);
    expect(await page.getByRole('searchbox').inputValue()).toBe('');
  });

  test('is filtered by every state there is', async () => {
    const page = await openList('/apps/demo/tokens?sort=name');
    const expected: Readonly<Record<string, readonly string[]>> = {
      Live: ['a year ahead', 'asleep', 'for ever', 'forgotten', 'fresh'],
      Expired: ['over'],
      Revoked: ['first try'],
      'Never used': ['a year ahead', 'first try', 'forgotten'],
      'Unused for 60 days': ['asleep', 'forgotten'],
      'Lives longer than 90 days': ['a year ahead', 'first try', 'for ever'],
    };
    const options = await page.getByRole('combobox', { name: 'Show' }).getByRole('option').allTextContents();
    expect(options).toEqual(['All tokens', ...Object.keys(expected)]);
    for (const [label, wanted] of Object.entries(expected)) {
      await page.getByRole('combobox', { name: 'Show' }).selectOption(label);
      await expect.poll(() => names(page)).toEqual(wanted);
    }
  });

  test('is sorted in every order there is', async () => {
    const page = await openList('/apps/demo/tokens?status=live');
    const expected: Readonly<Record<string, readonly string[]>> = {
      'By name': ['a year ahead', 'asleep', 'for ever', 'forgotten', 'fresh'],
      'Expires soonest': ['forgotten', 'fresh', 'asleep', 'a year ahead', 'for ever'],
      'Last used': ['fresh', 'for ever', 'asleep'],
      'Newest first': ['fresh', 'a year ahead', 'for ever', 'forgotten', 'asleep'],
    };
    for (const [label, wanted] of Object.entries(expected)) {
      await page.getByRole('combobox', { name: 'Order' }).selectOption(label);
      // Those never used have no order of use among them.
      await expect.poll(async () => (await names(page)).slice(0, wanted.length)).toEqual(wanted);
    }
  });

  test('of an organization holds its own tokens and those of all its apps', async () => {
    await dashboard.api('POST', '/v1/orgs/personal/tokens', { profile: 'readonly', name: 'reader' });
    const page = await openList('/orgs/personal/tokens?q=e');
    await expect.poll(() => names(page)).toContain('reader');
    expect(await rowOf(page, 'reader').innerText()).toContain('Reads the whole organization');
    await rowOf(page, 'fresh').getByRole('link', { name: 'demo' }).click();
    await page.getByRole('heading', { name: 'Tokens of demo' }).waitFor();
    await expect.poll(() => names(page)).not.toContain('reader');
    await page.getByRole('link', { name: 'fresh' }).click();
    await page.getByRole('heading', { name: 'fresh' }).waitFor();
  });

  test('shows what others mint and revoke, without being loaded again', async () => {
    const page = await openList();
    const { record } = await mint('made elsewhere');
    await rowOf(page, 'made elsewhere').waitFor();
    await dashboard.api('POST', `/v1/tokens/${record.id}/revoke`, {});
    await rowOf(page, 'made elsewhere').getByText('Revoked').waitFor();
  });
});

describe('revoking from a list', () => {
  test('one token: it says what stops, ends what runs, and can be thought better of', async () => {
    const { token, record } = await mint('of a job');
    const running = fetch(`${dashboard.url}/v1/apps/demo/machines/${dashboard.installation.machine}/exec`, {
      method: 'POST',
      headers: { authorization: token, 'content-type': 'application/json' },
      body: JSON.stringify({ command: ['sleep', '300'] }),
    });
    const page = await openList('/apps/demo/tokens?q=of+a+job');
    await page.getByRole('button', { name: 'Revoke of a job' }).click();
    const dialog = page.getByRole('dialog', { name: 'Revoke this token?' });
    await dialog.getByText('sleep', { exact: true }).waitFor();
    await dialog.getByText('1 command runs now').waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await statusOf(record.id)).toEqual(['live', null]);

    await page.getByRole('button', { name: 'Revoke of a job' }).click();
    await dialog.getByLabel('Reason').fill('the job is gone');
    await dialog.getByRole('button', { name: 'Revoke this token' }).click();
    await rowOf(page, 'of a job').getByText('Revoked').waitFor();
    expect(await statusOf(record.id)).toEqual(['revoked', 'the job is gone']);
    await (await running).text();
    const { execs } = await dashboard.api<{ execs: { command: string[]; reason: string }[] }>(
      'GET',
      `/v1/apps/demo/execs?token=${record.id}`,
    );
    expect(execs).toMatchObject([{ command: ['sleep', '300'], reason: 'revoked' }]);
    expect(await page.getByRole('button', { name: 'Revoke of a job' }).count()).toBe(0);
  });

  test('a selection, over several searches, by keyboard alone', async () => {
    const made = [await mint('batch one'), await mint('batch two'), await mint('batch three')];
    const page = await openList('/apps/demo/tokens?q=batch+one');
    await page.getByRole('checkbox', { name: 'Select batch one' }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('searchbox').fill('batch t');
    await page.getByRole('checkbox', { name: 'Select batch two' }).waitFor();
    await expect.poll(() => names(page)).not.toContain('batch one');
    await page.getByRole('checkbox', { name: 'Select every live token of this page' }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('region', { name: 'Selection' }).getByText('3 selected').waitFor();
    await page.getByRole('button', { name: 'Revoke all 3' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Revoke 3 tokens?' });
    for (const name of ['batch one', 'batch two', 'batch three']) await dialog.getByText(name).waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Revoke 3 tokens' }).focus();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByRole('region', { name: 'Selection' }).count()).toBe(0);
    for (const { record } of made) expect(await statusOf(record.id)).toEqual(['revoked', null]);
    expect((await statusOf((await mint('batch four')).record.id))[0]).toBe('live');
  });
});

async function statusOf(id: string): Promise<readonly [string, string | null]> {
  const found = await dashboard.api<{ status: string; revoke_reason: string | null }>(
    'GET',
    `/v1/tokens/${id}`,
  );
  return [found.status, found.revoke_reason];
}
