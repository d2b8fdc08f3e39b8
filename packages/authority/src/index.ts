/**
 * `@postern/authority`: the decision maker.
 *
 * It holds the signing keys (key bytes in `hazmat/` alone), mints tokens, verifies and clears them, revokes them,
 * and writes every decision into the audit log before it takes effect. An {@link ExecPlan} comes from here and from
 * nowhere else. Start reading at `authority.ts`, then `authorize-exec.ts`.
 */
export { auditEntry, commitAudited } from './audit.ts';
export { openAuthority, type Authority, type AuthorityOptions } from './authority.ts';
export type { ExecFacts, ExecRequest } from './authorize-exec.ts';
export type { CheckedHeader, CheckedToken } from './check-header.ts';
export type { Origin, Person } from './context.ts';
export { AuthorityError, type AuthorityErrorCode, type RefusalDetail } from './errors.ts';
export type { ExecPlan } from './exec-plan.ts';
export { hashSecret, newId, newMachineId, newSecret } from './ids.ts';
export { DEFAULT_LIFETIME_MS, type Minted, type MintRequest } from './mint.ts';
export { requireAdmin, requireMember } from './policy.ts';
export { SESSION_LIFETIME_MS, type NewSession } from './sessions.ts';
export type { AuditCheck } from './verify-audit.ts';
