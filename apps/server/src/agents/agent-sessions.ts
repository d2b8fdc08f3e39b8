/**
 * The gateway's side of the links of agents. A link outlives its connection for a while: the agent comes back, says
 * how much it has, and every exec on the link goes on. An agent that comes back without it, or not at all, has its
 * execs ended as `connection-lost`.
 */
import { createGatewayLink, createResumableChannel, RESUME_LIMITS, type GatewayLink } from '@postern/exec';
import type { MachineReport, Proof } from '@postern/contract';
import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';

export interface AgentSession {
  readonly id: string;
  readonly agentId: string;
  readonly link: GatewayLink;
  /** Messages of the agent that have come. */
  readonly received: number;
  /** Whether it can go on where the agent says to be. */
  canResume(peerReceived: number): boolean;
  /** Goes on over a socket; what the agent has not, is sent again. */
  attach(socket: WebSocket, peerReceived: number): void;
  /** Takes a message of the socket it is on; of another nothing counts. @throws LinkError. */
  take(socket: WebSocket, bytes: Uint8Array): void;
  /** The socket is gone. @param isSilent whether it was given up because nothing came any more. */
  detach(socket: WebSocket, isSilent: boolean): void;
  isConnected(): boolean;
  /** Ends the link and what runs on it. */
  readonly abandon: () => void;
}

export interface AgentSessions {
  /** The link an agent asks for, or a new one in its place. */
  open(
    agentId: string,
    resume: Proof['resume'],
  ): { readonly session: AgentSession; readonly resumed: boolean };
}

/**
 * @param onAbandoned is told when a link is over.
 * @param onReport is told what an agent says about machines.
 */
export function createAgentSessions(
  onAbandoned: (session: AgentSession) => void,
  onReport: (agentId: string, machines: readonly MachineReport[]) => void,
): AgentSessions {
  const sessions = new Map<string, AgentSession>();
  const begin = (agentId: string): AgentSession => {
    const channel = createResumableChannel((message) => link.receive(message));
    const link = createGatewayLink(channel.send, (machines) => onReport(agentId, machines));
    let socket: WebSocket | undefined;
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const session: AgentSession = {
      id: randomBytes(16).toString('base64url'),
      agentId,
      link,
      get received() {
        return channel.received;
      },
      canResume: channel.canResume,
      attach(opened, peerReceived) {
        clearTimeout(timer);
        const before = socket;
        socket = opened;
        // The one before may be half dead: nothing of it counts any more.
        if (before !== undefined && before !== opened) before.terminate();
        channel.attach((message) => opened.send(message), peerReceived);
      },
      take(from, bytes) {
        if (from === socket) channel.take(bytes);
      },
      detach(closed, isSilent) {
        if (socket !== closed || isOver) return;
        socket = undefined;
        channel.detach();
        if (link.running === 0) session.abandon();
        else timer = setTimeout(session.abandon, isSilent ? RESUME_LIMITS.silentMs : RESUME_LIMITS.brokenMs);
      },
      isConnected: () => socket !== undefined,
      abandon() {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        channel.detach();
        if (sessions.get(agentId) === session) sessions.delete(agentId);
        link.closed();
        socket?.close(1012, 'replaced');
        onAbandoned(session);
      },
    };
    return session;
  };
  return {
    open(agentId, resume) {
      const known = sessions.get(agentId);
      if (known !== undefined && resume?.session === known.id && known.canResume(resume.received)) {
        return { session: known, resumed: true };
      }
      known?.abandon();
      const session = begin(agentId);
      sessions.set(agentId, session);
      return { session, resumed: false };
    },
  };
}
