/**
 * What a request presents, taken apart by form alone. Nothing here is verified: a session token is only a string
 * that looks like one, and `macaroons` is text for the authority to decode.
 */
import { LIMITS, PosternError } from '@postern/contract';
import type { HeaderView } from './node-request.ts';

/** The cookie of a browser session. `__Host-` needs https, which a loopback server does not have. */
export const SESSION_COOKIE = 'postern_session';

/** A header only a script of our own page can send: a form or a link from elsewhere cannot add it. */
export const CSRF_HEADER = 'x-postern-request';

export interface Credentials {
  /** Session token, `fo1_…`, from the header or the cookie. */
  readonly session: string | undefined;
  /** Comma-joined macaroons without a scheme. */
  readonly macaroons: string | undefined;
  /** Whether the session came from a cookie, so that changes need proof of our own page. */
  readonly fromCookie: boolean;
}

/**
 * Accepts `Bearer` and `FlyV1` in any case and repeated (`Bearer FlyV1 fm2_…`), comma lists and mixed kinds, as
 * flyctl and its users send them.
 *
 * @throws PosternError `unauthenticated` when the header is longer than its limit or holds no token.
 */
export function readCredentials(headers: HeaderView): Credentials {
  const authorization = headers.get('authorization');
  if (authorization === null) {
    const session = readCookie(headers.get('cookie') ?? '', SESSION_COOKIE);
    return { session, macaroons: undefined, fromCookie: session !== undefined };
  }
  if (authorization.length > LIMITS.authorizationBytes) {
    throw new PosternError(
      'unauthenticated',
      `the Authorization header is longer than ${LIMITS.authorizationBytes} bytes`,
    );
  }
  const parts = stripSchemes(authorization)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) {
    // flyctl looks at its tokens before it sends them. Who has an old one shall not look for a missing one.
    throw new PosternError(
      'unauthenticated',
      'no token was presented: the Authorization header is empty; flyctl leaves out a token that has expired',
      { hint: 'ask for a new token, or sign in again' },
    );
  }
  const session = parts.find((part) => part.startsWith('fo1_'));
  const macaroons = parts.filter((part) => !part.startsWith('fo1_'));
  return {
    session,
    macaroons: macaroons.length === 0 ? undefined : macaroons.join(','),
    fromCookie: false,
  };
}

function stripSchemes(header: string): string {
  let rest = header.trim();
  for (;;) {
    const match = /^(?:FlyV1|Bearer)(?:\s+|$)/i.exec(rest);
    if (match === null) return rest;
    rest = rest.slice(match[0].length).trim();
  }
}

function readCookie(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
