import { z } from 'zod';
import { LIMITS } from '../limits.ts';

/** No path parameters, no query or no body. */
export const nothing = z.strictObject({});

export const ok = z.object({ ok: z.literal(true) });

/** Page size and the opaque place to go on from, as the page before gave it. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(LIMITS.pageMaxRows).default(LIMITS.pageDefaultRows),
  cursor: z.string().max(256).optional(),
};

export const nextCursor = z.string().nullable();

/** A path segment that names an app, machine, organization, token, exec or user; checked by the operation. */
export const reference = z
  .string()
  .min(1)
  .max(128)
  // Nothing has such a name, and not every database can be asked for one.
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'a name without control characters');
