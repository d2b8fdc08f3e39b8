/** Revoke: a token and everything attenuated from it stop working, on the very next request. */
import type { TokenRecord } from '@postern/store';
import { auditEntry, commitAudited } from './audit.ts';
import type { AuthorityContext, Origin, Person } from './context.ts';
import { AuthorityError } from './errors.ts';

/**
 * Finds a token the person may see. A token of an organization they do not belong to does not exist for them.
 *
 * @throws AuthorityError `token_not_found`.
 */
export async function findToken(
  context: AuthorityContext,
  person: Person,
  tokenId: string,
): Promise<TokenRecord> {
  const record = await context.store.findToken(tokenId);
  if (record !== undefined) {
    const role = await context.store.findRole(record.organizationId, person.userId);
    if (role !== undefined) return record;
  }
  throw new AuthorityError('token_not_found', `there is no token ${tokenId} for you`, {
    hint: 'see `postern tokens list`',
  });
}

/** Revoking a revoked token changes nothing and is no error. */
export async function revoke(
  context: AuthorityContext,
  person: Person,
  tokenId: string,
  reason: string | null,
  origin: Origin,
): Promise<TokenRecord> {
  const record = await findToken(context, person, tokenId);
  if (record.revokedAt !== null) return record;
  const at = context.now();
  await commitAudited(context.store, [
    auditEntry({
      at,
      action: 'token.revoke',
      outcome: 'done',
      actor: `user:${person.email}`,
      organizationId: record.organizationId,
      appId: record.appId,
      tokenId: record.id,
      reason,
      ...origin,
    }),
    { kind: 'token.revoke', organizationId: record.organizationId, tokenId: record.id, at, reason },
  ]);
  context.onDead((plan) => plan.tokenId === record.id);
  return { ...record, revokedAt: at, revokeReason: reason };
}

export async function rename(
  context: AuthorityContext,
  person: Person,
  tokenId: string,
  name: string,
  origin: Origin,
): Promise<TokenRecord> {
  const record = await findToken(context, person, tokenId);
  await commitAudited(context.store, [
    auditEntry({
      at: context.now(),
      action: 'token.rename',
      outcome: 'done',
      actor: `user:${person.email}`,
      organizationId: record.organizationId,
      appId: record.appId,
      tokenId: record.id,
      ...origin,
      details: { from: record.name, to: name },
    }),
    { kind: 'token.rename', organizationId: record.organizationId, tokenId: record.id, name },
  ]);
  return { ...record, name };
}
