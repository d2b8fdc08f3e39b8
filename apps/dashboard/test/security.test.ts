/** What the pages refuse: foreign scripts and frames, changes from elsewhere, names that pretend to be something. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDashboard, type Dashboard } from './browser.ts';

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

const PAGES = ['/', '/login', '/orgs/personal/tokens', '/apps/demo/tokens/new', '/inspect', '/no/such/page'];

describe('the policy of the pages', () => {
  test.each(PAGES)('%s allows its own files and nothing else', async (path) => {
    const answer = await fetch(`${dashboard.url}${path}`, { headers: { accept: 'text/html' } });
    const html = await answer.text();
    const policy = new Map(
      (answer.headers.get('content-security-policy') ?? '').split('; ').map((part) => {
        const [name = '', ...values] = part.split(' ');
        return [name, values.join(' ')];
      }),
    );
    expect(Object.fromEntries(policy)).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self'",
      'connect-src': "'self'",
      'form-action': "'self'",
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
    });
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    // Every script and style is a file of ours.
    for (const [tag] of html.matchAll(/<(?:script|style|link)\b[^>]*>/g)) {
      expect(tag).toMatch(/(?:src|href)="\/assets\/[\w-]+\.(?:js|css|svg)"/);
    }
    expect(html).not.toMatch(/ on\w+=|javascript:|<style/i);
  });

  test('a script that was put into a page anyway does not run', async () => {
    const { page } = await dashboard.visit('/apps/demo/tokens');
    await page.getByRole('heading', { name: 'Tokens of demo' }).waitFor();
    const intruded = await page.evaluate(async () => {
      const missing = new Set(['script-src-elem', 'connect-src', 'img-src']);
      const refused = new Promise<void>((done) => {
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
          missing.delete(effectiveDirective);
          if (missing.size === 0) done();
        });
      });
      const script = document.createElement('script');
      script.textContent = 'globalThis.intruded = true';
      document.body.append(script);
      const image = document.createElement('img');
      image.setAttribute('onerror', 'globalThis.intruded = true');
      image.src = 'https://elsewhere.example/pixel';
      document.body.append(image);
      await fetch('https://elsewhere.example/').catch(() => undefined);
      await refused;
      return 'intruded' in globalThis;
    });
    expect(intruded).toBe(false);
    // This one broke the policy on purpose.
    await expect(dashboard.closeVisits()).rejects.toThrow('the policy was broken');
  });

  test('no page of another site can show it in a frame', async () => {
    const { page } = await dashboard.visit('/inspect');
    const other = await serve(`<iframe src="${dashboard.url}/apps/demo/tokens"></iframe>`);
    try {
      const framing = await page.context().newPage();
      await framing.goto(other.url);
      await expect.poll(() => framing.frames()[1]?.url()).toMatch(/^chrome-error:/);
    } finally {
      await other.close();
    }
  });
});

describe('changes asked for from elsewhere', () => {
  const count = async () =>
    (await dashboard.api<{ total: number }>('GET', '/v1/apps/demo/tokens?limit=1')).total;

  test('a form of another site posts without the cookie, and a request with it is refused', async () => {
    const { context } = await dashboard.visit('/inspect');
    const before = await count();
    const [cookie] = await context.cookies();
    const other = await serve(
      `<form method="post" enctype="text/plain" action="${dashboard.url}/v1/apps/demo/tokens">
         <input name='{"name":"forged","x":"' value='"}'></form>`,
    );
    try {
      const forging = await context.newPage();
      await forging.goto(other.url);
      const posted = forging.waitForRequest((request) => request.method() === 'POST');
      await forging.evaluate(() => document.querySelector('form')?.submit());
      const request = await posted;
      expect((await request.allHeaders())['cookie'] ?? '').not.toContain('postern_session');
      expect((await request.response())?.status()).toBeGreaterThanOrEqual(400);
    } finally {
      await other.close();
    }
    // Were the cookie sent all the same, as an old browser may:
    const headers = { cookie: `postern_session=${cookie?.value ?? ''}`, 'content-type': 'application/json' };
    const attempts: readonly Record<string, string>[] = [
      {},
      { origin: 'https://elsewhere.example', 'x-postern-request': 'dashboard' },
      { origin: 'null', 'x-postern-request': 'dashboard' },
      { origin: dashboard.url },
    ];
    for (const more of attempts) {
      const answer = await fetch(`${dashboard.url}/v1/apps/demo/tokens`, {
        method: 'POST',
        headers: { ...headers, ...more },
        body: '{}',
      });
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ code: 'origin_refused' });
    }
    expect(await count()).toBe(before);
  });

  test('no page elsewhere can read an answer', async () => {
    const { page } = await dashboard.visit('/inspect');
    const other = await serve('<p>elsewhere</p>');
    try {
      const reading = await page.context().newPage();
      await reading.goto(other.url);
      const read = await reading.evaluate(
        (url) =>
          fetch(url, { credentials: 'include' }).then(
            () => 'read',
            () => 'refused',
          ),
        `${dashboard.url}/v1/session`,
      );
      expect(read).toBe('refused');
    } finally {
      await other.close();
    }
  });
});

describe('names of strangers', () => {
  const MARKUP = '<img src=x onerror="globalThis.intruded=1"><b>bold</b>';
  const TURNED = 'safe\u202egnp.exe\u2066';
  const CONTROLS = 'bell\u0007\u001b[31mred\u200bzero\u0000';
  const LONG = 'w'.repeat(180);
  const UNSEEN = ['\u0007', '\u001b', '\u200b', '\u202e', '\u2066'];

  test('markup, direction marks, controls and long words are shown harmlessly on every page', async () => {
    const made: string[] = [];
    for (const name of [MARKUP, TURNED, CONTROLS, LONG]) {
      const { record } = await dashboard.api<{ record: { id: string } }>('POST', '/v1/apps/demo/tokens', {
        name,
        commands: [{ args: ['echo', name.replaceAll('\u0000', '')], exact: true }],
      });
      made.push(record.id);
    }
    const { page } = await dashboard.visit('/apps/demo/tokens?sort=name');
    const shown = {
      markup: MARKUP,
      turned: 'safe\\u{202e}gnp.exe\\u{2066}',
      controls: 'bell\\u{7}\\u{1b}[31mred\\u{200b}zero\\u{0}',
    };
    for (const text of Object.values(shown)) await page.getByRole('link', { name: text }).waitFor();
    await harmless();
    await page.getByRole('checkbox', { name: 'Select every live token of this page' }).check();
    await page.getByRole('button', { name: 'Revoke all 4' }).click();
    await page.getByRole('dialog').getByText(shown.turned).waitFor();
    await harmless();
    for (const [index, text] of Object.values(shown).entries()) {
      await page.goto(`${dashboard.url}/tokens/${made[index] ?? ''}`);
      await page.getByRole('heading', { level: 1, name: text }).waitFor();
      expect(await page.title()).toBe(`${text} · Postern`);
      await page.getByText('Caveats as JSON').click();
      await page.getByText('token.mint').waitFor();
      await harmless();
    }

    async function harmless(): Promise<void> {
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const found = await page.evaluate(
          (unseen) => ({
            images: document.querySelectorAll('#page img').length,
            intruded: 'intruded' in globalThis,
            unseen: unseen.filter((char) => document.body.innerText.includes(char)),
            wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          }),
          UNSEEN,
        );
        expect(found).toEqual({ images: 0, intruded: false, unseen: [], wide: 0 });
      }
    }
  });

  test('in an address are names, not paths or markup', async () => {
    const { page } = await dashboard.visit(`/apps/${encodeURIComponent('<b>x</b>\u202e/../..')}/tokens`);
    await page.getByRole('heading', { level: 1, name: 'Tokens of <b>x</b>\\u{202e}/../..' }).waitFor();
    await page.getByRole('alert').waitFor();
    expect(await page.locator('#page b').count()).toBe(0);
  });
});

interface OtherSite {
  readonly url: string;
  close(): Promise<void>;
}

/** A page on `localhost`: another site than the server's 127.0.0.1. */
async function serve(html: string): Promise<OtherSite> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html>${html}`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
