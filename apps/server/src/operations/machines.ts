import {
  auditEntry,
  commitAudited,
  hashSecret,
  newMachineId,
  newSecret,
  requireAdmin,
} from '@postern/authority';
import { LIMITS, PosternError } from '@postern/contract';
import type { MachineRecord } from '@postern/store';
import type { RequestFacts } from '../http/handler.ts';
import type { Handlers } from '../http/routes.ts';
import type { Services } from '../services.ts';
import { askMachine } from './ask-machine.ts';
import { findApp, findForAction, findMachine, machineNotFound } from './find.ts';
import { presentMachine, time } from './present.ts';

/** A join token works for an hour, once. */
const JOIN_LIFETIME_MS = 3_600_000;
const POLL_MS = 100;

type Keys =
  | 'listMachines'
  | 'addMachine'
  | 'showMachine'
  | 'updateMachine'
  | 'removeMachine'
  | 'startMachine'
  | 'stopMachine'
  | 'restartMachine'
  | 'signalMachine'
  | 'waitMachine'
  | 'listProcesses';

export const machineHandlers: Pick<Handlers, Keys> = {
  async listMachines({ params, query }, facts, services) {
    const { app } = await findForAction(params.app, undefined, 'r', 'machine.list', facts, services);
    const machines = await services.store.listMachines(app.organizationId, app.id);
    const states = query.state?.split(',');
    return machines
      .map((machine) => presentMachine(machine, services))
      .filter(({ state }) => states === undefined || states.includes(state));
  },

  async addMachine({ params, body }, { person, source }, services) {
    const { app, organization } = await findApp(params.app, person, services);
    // The agent reaches more than the machine it serves: its whole host, and hosts its host may reach.
    if (body.beside !== undefined) await requireAdmin(services.store, person, organization);
    const beside = body.beside === undefined ? undefined : await findMachine(app, body.beside, services);
    const at = services.now();
    const id = newMachineId();
    const secret = beside === undefined ? newSecret('join') : undefined;
    const machine: MachineRecord = {
      id,
      organizationId: app.organizationId,
      appId: app.id,
      // The whole id: a part of it comes again among a thousand machines, and names are taken once.
      name: body.name ?? `machine-${id}`,
      driver: JSON.stringify(body.driver),
      agentId: beside?.agentId ?? null,
      createdAt: at,
      updatedAt: at,
      lastSeenAt: null,
    };
    await commitAudited(services.store, [
      auditEntry({
        at,
        action: 'machine.add',
        outcome: 'done',
        actor: `user:${person.email}`,
        organizationId: app.organizationId,
        appId: app.id,
        machineId: id,
        source,
        details: { name: machine.name, driver: machine.driver },
      }),
      { kind: 'machine.insert', machine },
      ...(secret === undefined
        ? []
        : [
            {
              kind: 'join.insert',
              hash: hashSecret(secret),
              organizationId: app.organizationId,
              machineId: id,
              expiresAt: at + JOIN_LIFETIME_MS,
            } as const,
          ]),
    ]);
    if (machine.agentId !== null) await services.gateway.refresh(machine.agentId);
    return {
      machine: presentMachine(machine, services),
      join_token: secret ?? null,
      join_expires_at: secret === undefined ? null : time(at + JOIN_LIFETIME_MS),
      join_command:
        secret === undefined ? null : `postern-agent join --server ${services.publicUrl()} --token ${secret}`,
    };
  },

  async showMachine({ params }, facts, services) {
    return presentMachine(await reach(params, 'r', 'machine.read', facts, services), services);
  },

  async updateMachine({ params, body }, { person, source }, services) {
    const { app } = await findApp(params.app, person, services);
    const machine = await findMachine(app, params.machine, services);
    const at = services.now();
    await commitAudited(services.store, [
      auditEntry({
        at,
        action: 'machine.rename',
        outcome: 'done',
        actor: `user:${person.email}`,
        organizationId: app.organizationId,
        appId: app.id,
        machineId: machine.id,
        source,
        details: { from: machine.name, to: body.name },
      }),
      {
        kind: 'machine.rename',
        organizationId: app.organizationId,
        machineId: machine.id,
        name: body.name,
        at,
      },
    ]);
    return presentMachine({ ...machine, name: body.name, updatedAt: at }, services);
  },

  async removeMachine({ params }, { person, source }, services) {
    const { app } = await findApp(params.app, person, services);
    const machine = await findMachine(app, params.machine, services);
    await commitAudited(services.store, [
      auditEntry({
        at: services.now(),
        action: 'machine.remove',
        outcome: 'done',
        actor: `user:${person.email}`,
        organizationId: app.organizationId,
        appId: app.id,
        machineId: machine.id,
        source,
        details: { name: machine.name },
      }),
      { kind: 'machine.delete', organizationId: app.organizationId, machineId: machine.id },
    ]);
    services.gateway.endWhere((plan) => plan.machineId === machine.id, 'machine-removed');
    if (machine.agentId !== null) await services.gateway.refresh(machine.agentId);
    return { ok: true };
  },

  async startMachine({ params }, facts, services) {
    const machine = await reach(params, 'C', 'machine.start', facts, services);
    const { state } = presentMachine(machine, services);
    if (state !== 'started') await askMachine(machine, { act: 'start' }, services);
    return { previous_state: state, migrated: false, new_host: '' };
  },

  async stopMachine({ params, body }, facts, services) {
    const machine = await reach(params, 'C', 'machine.stop', facts, services);
    await askMachine(machine, { act: 'stop', ...body }, services);
    return { ok: true };
  },

  async restartMachine({ params, query }, facts, services) {
    const machine = await reach(params, 'C', 'machine.restart', facts, services);
    const timeout = query.force_stop === 'true' ? '0' : query.timeout;
    await askMachine(machine, { act: 'restart', timeout, signal: query.signal }, services);
    return { ok: true };
  },

  async signalMachine({ params, body }, facts, services) {
    const machine = await reach(params, 'C', 'machine.signal', facts, services);
    await askMachine(machine, { act: 'signal', signal: String(body.signal) }, services);
    return { ok: true };
  },

  async waitMachine({ params, query }, facts, services) {
    const machine = await reach(params, 'r', 'machine.read', facts, services);
    const wanted = query.state.split(',');
    const until = performance.now() + Math.min(query.timeout, LIMITS.waitMaxSeconds) * 1000;
    for (;;) {
      const now = await services.store.findMachine(machine.id);
      if (now === undefined) throw machineNotFound(machine.id);
      const { state } = presentMachine(now, services);
      if (wanted.includes(state) || wanted.includes('settled'))
        return { ok: true, state, version: machine.id };
      if (performance.now() >= until || facts.signal.aborted) {
        throw new PosternError(
          'wait_timed_out',
          `the machine is ${state} and did not become ${wanted.join(' or ')} in time`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  },

  async listProcesses({ params }, facts, services) {
    // The words of processes may hold secrets: who may only read, or run a command, does not see them.
    const machine = await reach(params, 'C', 'machine.ps', facts, services);
    return askMachine(machine, { act: 'ps' }, services);
  },
};

async function reach(
  params: { readonly app: string; readonly machine: string },
  action: 'r' | 'C',
  what: string,
  facts: RequestFacts,
  services: Services,
): Promise<MachineRecord> {
  const { app, machine } = await findForAction(params.app, params.machine, action, what, facts, services);
  if (machine === undefined) throw machineNotFound(params.machine);
  // What a token was allowed stands in the log already.
  if (action === 'C' && facts.caller.kind === 'person') {
    await commitAudited(services.store, [
      auditEntry({
        at: services.now(),
        action: what,
        outcome: 'allowed',
        actor: `user:${facts.caller.person.email}`,
        organizationId: app.organizationId,
        appId: app.id,
        machineId: machine.id,
        source: facts.source,
      }),
    ]);
  }
  return machine;
}
