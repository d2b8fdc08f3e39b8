import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { nullableTimeSchema, timeSchema } from '../resources.ts';
import { nothing } from './common.ts';

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
