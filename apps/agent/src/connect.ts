/** One connection to the gateway: proves who the agent is, then carries its link until the connection ends. */
import { AGENT_LINK_PATH, challengeSchema, welcomeSchema, type Welcome } from '@postern/contract';
import { proveAgent } from '@postern/exec';
import { globalAgent as httpAgent } from 'node:http';
import { globalAgent as httpsAgent } from 'node:https';
import { WebSocket } from 'ws';
import type { Machines } from './admit.ts';
import type { Identity } from './config.ts';
import type { LinkKeeper } from './link-keeper.ts';

/** Milliseconds without a sign of the gateway after which the connection is given up. */
const SILENCE_MS = 45_000;
/** Milliseconds for a connection to open. */
const OPEN_MS = 6000;
/** An order with the longest argv and environment, should JSON escape every byte of them. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** What the system says when nobody answers at all. */
const UNANSWERED = /timed out|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN/;

export interface ConnectionEvents {
  onWelcome(machines: Machines): void;
}

export interface ConnectionEnd {
  readonly reason: string;
  /** Whether nobody answered any more; otherwise somebody closed or refused the connection. */
  readonly isSilent: boolean;
}

/**
 * @param signal ends the connection; running commands are ended first.
 * @returns when the connection has ended.
 */
export function serveConnection(
  identity: Identity,
  keeper: LinkKeeper,
  events: ConnectionEvents,
  signal: AbortSignal,
): Promise<ConnectionEnd> {
  const url = linkUrl(identity.server);
  const socket = new WebSocket(url, {
    // The one that knows of proxies; on its own a WebSocket asks nobody.
    agent: url.startsWith('wss:') ? httpsAgent : httpAgent,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handshakeTimeout: OPEN_MS,
    ...(isReadByOthers(url) ? {} : { generateMask: (mask: Buffer) => void mask.fill(0) }),
  });
  let isSilent = false;
  let alive = setTimeout(() => undefined, 0);
  const heard = (): void => {
    clearTimeout(alive);
    alive = setTimeout(() => {
      isSilent = true;
      socket.terminate();
    }, SILENCE_MS);
  };
  const stop = (): void => void keeper.shutDown().then(() => socket.close(1001));
  signal.addEventListener('abort', stop, { once: true });
  const transmit = (message: Uint8Array): void => socket.send(message);
  const takeText = (text: unknown): void => {
    const challenge = challengeSchema.safeParse(text);
    if (challenge.success) {
      const proof = proveAgent(identity.private_key, identity.agent_id, challenge.data.challenge);
      const resume = keeper.place();
      socket.send(JSON.stringify({ type: 'proof', agent_id: identity.agent_id, proof, resume }));
      return;
    }
    // Sent again, without a link, whenever the machines of this agent change.
    const welcome: Welcome = welcomeSchema.parse(text);
    keeper.welcome(welcome, transmit);
    events.onWelcome(welcome.machines);
  };
  socket.on('open', heard);
  socket.on('ping', heard);
  socket.on('message', (data, binary) => {
    heard();
    const bytes = toBytes(data);
    try {
      if (binary) keeper.take(bytes);
      else takeText(JSON.parse(Buffer.from(bytes).toString('utf8')));
    } catch {
      keeper.giveUp();
      socket.close(1002, 'protocol error');
    }
  });
  return new Promise((resolve) => {
    let reason = 'the connection was closed';
    socket.on('error', (error) => {
      reason = error.message;
      isSilent ||= UNANSWERED.test(`${error.message} ${'code' in error ? String(error.code) : ''}`);
    });
    socket.on('close', (code, text) => {
      clearTimeout(alive);
      signal.removeEventListener('abort', stop);
      keeper.detach();
      resolve({ reason: text.length > 0 ? text.toString() : `${reason} (${code})`, isSilent });
    });
  });
}

/**
 * Masks keep what a command prints from being taken for HTTP by a proxy in between. Inside TLS and within one host
 * there is none, and a mask of zeros saves two passes over every byte.
 */
function isReadByOthers(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol !== 'wss:' && !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function linkUrl(server: string): string {
  return `${server.replace(/^http/, 'ws').replace(/\/$/, '')}${AGENT_LINK_PATH}`;
}

function toBytes(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
