import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { auditEntrySchema, timeSchema } from '../resources.ts';
import { nextCursor, nothing, pageQuery, reference } from './common.ts';

const orgParams = z.strictObject({ org: reference });

export const listAudit = defineOperation({
  name: 'audit.list',
  method: 'GET',
  path: '/v1/orgs/{org}/audit',
  summary: 'Audit entries of an organization, newest first, or oldest first after a sequence number',
  auth: 'session',
  status: 200,
  params: orgParams,
  query: z.strictObject({
    ...pageQuery,
    /** Only entries with a greater sequence number, oldest first. */
    after: z.coerce.number().int().min(0).optional(),
    /** With `after`: wait up to this many seconds for an entry. */
    wait: z.coerce.number().min(0).max(30).optional(),
    action: z.string().max(64).optional(),
    outcome: z.string().max(32).optional(),
    /** As entries name it: `user:ada@example.com`, `token:tok_…`, `system`. */
    actor: z.string().max(320).optional(),
    app: reference.optional(),
    token: reference.optional(),
    exec: reference.optional(),
    search: z.string().max(200).optional(),
    /** Entries of this moment and later. */
    since: timeSchema.optional(),
    /** Entries before this moment. */
    until: timeSchema.optional(),
  }),
  body: nothing,
  output: z.object({ entries: z.array(auditEntrySchema), next_cursor: nextCursor }),
});

export const verifyAudit = defineOperation({
  name: 'audit.verify',
  method: 'POST',
  path: '/v1/audit/verify',
  summary: 'Recompute the hash chain of the whole audit log',
  auth: 'session',
  status: 200,
  params: nothing,
  query: nothing,
  body: nothing,
  output: z.object({
    ok: z.boolean(),
    entries: z.number().int(),
    head_hash: z.string(),
    first_broken: z.object({ seq: z.number().int(), reason: z.string() }).nullable(),
  }),
});
