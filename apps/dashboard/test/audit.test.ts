/** The audit log: found, followed, verified, exported; and what it says when somebody has changed it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { openDashboard, type Dashboard } from './browser.ts';

interface Entry {
  readonly seq: number;
  readonly at: string;
  readonly action: string;
  readonly outcome: string;
}

const PATH = '/orgs/personal/audit';
const HOSTILE = '<img src=x onerror=alert(1)>\u202Egnp.exe';

let dashboard: Dashboard;
let tokenId: string;

beforeAll(async () => {
  dashboard = await openDashboard();
  const { token, record } = await dashboard.api<{ token: string; record: { id: string } }>(
    'POST',
    '/v1/apps/demo/tokens',
    { name: 'audited', commands: [{ args: ['true'] }] },
  );
  tokenId = record.id;
  for (const command of [['true'], ['rm', HOSTILE]]) {
    await fetch(`${dashboard.url}/v1/apps/demo/machines/${dashboard.installation.machine}/exec`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ command }),
    });
  }
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

const run = (command: readonly string[]): Promise<unknown> =>
  dashboard.api('POST', `/v1/apps/demo/machines/${dashboard.installation.machine}/exec`, { command });
const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
const entries = async (query = ''): Promise<readonly Entry[]> =>
  (await dashboard.api<{ entries: Entry[] }>('GET', `/v1/orgs/personal/audit?limit=500&${query}`)).entries;

describe('the list', () => {
  test('shows what happens while it is looked at, and waits when it is told to', async () => {
    const { page } = await dashboard.visit(PATH);
    await page.getByText('Chain verified').waitFor();
    await rowOf(page, 'token.mint').waitFor();
    await run(['true', 'followed']);
    await rowOf(page, 'true followed').waitFor();
    await expectAccessible(page);

    await page.getByRole('checkbox', { name: 'Follow live' }).uncheck();
    await run(['true', 'not-followed']);
    await page.getByRole('button', { name: 'Show new entries' }).waitFor();
    expect(await rowOf(page, 'not-followed').count()).toBe(0);
    await page.getByRole('button', { name: 'Show new entries' }).click();
    await rowOf(page, 'not-followed').waitFor();
  });

  test('is filtered by action, outcome, app, who, text and time, and the address keeps that', async () => {
    const { page } = await dashboard.visit(PATH);
    await rowOf(page, 'token.mint').waitFor();
    await page.getByRole('combobox', { name: 'Outcome' }).selectOption('refused');
    await rowOf(page, 'token.mint').waitFor({ state: 'detached' });
    await rowOf(page, 'refused').waitFor();
    await page.reload();
    await rowOf(page, 'refused').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);

    await page.getByRole('combobox', { name: 'Outcome' }).selectOption('');
    await page.getByRole('combobox', { name: 'Action' }).selectOption('token.mint');
    await rowOf(page, 'exec.run').first().waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'By' }).selectOption('system');
    await page.getByRole('heading', { name: 'No entry fits' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Show all entries' }).click();
    await rowOf(page, 'token.mint').waitFor();

    await page.getByRole('searchbox', { name: 'Search in entries' }).fill('gnp.exe');
    await rowOf(page, 'token.mint').waitFor({ state: 'detached' });
    await rowOf(page, 'refused').waitFor();
    await page.getByRole('searchbox', { name: 'Search in entries' }).fill('');
    await page.getByRole('combobox', { name: 'App' }).selectOption('demo');
    await rowOf(page, 'exec.run').first().waitFor();

    await page.getByLabel('From').fill('2099-01-01T00:00');
    await page.getByRole('heading', { name: 'No entry fits' }).waitFor();
    await page.getByLabel('From').fill('2001-01-01T00:00');
    await rowOf(page, 'token.mint').waitFor();
    await page.getByLabel('Before').fill('2002-01-01T00:00');
    await page.getByRole('heading', { name: 'No entry fits' }).waitFor();
    await page.goto(`${dashboard.url}${PATH}?since=nonsense&before=-1`);
    await rowOf(page, 'token.mint').waitFor();
  });

  test('is turned a page at a time, both ways', async () => {
    for (let index = 0; index < 60; index += 1) await run(['true', `number-${index}.`]);
    const { page } = await dashboard.visit(`${PATH}?action=exec.run`);
    await rowOf(page, 'number-59.').waitFor();
    expect(await page.getByRole('row').count()).toBe(51);
    expect(await page.getByRole('button', { name: 'Newer' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Older' }).click();
    await rowOf(page, 'number-9.').waitFor();
    expect(await rowOf(page, 'number-59.').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Older' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Newer' }).click();
    await rowOf(page, 'number-59.').waitFor();
    expect(await page.getByRole('row').count()).toBe(51);
    await page.getByRole('button', { name: 'Older' }).click();
    await rowOf(page, 'number-9.').waitFor();
    await page.getByRole('button', { name: 'To the newest' }).click();
    await rowOf(page, 'number-59.').waitFor();
  });

  test('of an organization that is not there says so', async () => {
    const { page } = await dashboard.visit('/orgs/nothing/audit');
    await page.getByRole('alert').filter({ hasText: 'there is no organization' }).first().waitFor();
    await expectAccessible(page);
  });
});

describe('an entry', () => {
  test('is shown whole with the keyboard alone, and nothing in it is obeyed', async () => {
    const { page } = await dashboard.visit(`${PATH}?outcome=refused`);
    const open = page.getByRole('button', { name: /^Entry \d+$/ });
    await open.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    const text = (await dialog.textContent()) ?? '';
    expect(text).toContain('<img src=x onerror=alert(1)>\\u{202e}gnp.exe');
    expect(text).not.toContain('\u202E');
    expect(await page.locator('img').count()).toBe(0);
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await open.evaluate((element) => element === document.activeElement)).toBe(true);

    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Only theirs' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('actor')).toBe(`token:${tokenId}`);
    await rowOf(page, 'refused').waitFor();
  });

  test('leads to its token, whose page leads back to its entries and execs', async () => {
    const { page } = await dashboard.visit(`${PATH}?outcome=refused`);
    await page.getByRole('button', { name: /^Entry \d+$/ }).click();
    await page.getByRole('dialog').getByRole('link', { name: tokenId }).click();
    await page.getByRole('heading', { name: 'audited' }).waitFor();
    await page.getByRole('link', { name: 'All its audit entries' }).click();
    await page.getByText('Only of the token').waitFor();
    await rowOf(page, 'refused').waitFor();
    expect(await page.getByRole('row').count()).toBe(1 + (await entries(`token=${tokenId}`)).length);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Only of the token: do not filter' }).click();
    await page.getByText('Only of the token').waitFor({ state: 'detached' });

    await page.goto(`${dashboard.url}/tokens/${tokenId}`);
    await page.getByRole('link', { name: 'All its execs' }).click();
    await page.getByRole('heading', { name: 'Execs of demo' }).waitFor();
    await rowOf(page, 'true').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
  });
});

describe('the export', () => {
  const download = async (page: Page): Promise<string> => {
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('dialog').waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('dialog').getByRole('button', { name: 'Export' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^audit-personal-\d{4}-\d\d-\d\d\.ndjson$/);
    return readFile(await file.path(), 'utf8');
  };

  test('is what the command line exports, to the byte', async () => {
    // More than one page of them.
    const missing = 510 - (await entries()).length;
    for (let index = 0; index < missing; index += 1) {
      await dashboard.api('PATCH', `/v1/tokens/${tokenId}`, { name: `audited ${index}` });
    }
    const { page } = await dashboard.visit(PATH);
    await rowOf(page, 'token.rename').first().waitFor();
    const text = await download(page);
    const { stdout } = await dashboard.installation.postern(['audit', 'export']);
    expect(text).toBe(stdout.toString());
    expect(text.trimEnd().split('\n').length).toBeGreaterThan(505);
    expect(text).not.toContain('\u202E');
  });

  test('is of what the filters leave', async () => {
    const { page } = await dashboard.visit(`${PATH}?outcome=refused`);
    await rowOf(page, 'refused').waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByText('Every entry that fits the filters').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    const lines = (await download(page)).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Entry).outcome)).toEqual(['refused']);
  });
});

describe('the chain', () => {
  test('is not shown as verified to a member, who may not verify it', async () => {
    const { login_url: link } = await dashboard.api<{ login_url: string }>(
      'POST',
      '/v1/orgs/personal/members',
      { email: 'mel@example.com', role: 'member' },
    );
    const { page } = await dashboard.visit(link.slice(dashboard.url.length), { signedIn: false });
    await page.getByRole('heading', { name: 'All tokens' }).waitFor();
    await page.getByRole('link', { name: 'Audit', exact: true }).click();
    await rowOf(page, 'member.add').waitFor();
    expect(await page.getByText(/Chain|Verify/).count()).toBe(0);
    await expectAccessible(page);
    const status = await page.evaluate(
      async () =>
        (
          await fetch('/v1/audit/verify', {
            method: 'POST',
            headers: { 'x-postern-request': 'test', 'content-type': 'application/json' },
            body: '{}',
          })
        ).status,
    );
    expect(status).toBe(403);
  });

  test('that was changed is shown as broken, with the first entry that does not hold', async () => {
    const [victim] = await entries('outcome=refused');
    await dashboard.installation.stop();
    const database = new DatabaseSync(join(dashboard.installation.dataDir, 'postern.db'));
    database
      .prepare(
        `UPDATE audit SET body = REPLACE(body, '"refused"', '"allowed"'), outcome = 'allowed' WHERE seq = ?`,
      )
      .run(victim?.seq ?? 0);
    database.close();
    await dashboard.installation.start();

    const { page } = await dashboard.visit(PATH);
    await page.getByText('Chain broken').waitFor();
    await page.getByText(`Entry ${victim?.seq}: the entry or one before it was changed.`).waitFor();
    await page.getByText(`The ${(victim?.seq ?? 0) - 1} before it hold.`).waitFor();
    expect(await page.getByText('Chain verified').count()).toBe(0);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Verify again' }).click();
    await page.getByText('Chain broken').waitFor();
  });
});
