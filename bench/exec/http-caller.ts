/**
 * A caller that costs little beside what is measured: one request written beforehand, over connections kept alive.
 * It reads what the server sends: a status line, headers, and a body of the length they say.
 */
import { connect, type Socket } from 'node:net';

export interface HttpCaller {
  /** Sends the request; resolves with the body. Rejects for a refusal. */
  call(): Promise<string>;
  close(): void;
}

export function createHttpCaller(url: string, headers: Record<string, string>, body: string): HttpCaller {
  const { hostname, port, host, pathname } = new URL(url);
  const lines = Object.entries({ host, 'content-length': String(Buffer.byteLength(body)), ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const message = Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  const idle = new Set<Socket>();
  const takeIdle = (): Socket | undefined => {
    const [socket] = idle;
    if (socket !== undefined) {
      idle.delete(socket);
      socket.removeAllListeners();
    }
    return socket;
  };
  return {
    call: () =>
      new Promise((resolve, reject) => {
        const socket = takeIdle() ?? connect({ host: hostname, port: Number(port), noDelay: true });
        let text = '';
        const done = (): void => {
          socket.removeAllListeners();
          idle.add(socket);
          // The server closes what is idle for long.
          socket.on('error', () => undefined).on('close', () => idle.delete(socket));
        };
        socket.on('error', reject);
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString('latin1');
          const end = text.indexOf('\r\n\r\n');
          if (end < 0) return;
          const length = Number(/^content-length: (\d+)\r$/im.exec(text.slice(0, end + 2))?.[1] ?? NaN);
          const answer = text.slice(end + 4);
          if (Number.isNaN(length)) return reject(new Error('an answer of unknown length'));
          if (answer.length < length) return;
          done();
          if (text.startsWith('HTTP/1.1 2')) resolve(answer);
          else reject(new Error(text));
        });
        socket.write(message);
      }),
    close() {
      for (const socket of idle) socket.destroy();
    },
  };
}
