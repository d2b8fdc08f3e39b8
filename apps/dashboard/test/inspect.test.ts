/** Inspect: any pasted token is taken apart in the browser; nothing of it is sent or kept. */
import { randomBytes } from 'node:crypto';
import { inspect, parseHeader, stringifyExactJson } from '@postern/token';
import type { Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { openDashboard, type Dashboard } from './browser.ts';

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

const field = (page: Page) => page.getByRole('textbox', { name: 'Token' });

async function openInspect(): Promise<Page> {
  const { page } = await dashboard.visit('/inspect');
  await page.getByRole('heading', { name: 'Inspect a token' }).waitFor();
  return page;
}

const mint = async (body: object): Promise<string> =>
  (await dashboard.api<{ token: string }>('POST', '/v1/apps/demo/tokens', body)).token;

async function postern(...words: string[]): Promise<string> {
  const { stdout, stderr, code } = await dashboard.installation.postern(words);
  if (code !== 0) throw new Error(stderr);
  return stdout.toString().trim();
}

describe('inspect', () => {
  test('shows what a token says, in words and as the JSON the command line shows', async () => {
    const token = await mint({
      commands: [{ args: ['systemctl', 'restart', 'web'], exact: true }, { args: ['git', 'log'] }],
      machines: [dashboard.installation.machine],
      expiry: '1h',
    });
    const page = await openInspect();
    await field(page).fill(token);
    const shown = page.getByRole('region', { name: 'The token', exact: true });
    for (const text of ['systemctl restart web', 'git log', `only on ${dashboard.installation.machine}`]) {
      await shown.getByText(text).first().waitFor();
    }
    await shown.getByText('Only a server with the key can tell whether it is genuine').waitFor();
    await shown.getByText('As JSON').click();
    const json = await shown.getByRole('region', { name: 'The token as JSON' }).innerText();
    const [parsed] = parseHeader(token);
    if (parsed === undefined) throw new Error('the token was not read');
    expect(JSON.parse(json)).toEqual(JSON.parse(stringifyExactJson(inspect(parsed))));
    const tryBox = shown.getByRole('textbox', { name: 'Would this be allowed?' });
    await tryBox.fill('git log -1');
    await shown.getByText('Allowed', { exact: true }).waitFor();
    await tryBox.fill('git push');
    await shown.getByText('Refused', { exact: true }).waitFor();
  });

  test('sends nothing of it, whatever is done with it', async () => {
    const token = await mint({ commands: [{ args: ['uname'] }] });
    const page = await openInspect();
    const sent: Promise<string>[] = [];
    page.on('request', (request) => sent.push(everythingIn(request)));
    await field(page).fill(token);
    await page.getByRole('textbox', { name: 'Would this be allowed?' }).fill('uname -a');
    await page.getByText('As JSON').click();
    await page.getByRole('link', { name: 'All tokens' }).click();
    await page.getByRole('heading', { name: 'All tokens' }).waitFor();
    await page.getByRole('table').waitFor();
    await page.goBack();
    // And it is not kept.
    await page.getByRole('heading', { name: 'Paste a token above' }).waitFor();
    expect(await field(page).inputValue()).toBe('');
    const texts = await Promise.all(sent);
    expect(texts.length).toBeGreaterThan(0);
    const secret = token.replace('FlyV1 fm2_', '');
    for (let at = 0; at + 12 <= secret.length; at += 6) {
      const part = secret.slice(at, at + 12);
      for (const text of texts) expect(text).not.toContain(part);
    }
  });

  test('names third parties and asks the rest', async () => {
    const token = await mint({ commands: [{ args: ['uname'], exact: true }] });
    const secret = randomBytes(32).toString('base64');
    const bound = await postern(
      'tokens',
      '3p',
      'add',
      '-t',
      token,
      '-l',
      'https://auth.example',
      '-S',
      secret,
    );
    const page = await openInspect();
    await field(page).fill(bound);
    await page.getByText('It needs somebody else’s word').waitFor();
    await page.getByText('https://auth.example').first().waitFor();
    await page.getByRole('textbox', { name: 'Would this be allowed?' }).fill('uname');
    await page.getByText('Allowed', { exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'Would this be allowed?' }).fill('id');
    await page.getByText('Refused', { exact: true }).waitFor();
    await expectAccessible(page);
  });

  test('takes several at once, in every spelling a header has', async () => {
    const first = await mint({ commands: [{ args: ['first'] }] });
    const second = await mint({ commands: [{ args: ['second'] }], expiry: '' });
    const page = await openInspect();
    await field(page).fill(`Bearer ${first},${second.replace('FlyV1 ', '')}`);
    await page.getByRole('region', { name: 'Token 1' }).getByText('first').first().waitFor();
    await page.getByRole('region', { name: 'Token 2' }).getByText('It never expires.').waitFor();
    await expectAccessible(page);
    // A terminal breaks long lines.
    await field(page).fill(first.replace(/(.{60})/g, '$1\n'));
    await page.getByRole('region', { name: 'The token', exact: true }).getByText('first').first().waitFor();
    await page.getByRole('button', { name: 'Forget it' }).click();
    expect(await field(page).inputValue()).toBe('');
    await page.getByRole('heading', { name: 'Paste a token above' }).waitFor();
  });

  test('narrowed offline: every list of commands must allow', async () => {
    const wide = await mint({ commands: [{ args: ['git'] }] });
    const narrow = await postern('tokens', 'attenuate', '-t', wide, '--command', 'git status', '--for', '5m');
    const page = await openInspect();
    await field(page).fill(narrow);
    await page.getByText('and only if also', { exact: true }).waitFor();
    const tryBox = page.getByRole('textbox', { name: 'Would this be allowed?' });
    await tryBox.fill('git push');
    await page.getByText('Refused', { exact: true }).waitFor();
    await tryBox.fill('git status');
    await page.getByText('Allowed', { exact: true }).waitFor();
  });
});

describe('what cannot be read', () => {
  test('is said to be so, and breaks nothing', async () => {
    const token = await mint({ commands: [{ args: ['uname'] }] });
    const page = await openInspect();
    const body = token.replace('FlyV1 ', '');
    const bad = [
      'hello',
      'FlyV1',
      'fm2_',
      'fm2_%%%%',
      body.slice(0, -7),
      `${body}AAAA`,
      body.replace('fm2_', 'fm3_'),
      `${body.slice(0, 40)}!${body.slice(41)}`,
      `${body},nonsense`,
      `fm2_${'A'.repeat(100_000)}`,
      '<img src=x onerror=alert(1)>\u202e',
      '\u0000\u0001',
    ];
    for (const text of bad) {
      await field(page).fill(text);
      await page.getByText('This cannot be read').waitFor();
      expect(await page.getByRole('region', { name: /^(?:The token|Token \d)$/ }).count()).toBe(0);
    }
    await expectAccessible(page);
    await field(page).fill(dashboard.installation.session());
    await page.getByText('This is a session, not a token').waitFor();
    await field(page).fill('');
    await page.getByRole('heading', { name: 'Paste a token above' }).waitFor();
  });
});

async function everythingIn(request: Request): Promise<string> {
  const headers = await request.allHeaders();
  return [request.url(), JSON.stringify(headers), request.postData() ?? ''].join('\n');
}
