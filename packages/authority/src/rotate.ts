/** Rotate: a successor with the same restrictions; the old token dies later, so that nobody is cut off. */
import { decodeCaveats, type Caveat } from '@postern/token';
import type { TokenRecord } from '@postern/store';
import { auditEntry } from './audit.ts';
import type { AuthorityContext, Origin, Person } from './context.ts';
import { AuthorityError } from './errors.ts';
import { commitMint, mintWrites, recordOf, sign, type Minted } from './mint.ts';
import { requireLifetime, requireMinter } from './policy.ts';
import { findToken } from './revoke.ts';

/** The old token dies a day after its rotation at the latest, unless said otherwise. */
const DEFAULT_GRACE_MS = 86_400_000;

export interface RotateRequest {
  /** Milliseconds the successor lives; null for ever; absent for as long as the old token was made to live. */
  readonly lifetimeMs?: number | null;
  /** Milliseconds until the old token dies of itself. */
  readonly graceMs?: number;
  /** Whether it dies when the successor is first used, if that is sooner. */
  readonly onFirstUse?: boolean;
  /** More restrictions of the successor; they only ever narrow. */
  readonly caveats?: readonly Caveat[];
}

export interface Rotated extends Minted {
  /** When the old token dies at the latest. */
  readonly oldDiesAt: number;
}

/** @throws AuthorityError `token_not_found`, `conflict` for a token that is revoked or was rotated, and as minting. */
export async function rotate(
  context: AuthorityContext,
  person: Person,
  tokenId: string,
  request: RotateRequest,
  origin: Origin,
): Promise<Rotated> {
  const old = await findToken(context, person, tokenId);
  const organization = await context.store.findOrganization(old.organizationId);
  if (organization === undefined)
    throw new AuthorityError('organization_not_found', 'the organization is gone');
  await requireMinter(context.store, person, organization, old.profile);
  const now = context.now();
  const lifetimeMs = request.lifetimeMs === undefined ? lifetimeOf(old) : request.lifetimeMs;
  requireLifetime(organization, lifetimeMs);
  const caveats = [...renew(decodeCaveats(old.caveats), now, lifetimeMs), ...(request.caveats ?? [])];
  const app = old.appId === null ? null : { id: old.appId };
  const made = sign(context, person, { organization, app, profile: old.profile }, old.name, caveats, now);
  const successor = { ...made.token, revokesOnUse: request.onFirstUse === false ? null : old.id };
  const oldDiesAt = now + (request.graceMs ?? DEFAULT_GRACE_MS);
  await commitMint(context, [
    ...mintWrites(successor, person, caveats, origin, old.id),
    auditEntry({
      at: now,
      action: 'token.rotate',
      outcome: 'done',
      actor: `user:${person.email}`,
      organizationId: old.organizationId,
      appId: old.appId,
      tokenId: old.id,
      ...origin,
      details: {
        successor: successor.id,
        dies_at: oldDiesAt,
        on_first_use: successor.revokesOnUse !== null,
      },
    }),
    {
      kind: 'token.supersede',
      organizationId: old.organizationId,
      tokenId: old.id,
      successorId: successor.id,
      diesAt: oldDiesAt,
    },
  ]);
  return { header: made.header, record: recordOf(successor, person), oldDiesAt };
}

/** As long as the old one was made to live. */
function lifetimeOf(old: TokenRecord): number | null {
  return old.expiresAt === null ? null : old.expiresAt - old.createdAt + 1000;
}

/** The same restrictions with a new window; windows the holder added by attenuation are in no record. */
function renew(caveats: readonly Caveat[], now: number, lifetimeMs: number | null): Caveat[] {
  const rest = caveats.filter((caveat) => caveat.type !== 'ValidityWindow');
  if (lifetimeMs === null) return rest;
  const notBefore = BigInt(Math.floor(now / 1000));
  const notAfter = BigInt(Math.floor((now + lifetimeMs) / 1000));
  return [{ type: 'ValidityWindow', notBefore, notAfter }, ...rest];
}
