/** Settings: the organization, its members, its apps, the signing keys. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { openDashboard, type Dashboard, type Visit } from './browser.ts';

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

const visitSettings = async (): Promise<Visit> => {
  const visit = await dashboard.visit('/orgs/personal/settings');
  await visit.page.getByRole('table', { name: 'Members' }).waitFor();
  await visit.page.getByRole('table', { name: /Generations/ }).waitFor();
  return visit;
};
const dialog = (page: Page) => page.getByRole('dialog');
const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });

interface Organization {
  readonly name: string;
  readonly max_token_lifetime_seconds: number | null;
}
const organization = () => dashboard.api<Organization>('GET', '/v1/orgs/personal');

describe('the organization', () => {
  test('is renamed, and the navigation says so', async () => {
    const { page } = await visitSettings();
    await page.getByRole('textbox', { name: 'Name' }).fill('Acme <b>&</b> Sons');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').waitFor();
    await page.getByRole('option', { name: 'Acme <b>&</b> Sons' }).waitFor({ state: 'attached' });
    expect((await organization()).name).toBe('Acme <b>&</b> Sons');
  });

  test('has a maximum lifetime, which the forms then keep and the server enforces', async () => {
    const { page } = await visitSettings();
    const field = page.getByRole('textbox', { name: 'Longest life of a new token' });
    for (const wrong of ['30 days', '-1h', '0', '5s']) {
      await field.fill(wrong);
      await page.getByText('Write a duration of a minute or more').waitFor();
      await page.getByRole('button', { name: 'Save' }).click();
    }
    expect((await organization()).max_token_lifetime_seconds).toBeNull();
    await field.fill('168h');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').waitFor();
    expect((await organization()).max_token_lifetime_seconds).toBe(604_800);

    await page.getByRole('link', { name: 'demo' }).first().click();
    await page.getByRole('link', { name: 'Create token' }).click();
    await page.getByText('This organization allows 168h0m0s at most.').waitFor();
    expect(await page.getByRole('radio', { name: '30 days' }).count()).toBe(0);
    await page.getByRole('radio', { name: 'Another time' }).check({ force: true });
    await page.getByRole('textbox', { name: /^Lifetime/ }).fill('169h');
    await page.getByRole('textbox', { name: 'Command 1' }).fill('true');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByText('personal allows tokens to live for at most 168h').waitFor();

    await page.goto(`${dashboard.url}/orgs/personal/settings`);
    expect(await field.inputValue()).toBe('168h');
    await field.fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').waitFor();
    expect((await organization()).max_token_lifetime_seconds).toBeNull();
  });
});

describe('members', () => {
  test('are added with a one-time link that signs them in, given a role, and removed', async () => {
    const { page } = await visitSettings();
    await page.getByRole('button', { name: 'Add a member' }).click();
    await expectAccessible(page);
    await dialog(page).getByRole('textbox', { name: 'Email' }).fill('dana@example.com');
    await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('heading', { name: 'dana@example.com is new here' }).waitFor();
    await expectAccessible(page);
    const link = (await dialog(page).getByRole('region', { name: 'the one-time link' }).textContent()) ?? '';
    await dialog(page).getByRole('button', { name: 'Done' }).click();

    const theirs = await dashboard.visit(link.slice(dashboard.url.length), { signedIn: false });
    await theirs.page.getByRole('heading', { name: 'All tokens' }).waitFor();
    await theirs.page.getByRole('link', { name: 'Settings' }).click();
    await theirs.page.getByText('You are a member here').waitFor();
    await theirs.page.getByText('Admins of the server’s first organization look after them').waitFor();
    expect(await theirs.page.getByRole('button', { name: /Add a member|Save|Remove|Rotate/ }).count()).toBe(
      0,
    );
    await expectAccessible(theirs.page);

    await page.getByRole('combobox', { name: 'Role of dana@example.com' }).selectOption('admin');
    await expect.poll(() => roles()).toMatchObject({ 'dana@example.com': 'admin' });
    await theirs.page.reload();
    await theirs.page.getByRole('button', { name: 'Add a member' }).waitFor();
    await page.getByRole('combobox', { name: 'Role of dana@example.com' }).selectOption('member');
    await expect.poll(() => roles()).toMatchObject({ 'dana@example.com': 'member' });

    await page.getByRole('button', { name: 'Remove dana@example.com' }).click();
    await dialog(page).getByText('Tokens they made go on working').waitFor();
    await dialog(page).getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('button', { name: 'Remove dana@example.com' }).waitFor({ state: 'detached' });
    expect(Object.keys(await roles())).not.toContain('dana@example.com');
    await theirs.page.reload();
    await theirs.page.getByRole('alert').filter({ hasText: 'there is no organization' }).waitFor();
  });

  test('always hold an admin: the server refuses the last one’s leaving, and the page says why', async () => {
    const { page } = await visitSettings();
    const [me = ''] = Object.keys(await roles());
    await page.getByRole('combobox', { name: `Role of ${me}` }).selectOption('member');
    const refusal = page.getByRole('alert').filter({ hasText: 'an organization keeps at least one admin' });
    await refusal.waitFor();
    await page.getByRole('button', { name: `Remove ${me}` }).click();
    await dialog(page).getByRole('button', { name: 'Remove', exact: true }).click();
    await dialog(page).getByText('an organization keeps at least one admin').waitFor();
    await expectAccessible(page);
    expect(await roles()).toEqual({ [me]: 'admin' });
    expect(await page.getByRole('combobox', { name: `Role of ${me}` }).inputValue()).toBe('admin');
  });

  test('with an address that is none are refused', async () => {
    const { page } = await visitSettings();
    const before = await roles();
    await page.getByRole('button', { name: 'Add a member' }).click();
    await dialog(page).getByRole('textbox', { name: 'Email' }).fill('a@b"c');
    await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
    await expect
      .poll(
        async () =>
          (await page.getByRole('alert').count()) > 0 ||
          dialog(page)
            .getByRole('textbox', { name: 'Email' })
            .evaluate((input: HTMLInputElement) => !input.validity.valid),
      )
      .toBe(true);
    expect(await roles()).toEqual(before);
  });
});

describe('apps', () => {
  test('are created, recorded as said, renamed, and deleted after their name is typed', async () => {
    const { page } = await visitSettings();
    await page.getByRole('button', { name: 'Create an app' }).click();
    await dialog(page).getByRole('textbox', { name: 'Name' }).fill('Shop!');
    await dialog(page).getByRole('button', { name: 'Create' }).click();
    await dialog(page).getByRole('alert').waitFor();
    await dialog(page).getByRole('textbox', { name: 'Name' }).fill('shop');
    await dialog(page).getByRole('button', { name: 'Create' }).click();
    await page.getByRole('combobox', { name: 'Recording of shop' }).waitFor();
    // The navigation hears of it over the stream of events.
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'shop' }).waitFor();

    for (const mode of ['metadata', 'full', 'off']) {
      await page.getByRole('combobox', { name: 'Recording of shop' }).selectOption(mode);
      await expect.poll(() => recordOf('shop')).toBe(mode);
    }
    await page.getByRole('button', { name: 'Rename shop' }).click();
    await expectAccessible(page);
    await dialog(page).getByRole('textbox', { name: 'New name' }).fill('store');
    await dialog(page).getByRole('button', { name: 'Rename' }).click();
    await rowOf(page, 'store').waitFor();
    expect(await recordOf('store')).toBe('off');

    await dashboard.api('POST', '/v1/apps/store/tokens', { commands: [{ args: ['true'] }] });
    await page.getByRole('button', { name: 'Delete store' }).click();
    await dialog(page).getByText('1 live token, revoked at once').waitFor();
    await expectAccessible(page);
    const button = dialog(page).getByRole('button', { name: 'Delete the app' });
    expect(await button.isDisabled()).toBe(true);
    await dialog(page).getByRole('textbox').fill('stor');
    expect(await button.isDisabled()).toBe(true);
    await page.keyboard.press('Enter');
    expect(await recordOf('store')).toBe('off');
    await dialog(page).getByRole('textbox').fill('store');
    await button.click();
    await page.getByRole('button', { name: 'Delete store' }).waitFor({ state: 'detached' });
    await expect(recordOf('store')).rejects.toThrow('404');
  });
});

describe('signing keys', () => {
  test('are rotated, and retired only with the number of tokens that die', async () => {
    const { record } = await dashboard.api<{ record: { id: string } }>('POST', '/v1/apps/demo/tokens', {
      commands: [{ args: ['true'] }],
    });
    const { page } = await visitSettings();
    expect(await page.getByRole('button', { name: /^Retire/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Rotate' }).click();
    await dialog(page).getByRole('button', { name: 'Make a new key' }).click();
    await page.getByRole('button', { name: 'Retire generation 1' }).waitFor();
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Retire generation 1' }).click();
    await dialog(page).getByRole('button', { name: 'Retire it and end' }).waitFor();
    // One of them dies before the reader has answered: the number is no longer what they were told.
    await dashboard.api('POST', `/v1/tokens/${record.id}/revoke`, {});
    await dialog(page).getByRole('button', { name: 'Retire it and end' }).click();
    await dialog(page).getByText('live tokens would die, not').waitFor();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Retire generation 1' }).click();
    await dialog(page)
      .getByRole('button', { name: /^Retire it/ })
      .click();
    await page.getByText('Retired', { exact: true }).waitFor();
    const { keys } = await dashboard.api<{ keys: { state: string }[] }>('GET', '/v1/keys');
    expect(keys.map(({ state }) => state)).toEqual(['retired', 'active']);
  });
});

async function roles(): Promise<Record<string, string>> {
  const { members } = await dashboard.api<{ members: { user: { email: string }; role: string }[] }>(
    'GET',
    '/v1/orgs/personal/members',
  );
  return Object.fromEntries(members.map(({ user, role }) => [user.email, role]));
}

async function recordOf(app: string): Promise<string> {
  return (await dashboard.api<{ record: string }>('GET', `/v1/apps/${app}`)).record;
}
