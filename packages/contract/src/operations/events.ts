import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { nothing, reference } from './common.ts';

const optionalId = z.string().nullable();

/**
 * Something of an organization has changed. An event names things and never holds what they are: who wants to know
 * more asks for it, and is allowed to or not.
 */
export const eventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('exec'),
    exec: z.string(),
    machine: optionalId,
    token: optionalId,
    state: z.enum(['running', 'done', 'unknown']),
  }),
  z.object({
    type: z.literal('token'),
    /** Null when many have changed, as when an app was deleted. */
    token: optionalId,
    state: z.enum(['minted', 'renamed', 'revoked', 'superseded', 'used']),
  }),
  z.object({
    type: z.literal('machine'),
    machine: z.string(),
    state: z.enum(['added', 'renamed', 'joined', 'removed', 'started', 'stopped', 'unreachable']),
  }),
  z.object({
    type: z.literal('audit'),
    action: z.string(),
    outcome: z.string(),
    token: optionalId,
    exec: optionalId,
  }),
  /** Events were left out: ask again for everything that is shown. */
  z.object({ type: z.literal('reset') }),
]);
export type OrganizationEvent = z.infer<typeof eventSchema>;

export const followEvents = defineOperation({
  name: 'events.follow',
  method: 'GET',
  path: '/v1/orgs/{org}/events',
  summary: 'What changes in an organization, as it happens: Server-Sent Events, one JSON event each',
  auth: 'session',
  status: 200,
  params: z.strictObject({ org: reference }),
  query: nothing,
  body: nothing,
  output: eventSchema,
  media: 'text/event-stream',
});
