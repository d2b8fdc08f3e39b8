import { z } from 'zod';
import { emailSchema, organizationSlugSchema } from '../ids.ts';
import { defineOperation } from '../operation.ts';
import { memberSchema, organizationSchema, profileSchema, roleSchema, timeSchema } from '../resources.ts';
import { nothing, ok, reference } from './common.ts';

const orgParams = z.strictObject({ org: reference });
const memberParams = z.strictObject({ org: reference, user: reference });
const maximumLifetime = z
  .number()
  .int()
  .min(60)
  .max(100 * 365 * 86_400)
  .nullable();

export const listOrganizations = defineOperation({
  name: 'orgs.list',
  method: 'GET',
  path: '/v1/orgs',
  summary: 'Organizations the caller belongs to',
  auth: 'session',
  status: 200,
  params: nothing,
  query: nothing,
  body: nothing,
  output: z.object({ organizations: z.array(organizationSchema) }),
});

export const createOrganization = defineOperation({
  name: 'orgs.create',
  method: 'POST',
  path: '/v1/orgs',
  summary: 'Create an organization; the caller becomes its first admin',
  auth: 'session',
  status: 201,
  params: nothing,
  query: nothing,
  body: z.strictObject({ slug: organizationSlugSchema, name: z.string().min(1).max(100).optional() }),
  output: organizationSchema,
});

export const showOrganization = defineOperation({
  name: 'orgs.show',
  method: 'GET',
  path: '/v1/orgs/{org}',
  summary: 'One organization',
  auth: 'session',
  status: 200,
  params: orgParams,
  query: nothing,
  body: nothing,
  output: organizationSchema,
});

export const updateOrganization = defineOperation({
  name: 'orgs.update',
  method: 'PATCH',
  path: '/v1/orgs/{org}',
  summary: 'Rename an organization, set the longest life of its new tokens, or what members may mint',
  auth: 'session',
  status: 200,
  params: orgParams,
  query: nothing,
  body: z.strictObject({
    name: z.string().min(1).max(100).optional(),
    slug: organizationSlugSchema.optional(),
    max_token_lifetime_seconds: maximumLifetime.optional(),
    /** What members may mint, for new tokens and rotations. */
    member_profiles: z.array(profileSchema).max(profileSchema.options.length).optional(),
  }),
  output: organizationSchema,
});

export const deleteOrganization = defineOperation({
  name: 'orgs.delete',
  method: 'DELETE',
  path: '/v1/orgs/{org}',
  summary: 'Delete an organization that has no apps left; its tokens are revoked',
  auth: 'session',
  status: 200,
  params: orgParams,
  query: nothing,
  body: nothing,
  output: ok,
});

export const listMembers = defineOperation({
  name: 'members.list',
  method: 'GET',
  path: '/v1/orgs/{org}/members',
  summary: 'Members of an organization and their roles',
  auth: 'session',
  status: 200,
  params: orgParams,
  query: nothing,
  body: nothing,
  output: z.object({ members: z.array(memberSchema) }),
});

export const addMember = defineOperation({
  name: 'members.add',
  method: 'POST',
  path: '/v1/orgs/{org}/members',
  summary: 'Add a member by email; answers a one-time login link for a person who is new',
  auth: 'session',
  status: 201,
  params: orgParams,
  query: nothing,
  body: z.strictObject({ email: emailSchema, role: roleSchema.default('member') }),
  output: memberSchema.extend({
    login_url: z.string().nullable(),
    login_expires_at: timeSchema.nullable(),
  }),
});

export const updateMember = defineOperation({
  name: 'members.update',
  method: 'PATCH',
  path: '/v1/orgs/{org}/members/{user}',
  summary: 'Change the role of a member',
  auth: 'session',
  status: 200,
  params: memberParams,
  query: nothing,
  body: z.strictObject({ role: roleSchema }),
  output: memberSchema,
});

export const removeMember = defineOperation({
  name: 'members.remove',
  method: 'DELETE',
  path: '/v1/orgs/{org}/members/{user}',
  summary: 'Remove a member; an organization keeps at least one admin',
  auth: 'session',
  status: 200,
  params: memberParams,
  query: nothing,
  body: nothing,
  output: ok,
});
