/** The server's end of agent connections: challenge, proof, welcome, then the binary link. */
import { AGENT_LINK_PATH, proofSchema, type Welcome } from '@postern/contract';
import { createGatewayLink, LinkError, verifyAgentProof, type GatewayLink } from '@postern/exec';
import { randomBytes } from 'node:crypto';
import { WebSocketServer, type WebSocket } from 'ws';
import { driverSchema } from '@postern/contract';
import type { MachineRecord } from '@postern/store';
import type { Services } from '../services.ts';

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
  server.on('connection', (socket) => serveAgent(socket, services));
  return { path: AGENT_LINK_PATH, server };
}

function serveAgent(socket: WebSocket, services: Services): void {
  // A challenge belongs to one connection and is worth nothing on another.
  const challenge = randomBytes(32).toString('base64url');
  const late = setTimeout(() => socket.close(1008, 'no proof came'), PROOF_MS);
  let link: GatewayLink | undefined;
  let alive = true;
  const ping = setInterval(() => {
    if (!alive) socket.terminate();
    alive = false;
    socket.ping();
  }, PING_MS);
  socket.on('pong', () => (alive = true));
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearTimeout(late);
    clearInterval(ping);
    link?.closed();
  });
  socket.on('message', (data, binary) => {
    alive = true;
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
    if (binary && link !== undefined) {
      try {
        link.receive(bytes);
      } catch (error) {
        if (!(error instanceof LinkError)) throw error;
        socket.close(1002, error.message);
      }
      return;
    }
    if (binary || link !== undefined) {
      socket.close(1002, 'not now');
      return;
    }
    void prove(bytes.toString('utf8'), challenge, services).then(
      (agentId) => {
        clearTimeout(late);
        if (socket.readyState !== socket.OPEN) return undefined;
        link = createGatewayLink((message) => socket.send(message));
        return welcome(agentId, link, socket, services);
      },
      () => socket.close(1008, 'the proof does not hold'),
    );
  });
  socket.send(JSON.stringify({ type: 'challenge', challenge }));
}

/** @throws when the proof is unreadable, of an unknown agent, or wrong. */
async function prove(text: string, challenge: string, { store }: Services): Promise<string> {
  const { agent_id: agentId, proof } = proofSchema.parse(JSON.parse(text));
  const agent = await store.findAgent(agentId);
  if (agent === undefined || !verifyAgentProof(agent.publicKey, agentId, challenge, proof)) {
    throw new LinkError('the proof does not hold');
  }
  return agentId;
}

async function welcome(
  agentId: string,
  link: GatewayLink,
  socket: WebSocket,
  services: Services,
): Promise<void> {
  const tell = async (): Promise<void> => {
    const machines = await services.store.listMachinesOfAgent(agentId);
    socket.send(
      JSON.stringify({ type: 'welcome', machines: machines.map(welcomeMachine) } satisfies Welcome),
    );
  };
  await tell();
  services.gateway.connect(agentId, { link, close: () => socket.close(1012, 'replaced'), tell });
  services.log.info('agent.connected', { agentId });
  socket.on('close', () => {
    services.gateway.disconnect(agentId, link);
    services.log.info('agent.disconnected', { agentId });
  });
}

function welcomeMachine(machine: MachineRecord): Welcome['machines'][number] {
  return {
    id: machine.id,
    organization_id: String(machine.organizationId),
    app_id: String(machine.appId),
    driver: driverSchema.parse(JSON.parse(machine.driver)),
  };
}
