/** The server's end of agent connections: challenge, proof, welcome, then the binary link. */
import {
  AGENT_LINK_PATH,
  driverSchema,
  proofSchema,
  type MachineReport,
  type Proof,
  type Welcome,
} from '@postern/contract';
import { LinkError, verifyAgentProof } from '@postern/exec';
import type { MachineRecord } from '@postern/store';
import { randomBytes } from 'node:crypto';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Services } from '../services.ts';
import { createAgentSessions, type AgentSession, type AgentSessions } from './agent-sessions.ts';

/** Milliseconds an agent has to prove itself. */
const PROOF_MS = 10_000;
const PING_MS = 15_000;
const MAX_MESSAGE_BYTES = 1024 * 1024;

export interface AgentSockets {
  readonly path: string;
  readonly server: WebSocketServer;
}

export function createAgentSockets(services: Services): AgentSockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  const sessions = createAgentSessions(
    ({ agentId, link }) => services.gateway.disconnect(agentId, link),
    (agentId, reports) => {
      services.gateway.report(agentId, reports);
      void tellStates(agentId, reports, services);
    },
  );
  server.on('connection', (socket) => serveAgent(socket, sessions, services));
  return { path: AGENT_LINK_PATH, server };
}

function serveAgent(socket: WebSocket, sessions: AgentSessions, services: Services): void {
  // A challenge belongs to one connection and is worth nothing on another.
  const challenge = randomBytes(32).toString('base64url');
  const late = setTimeout(() => socket.close(1008, 'no proof came'), PROOF_MS);
  let session: AgentSession | undefined;
  let isProving = false;
  let alive = true;
  const ping = setInterval(() => {
    if (!alive) socket.terminate();
    alive = false;
    socket.ping();
  }, PING_MS);
  socket.on('pong', () => (alive = true));
  socket.on('error', (error) => {
    // What is no WebSocket message, or too long for one, is the agent's doing; a broken connection is not.
    if ('code' in error && String(error.code).startsWith('WS_ERR_')) session?.abandon();
  });
  socket.on('close', () => {
    clearTimeout(late);
    clearInterval(ping);
    if (session === undefined) return;
    session.detach(socket, !alive);
    services.log.info('agent.disconnected', { agentId: session.agentId });
    void noteMachines(session.agentId, 'unreachable', services);
  });
  socket.on('message', (data, binary) => {
    alive = true;
    const bytes = Array.isArray(data) ? Buffer.concat(data) : (data as Buffer);
    if (binary && session !== undefined) {
      try {
        session.take(socket, bytes);
      } catch (error) {
        // Whatever an agent sends, it ends its own link and never the server.
        if (!(error instanceof LinkError)) {
          services.log.error('agent.link-failed', { agentId: session.agentId, message: String(error) });
        }
        socket.close(1002, 'protocol error');
        session.abandon();
      }
      return;
    }
    if (binary || isProving) {
      socket.close(1002, 'not now');
      session?.abandon();
      return;
    }
    isProving = true;
    void prove(bytes.toString('utf8'), challenge, services)
      .then(
        async ({ agentId, resume }) => {
          clearTimeout(late);
          const machines = await services.store.listMachinesOfAgent(agentId);
          if (socket.readyState !== socket.OPEN) return;
          const opened = sessions.open(agentId, resume);
          session = opened.session;
          welcome(opened, machines, resume, socket, services);
        },
        () => socket.close(1008, 'the proof does not hold'),
      )
      .catch((error: unknown) => {
        services.log.error('agent.link-failed', { message: String(error) });
        socket.close(1011, 'the link cannot be opened');
      });
  });
  socket.send(JSON.stringify({ type: 'challenge', challenge }));
}

/** @throws when the proof is unreadable, of an unknown agent, or wrong. */
async function prove(
  text: string,
  challenge: string,
  { store }: Services,
): Promise<{ readonly agentId: string; readonly resume: Proof['resume'] }> {
  const { agent_id: agentId, proof, resume } = proofSchema.parse(JSON.parse(text));
  const agent = await store.findAgent(agentId);
  if (agent === undefined || !verifyAgentProof(agent.publicKey, agentId, challenge, proof)) {
    throw new LinkError('the proof does not hold');
  }
  return { agentId, resume };
}

/** The welcome comes first; what was not received before the connection was lost, after it. */
function welcome(
  { session, resumed }: ReturnType<AgentSessions['open']>,
  machines: readonly MachineRecord[],
  resume: Proof['resume'],
  socket: WebSocket,
  services: Services,
): void {
  const { agentId, link } = session;
  const say = (served: readonly MachineRecord[], about?: Welcome['link']): void =>
    socket.send(
      JSON.stringify({
        type: 'welcome',
        link: about,
        machines: served.map(welcomeMachine),
      } satisfies Welcome),
    );
  say(machines, { session: session.id, resumed, received: session.received });
  session.attach(socket, resumed ? (resume?.received ?? 0) : 0);
  services.gateway.connect(agentId, {
    link,
    isConnected: () => session.isConnected(),
    close: () => session.abandon(),
    tell: async () => say(await services.store.listMachinesOfAgent(agentId)),
  });
  services.log.info(resumed ? 'agent.resumed' : 'agent.connected', { agentId });
  void noteMachines(agentId, 'started', services);
}

/** When an agent was last here, for its machines; and their state for those who follow it. */
async function noteMachines(
  agentId: string,
  state: 'started' | 'unreachable',
  { store, events, log, now, readiness }: Services,
): Promise<void> {
  try {
    await store.commit([{ kind: 'machine.seen', agentId, at: now() }]);
    for (const { organizationId, id } of await store.listMachinesOfAgent(agentId)) {
      events.tell(organizationId, { type: 'machine', machine: id, state });
    }
  } catch (error) {
    // A server that stops has let go of its store when the last agents leave.
    if (!readiness.draining) log.error('agent.not-noted', { agentId, message: String(error) });
  }
}

/** Who follows a machine is told, of machines of this agent alone. */
async function tellStates(
  agentId: string,
  reports: readonly MachineReport[],
  { store, events, log, readiness }: Services,
): Promise<void> {
  try {
    const states = new Map(reports.map(({ id, state }) => [id, state]));
    for (const { organizationId, id } of await store.listMachinesOfAgent(agentId)) {
      const state = states.get(id);
      if (state !== undefined) events.tell(organizationId, { type: 'machine', machine: id, state });
    }
  } catch (error) {
    if (!readiness.draining) log.error('agent.not-noted', { agentId, message: String(error) });
  }
}

function welcomeMachine(machine: MachineRecord): Welcome['machines'][number] {
  return {
    id: machine.id,
    organization_id: String(machine.organizationId),
    app_id: String(machine.appId),
    driver: driverSchema.parse(JSON.parse(machine.driver)),
  };
}
