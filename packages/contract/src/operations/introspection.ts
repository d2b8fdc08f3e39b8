import { z } from 'zod';
import { caveatSchema } from '../resources.ts';
import { defineOperation } from '../operation.ts';
import { nothing } from './common.ts';

/** Bytes as JSON numbers, as the Machines API renders them. */
const byteArray = z.custom<number[]>((value) => Array.isArray(value));

const verifiedTokenSchema = z.object({
  header: z.string(),
  permission_token: byteArray,
  nonce: z.object({ kid: z.string(), rnd: z.string(), proof: z.boolean() }),
  caveats: z.object({ caveats: z.array(caveatSchema) }),
  token_id: z.string(),
});

const header = z
  .string()
  .min(1)
  .max(16 * 1024);

export const currentTokens = defineOperation({
  name: 'introspection.current',
  method: 'GET',
  path: '/v1/tokens/current',
  summary: 'The tokens presented with this request, and their reach',
  auth: 'token',
  status: 200,
  params: nothing,
  query: nothing,
  body: nothing,
  output: z.object({
    tokens: z.array(
      z.object({
        token_id: z.string(),
        organization: z.string(),
        org_slug: z.string(),
        apps: z.array(z.string()).nullable(),
        user: z.string().nullable(),
        source_machine_id: z.string().nullable(),
        restricted_to_machine: z.string().nullable(),
      }),
    ),
  }),
});

export const authenticateTokens = defineOperation({
  name: 'introspection.authenticate',
  method: 'POST',
  path: '/v1/tokens/authenticate',
  summary: 'Verify the tokens of a header; answers those whose signature holds',
  auth: 'none',
  status: 200,
  params: nothing,
  query: nothing,
  body: z.strictObject({ header }),
  output: z.array(verifiedTokenSchema),
});

export const accessSchema = z.strictObject({
  action: z.string().max(16).optional(),
  org_slug: z.string().max(64).optional(),
  org_feature: z.string().max(64).optional(),
  app_name: z.string().max(64).optional(),
  app_feature: z.string().max(64).optional(),
  machine_id: z.string().max(64).optional(),
  machine_feature: z.string().max(64).optional(),
  command: z.array(z.string()).max(4096).optional(),
  volume_id: z.string().max(64).optional(),
  storage_object: z.string().max(1024).optional(),
  mutation: z.string().max(128).optional(),
  source_machine: z.string().max(64).optional(),
});

export const authorizeAccess = defineOperation({
  name: 'introspection.authorize',
  method: 'POST',
  path: '/v1/tokens/authorize',
  summary: 'May the tokens of this header do that? Nothing is run',
  auth: 'none',
  status: 200,
  params: nothing,
  query: nothing,
  body: z.strictObject({ header, access: accessSchema }),
  output: z.object({ access: z.record(z.string(), z.unknown()), verified_token: verifiedTokenSchema }),
});
