/** First start makes what a person needs to try Postern: an owner, an organization, an app, a machine. */
import { auditEntry, commitAudited, newId, newMachineId, type Person } from '@postern/authority';
import { createAgentKey } from '@postern/exec';
import type { Store } from '@postern/store';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ServerConfig } from './config.ts';

export interface Installation {
  readonly owner: Person;
  /** The machine of the embedded agent, when there is one. */
  readonly machineId: string | undefined;
  readonly first: boolean;
}

const embeddedSchema = z.strictObject({
  agent_id: z.string(),
  machine_id: z.string(),
  private_key: z.string(),
});
export type EmbeddedAgentKey = z.infer<typeof embeddedSchema>;

const keyFile = (config: ServerConfig): string => join(config.dataDir, 'agent.json');

/** @returns the embedded agent's key, or undefined when there is none. */
export function readEmbeddedAgent(config: ServerConfig): EmbeddedAgentKey | undefined {
  try {
    return embeddedSchema.parse(JSON.parse(readFileSync(keyFile(config), 'utf8')));
  } catch {
    return undefined;
  }
}

export async function ensureInstallation(
  store: Store,
  config: ServerConfig,
  now: number,
): Promise<Installation> {
  const embedded = readEmbeddedAgent(config);
  if ((await store.countUsers()) > 0) {
    const user = (await store.findUserByEmail(config.ownerEmail)) ?? (await store.findUser(1));
    if (user === undefined) throw new Error('the owner is gone');
    return {
      owner: { userId: user.id, publicId: user.publicId, email: user.email },
      machineId: embedded?.machine_id,
      first: false,
    };
  }
  const key = config.embeddedAgent ? createAgentKey() : undefined;
  const agentId = newId('agt');
  const machineId = newMachineId();
  if (key !== undefined) {
    // Before the records: a key nobody knows is harmless, a record without its key is not.
    const identity: EmbeddedAgentKey = {
      agent_id: agentId,
      machine_id: machineId,
      private_key: key.privateKey,
    };
    writeFileSync(keyFile(config), `${JSON.stringify(identity)}\n`, { mode: 0o600, flush: true });
  }
  await store.commit([
    { kind: 'user.insert', publicId: newId('usr'), email: config.ownerEmail, at: now },
    { kind: 'organization.insert', publicId: newId('org'), slug: 'personal', name: 'Personal', at: now },
    { kind: 'member.put-by-slug', slug: 'personal', userId: 1, role: 'admin', at: now },
    auditEntry({
      at: now,
      action: 'install',
      outcome: 'done',
      actor: 'system',
      details: { owner: config.ownerEmail },
    }),
  ]);
  const user = await store.findUserByEmail(config.ownerEmail);
  const organization = await store.findOrganization('personal');
  if (user === undefined || organization === undefined) throw new Error('the first records were not stored');
  await store.commit([
    { kind: 'app.insert', publicId: newId('app'), organizationId: organization.id, name: 'demo', at: now },
  ]);
  const app = await store.findApp('demo');
  if (key !== undefined && app !== undefined) {
    await commitAudited(store, [
      {
        kind: 'agent.insert',
        id: agentId,
        organizationId: organization.id,
        publicKey: key.publicKey,
        at: now,
      },
      {
        kind: 'machine.insert',
        machine: {
          id: machineId,
          organizationId: organization.id,
          appId: app.id,
          name: 'local',
          driver: '{"kind":"process"}',
          agentId,
          createdAt: now,
        },
      },
    ]);
  }
  return {
    owner: { userId: user.id, publicId: user.publicId, email: user.email },
    machineId: key === undefined ? undefined : machineId,
    first: true,
  };
}
