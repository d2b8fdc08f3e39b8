import { z } from 'zod';
import { appNameSchema } from '../ids.ts';
import { defineOperation } from '../operation.ts';
import { appSchema, recordModeSchema } from '../resources.ts';
import { nothing, ok, reference } from './common.ts';

const appParams = z.strictObject({ app: reference });

export const listApps = defineOperation({
  name: 'apps.list',
  method: 'GET',
  path: '/v1/apps',
  summary: 'Apps of an organization, or of every organization the caller belongs to',
  auth: 'access',
  status: 200,
  params: nothing,
  query: z.strictObject({ org_slug: reference.optional(), app_role: z.string().max(64).optional() }),
  body: nothing,
  output: z.object({ total_apps: z.number().int(), apps: z.array(appSchema) }),
});

export const createApp = defineOperation({
  name: 'apps.create',
  method: 'POST',
  path: '/v1/apps',
  summary: 'Create an app',
  auth: 'session',
  status: 201,
  params: nothing,
  // flyctl adds `wait`, and sends all four keys of the body even when they are empty.
  query: z.strictObject({ wait: z.string().max(8).optional() }),
  body: z.strictObject({
    name: appNameSchema,
    org_slug: reference,
    network: z.string().max(64).optional(),
    app_role_id: z.string().max(64).optional(),
    enable_subdomains: z.boolean().optional(),
    idempotency_key: z.string().max(128).optional(),
  }),
  output: appSchema,
});

export const showApp = defineOperation({
  name: 'apps.show',
  method: 'GET',
  path: '/v1/apps/{app}',
  summary: 'One app',
  auth: 'access',
  status: 200,
  params: appParams,
  query: nothing,
  body: nothing,
  output: appSchema,
});

export const updateApp = defineOperation({
  name: 'apps.update',
  method: 'PATCH',
  path: '/v1/apps/{app}',
  summary: 'Rename an app or say what is kept of its execs',
  auth: 'session',
  status: 200,
  params: appParams,
  query: nothing,
  body: z.strictObject({ name: appNameSchema.optional(), record: recordModeSchema.optional() }),
  output: appSchema,
});

export const deleteApp = defineOperation({
  name: 'apps.delete',
  method: 'DELETE',
  path: '/v1/apps/{app}',
  summary: 'Delete an app with its machines; its tokens are revoked',
  auth: 'session',
  status: 202,
  params: appParams,
  query: z.strictObject({ force: z.string().max(8).optional() }),
  body: nothing,
  output: ok,
});
