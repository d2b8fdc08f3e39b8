/** Who asks: looked up from the credentials, before anything is allowed. */
import { PosternError } from '@postern/contract';
import type { Person } from '@postern/authority';
import type { Services } from '../services.ts';
import { CSRF_HEADER, readCredentials } from './credentials.ts';
import type { HeaderView } from './node-request.ts';

export type { Person } from '@postern/authority';

export type Caller =
  | { readonly kind: 'nobody' }
  | {
      readonly kind: 'person';
      readonly person: Person;
      readonly sessionToken: string;
      readonly fromCookie: boolean;
    }
  /** Macaroons, not verified yet. */
  | { readonly kind: 'token'; readonly header: string };

/**
 * @param changes whether the request may change something; then a cookie alone is not enough.
 * @throws PosternError `origin_refused` for a change from another site, AuthorityError for a bad session.
 */
export async function findCaller(headers: HeaderView, changes: boolean, services: Services): Promise<Caller> {
  const { session, macaroons, fromCookie } = readCredentials(headers);
  if (session !== undefined) {
    if (fromCookie && changes) requireOwnPage(headers);
    const person = await services.authority.verifySession(session);
    return { kind: 'person', person, sessionToken: session, fromCookie };
  }
  return macaroons === undefined ? { kind: 'nobody' } : { kind: 'token', header: macaroons };
}

/** A cookie travels with any request to us; only a script of our own page can add this header. */
function requireOwnPage(headers: HeaderView): void {
  requireOwnSite(headers);
  if (headers.get(CSRF_HEADER) === null) {
    throw new PosternError(
      'origin_refused',
      'a change with a session cookie must come from the dashboard itself',
    );
  }
}

/** A browser says which page a change comes from. @throws PosternError `origin_refused` for one that is not ours. */
export function requireOwnSite(headers: HeaderView): void {
  const origin = headers.get('origin');
  if (origin !== null && URL.parse(origin)?.host !== headers.get('host')) {
    throw new PosternError('origin_refused', 'a change asked for by a page of another site');
  }
}

/** @throws PosternError `unauthenticated` or `session_required`. */
export function requirePerson(caller: Caller): Person {
  if (caller.kind === 'person') return caller.person;
  if (caller.kind === 'token') {
    throw new PosternError(
      'session_required',
      'a scoped token cannot manage anything; this needs a signed-in person',
      {
        hint: 'sign in with `postern auth login`',
      },
    );
  }
  throw new PosternError('unauthenticated', 'no token was presented', {
    hint: 'send `Authorization: Bearer <token>`, or sign in with `postern auth login`',
  });
}
