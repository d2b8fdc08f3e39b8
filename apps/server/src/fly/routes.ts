/** Everything stock flyctl needs that the operations of the contract do not give already. */
import type { Hono } from 'hono';
import type { Services } from '../services.ts';
import { NO_DEPLOYMENTS } from './absent.ts';
import { answerGraphql } from './graphql-route.ts';
import { addLeaseRoutes } from './lease-routes.ts';
import { addLoginRoutes } from './login-routes.ts';

export function addFlyRoutes(app: Hono, services: Services): void {
  app.post('/graphql', (c) => answerGraphql(c, services));
  addLoginRoutes(app, services);
  addLeaseRoutes(app, services);
  app.all('/api/v1/organizations/*', (c) => c.text(NO_DEPLOYMENTS, 422));
}
