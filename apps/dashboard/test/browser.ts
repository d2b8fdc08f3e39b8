/**
 * A real browser before a real server. Whatever a page must never do is watched in every test: break the policy,
 * throw, ask another host, keep a secret in storage.
 */
import assert from 'node:assert/strict';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { install, type Installation } from '../../../test/e2e/installation.ts';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const DESKTOP = { width: 1280, height: 860 };
export const PHONE = { width: 390, height: 844 };

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
}

export interface VisitOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colors?: 'light' | 'dark';
  /** Whether to be signed in as the owner; yes unless given. */
  readonly signedIn?: boolean;
  /** Another address the page may ask, once it is known. */
  readonly mayAsk?: () => string;
}

export interface Dashboard {
  readonly installation: Installation;
  readonly url: string;
  /** A browser window of its own, with its own cookies. */
  visit(path: string, options?: VisitOptions): Promise<Visit>;
  /** A one-time link of the owner. */
  loginLink(): Promise<string>;
  /** Calls the API as the owner. */
  api<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Closes every window, and fails if one of them did what it must not. */
  closeVisits(): Promise<void>;
  remove(): Promise<void>;
}

export async function openDashboard(args: readonly string[] = []): Promise<Dashboard> {
  const installation = await install(args);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGUMENTS });
  const open = new Map<BrowserContext, string[]>();

  const api = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await fetch(`${installation.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${installation.session()}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Answer;
  };

  const loginLink = async (): Promise<string> =>
    (await api<{ url: string }>('POST', '/v1/session/link', {})).url;

  return {
    installation,
    get url() {
      return installation.url;
    },
    api,
    loginLink,
    async visit(path, options = {}) {
      const context = await newContext(browser, options);
      const wrongs: string[] = [];
      open.set(context, wrongs);
      if (options.signedIn !== false) await addSession(context, installation.url, await loginLink());
      const page = await context.newPage();
      watch(page, () => [installation.url, options.mayAsk?.() ?? installation.url], wrongs);
      await page.goto(`${installation.url}${path}`);
      return { context, page };
    },
    async closeVisits() {
      const wrongs: string[] = [];
      for (const [context, found] of open) {
        wrongs.push(...found, ...(await secretsInStorage(context)));
        await context.close();
      }
      open.clear();
      assert.deepEqual(wrongs, []);
    },
    async remove() {
      await browser.close();
      await installation.remove();
    },
  };
}

async function newContext(browser: Browser, options: VisitOptions): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: options.viewport ?? DESKTOP,
    colorScheme: options.colors ?? 'light',
    locale: 'en-GB',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(15_000);
  return context;
}

/** Signs in as the page does, outside it. */
async function addSession(context: BrowserContext, url: string, link: string): Promise<void> {
  const answer = await context.request.post(`${url}/v1/session`, {
    headers: { 'x-postern-request': 'test' },
    data: { login_secret: link.replace(/^.*#/, ''), as: 'cookie' },
  });
  if (!answer.ok()) throw new Error(`sign in: ${answer.status()} ${await answer.text()}`);
}

/** The browser's own words for what was refused or not answered; what the page makes of it is tested. */
const UNANSWERED = /^(?:Failed to load resource|WebSocket connection to )/;

function watch(page: Page, own: () => readonly string[], wrongs: string[]): void {
  page.on('pageerror', (error) => wrongs.push(`the page threw: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (/Content.Security.Policy/i.test(text)) wrongs.push(`the policy was broken: ${text}`);
    else if (message.type() === 'error' && !UNANSWERED.test(text)) {
      wrongs.push(`the console says: ${text}`);
    }
  });
  const check = (address: string): void => {
    if (!address.startsWith('blob:') && !own().some((url) => address.startsWith(`${url}/`))) {
      wrongs.push(`another host was asked: ${address}`);
    }
  };
  page.on('request', (request) => check(request.url()));
  page.on('websocket', (socket) => check(socket.url().replace(/^ws/, 'http')));
}

/** Everything a script of the page could keep: no token of any kind may be in it. */
async function secretsInStorage(context: BrowserContext): Promise<string[]> {
  const { origins } = await context.storageState({ indexedDB: true });
  const kept = JSON.stringify(origins);
  const session = await Promise.all(
    context.pages().map((page) => page.evaluate(() => JSON.stringify(Object.entries(sessionStorage)))),
  );
  return [kept, ...session]
    .filter((text) => /fm2_|fm1|fo1_|FlyV1|login_secret/.test(text))
    .map((text) => `a secret is in storage: ${text}`);
}
