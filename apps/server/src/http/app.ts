/** The HTTP application: routes of the contract, health, the OpenAPI document, and clear answers to all else. */
import { PosternError } from '@postern/contract';
import { Hono } from 'hono';
import { addDashboardRoutes } from '../dashboard/routes.ts';
import { explainAbsentPath } from '../fly/absent.ts';
import { addFlyRoutes } from '../fly/routes.ts';
import type { Services } from '../services.ts';
import { joinAgent } from '../agents/join.ts';
import { bindings, incomingOf } from './node-request.ts';
import { noteRequest } from './note-request.ts';
import { DOCS_POLICY, docsPage } from './docs-page.ts';
import { openApiDocument } from './openapi.ts';
import { recordOf } from './request-record.ts';
import { addOperationRoutes, answerError } from './routes.ts';

export const VERSION = '0.1.0';

export function createApp(services: Services): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    // On Node's own answer: changing a web Response that is made already would copy it through streams.
    const { outgoing } = bindings(c);
    outgoing.setHeader('x-content-type-options', 'nosniff');
    // The files of the dashboard alone are kept, by a header of their own: their names change with them.
    outgoing.setHeader('cache-control', 'no-store');
    noteRequest(c, services);
    await next();
  });
  app.get('/healthz', (c) => c.json({ ok: true, version: VERSION }));
  app.get('/readyz', async (c) => {
    const reason = await services.readiness.check();
    return reason === undefined ? c.json({ ready: true }) : c.json({ ready: false, reason }, 503);
  });
  app.get('/v1/openapi.json', (c) => c.json(openApiDocument(VERSION)));
  app.get('/docs', (c) => {
    c.header('content-security-policy', DOCS_POLICY);
    return c.html(docsPage(VERSION));
  });
  app.post('/v1/agents/join', async (c) => {
    const record = recordOf(incomingOf(c));
    record.operation = 'agents.join';
    try {
      return c.json(await joinAgent(c, services), 201);
    } catch (thrown) {
      return answerError(thrown, record, services);
    }
  });
  addOperationRoutes(app, services);
  addFlyRoutes(app, services);
  addDashboardRoutes(app, services.config.dashboardDir);
  app.notFound((c) => {
    const error =
      explainAbsentPath(c.req.path) ??
      new PosternError('route_not_found', `there is nothing at ${c.req.method} ${c.req.path}`, {
        hint: 'see /v1/openapi.json for what there is',
      });
    return answerError(error, recordOf(incomingOf(c)), services);
  });
  app.onError((thrown, c) => answerError(thrown, recordOf(incomingOf(c)), services));
  return app;
}
