import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { defineOperation } from '../operation.ts';
import { caveatSchema, commandRuleSchema, timeSchema, tokenSchema, type Profile } from '../resources.ts';
import { nextCursor, nothing, pageQuery, reference } from './common.ts';

const appParams = z.strictObject({ app: reference });
const orgParams = z.strictObject({ org: reference });
const tokenParams = z.strictObject({ token: reference });
const tokenName = z.string().min(1).max(LIMITS.tokenNameChars);

/** Go duration text; empty or `0s` asks for a token that never expires, as flyctl's `-x 0` does. */
const expiry = z.string().max(64);

/** What the holder of the token gets, once. */
const mintedSchema = z.object({ token: z.string(), record: tokenSchema });

export const mintAppToken = defineOperation({
  name: 'tokens.mint',
  method: 'POST',
  path: '/v1/apps/{app}/tokens',
  summary: 'Mint a machine-exec or deploy token of an app; its text is answered once',
  auth: 'session',
  status: 201,
  params: appParams,
  query: nothing,
  body: z.strictObject({
    profile: z.enum(['machine_exec', 'deploy']).default('machine_exec'),
    name: tokenName.optional(),
    expiry: expiry.optional(),
    /** Commands the token allows. No list, or none in it, means every command. */
    commands: z.array(commandRuleSchema).max(LIMITS.tokenCommands).optional(),
    /** Machine ids the token is pinned to. */
    machines: z.array(reference).min(1).max(64).optional(),
    /** Refuse reading apps and machines as well when no command is asked for. */
    no_read: z.boolean().optional(),
    /** More restrictions, in the JSON form of the token format. They only ever narrow. */
    caveats: z.array(caveatSchema).max(32).optional(),
    /** Restrictions that count only when a command is run; they sit beside the commands. */
    command_caveats: z.array(caveatSchema).max(32).optional(),
    /** Show the record that would be made, without making it. */
    dry_run: z.boolean().optional(),
  }),
  output: mintedSchema,
});

export const mintOrganizationToken = defineOperation({
  name: 'tokens.mint-org',
  method: 'POST',
  path: '/v1/orgs/{org}/tokens',
  summary: 'Mint a token of a whole organization',
  auth: 'session',
  status: 201,
  params: orgParams,
  query: nothing,
  body: z.strictObject({
    profile: z.enum(['deploy_organization', 'readonly']),
    name: tokenName.optional(),
    expiry: expiry.optional(),
    caveats: z.array(caveatSchema).max(32).optional(),
    dry_run: z.boolean().optional(),
  }),
  output: mintedSchema,
});

const listQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(['live', 'expired', 'revoked', 'never_used', 'unused_60_days', 'long_lived']).optional(),
  search: z.string().max(200).optional(),
  sort: z.enum(['created', 'name', 'expires', 'last_used']).optional(),
});
const tokenPage = z.object({
  tokens: z.array(tokenSchema),
  next_cursor: nextCursor,
  /** Exact when at most 1,000 come after this page; more than that are not counted. */
  total: z.number().int(),
});

export const listAppTokens = defineOperation({
  name: 'tokens.list',
  method: 'GET',
  path: '/v1/apps/{app}/tokens',
  summary: 'Tokens of an app',
  auth: 'session',
  status: 200,
  params: appParams,
  query: listQuery,
  body: nothing,
  output: tokenPage,
});

export const listOrganizationTokens = defineOperation({
  name: 'tokens.list-org',
  method: 'GET',
  path: '/v1/orgs/{org}/tokens',
  summary: 'Tokens of an organization: its own and those of all its apps',
  auth: 'session',
  status: 200,
  params: orgParams,
  query: listQuery,
  body: nothing,
  output: tokenPage,
});

export const showToken = defineOperation({
  name: 'tokens.show',
  method: 'GET',
  path: '/v1/tokens/{token}',
  summary: 'One token record, with its use by day',
  auth: 'session',
  status: 200,
  params: tokenParams,
  query: nothing,
  body: nothing,
  output: tokenSchema.extend({
    usage: z.array(z.object({ day: z.string(), allowed: z.number().int(), refused: z.number().int() })),
  }),
});

