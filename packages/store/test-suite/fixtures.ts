/** Records to begin a store test with. */
import type { AuditEntry, NewToken, Store } from '../src/index.ts';

export const NOW = 1_800_000_000_000;

export interface Ground {
  readonly userId: number;
  readonly organizationId: number;
  readonly otherOrganizationId: number;
  readonly appId: number;
}

/** Two organizations, one user in the first, one app, one key. */
export async function lay(store: Store): Promise<Ground> {
  const [userId] = await store.commit([
    { kind: 'user.insert', publicId: 'usr_a', email: 'a@example.test', at: NOW },
  ]);
  const [organizationId, otherOrganizationId] = await store.commit([
    { kind: 'organization.insert', publicId: 'org_a', slug: 'one', name: 'One', at: NOW },
    { kind: 'organization.insert', publicId: 'org_b', slug: 'two', name: 'Two', at: NOW },
  ]);
  const [appId] = await store.commit([
    { kind: 'app.insert', publicId: 'app_a', organizationId: organizationId ?? 0, name: 'web', at: NOW },
    { kind: 'member.put', organizationId: organizationId ?? 0, userId: userId ?? 0, role: 'admin', at: NOW },
    {
      kind: 'key.insert',
      key: { id: 'k1', generation: 1, sealed: Uint8Array.of(1, 2, 3), createdAt: NOW },
    },
  ]);
  return {
    userId: userId ?? 0,
    organizationId: organizationId ?? 0,
    otherOrganizationId: otherOrganizationId ?? 0,
    appId: appId ?? 0,
  };
}

export function token(ground: Ground, id: string, change: Partial<NewToken> = {}): NewToken {
  return {
    id,
    uuid: `uuid-${id}`,
    keyId: 'k1',
    organizationId: ground.organizationId,
    appId: ground.appId,
    name: `name of ${id}`,
    profile: 'machine_exec',
    caveats: Uint8Array.of(0x90),
    createdBy: ground.userId,
    createdAt: NOW,
    expiresAt: NOW + 1000,
    revokesOnUse: null,
    ...change,
  };
}

export function entry(action: string, change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at: NOW,
    action,
    outcome: 'done',
    actor: 'system',
    organizationId: null,
    appId: null,
    machineId: null,
    tokenId: null,
    execId: null,
    source: null,
    command: null,
    reason: null,
    details: {},
    ...change,
  };
}
