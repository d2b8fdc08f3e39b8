import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { nullableTimeSchema, timeSchema } from '../resources.ts';
import { nothing, reference } from './common.ts';

const keyGenerationSchema = z.object({
  id: z.string(),
  generation: z.number().int(),
  state: z.enum(['active', 'verifying', 'retired']),
  created_at: timeSchema,
  retired_at: nullableTimeSchema,
  live_tokens: z.number().int(),
});

export const listKeys = defineOperation({
  name: 'keys.list',
  method: 'GET',
  path: '/v1/keys',
  summary: 'Generations of the signing key; never their bytes',
  auth: 'session',
  status: 200,
  params: nothing,
  query: nothing,
  body: nothing,
  output: z.object({ keys: z.array(keyGenerationSchema) }),
});

export const rotateKeys = defineOperation({
  name: 'keys.rotate',
  method: 'POST',
  path: '/v1/keys/rotate',
  summary: 'Make a new generation; new tokens use it, old tokens go on verifying',
  auth: 'session',
  status: 201,
  params: nothing,
  query: nothing,
  body: nothing,
  output: keyGenerationSchema,
});

export const retireKey = defineOperation({
  name: 'keys.retire',
  method: 'POST',
  path: '/v1/keys/{key}/retire',
  summary: 'Retire a generation: every token it signed dies',
  auth: 'session',
  status: 200,
  params: z.strictObject({ key: reference }),
  query: nothing,
  body: z.strictObject({
    /** How many live tokens the caller was told would die; a different number now is refused. */
    expected_live_tokens: z.number().int().min(0),
  }),
  output: keyGenerationSchema,
});
