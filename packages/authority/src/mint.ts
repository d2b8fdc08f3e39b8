/** Mint: make a token for a signed-in person. Its text is returned once and kept nowhere. */
import {
  caveatsToJson,
  encodeCaveats,
  expiration,
  formatHeader,
  mintToken,
  stringifyExactJson,
  TokenError,
  tokenUuid,
  type Caveat,
  type CommandRule,
} from '@postern/token';
import {
  StoreError,
  type AppRecord,
  type NewToken,
  type OrganizationRecord,
  type Profile,
  type TokenRecord,
  type Write,
} from '@postern/store';
import { auditEntry, commitAudited } from './audit.ts';
import { caveatsFor } from './caveats-for.ts';
import type { AuthorityContext, Origin, Person } from './context.ts';
import { AuthorityError } from './errors.ts';
import { kidOf } from './hazmat/index.ts';
import { tokenIdOf } from './ids.ts';
import { requireLifetime, requireMinter } from './policy.ts';

/** 175200h: twenty years of 365 days, as flyctl's default. */
export const DEFAULT_LIFETIME_MS: number = 175_200 * 3_600_000;

const DEFAULT_NAMES: Readonly<Record<Profile, string>> = {
  machine_exec: 'postern machine-exec token',
  deploy: 'postern deploy token',
  deploy_organization: 'Org deploy token',
  readonly: 'Read-only org token',
};

export interface MintRequest {
  readonly organization: OrganizationRecord;
  readonly app: AppRecord | null;
  readonly profile: Profile;
  readonly name?: string;
  /** Milliseconds; null for a token that never expires; absent for {@link DEFAULT_LIFETIME_MS}. */
  readonly lifetimeMs?: number | null;
  readonly commands?: readonly CommandRule[];
  readonly machines?: readonly string[];
  readonly noRead?: boolean;
  readonly caveats?: readonly Caveat[];
  readonly commandCaveats?: readonly Caveat[];
  readonly dryRun?: boolean;
}

export interface Minted {
  /** `FlyV1 fm2_…`; empty for a dry run. */
  readonly header: string;
  readonly record: TokenRecord;
}

/**
 * @throws AuthorityError `organization_not_found` for who is no member, `policy_refused`, `bad_request`,
 *   `audit_unavailable`.
 */
export async function mint(
  context: AuthorityContext,
  person: Person,
  request: MintRequest,
  origin: Origin,
): Promise<Minted> {
  await requireMinter(context.store, person, request.organization, request.profile);
  const now = context.now();
  const lifetimeMs = request.lifetimeMs === undefined ? DEFAULT_LIFETIME_MS : request.lifetimeMs;
  requireLifetime(request.organization, lifetimeMs);
  const caveats = caveatsFor(
    {
      profile: request.profile,
      organizationId: request.organization.id,
      appId: request.app?.id ?? null,
      expiresAt: lifetimeMs === null ? null : now + lifetimeMs,
      commands: request.commands ?? [],
      machines: request.machines ?? [],
      noRead: request.noRead ?? false,
      caveats: request.caveats ?? [],
      commandCaveats: request.commandCaveats ?? [],
    },
    now,
  );
  const name = request.name ?? DEFAULT_NAMES[request.profile];
  const made = sign(context, person, request, name, caveats, now);
  if (request.dryRun !== true)
    await commitMint(context, mintWrites(made.token, person, caveats, origin, null));
  return { header: request.dryRun === true ? '' : made.header, record: recordOf(made.token, person) };
}

/** Signs the caveats with the newest key. Nothing is stored yet. */
export function sign(
  context: AuthorityContext,
  person: Person,
  of: {
    readonly organization: Pick<OrganizationRecord, 'id'>;
    readonly app: Pick<AppRecord, 'id'> | null;
    readonly profile: Profile;
  },
  name: string,
  caveats: readonly Caveat[],
  now: number,
): { readonly header: string; readonly token: NewToken } {
  const keyId = context.keyring.newest;
  const token = refuseLimits(() =>
    context.keyring.use(keyId, (key) =>
      mintToken({ location: context.location, kid: kidOf(keyId), key, caveats }, context.crypto),
    ),
  );
  const expires = expiration(caveats);
  const uuid = tokenUuid(token.nonce, context.crypto);
  return {
    header: formatHeader([token]),
    token: {
      id: tokenIdOf(uuid),
      uuid,
      keyId,
      organizationId: of.organization.id,
      appId: of.app?.id ?? null,
      name,
      profile: of.profile,
      caveats: encodeCaveats(caveats),
      createdBy: person.userId,
      createdAt: now,
      expiresAt: expires === undefined ? null : Number(expires) * 1000,
      revokesOnUse: null,
    },
  };
}

/** @throws AuthorityError `conflict` when the key was retired after the token was signed, or the token to replace is dead. */
export async function commitMint(context: AuthorityContext, writes: readonly Write[]): Promise<void> {
  try {
    await commitAudited(context.store, writes);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'precondition') throw error;
    throw new AuthorityError('conflict', error.message, { cause: error });
  }
}

/** The record and the audit entry that tells of it: one durable unit, so that neither is without the other. */
export function mintWrites(
  token: NewToken,
  person: Person,
  caveats: readonly Caveat[],
  origin: Origin,
  rotatedFrom: string | null,
): Write[] {
  return [
    auditEntry({
      at: token.createdAt,
      action: 'token.mint',
      outcome: 'done',
      actor: `user:${person.email}`,
      organizationId: token.organizationId,
      appId: token.appId,
      tokenId: token.id,
      ...origin,
      details: {
        name: token.name,
        profile: token.profile,
        caveats: stringifyExactJson(caveatsToJson(caveats)),
        ...(rotatedFrom === null ? {} : { rotated_from: rotatedFrom }),
      },
    }),
    { kind: 'key.require-live', keyId: token.keyId },
    { kind: 'token.insert', token },
  ];
}

export function recordOf(token: NewToken, person: Person): TokenRecord {
  return {
    ...token,
    createdByEmail: person.email,
    revokedAt: null,
    revokeReason: null,
    successorId: null,
    diesAt: null,
    lastUsedAt: null,
    lastUsedFrom: null,
    lastUsedMachine: null,
    lastUsedCommand: null,
    uses: 0,
    refusals: 0,
  };
}

function refuseLimits<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new AuthorityError('bad_request', `the token cannot be made: ${error.message}`, { cause: error });
  }
}
