import { PosternError } from '@postern/contract';
import { SESSION_LIFETIME_MS } from '@postern/authority';
import { requireOwnSite } from '../http/caller.ts';
import { SESSION_COOKIE } from '../http/credentials.ts';
import type { Handlers } from '../http/routes.ts';
import { presentOrganization, time } from './present.ts';

export const sessionHandlers: Pick<
  Handlers,
  'showSession' | 'endSession' | 'redeemLoginLink' | 'createLoginLink'
> = {
  async showSession(_input, { caller }, services) {
    if (caller.kind === 'person') {
      const { person } = caller;
      const memberships = await services.store.listMemberships(person.userId);
      return {
        kind: 'session',
        email: person.email,
        user: { id: person.publicId, email: person.email },
        expires_at: null,
        organizations: memberships.map(({ organization, role }) => presentOrganization(organization, role)),
      };
    }
    const { valid, invalid } = await services.authority.checkHeader(
      caller.kind === 'token' ? caller.header : '',
    );
    const [first] = valid;
    if (first === undefined) {
      throw invalid[0]?.error ?? new PosternError('unauthenticated', 'no token was presented');
    }
    return {
      kind: 'token',
      // The pseudo address Fly shows for a token.
      email: `${first.record.uuid}@tokens.fly.io`,
      user: null,
      expires_at: first.record.expiresAt === null ? null : time(first.record.expiresAt),
      organizations: [],
    };
  },

  async endSession(_input, { caller, person, source, setHeader }, { authority }) {
    if (caller.kind === 'person') await authority.endSession(person, caller.sessionToken, { source });
    setHeader('set-cookie', `${SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`);
    return { ok: true };
  },

  async redeemLoginLink({ body }, { source, headers, setHeader }, { authority, guesses, publicUrl }) {
    // Another site could sign its visitor in as somebody else, and see what they do then.
    if (body.as === 'cookie') requireOwnSite(headers);
    const session = await guesses.guess(source, () => authority.redeemLogin(body.login_secret, { source }));
    if (body.as === 'cookie') {
      const secure = publicUrl().startsWith('https:') ? '; Secure' : '';
      const seconds = Math.floor(SESSION_LIFETIME_MS / 1000);
      setHeader(
        'set-cookie',
        `${SESSION_COOKIE}=${session.token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`,
      );
    }
    return {
      access_token: body.as === 'cookie' ? null : session.token,
      user: { id: session.person.publicId, email: session.person.email },
      expires_at: time(session.expiresAt),
    };
  },

  async createLoginLink(_input, { person, source }, { authority, publicUrl }) {
    const { secret, expiresAt } = await authority.createLogin(person, `user:${person.email}`, { source });
    return { url: `${publicUrl()}/login#${secret}`, expires_at: time(expiresAt) };
  },
};
