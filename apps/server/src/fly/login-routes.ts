/** Login as flyctl and `postern auth login` do it: a browser flow with PKCE, and a password flow. */
import { AuthorityError } from '@postern/authority';
import { PosternError } from '@postern/contract';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { findCaller, type Person } from '../http/caller.ts';
import { toPosternError } from '../http/error-answer.ts';
import { headersOf, incomingOf } from '../http/node-request.ts';
import { readJsonBody } from '../http/read-body.ts';
import { sourceOf } from '../http/source.ts';
import type { Services } from '../services.ts';
import { createCliSessions, openRequestSchema, type CliSession } from './cli-sessions.ts';
import { approvedPage, approvePage, messagePage, pagePolicy } from './login-page.ts';

const redeemSchema = z.object({ code: z.string().max(200), code_verifier: z.string().max(200) });
const passwordSchema = z.object({
  data: z.object({ attributes: z.object({ email: z.string().max(254), password: z.string().max(200) }) }),
});

export function addLoginRoutes(app: Hono, services: Services): void {
  const sessions = createCliSessions(services.now);

  app.post('/api/v1/cli_sessions', async (c) => {
    const parsed = openRequestSchema.safeParse(await readJsonBody(incomingOf(c)).catch(() => undefined));
    if (!parsed.success) return c.json({ error: 'the login request cannot be read' }, 400);
    const session = sessions.open(parsed.data);
    return c.json(
      {
        id: session.id,
        auth_url: `${services.publicUrl()}/cli/${session.id}`,
        pkce: session.challenge !== undefined,
      },
      201,
    );
  });

  app.get('/api/v1/cli_sessions/:id', (c) => {
    const { id } = c.req.param();
    const token = sessions.poll(id);
    return token === undefined ? c.json({ error: 'pending' }, 404) : c.json({ id, access_token: token });
  });

  app.post('/api/v1/cli_sessions/:id/redeem', async (c) => {
    const { id } = c.req.param();
    const parsed = redeemSchema.safeParse(await readJsonBody(incomingOf(c)).catch(() => undefined));
    if (!parsed.success) return c.json({ error: 'invalid_code' }, 400);
    try {
      return c.json({
        id,
        access_token: sessions.redeem(id, parsed.data.code, parsed.data.code_verifier),
        pkce: true,
      });
    } catch (thrown) {
      const error = toPosternError(thrown);
      return c.json({ error: error.message }, error.code === 'login_not_found' ? 404 : 400);
    }
  });

  app.get('/cli/:id', async (c) => {
    const session = sessions.find(c.req.param('id'));
    if (session === undefined)
      return html(
        c,
        undefined,
        messagePage('Too late', 'This login has expired. Start it again in the terminal.'),
        404,
      );
    return html(c, session, approvePage(session, (await signedIn(c, services))?.email));
  });

  app.post('/cli/:id', async (c) => {
    const session = sessions.find(c.req.param('id'));
    const form = await c.req.parseBody();
    if (session === undefined || form['form_token'] !== session.formToken) {
      return html(
        c,
        undefined,
        messagePage('Not approved', 'This login has expired or did not come from this page. Start it again.'),
        400,
      );
    }
    try {
      const secret = form['login_secret'];
      const token = await newToken(c, typeof secret === 'string' ? secret : undefined, session, services);
      return html(c, session, approvedPage(session, sessions.approve(session, token)));
    } catch (thrown) {
      return html(c, session, messagePage('Not approved', toPosternError(thrown).message), 401);
    }
  });

  app.post('/api/v1/sessions', async (c) => {
    const parsed = passwordSchema.safeParse(await readJsonBody(incomingOf(c)).catch(() => undefined));
    if (!parsed.success) return c.json({ error: 'the login request cannot be read' }, 400);
    const { email, password } = parsed.data.data.attributes;
    try {
      // There are no passwords here: what is taken for one is the secret of a one-time login link.
      const session = await services.authority.redeemLogin(password.replace(/^.*#/, ''), {
        source: sourceOf(c),
      });
      if (session.person.email !== email) {
        await services.authority.endSession(session.person, session.token, { source: sourceOf(c) });
        throw new AuthorityError('login_failed', 'the login link belongs to somebody else');
      }
      return c.json({ data: { attributes: { access_token: session.token } } }, 201);
    } catch (thrown) {
      return c.json({ error: toPosternError(thrown).message }, 401);
    }
  });
}

async function signedIn(c: Context, services: Services): Promise<Person | undefined> {
  const caller = await findCaller(headersOf(incomingOf(c)), false, services).catch(() => undefined);
  return caller?.kind === 'person' ? caller.person : undefined;
}

/** A session of its own for the terminal, so that it can be signed out alone. */
async function newToken(
  c: Context,
  secret: string | undefined,
  session: CliSession,
  services: Services,
): Promise<string> {
  const origin = { source: sourceOf(c) };
  if (secret !== undefined)
    return (await services.authority.redeemLogin(secret.trim().replace(/^.*#/, ''), origin)).token;
  const person = await signedIn(c, services);
  if (person === undefined)
    throw new PosternError('unauthenticated', 'sign in first, or give a one-time login secret');
  return (await services.authority.createSession(person, origin, `approved terminal ${session.name}`)).token;
}

function html(
  c: Context,
  session: CliSession | undefined,
  body: string,
  status: 200 | 400 | 401 | 404 = 200,
): Response {
  c.header('content-security-policy', pagePolicy(session));
  c.header('referrer-policy', 'no-referrer');
  return c.html(body, status);
}