export const narrowToken = defineOperation({
  name: 'tokens.narrow',
  method: 'GET',
  path: '/v1/tokens/{token}/narrow',
  summary:
    'What a token really ran, and the tightest caveats that would still allow it; rotate with one of them',
  auth: 'session',
  status: 200,
  params: tokenParams,
  query: nothing,
  body: nothing,
  output: z.object({
    /** Execs that were looked at: the newest. */
    execs: z.number().int(),
    /** Whether those are all there are. */
    complete: z.boolean(),
    /** Different commands among them, the most used first. */
    used: z.array(z.object({ command: z.array(z.string()), times: z.number().int(), last_at: timeSchema })),
    proposals: z.array(
      z.object({
        kind: z.enum(['exact', 'prefix', 'template']),
        /** What it allows, in plain words. */
        summary: z.string(),
        caveat: caveatSchema,
      }),
    ),
  }),
});

export const renameToken = defineOperation({
  name: 'tokens.rename',
  method: 'PATCH',
  path: '/v1/tokens/{token}',
  summary: 'Rename a token',
  auth: 'session',
  status: 200,
  params: tokenParams,
  query: nothing,
  body: z.strictObject({ name: tokenName }),
  output: tokenSchema,
});

export const revokeToken = defineOperation({
  name: 'tokens.revoke',
  method: 'POST',
  path: '/v1/tokens/{token}/revoke',
  summary: 'Revoke a token and everything attenuated from it; running execs of it end',
  auth: 'session',
  status: 200,
  params: tokenParams,
  query: nothing,
  body: z.strictObject({ reason: z.string().max(LIMITS.reasonChars).optional() }),
  output: tokenSchema,
});

export const revokeManyTokens = defineOperation({
  name: 'tokens.revoke-many',
  method: 'POST',
  path: '/v1/orgs/{org}/tokens/revoke',
  summary: 'Revoke every live token of an app or of a creator, or a list of ids',
  auth: 'session',
  status: 200,
  params: orgParams,
  query: nothing,
  body: z
    .strictObject({
      app: reference.optional(),
      creator: reference.optional(),
      ids: z.array(reference).min(1).max(1000).optional(),
      reason: z.string().max(LIMITS.reasonChars).optional(),
    })
    .refine(
      (body) => [body.app, body.creator, body.ids].filter((value) => value !== undefined).length === 1,
      {
        message: 'name exactly one of app, creator and ids',
      },
    ),
  output: z.object({
    revoked: z.array(z.string()),
    failed: z.array(z.object({ id: z.string(), code: z.string(), error: z.string() })),
  }),
});

export const rotateToken = defineOperation({
  name: 'tokens.rotate',
  method: 'POST',
  path: '/v1/tokens/{token}/rotate',
  summary: 'Mint a successor with the same restrictions; the old token dies later',
  auth: 'session',
  status: 201,
  params: tokenParams,
  query: nothing,
  body: z.strictObject({
    expiry: expiry.optional(),
    /** The old token dies after this Go duration at the latest; 24h unless given. */
    grace: z.string().max(64).optional(),
    /** Whether it dies sooner, when the successor is first used; yes unless given. */
    on_first_use: z.boolean().optional(),
    /** More restrictions of the successor, in the JSON form of the token format. They only ever narrow. */
    caveats: z.array(caveatSchema).max(32).optional(),
  }),
  output: mintedSchema.extend({ old_dies_at: timeSchema.nullable() }),
});

/** Shared by the command line and the dashboard: the names of the profiles in people's words. */
export const PROFILE_TITLES: Readonly<Record<Profile, string>> = {
  machine_exec: 'machine-exec',
  deploy: 'deploy',
  deploy_organization: 'org',
  readonly: 'readonly',
};
