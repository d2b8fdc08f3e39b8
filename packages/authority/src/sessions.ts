/** Sessions of people: opaque tokens, kept as hashes, and one-time login secrets that make them. */
import { StoreError } from '@postern/store';
import { auditEntry, commitAudited } from './audit.ts';
import type { AuthorityContext, Origin, Person } from './context.ts';
import { AuthorityError } from './errors.ts';
import { hashSecret, newSecret } from './ids.ts';

const DAY_MS = 86_400_000;
export const SESSION_LIFETIME_MS: number = 30 * DAY_MS;
export const LOGIN_LIFETIME_MS: number = 15 * 60_000;

export interface NewSession {
  /** Shown once. */
  readonly token: string;
  readonly person: Person;
  readonly expiresAt: number;
}

/** Signs a person in without asking anything: first start, and after a login was proven otherwise. */
export async function createSession(
  context: AuthorityContext,
  person: Person,
  origin: Origin,
  how: string,
): Promise<NewSession> {
  const at = context.now();
  const token = newSecret('fo1');
  const expiresAt = at + SESSION_LIFETIME_MS;
  await commitAudited(context.store, [
    auditEntry({
      at,
      action: 'session.create',
      outcome: 'done',
      actor: `user:${person.email}`,
      ...origin,
      reason: how,
    }),
    { kind: 'session.insert', hash: hashSecret(token), userId: person.userId, at, expiresAt },
  ]);
  return { token, person, expiresAt };
}

/** @throws AuthorityError `session_invalid`; the same for unknown, ended and expired ones. */
export async function verifySession(context: AuthorityContext, token: string): Promise<Person> {
  const session = await context.store.findSession(hashSecret(token), context.now());
  if (session === undefined) {
    throw new AuthorityError('session_invalid', 'the session is unknown, ended or expired', {
      hint: 'sign in again with `postern auth login`',
    });
  }
  const { id, publicId, email } = session.user;
  return { userId: id, publicId, email };
}

export async function endSession(
  context: AuthorityContext,
  person: Person,
  token: string,
  origin: Origin,
): Promise<void> {
  await commitAudited(context.store, [
    auditEntry({
      at: context.now(),
      action: 'session.end',
      outcome: 'done',
      actor: `user:${person.email}`,
      ...origin,
    }),
    { kind: 'session.delete', hash: hashSecret(token) },
  ]);
}

/** A secret that signs its user in once, within {@link LOGIN_LIFETIME_MS}. */
export async function createLogin(
  context: AuthorityContext,
  forUser: Person,
  by: string,
  origin: Origin,
): Promise<{ readonly secret: string; readonly expiresAt: number }> {
  const at = context.now();
  const secret = newSecret('login');
  const expiresAt = at + LOGIN_LIFETIME_MS;
  await commitAudited(context.store, [
    auditEntry({
      at,
      action: 'session.link',
      outcome: 'done',
      actor: by,
      ...origin,
      details: { for: forUser.email },
    }),
    { kind: 'login.insert', hash: hashSecret(secret), userId: forUser.userId, expiresAt },
  ]);
  return { secret, expiresAt };
}

/** Spends a login secret. Of two attempts at the same time one succeeds. */
export async function redeemLogin(
  context: AuthorityContext,
  secret: string,
  origin: Origin,
): Promise<NewSession> {
  const hash = hashSecret(secret);
  const at = context.now();
  const user = await context.store.findLogin(hash, at);
  if (user === undefined) throw loginFailed();
  const person: Person = { userId: user.id, publicId: user.publicId, email: user.email };
  const token = newSecret('fo1');
  const expiresAt = at + SESSION_LIFETIME_MS;
  try {
    await commitAudited(context.store, [
      { kind: 'login.consume', hash, at },
      auditEntry({
        at,
        action: 'session.create',
        outcome: 'done',
        actor: `user:${person.email}`,
        ...origin,
        reason: 'login link',
      }),
      { kind: 'session.insert', hash: hashSecret(token), userId: person.userId, at, expiresAt },
    ]);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'precondition') throw loginFailed();
    throw error;
  }
  return { token, person, expiresAt };
}

function loginFailed(): AuthorityError {
  return new AuthorityError('login_failed', 'the login link is unknown, expired or already used', {
    hint: 'ask an admin for a new one, or run `postern auth link` where you are signed in',
  });
}
