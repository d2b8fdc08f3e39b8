import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { organizationSchema, timeSchema, userSchema } from '../resources.ts';
import { nothing, ok } from './common.ts';

export const showSession = defineOperation({
  name: 'session.show',
  method: 'GET',
  path: '/v1/session',
  summary: 'Who am I: the signed-in person, or the token that was presented',
  auth: 'token',
  status: 200,
  params: nothing,
  query: nothing,
  body: nothing,
  output: z.object({
    kind: z.enum(['session', 'token']),
    email: z.string(),
    user: userSchema.nullable(),
    expires_at: timeSchema.nullable(),
    organizations: z.array(organizationSchema),
  }),
});

export const endSession = defineOperation({
  name: 'session.end',
  method: 'DELETE',
  path: '/v1/session',
  summary: 'Sign out: the session token presented stops working',
  auth: 'session',
  status: 200,
  params: nothing,
  query: nothing,
  body: nothing,
  output: ok,
});

export const redeemLoginLink = defineOperation({
  name: 'session.create',
  method: 'POST',
  path: '/v1/session',
  summary: 'Sign in with the secret of a one-time login link',
  auth: 'none',
  status: 201,
  params: nothing,
  query: nothing,
  body: z.strictObject({
    login_secret: z.string().min(1).max(200),
    /** `cookie` sets an HttpOnly cookie and answers no token; for browsers. */
    as: z.enum(['token', 'cookie']).default('token'),
  }),
  output: z.object({ access_token: z.string().nullable(), user: userSchema, expires_at: timeSchema }),
});

export const createLoginLink = defineOperation({
  name: 'session.link',
  method: 'POST',
  path: '/v1/session/link',
  summary: 'Make a one-time login link for yourself, to sign in on another device',
  auth: 'session',
  status: 201,
  params: nothing,
  query: nothing,
  body: nothing,
  output: z.object({ url: z.string(), expires_at: timeSchema }),
});
