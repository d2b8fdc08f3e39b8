/**
 * The pictures of docs/dashboard.md, taken of the real pages before a real server: `npm run screenshots`. A server of
 * its own is filled with a few weeks of use and removed again.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ROOT } from '../../../test/e2e/installation.ts';
import { DESKTOP, openDashboard, PHONE, type Dashboard, type VisitOptions } from './browser.ts';
import { smallPng } from './small-png.ts';
import { tellStory, type Story } from './story.ts';

const FOLDER = join(ROOT, 'docs/images');

interface Shot {
  readonly name: string;
  readonly path: (story: Story) => string;
  /** Brings the page to what is shown, and waits for it. */
  readonly until: (page: Page, story: Story) => Promise<void>;
  readonly options?: VisitOptions;
}

const dark: VisitOptions = { colors: 'dark' };
const heading = (page: Page, name: string) => page.getByRole('heading', { name }).first().waitFor();

const SHOTS: readonly Shot[] = [
  {
    name: 'sign-in',
    path: () => '/',
    until: (page) => heading(page, 'Sign in'),
    options: { signedIn: false, viewport: { width: 900, height: 640 } },
  },
  {
    name: 'tokens',
    path: () => '/apps/shop/tokens',
    until: (page) => page.getByRole('link', { name: 'coding agent' }).waitFor(),
  },
  {
    name: 'tokens-dark',
    path: () => '/orgs/personal/tokens?status=long_lived',
    until: (page) => page.getByRole('table').waitFor(),
    options: dark,
  },
  {
    name: 'revoke',
    path: () => '/apps/shop/tokens',
    until: async (page) => {
      await page.getByRole('button', { name: 'Revoke nightly migration' }).click();
      await page.getByRole('dialog').getByText('Last used').waitFor();
    },
  },
  {
    name: 'create-token',
    path: () => '/apps/shop/tokens/new',
    until: async (page) => {
      await page.getByRole('textbox', { name: 'Command 1' }).fill('systemctl restart {web|worker}');
      await page.getByRole('combobox', { name: /command 1/ }).selectOption('a form with holes');
      await page.getByRole('textbox', { name: 'Name' }).fill('contractor');
      await page.getByRole('textbox', { name: 'Would this be allowed?' }).fill('systemctl restart db');
      await page.getByText('Refused', { exact: true }).waitFor();
    },
  },
  {
    name: 'token-shown',
    path: () => '/apps/shop/tokens/new',
    until: async (page) => {
      await page.getByRole('textbox', { name: 'Command 1' }).fill('git status');
      await page.getByRole('textbox', { name: 'Name' }).fill('status board');
      await page.getByRole('button', { name: 'Create token' }).click();
      await heading(page, 'The token is ready');
    },
    options: dark,
  },
  {
    name: 'token',
    path: ({ used }) => `/tokens/${used}`,
    until: (page) => page.getByText('allowed and').first().waitFor({ state: 'attached' }),
  },
  {
    name: 'narrow',
    path: ({ ran }) => `/tokens/${ran}`,
    until: async (page) => {
      await page.getByRole('button', { name: 'Narrow' }).click();
      await page.getByText('The new token allows').waitFor();
    },
    options: dark,
  },
  {
    name: 'inspect',
    path: () => '/inspect',
    until: async (page, { token }) => {
      await page.getByRole('textbox', { name: 'Token' }).fill(token);
      await page.getByText('Decoded, not verified').waitFor();
    },
  },
  {
    name: 'machines',
    path: () => '/apps/shop/machines',
    until: (page) => page.getByRole('table').waitFor(),
  },
  {
    name: 'run',
    path: () => '/apps/shop/run',
    until: async (page) => {
      await page.getByRole('textbox', { name: 'Command' }).fill('ls -l /proc/self/fd');
      await page.keyboard.press('Enter');
      await page.getByText('Exited with code 0').waitFor();
    },
  },
  {
    name: 'execs',
    path: () => '/apps/shop/execs',
    until: (page) => page.getByRole('table').waitFor(),
  },
  {
    name: 'exec',
    path: ({ exec }) => `/execs/${exec}`,
    until: (page) => page.getByText('migrate orders').nth(1).waitFor(),
    options: dark,
  },
  {
    name: 'audit',
    path: () => '/orgs/personal/audit',
    until: (page) => page.getByRole('table').waitFor(),
  },
  {
    name: 'settings',
    path: () => '/orgs/personal/settings',
    until: (page) => page.getByRole('table', { name: /Generations/ }).waitFor(),
    options: { viewport: { width: DESKTOP.width, height: 1240 } },
  },
  {
    name: 'phone',
    path: () => '/apps/shop/tokens',
    until: (page) => page.getByRole('link', { name: 'coding agent' }).waitFor(),
    options: { viewport: PHONE },
  },
];

async function take(dashboard: Dashboard, story: Story, shot: Shot): Promise<void> {
  const { page } = await dashboard.visit(shot.path(story), shot.options);
  await shot.until(page, story);
  // What came with the last answer is drawn, and no cursor blinks.
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"], .loading') === null);
  const taken = await page.screenshot({ caret: 'hide', animations: 'disabled' });
  await writeFile(join(FOLDER, `${shot.name}.png`), smallPng(taken));
}

await mkdir(FOLDER, { recursive: true });
const dashboard = await openDashboard();
try {
  const story = await tellStory(dashboard);
  for (const shot of SHOTS) await take(dashboard, story, shot);
  await dashboard.closeVisits();
} finally {
  await dashboard.remove();
}
