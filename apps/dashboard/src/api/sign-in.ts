/** Signing in and out. */
import { operations } from '@postern/contract';
import { call } from './client.ts';
import { session } from './session.ts';

/** Asks the server who we are. */
export async function loadSession(): Promise<void> {
  try {
    const facts = await call(operations.showSession, {});
    const before = session.get();
    if (before.kind === 'ended' && before.facts.user?.id !== facts.user?.id) {
      // Somebody else: nothing of the one before may stay on the page.
      location.assign('/');
      return;
    }
    session.set({ kind: 'person', facts });
  } catch (thrown) {
    if (session.get().kind === 'asking') {
      session.set({ kind: 'failed', message: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }
}

/**
 * Redeems the secret of a one-time link. The answer sets the cookie.
 *
 * @param text the link, or what follows its `#`.
 * @throws PosternError
 */
export async function signIn(text: string): Promise<void> {
  const secret = text.trim().replace(/^.*#/s, '');
  await call(operations.redeemLoginLink, { body: { login_secret: secret, as: 'cookie' } });
  await loadSession();
}

export async function signOut(): Promise<void> {
  await call(operations.endSession, {});
  location.assign('/login');
}
