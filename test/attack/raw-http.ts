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

/** Milliseconds without any answer, and without more of one, after which a talk is over. */
const SILENCE_MS = 3000;
const QUIET_MS = 250;

/**
 * Sends pieces one after the other, each after the first in answer to something, and listens until the server closes
 * or nothing more comes.
 */
export function talk(port: number, pieces: readonly (string | Uint8Array)[]): Promise<Talk> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const said: Buffer[] = [];
    const rest = [...pieces];
    const next = (): void => {
      const piece = rest.shift();
      if (piece !== undefined) socket.write(piece);
    };
    const over = (closed: boolean): void => {
      clearTimeout(quiet);
      socket.destroy();
      const text = Buffer.concat(said).toString('latin1');
      const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map((match) => Number(match[1]));
      resolve({ text, statuses, closed });
    };
    let quiet = setTimeout(() => over(false), SILENCE_MS);
    socket.on('connect', next);
    socket.on('data', (chunk: Buffer) => {
      said.push(chunk);
      clearTimeout(quiet);
      quiet = setTimeout(() => over(false), QUIET_MS);
      next();
    });
    socket.on('error', () => over(true));
    socket.on('end', () => over(true));
  });
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
