/**
 * Public identifiers. Each is opaque to callers: a prefix that says what it names and random base32 letters.
 * Machines follow the form flyctl knows: 14 lowercase hexadecimal characters.
 */
import { z } from 'zod';

const opaque = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[a-z2-7]{16}$`));

export const organizationIdSchema = opaque('org').brand<'OrganizationId'>();
export const appIdSchema = opaque('app').brand<'AppId'>();
export const userIdSchema = opaque('usr').brand<'UserId'>();
export const tokenIdSchema = opaque('tok').brand<'TokenId'>();
export const execIdSchema = opaque('exec').brand<'ExecId'>();
export const agentIdSchema = opaque('agt').brand<'AgentId'>();
export const machineIdSchema = z
  .string()
  .regex(/^[0-9a-f]{14}$/)
  .brand<'MachineId'>();

/** An app name: also its address in every path. Globally unique, as flyctl expects. */
export const appNameSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'an app name has 1 to 63 lowercase letters, digits and inner hyphens',
  );

/** An organization slug: its address in every path. */
export const organizationSlugSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'an organization slug has 1 to 63 lowercase letters, digits and inner hyphens',
  );

/** A machine name: shown beside the id. */
export const machineNameSchema = z
  .string()
  .regex(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$/,
    'a machine name has 1 to 63 letters, digits, dots, underscores and hyphens',
  );

export const emailSchema = z
  .string()
  .max(254)
  // \p{C}: controls, and characters that hide or reorder others.
  .regex(/^[^\s\p{C}@<>"]+@[^\s\p{C}@<>"]+$/u, 'an email address looks like name@host');

export type OrganizationId = z.infer<typeof organizationIdSchema>;
export type AppId = z.infer<typeof appIdSchema>;
export type UserId = z.infer<typeof userIdSchema>;
export type TokenId = z.infer<typeof tokenIdSchema>;
export type ExecId = z.infer<typeof execIdSchema>;
export type AgentId = z.infer<typeof agentIdSchema>;
export type MachineId = z.infer<typeof machineIdSchema>;
