/** Creating a token on the page alone, trying it there, and using it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../../test/e2e/installation.ts';
import { expectAccessible } from './accessibility.ts';
import { openDashboard, type Dashboard } from './browser.ts';

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

const command = (page: Page, number: number): Locator =>
  page.getByRole('textbox', { name: `Command ${number}` });
const preview = (page: Page): Locator =>
  page.getByRole('complementary', { name: 'What this token will allow' });
const tryLine = (page: Page): Locator => page.getByRole('textbox', { name: 'Would this be allowed?' });
const copied = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
const create = (page: Page): Locator => page.getByRole('button', { name: 'Create token' });

async function openForm(path = '/apps/demo/tokens/new'): Promise<Page> {
  const { page } = await dashboard.visit(path);
  await page.getByRole('heading', { level: 1, name: /^Create a token/ }).waitFor();
  await create(page).waitFor();
  return page;
}

/** Presses Tab until something has the focus. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error('the keyboard does not get there');
}

describe('a token is created on the page alone', () => {
  test('written, tried, shown once, copied, used and revoked', async () => {
    const page = await openForm();
    await preview(page).getByText('Nothing yet: write a command.').waitFor();
    await command(page, 1).fill("echo 'hello you'");
    await page.getByRole('button', { name: 'Add a command' }).click();
    await expect.poll(() => command(page, 2).evaluate((it) => it === document.activeElement)).toBe(true);
    await command(page, 2).fill('git log');
    await page
      .getByRole('combobox', { name: 'How command 2 is compared' })
      .selectOption('and words after it');
    await page.getByRole('textbox', { name: 'Name' }).fill('greeter');
    await page.getByRole('checkbox', { name: 'local' }).check({ force: true });
    await page.getByRole('radio', { name: '1 hour' }).check({ force: true });

    const verdicts = [
      ["echo 'hello you'", 'Allowed'],
      ['echo hello you', 'Refused'],
      ['git log --oneline -3', 'Allowed'],
      ['git', 'Refused'],
      ['ls -l /srv', 'Refused'],
      ["echo 'half", 'This is no command'],
    ] as const;
    for (const [line, verdict] of verdicts) {
      await tryLine(page).fill(line);
      await preview(page).getByText(verdict, { exact: true }).waitFor();
    }
    await preview(page).getByText('only on local').waitFor();
    const line = await preview(page).getByRole('region', { name: 'the command line' }).innerText();
    expect(line).toBe(
      `postern tokens create machine-exec -a demo -n greeter -x 1h -C 'echo '\\''hello you'\\''' -p 'git log' --machine ${dashboard.installation.machine}`,
    );
    await expectAccessible(page);

    await create(page).click();
    await page.getByRole('heading', { name: 'The token is ready' }).waitFor();
    await expectAccessible(page);
    const token = await page.getByRole('region', { name: 'The token' }).innerText();
    expect(token).toMatch(/^FlyV1 fm2_/);
    await page.getByRole('button', { name: 'Copy the token' }).click();
    expect(await copied(page)).toBe(token);
    expect(page.url()).not.toContain('fm2_');

    const uses = {
      Environment: [`export POSTERN_SERVER=${dashboard.url}`, token, 'postern machine exec -a demo'],
      'GitHub Actions': ['${{ secrets.POSTERN_TOKEN }}', 'POSTERN_SERVER', 'postern machine exec -a demo'],
      curl: [`/v1/apps/demo/machines/${dashboard.installation.machine}/exec`, token],
      flyctl: [`FLY_FLAPS_BASE_URL=${dashboard.url}`, token, 'fly machine exec -a demo'],
    };
    const texts: Record<string, string> = {};
    for (const [name, parts] of Object.entries(uses)) {
      await page.getByRole('radio', { name }).check({ force: true });
      await page.getByRole('button', { name: `Copy for ${name}` }).click();
      const text = await copied(page);
      for (const part of parts) expect(text).toContain(part);
      texts[name] = text;
    }
    // It belongs into the secrets of a repository, not into a file of it.
    expect(texts['GitHub Actions']).not.toContain('fm2_');
    const answer = await shell(texts['curl'] ?? '');
    expect(JSON.parse(answer)).toMatchObject({ exit_code: 0, stdout: 'hello you\n' });
    expect(await shell(texts['Environment'] ?? '')).toBe('hello you\n');

    await page.getByRole('link', { name: 'I have it: to its page' }).click();
    await page.getByRole('heading', { name: 'greeter' }).waitFor();
    await page.goBack();
    await create(page).waitFor();
    expect(await page.getByText('fm2_').count()).toBe(0);
    await page.goForward();
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Revoke this token' }).click();
    await page.getByText('This token runs nothing any more').waitFor();
    expect(JSON.parse(await shell(texts['curl'] ?? ''))).toMatchObject({ code: 'token_revoked' });
  });

  test('by keyboard alone', async () => {
    const page = await openForm();
    await tabTo(page, command(page, 1));
    await page.keyboard.type('uname -s');
    await tabTo(page, page.getByRole('radio', { name: '2 days' }));
    await page.keyboard.press('ArrowLeft');
    expect(await page.getByRole('radio', { name: '8 hours' }).isChecked()).toBe(true);
    await tabTo(page, page.getByRole('textbox', { name: 'Name' }));
    await page.keyboard.type('typed');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The token is ready' }).waitFor();
    await tabTo(page, page.getByRole('button', { name: 'Copy the token' }));
    await page.keyboard.press('Enter');
    await expect.poll(() => copied(page)).toMatch(/^FlyV1 fm2_/);
    await tabTo(page, page.getByRole('link', { name: 'I have it: to its page' }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'typed' }).waitFor();
    await page.getByText('in 7 hours').waitFor();
  });

  test('of the whole organization, which only reads', async () => {
    const page = await openForm('/orgs/personal/tokens/new');
    await page.getByText('Nothing. It reads the apps and machines').waitFor();
    expect(await command(page, 1).count()).toBe(0);
    await page.getByRole('textbox', { name: 'Name' }).fill('reader of all');
    await create(page).click();
    const token = await page.getByRole('region', { name: 'The token' }).innerText();
    const read = await fetch(`${dashboard.url}/v1/apps/demo/machines`, { headers: { authorization: token } });
    expect(read.status).toBe(200);
    const run = await fetch(`${dashboard.url}/v1/apps/demo/machines/${dashboard.installation.machine}/exec`, {
      method: 'POST',
      headers: { authorization: token, 'content-type': 'application/json' },
      body: JSON.stringify({ command: ['true'] }),
    });
    expect(run.status).toBe(403);
  });
});

describe('the form teaches', () => {
  test('several pasted lines become several commands', async () => {
    const page = await openForm();
    await page.evaluate(() => navigator.clipboard.writeText('git status\r\n\n  npm test\nls -l /srv\n'));
    await command(page, 1).focus();
    await page.keyboard.press('Control+V');
    await command(page, 3).waitFor();
    const lines = [1, 2, 3].map((number) => command(page, number).inputValue());
    expect(await Promise.all(lines)).toEqual(['git status', 'npm test', 'ls -l /srv']);
    await page.getByRole('button', { name: 'Remove command 2' }).click();
    await expect.poll(() => command(page, 2).inputValue()).toBe('ls -l /srv');
  });

  test('a form with holes is tried as the server would', async () => {
    const page = await openForm();
    await command(page, 1).fill('systemctl restart {web|worker}');
    await page.getByRole('combobox', { name: 'How command 1 is compared' }).selectOption('a form with holes');
    for (const [line, verdict] of [
      ['systemctl restart web', 'Allowed'],
      ['systemctl restart db', 'Refused'],
      ['systemctl restart web db', 'Refused'],
    ] as const) {
      await tryLine(page).fill(line);
      await preview(page).getByText(verdict, { exact: true }).waitFor();
    }
    await command(page, 1).fill('systemctl restart {9..1}');
    await page.locator('.rule .field-error').waitFor();
    expect(await command(page, 1).getAttribute('aria-invalid')).toBe('true');
    await create(page).click();
    await expectAccessible(page);
    expect(await page.getByRole('heading', { name: 'The token is ready' }).count()).toBe(0);
  });

  test('what is dangerous, long-lived or not a shell is said before it is created', async () => {
    const page = await openForm();
    const notes = [
      ['bash', 'a shell runs whatever it is given'],
      ['sudo ls', 'sudo'],
      ['cat /etc/hosts | sh', 'There is no shell'],
    ] as const;
    for (const [line, note] of notes) {
      await command(page, 1).fill(line);
      await page.getByText(note).first().waitFor();
    }
    await page.getByRole('radio', { name: 'Another time' }).check({ force: true });
    const lifetime = page.getByRole('textbox', { name: /^Lifetime/ });
    await lifetime.fill('0');
    await page.getByText('It never expires: only revoking it ends it.').waitFor();
    await lifetime.fill('175200h');
    await page.getByText('Longer than 90 days.').waitFor();
    await lifetime.fill('soon');
    await page.getByText('Write a duration such as').waitFor();
    await create(page).click();
    await page.getByRole('alert').getByText('The lifetime is no duration.').waitFor();
    await expectAccessible(page);
  });

  test('nothing written creates nothing', async () => {
    const page = await openForm();
    const before = await dashboard.api<{ total: number }>('GET', '/v1/apps/demo/tokens?limit=1');
    await create(page).click();
    await page.getByRole('alert').getByText('Name at least one command.').waitFor();
    await command(page, 1).fill('   ');
    await create(page).click();
    const after = await dashboard.api<{ total: number }>('GET', '/v1/apps/demo/tokens?limit=1');
    expect(after.total).toBe(before.total);
  });
});

/** Runs what was copied, as somebody who pastes it would. */
async function shell(text: string): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  return (await promisify(execFile)('sh', ['-c', text], { cwd: ROOT, env: { PATH, HOME } })).stdout;
}
