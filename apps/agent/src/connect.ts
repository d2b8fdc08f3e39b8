/** One connection to the gateway: proves who the agent is, then serves orders until it ends. */
import { AGENT_LINK_PATH, challengeSchema, welcomeSchema } from '@postern/contract';
import { createAgentLink, proveAgent, type AgentLink } from '@postern/exec';
import { WebSocket } from 'ws';
import { admit, type Machines, type Means } from './admit.ts';
import type { Identity } from './config.ts';

/** Milliseconds without a sign of the gateway after which the connection is given up. */
const SILENCE_MS = 45_000;
const MAX_MESSAGE_BYTES = 1024 * 1024;

export interface ConnectionEvents {
  onWelcome(machines: Machines): void;
}

/**
 * @param signal ends the connection; running commands are ended first.
 * @returns when the connection has ended, with the reason.
 */
export function serveConnection(
  identity: Identity,
  means: Means,
  events: ConnectionEvents,
  signal: AbortSignal,
): Promise<string> {
  const socket = new WebSocket(linkUrl(identity.server), {
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  let machines: Machines = [];
  let link: AgentLink | undefined;
  let alive = setTimeout(() => undefined, 0);
  const heard = (): void => {
    clearTimeout(alive);
    alive = setTimeout(() => socket.terminate(), SILENCE_MS);
  };
  const stop = (): void => {
    link?.endAll('agent-shutdown');
    void Promise.resolve(link?.idle()).then(() => socket.close(1001));
  };
  signal.addEventListener('abort', stop, { once: true });
  socket.on('open', heard);
  socket.on('ping', heard);
  socket.on('message', (data, binary) => {
    heard();
    const bytes = toBytes(data);
    try {
      if (binary) {
        link?.receive(bytes);
        return;
      }
      const text: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
      const challenge = challengeSchema.safeParse(text);
      if (challenge.success) {
        const proof = proveAgent(identity.private_key, identity.agent_id, challenge.data.challenge);
        socket.send(JSON.stringify({ type: 'proof', agent_id: identity.agent_id, proof }));
        return;
      }
      // Sent again whenever the machines of this agent change.
      machines = welcomeSchema.parse(text).machines;
      link ??= createAgentLink(
        (order) => admit(order, machines, means),
        (message) => socket.send(message),
      );
      events.onWelcome(machines);
    } catch {
      socket.close(1002, 'protocol error');
    }
  });
  return new Promise((resolve) => {
    let reason = 'the connection was closed';
    socket.on('error', (error) => (reason = error.message));
    socket.on('close', (code, text) => {
      clearTimeout(alive);
      signal.removeEventListener('abort', stop);
      // Nobody is there to take output or to end a command any more.
      link?.endAll('connection-lost');
      resolve(text.length > 0 ? text.toString() : `${reason} (${code})`);
    });
  });
}

function linkUrl(server: string): string {
  return `${server.replace(/^http/, 'ws').replace(/\/$/, '')}${AGENT_LINK_PATH}`;
}

function toBytes(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
