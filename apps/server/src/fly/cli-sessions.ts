/**
 * Browser login for command lines, as flyctl does it: the terminal opens a session, a signed-in browser approves it,
 * the terminal redeems a code. With PKCE (RFC 7636, S256) the code alone is worth nothing.
 *
 * Sessions live minutes and are kept in memory, a bounded number of them.
 */
import { PosternError } from '@postern/contract';
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';

export const CLI_SESSION_MS = 15 * 60_000;
const MOST_SESSIONS = 1000;
/** Wrong codes after which a session is closed. */
const MOST_TRIES = 10;

export const openRequestSchema = z.object({
  name: z.string().max(200).default('a terminal'),
  code_challenge: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .optional(),
  code_challenge_method: z.literal('S256').optional(),
  state: z.string().max(200).optional(),
  redirect_port: z.number().int().min(1).max(65_535).optional(),
});

export interface CliSession {
  readonly id: string;
  readonly name: string;
  readonly challenge: string | undefined;
  readonly state: string | undefined;
  readonly redirectPort: number | undefined;
  /** Proves that the approval came from our own page. */
  readonly formToken: string;
  readonly expiresAt: number;
  approved: { readonly code: string; readonly accessToken: string } | undefined;
  tries: number;
}

export interface CliSessions {
  open(request: z.infer<typeof openRequestSchema>): CliSession;
  find(id: string): CliSession | undefined;
  approve(session: CliSession, accessToken: string): string;
  /** @throws PosternError `login_not_found`, or `login_failed` for a wrong code. */
  redeem(id: string, code: string, verifier: string): string;
  /** The token of an approved session without PKCE, once. */
  poll(id: string): string | undefined;
}

export function createCliSessions(now: () => number): CliSessions {
  const sessions = new Map<string, CliSession>();

  const find = (id: string): CliSession | undefined => {
    const session = sessions.get(id);
    if (session !== undefined && session.expiresAt > now()) return session;
    sessions.delete(id);
    return undefined;
  };

  return {
    find,
    open(request) {
      for (const [id, session] of sessions) {
        if (session.expiresAt <= now() || sessions.size >= MOST_SESSIONS) sessions.delete(id);
        else break;
      }
      const session: CliSession = {
        id: `cs_${randomBytes(16).toString('hex')}`,
        name: request.name,
        challenge: request.code_challenge,
        state: request.state,
        redirectPort: request.redirect_port,
        formToken: randomBytes(16).toString('hex'),
        expiresAt: now() + CLI_SESSION_MS,
        approved: undefined,
        tries: 0,
      };
      sessions.set(session.id, session);
      return session;
    },
    approve(session, accessToken) {
      const code = randomBytes(16).toString('hex');
      session.approved = { code, accessToken };
      return code;
    },
    redeem(id, code, verifier) {
      const session = find(id);
      if (session?.challenge === undefined) {
        throw new PosternError('login_not_found', 'login session expired, please try again');
      }
      session.tries += 1;
      if (session.tries > MOST_TRIES) sessions.delete(id);
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      if (session.approved?.code !== code || challenge !== session.challenge) {
        throw new PosternError('login_failed', 'invalid_code');
      }
      sessions.delete(id);
      return session.approved.accessToken;
    },
    poll(id) {
      const session = find(id);
      // With PKCE only the holder of the verifier gets the token.
      if (session?.approved === undefined || session.challenge !== undefined) return undefined;
      sessions.delete(id);
      return session.approved.accessToken;
    },
  };
}
