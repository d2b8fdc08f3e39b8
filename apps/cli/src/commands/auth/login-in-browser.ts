/**
 * Sign-in by way of a browser, in flyctl's protocol: a session of the command line with a PKCE challenge, approved
 * on a page of the server, which brings a code back over a loopback address or shows it for pasting.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { hostname } from 'node:os';
import { readError } from '@postern/client';
import { PosternError } from '@postern/contract/errors';
import type { Io } from '../../core/io.ts';
import { ask, mayAsk } from '../../core/prompt.ts';
import { say } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { awaitCallback } from './await-callback.ts';
import { openBrowser } from './open-browser.ts';

const EXPIRES_AFTER_MILLISECONDS = 15 * 60 * 1000;

/** @returns the session token. @throws PosternError `login_failed` when it was declined or took too long. */
export async function loginInBrowser(io: Io, server: string, noBrowser: boolean): Promise<string> {
  if (!mayAsk(io)) {
    throw new PosternError('login_failed', 'postern auth login requires an interactive terminal', {
      hint: 'in headless environments set POSTERN_TOKEN to a token made with `postern tokens create`, or use --link',
    });
  }
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(32).toString('base64url');
  const expired = new AbortController();
  const timer = setTimeout(() => expired.abort(), EXPIRES_AFTER_MILLISECONDS);
  const callback = await awaitCallback((given) => sameText(given, state));
  try {
    const session = await openSession(io, server, {
      name: hostname(),
      signup: false,
      target: 'auth',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      state,
      ...(callback === undefined ? {} : { redirect_port: callback.port }),
    });
    const opened = !noBrowser && (await openBrowser(io, session.authUrl));
    say(
      io,
      opened
        ? `Opening ${safeText(session.authUrl)} ...`
        : `Copy the url (${safeText(session.authUrl)}) into a browser and continue`,
    );
    for (;;) {
      const code = await nextCode(io, callback?.code, expired.signal);
      const token = await redeem(io, server, session.id, code, verifier);
      if (token !== undefined) return token;
      say(io, "That code didn't work.");
    }
  } finally {
    clearTimeout(timer);
    callback?.close();
  }
}

/** A code from the page or from the keyboard, whichever comes first. */
async function nextCode(io: Io, called: Promise<string> | undefined, expired: AbortSignal): Promise<string> {
  const typing = new AbortController();
  const tooLate = new Promise<never>((_resolve, reject) => {
    const late = (): void => reject(new PosternError('login_failed', 'Login expired, please try again'));
    if (expired.aborted) late();
    else expired.addEventListener('abort', late, { once: true });
  });
  try {
    return await Promise.race([
      ask(io, 'paste code here if prompted > ', typing.signal),
      tooLate,
      ...(called === undefined ? [] : [called]),
    ]);
  } finally {
    typing.abort();
  }
}

async function openSession(
  io: Io,
  server: string,
  body: Readonly<Record<string, unknown>>,
): Promise<{ id: string; authUrl: string }> {
  const response = await post(io, `${server}/api/v1/cli_sessions`, body);
  if (response.status !== 201) throw readError(response);
  const answer = readObject(response.text);
  const [id, authUrl] = [answer['id'], answer['auth_url']];
  if (typeof id !== 'string' || typeof authUrl !== 'string' || !/^https?:\/\//.test(authUrl)) {
    throw new PosternError('login_failed', 'an unknown server error occurred, please try again');
  }
  return { id, authUrl };
}

/** @returns the token, or undefined for a code that is wrong. */
async function redeem(
  io: Io,
  server: string,
  id: string,
  code: string,
  verifier: string,
): Promise<string | undefined> {
  const url = `${server}/api/v1/cli_sessions/${encodeURIComponent(id)}/redeem`;
  const response = await post(io, url, { code, code_verifier: verifier });
  if (response.status === 404) {
    throw new PosternError('login_failed', 'login session expired, please try again');
  }
  if (response.status === 200) {
    const token = readObject(response.text)['access_token'];
    if (typeof token === 'string' && token !== '') return token;
    throw new PosternError('login_failed', 'failed to log in, please try again');
  }
  if (readObject(response.text)['error'] === 'invalid_code') return undefined;
  throw readError(response);
}

function post(io: Io, url: string, body: Readonly<Record<string, unknown>>) {
  return io.transport({
    method: 'POST',
    url,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
