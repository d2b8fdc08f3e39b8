/** Roles and what they permit (spec section 12.5). */
import { isActionSubset, type ActionMask } from './action.ts';

export const ROLE = { member: 1, billingManager: 2, admin: 0xffff_ffff } as const;

const ANY = 31;
const READ = 1;
const NONE = 0;

/** For each organization feature, the actions a member may take; others are the admins' alone. */
const MEMBER_FEATURES: ReadonlyMap<string, ActionMask> = new Map([
  ['wg', ANY],
  ['domain', ANY],
  ['site', ANY],
  ['builder', ANY],
  ['addon', ANY],
  ['checks', ANY],
  ['litefs-cloud', ANY],
  ['membership', READ],
  ['billing', READ],
  ['authentication', READ],
  ['deletion', NONE],
  ['document_signing', NONE],
]);

/** The role that permits an action on an organization feature, or on anything else when there is none. */
export function permittedRole(feature: string | undefined, action: ActionMask): number {
  if (feature === undefined) return ROLE.member;
  const mask = MEMBER_FEATURES.get(feature);
  return mask !== undefined && isActionSubset(action, mask) ? ROLE.member : ROLE.admin;
}

/** Whether every bit of `role` is in `allowed`, as unsigned 32-bit masks. */
export function roleAllowed(role: number, allowed: number): boolean {
  return (role & ~allowed) >>> 0 === 0;
}
