/** Reading and controlling apps and machines with a token or as a member; refusals are audited, reads are not. */
import type { Access } from '@postern/token';
import { auditEntry, commitAudited } from './audit.ts';
import { authorize } from './authorize.ts';
import type { CheckedToken } from './check-header.ts';
import type { AuthorityContext, Origin } from './context.ts';

/**
 * @param what the operation, for the audit log: `machine.stop`.
 * @param controls whether the act changes something, so that allowing it is audited too.
 * @throws AuthorityError with the reason, after the refusal is in the audit log.
 */
export async function authorizeAccess(
  context: AuthorityContext,
  header: string,
  access: Access,
  what: string,
  controls: boolean,
  origin: Origin,
): Promise<CheckedToken> {
  const decision = await authorize(context, header, access);
  const entry = {
    at: access.now,
    action: what,
    organizationId: access.orgId === undefined ? null : Number(access.orgId),
    appId: access.appId === undefined ? null : Number(access.appId),
    machineId: access.machine ?? null,
    ...origin,
  };
  if (decision.allowed) {
    const { id } = decision.by.record;
    if (controls) {
      await commitAudited(context.store, [
        auditEntry({ ...entry, outcome: 'allowed', actor: `token:${id}`, tokenId: id }),
      ]);
    }
    return decision.by;
  }
  const id = decision.record?.id ?? null;
  await commitAudited(context.store, [
    auditEntry({
      ...entry,
      outcome: 'refused',
      actor: id === null ? 'nobody' : `token:${id}`,
      tokenId: id,
      reason: decision.error.message,
      details: { code: decision.error.code },
    }),
  ]);
  throw decision.error;
}
