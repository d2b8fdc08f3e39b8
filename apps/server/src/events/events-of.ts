/**
 * What a write says to those who follow an organization. Every change of the store is data, so this one place sees
 * them all; nothing asks the store again and again.
 */
import type { OrganizationEvent } from '@postern/contract';
import type { AuditEntry, Write } from '@postern/store';

export interface ScopedEvent {
  readonly organizationId: number;
  readonly event: OrganizationEvent;
}

/** Ids and states alone: no name, command, address or reason leaves with an event. */
export function eventsOf(write: Write): readonly ScopedEvent[] {
  switch (write.kind) {
    case 'exec.insert': {
      const { organizationId, id, machineId, tokenId } = write.exec;
      return of(organizationId, {
        type: 'exec',
        exec: id,
        machine: machineId,
        token: tokenId,
        state: 'running',
      });
    }
    case 'exec.close': {
      const state = write.reason === 'connection-lost' ? 'unknown' : 'done';
      return of(write.organizationId, {
        type: 'exec',
        exec: write.execId,
        machine: null,
        token: null,
        state,
      });
    }
    case 'token.insert':
      return of(write.token.organizationId, { type: 'token', token: write.token.id, state: 'minted' });
    case 'token.rename':
      return of(write.organizationId, { type: 'token', token: write.tokenId, state: 'renamed' });
    case 'token.revoke':
      return of(write.organizationId, { type: 'token', token: write.tokenId, state: 'revoked' });
    case 'token.supersede':
      return of(write.organizationId, { type: 'token', token: write.tokenId, state: 'superseded' });
    case 'token.usage':
      return of(write.usage.organizationId, { type: 'token', token: write.usage.tokenId, state: 'used' });
    case 'app.delete':
      return of(write.organizationId, { type: 'token', token: null, state: 'revoked' });
    case 'machine.insert':
      return of(write.machine.organizationId, { type: 'machine', machine: write.machine.id, state: 'added' });
    case 'machine.rename':
      return of(write.organizationId, { type: 'machine', machine: write.machineId, state: 'renamed' });
    case 'machine.delete':
      return of(write.organizationId, { type: 'machine', machine: write.machineId, state: 'removed' });
    case 'audit.append':
      return audited(write.entry);
    default:
      return [];
  }
}

/** An entry of no organization, as of a session, concerns nobody who follows one. */
function audited(entry: AuditEntry): readonly ScopedEvent[] {
  const { organizationId, action, outcome, machineId, tokenId, execId } = entry;
  if (organizationId === null) return [];
  const joined = action === 'agent.join' && machineId !== null;
  return [
    ...of(organizationId, { type: 'audit', action, outcome, token: tokenId, exec: execId }),
    ...(joined ? of(organizationId, { type: 'machine', machine: machineId, state: 'joined' }) : []),
  ];
}

function of(organizationId: number, event: OrganizationEvent): readonly ScopedEvent[] {
  return [{ organizationId, event }];
}
