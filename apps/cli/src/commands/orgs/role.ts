/** The role of a member, as a flag. */
import type { Role } from '@postern/contract';

export const ROLE_FLAG = { choices: ['member', 'admin'], default: 'member' } as const;

/** The parser has let only the choices through. */
export function readRole(value: string): Role {
  return value === 'admin' ? 'admin' : 'member';
}
