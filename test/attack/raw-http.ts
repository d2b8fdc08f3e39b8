/** HTTP by hand: bytes on a socket, as no client library would send them. */
import { connect } from 'node:net';

export interface Talk {
  /** Everything the server said, one character for each byte. */
  readonly text: string;
  /** Status codes of the answers, in order. */
  readonly statuses: readonly number[];
  /** Whether the server closed the connection. */
  readonly closed: boolean;
}

/** Milliseconds in which nothing comes although something is waited for: a busy machine is slow, not silent. */
const SILENCE_MS = 10_000;
/** Milliseconds without more, once everything has come that was waited for. */
const QUIET_MS = 250;

/**
 * Sends pieces one after the other, each after the first in answer to something, and listens until the server closes
 * or nothing more comes.
 *
 * @param awaited how many answers are waited for, or that the server closes.
 */
export function talk(
  port: number,
  pieces: readonly (string | Uint8Array)[],
  awaited: number | 'closed' = 1,
): Promise<Talk> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const said: Buffer[] = [];
    const rest = [...pieces];
    const next = (): void => {
      const piece = rest.shift();
      if (piece !== undefined) socket.write(piece);
    };
    const heard = (): string => Buffer.concat(said).toString('latin1');
    const over = (closed: boolean): void => {
      clearTimeout(quiet);
      socket.destroy();
      resolve({ text: heard(), statuses: statusesOf(heard()), closed });
    };
    let quiet = setTimeout(() => over(false), SILENCE_MS);
    socket.on('connect', next);
    socket.on('data', (chunk: Buffer) => {
      said.push(chunk);
      clearTimeout(quiet);
      const hasAll = awaited !== 'closed' && statusesOf(heard()).length >= awaited;
      quiet = setTimeout(() => over(false), hasAll ? QUIET_MS : SILENCE_MS);
      next();
    });
    socket.on('error', () => over(true));
    socket.on('end', () => over(true));
  });
}

function statusesOf(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map((match) => Number(match[1]));
}

export function upgrade(path: string, port: number, credential: string, protocol = ''): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(protocol === '' ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
    ...(credential === '' ? [] : [`Authorization: Bearer ${credential}`]),
    '',
    '',
  ].join('\r\n');
}
