/** Execs: the list, and the page of one that follows it, replays it and kills it. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../../test/e2e/installation.ts';
import { expectAccessible } from './accessibility.ts';
import { openDashboard, type Dashboard } from './browser.ts';

interface Exec {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
}

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

async function run(command: readonly string[], options: object = {}): Promise<string> {
  const path = `/v1/apps/demo/machines/${dashboard.installation.machine}/exec`;
  const { exec_id: id } = await dashboard.api<{ exec_id: string }>('POST', path, {
    command,
    timeout: 120,
    ...options,
  });
  return id;
}
const detached = (script: string): Promise<string> => run(['sh', '-c', script], { detach: true });
const execOf = (id: string): Promise<Exec> => dashboard.api('GET', `/v1/execs/${id}`);
const ended = (id: string): Promise<void> => until(async () => (await execOf(id)).state === 'done');
const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
const output = (page: Page) => page.getByRole('region', { name: 'Output' });
const moment = (page: Page) => page.getByRole('slider', { name: 'Moment' });

describe('the list', () => {
  test('says so when nothing was run, and shows what begins and ends while it is looked at', async () => {
    const { page } = await dashboard.visit('/apps/demo/execs');
    await page.getByRole('heading', { name: 'Nothing has been run yet' }).waitFor();
    await expectAccessible(page);

    const id = await detached('sleep 100 # watched');
    await rowOf(page, 'watched').getByText('Running').waitFor();
    await expectAccessible(page);
    await rowOf(page, 'watched')
      .getByRole('button', { name: /^Kill sh/ })
      .click();
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await execOf(id)).state).toBe('running');

    await rowOf(page, 'watched')
      .getByRole('button', { name: /^Kill sh/ })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Kill' }).click();
    await rowOf(page, 'watched').getByText('cancelled').waitFor();
    expect(await execOf(id)).toMatchObject({ state: 'done', reason: 'cancelled' });
  });

  test('is filtered by how it ended, machine and token, and the address keeps that', async () => {
    const { token, record } = await dashboard.api<{ token: string; record: { id: string } }>(
      'POST',
      '/v1/apps/demo/tokens',
      { name: 'filter me', commands: [{ args: ['echo'] }] },
    );
    const answer = await fetch(
      `${dashboard.url}/v1/apps/demo/machines/${dashboard.installation.machine}/exec`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ command: ['echo', 'by-token'] }),
      },
    );
    expect(answer.status).toBe(200);
    await run(['sh', '-c', 'exit 3']);
    await run(['true']);

    const { page } = await dashboard.visit('/apps/demo/execs');
    await page.getByRole('combobox', { name: 'Show' }).selectOption('failed');
    await rowOf(page, 'by-token').waitFor({ state: 'detached' });
    await rowOf(page, 'exit 3').getByText('Exit code 3').waitFor();
    expect(new URL(page.url()).search).toBe('?state=failed');
    await page.reload();
    await rowOf(page, 'exit 3').waitFor();
    expect(await rowOf(page, 'true').count()).toBe(0);

    await page.getByRole('combobox', { name: 'Show' }).selectOption('');
    await page.getByRole('combobox', { name: 'Token' }).selectOption('filter me');
    await rowOf(page, 'exit 3').waitFor({ state: 'detached' });
    await rowOf(page, 'by-token').getByRole('link', { name: 'filter me' }).click();
    await page.getByRole('heading', { name: 'filter me' }).waitFor();
    await page.getByRole('link', { name: 'echo by-token' }).click();
    await page.getByText('Exited with code 0').waitFor();
    await page.getByText('the token filter me').waitFor();

    await page.goto(`${dashboard.url}/apps/demo/execs?token=${record.id}&state=failed`);
    await page.getByRole('heading', { name: 'No exec fits' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Show all execs' }).click();
    await rowOf(page, 'by-token').waitFor();
    await page.goto(`${dashboard.url}/apps/demo/execs?machine=elsewhere`);
    await page.getByRole('heading', { name: 'No exec fits' }).waitFor();
  });

  test('is turned a page at a time', async () => {
    for (let index = 0; index < 55; index += 1) await run(['true', `number-${index}`]);
    const { page } = await dashboard.visit('/apps/demo/execs');
    await page.getByText('1–50', { exact: true }).waitFor();
    expect(await page.getByRole('row').count()).toBe(51);
    expect(await page.getByRole('button', { name: 'Newer' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Older' }).click();
    await rowOf(page, 'number-4').first().waitFor();
    expect(await rowOf(page, 'number-54').count()).toBe(0);
    await page.getByRole('button', { name: 'Newer' }).click();
    await rowOf(page, 'number-54').waitFor();
  });

  test('of an app that is not there says so', async () => {
    const { page } = await dashboard.visit('/apps/nothing/execs');
    await page.getByRole('alert').filter({ hasText: 'nothing' }).first().waitFor();
    await expectAccessible(page);
  });
});

describe('an exec that runs', () => {
  test('shows what it writes as it comes, with the keyboard alone is killed, and can be replayed', async () => {
    const id = await detached('echo first; echo oops >&2; sleep 100; echo never');
    const { page } = await dashboard.visit('/apps/demo/execs');
    await rowOf(page, 'echo first').getByRole('link').first().focus();
    await page.keyboard.press('Enter');
    await output(page).getByText('first').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('It is running').waitFor();
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Kill' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    while ((await page.evaluate(() => document.activeElement?.textContent)) !== 'Kill') {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByText('Ended by a person').waitFor();
    expect(await page.getByRole('button', { name: 'Kill' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Replay' }).waitFor();
    expect(await output(page).textContent()).toContain('first');
    expect(await execOf(id)).toMatchObject({ reason: 'cancelled' });

    await page.getByRole('link', { name: 'Its audit entries' }).waitFor();
    const { entries } = await dashboard.api<{ entries: Array<{ action: string }> }>(
      'GET',
      `/v1/orgs/personal/audit?exec=${id}`,
    );
    expect(entries.map(({ action }) => action)).toContain('exec.kill');
  });

  test('goes on where it was after the server could not be reached', async () => {
    const flags = ['one', 'two'].map((name) => join(dashboard.installation.dataDir, `go-on-${name}`));
    const waits = flags.map((flag) => `while [ ! -e '${flag}' ]; do sleep 0.1; done`);
    const id = await detached(`echo before; ${waits[0]}; echo between; ${waits[1]}; echo after`);
    const { page, context } = await dashboard.visit(`/execs/${id}`);
    await output(page).getByText('before').waitFor();
    await context.setOffline(true);
    // A request that waits at the server already may still be answered; the next one is not.
    await writeFile(flags[0] ?? '', '');
    await page.getByText('The server cannot be reached').waitFor();
    await writeFile(flags[1] ?? '', '');
    await ended(id);
    await context.setOffline(false);
    await output(page).getByText('after').waitFor();
    await page.getByText('Exited with code 0').waitFor();
    expect((await output(page).textContent())?.match(/before/g)).toHaveLength(1);
  });

  test('whose output is not kept says so', async () => {
    const running = fetch(`${dashboard.url}/v1/apps/demo/machines/${dashboard.installation.machine}/exec`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${dashboard.installation.session()}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ command: ['sh', '-c', 'echo secret; sleep 100 # unkept'], timeout: 110 }),
    });
    const { page } = await dashboard.visit('/apps/demo/execs');
    await rowOf(page, 'unkept').getByRole('link').first().click();
    await page.getByRole('heading', { name: 'Nothing of its output was kept' }).waitFor();
    await page.getByText('Only who runs it sees what it writes').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Kill' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Kill' }).click();
    await page.getByText('It wrote 7 byte').waitFor();
    await running;
  });
});

describe('a recording', () => {
  test('is shown whole, replayed in its time, stopped, and looked at from any moment', async () => {
    const id = await detached('echo one; sleep 1.5; echo two >&2; sleep 1.5; echo three; exit 4');
    await ended(id);
    const { page } = await dashboard.visit(`/execs/${id}`);
    await output(page).getByText('three').waitFor();
    await page.getByText('Exited with code 4').waitFor();
    expect(await output(page).textContent()).toBe('one\nstderrtwo\nthree\n');
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Replay' }).click();
    await output(page).getByText('three').waitFor({ state: 'detached' });
    await output(page).getByText('one').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    expect(await output(page).textContent()).toBe('one\n');
    await expectAccessible(page);
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('20');
    await page.getByRole('button', { name: 'Play' }).click();
    await output(page).getByText('three').waitFor();
    await page.getByRole('button', { name: 'Replay' }).waitFor();

    // Back to the middle, with the keyboard: Home is the beginning.
    await moment(page).focus();
    await page.keyboard.press('Home');
    await output(page).getByText('three').waitFor({ state: 'detached' });
    await moment(page).fill('700');
    await output(page).getByText('two').waitFor();
    expect(await output(page).getByText('three').count()).toBe(0);
    expect(await moment(page).getAttribute('aria-valuetext')).toMatch(
      /^2(\.\d)? seconds of 3(\.\d)? seconds$/,
    );
    await page.getByRole('button', { name: 'Show all' }).click();
    await output(page).getByText('three').waitFor();
    expect(await output(page).textContent()).toBe('one\nstderrtwo\nthree\n');
  });

  test('that is large is not read before it is asked for, and only the end of it stays in the page', async () => {
    const id = await detached(
      'yes "0123456789 0123456789 0123456789 0123456789" | head -c 12000000; echo; echo the-end',
    );
    await ended(id);
    const { page } = await dashboard.visit(`/execs/${id}`);
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().includes('/output?')) asked += 1;
    });
    await page.getByText('12 MB are kept. Play them, or show all.').waitFor();
    expect(asked).toBe(0);
    await page.getByRole('button', { name: 'Show all' }).click();
    await output(page).getByText('the-end').waitFor();
    await page.getByText('Only the end is shown').waitFor();
    expect(asked).toBeGreaterThan(20);
    const { length } = (await output(page).textContent()) ?? '';
    expect(length).toBeLessThan(700_000);
  });

  test('obeys nothing that is in it', async () => {
    const id = await detached(
      String.raw`printf '<img src=x onerror=alert(1)>\n\033]0;title\007\033[31mred\033[0m \342\200\256evil\n'`,
    );
    await ended(id);
    const { page } = await dashboard.visit(`/execs/${id}`);
    await output(page).getByText('red').waitFor();
    expect(await output(page).textContent()).toBe('<img src=x onerror=alert(1)>\nred \\u{202e}evil\n');
    expect(await page.locator('img').count()).toBe(0);
    await page.getByRole('checkbox', { name: 'Show terminal codes' }).check();
    await output(page).getByText('\\u{1b}[31mred').waitFor();
    await expectAccessible(page);
  });

  test('that was lost says so', async () => {
    const id = await detached('echo gone');
    await ended(id);
    await rm(join(dashboard.installation.dataDir, 'transcripts', `${id}.transcript`));
    const { page } = await dashboard.visit(`/execs/${id}`);
    await page.getByRole('heading', { name: 'Its output is not kept any more' }).waitFor();
    await expectAccessible(page);
  });
});

test('an exec that is not there says so', async () => {
  const { page } = await dashboard.visit('/execs/exec_aaaaaaaaaaaaaaaa');
  await page.getByRole('alert').filter({ hasText: 'there is no exec' }).waitFor();
  await expectAccessible(page);
});

test('a command with markup, directions and thousands of words is shown harmlessly', async () => {
  const id = await run(['echo', '<b>bold</b>', '\u202Etxt', ...Array.from({ length: 2000 }, () => 'word')]);
  const { page } = await dashboard.visit('/apps/demo/execs');
  const row = rowOf(page, '<b>bold</b>');
  await row.waitFor();
  expect(await row.textContent()).toContain('\\u{202e}txt');
  expect(((await row.textContent()) ?? '').length).toBeLessThan(500);
  await expectAccessible(page);
  await row.getByRole('link').first().click();
  await page.getByRole('heading', { name: `Exec ${id}` }).waitFor();
  expect(await page.getByRole('region', { name: 'Command' }).textContent()).toContain('\\u{202e}txt');
  expect(await page.locator('b').count()).toBe(0);
  await expectAccessible(page);
});
