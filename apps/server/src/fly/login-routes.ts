/** Login as flyctl and `postern auth login` do it: a browser flow with PKCE, and a password flow. */
import { AuthorityError } from '@postern/authority';
import { LIMITS, PosternError } from '@postern/contract';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { findCaller, requireOwnSite, type Person } from '../http/caller.ts';
import { countTries } from '../http/count-tries.ts';
import { errorBody, toPosternError } from '../http/error-answer.ts';
import { headersOf, incomingOf } from '../http/node-request.ts';
import { readForm, readJsonBody } from '../http/read-body.ts';
import { recordOf } from '../http/request-record.ts';
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
  // Few are kept: whoever opens many would push those of others out.
  const opened = countTries(LIMITS.openedLoginsPerSource, services.now);

  app.post('/api/v1/cli_sessions', async (c) => {
    const parsed = openRequestSchema.safeParse(await readJsonBody(incomingOf(c)).catch(() => undefined));
    if (!parsed.success) return c.json({ error: 'the login request cannot be read' }, 400);
    try {
      opened.take(sourceOf(incomingOf(c), services.config.trustedProxies));
    } catch (thrown) {
      return c.json(errorBody(toPosternError(thrown), recordOf(incomingOf(c)).id), 429);
    }
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
    const form = await readForm(incomingOf(c)).catch(() => undefined);
    if (session === undefined || form?.get('form_token') !== session.formToken) {
      return html(
        c,
        undefined,
        messagePage('Not approved', 'This login has expired or did not come from this page. Start it again.'),
        400,
      );
    }
    try {
      // The page can be fetched by anybody, its token with it: only the browser knows where an approval comes from.
      requireOwnSite(headersOf(incomingOf(c)));
      const token = await newToken(c, form.get('login_secret') ?? undefined, session, services);
      return html(c, session, approvedPage(session, sessions.approve(session, token)));
    } catch (thrown) {
      const { status, message } = toPosternError(thrown);
      return html(c, session, messagePage('Not approved', message), status === 429 ? 429 : 401);
    }
  });

  app.post('/api/v1/sessions', async (c) => {
    const parsed = passwordSchema.safeParse(await readJsonBody(incomingOf(c)).catch(() => undefined));
    if (!parsed.success) return c.json({ error: 'the login request cannot be read' }, 400);
    const { email, password } = parsed.data.data.attributes;
    try {
      // There are no passwords here: what is taken for one is the secret of a one-time login link.
      const source = sourceOf(incomingOf(c), services.config.trustedProxies);
      const session = await services.guesses.guess(source, () =>
        services.authority.redeemLogin(password.replace(/^.*#/, ''), { source }),
      );
      if (session.person.email !== email) {
        await services.authority.endSession(session.person, session.token, { source });
        throw new AuthorityError('login_failed', 'the login link belongs to somebody else');
      }
      return c.json({ data: { attributes: { access_token: session.token } } }, 201);
    } catch (thrown) {
      const { status, message } = toPosternError(thrown);
      return c.json({ error: message }, status === 429 ? 429 : 401);
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
  const origin = { source: sourceOf(incomingOf(c), services.config.trustedProxies) };
  if (secret !== undefined) {
    const redeemed = await services.guesses.guess(origin.source, () =>
      services.authority.redeemLogin(secret.trim().replace(/^.*#/, ''), origin),
    );
    return redeemed.token;
  }
  const person = await signedIn(c, services);
  if (person === undefined)
    throw new PosternError('unauthenticated', 'sign in first, or give a one-time login secret');
  return (await services.authority.createSession(person, origin, `approved terminal ${session.name}`)).token;
}

function html(
  c: Context,
  session: CliSession | undefined,
  body: string,
  status: 200 | 400 | 401 | 404 | 429 = 200,
): Response {
  c.header('content-security-policy', pagePolicy(session));
  // `no-referrer` would also take the Origin away from the page's own form.
  c.header('referrer-policy', 'same-origin');
  return c.html(body, status);
}
