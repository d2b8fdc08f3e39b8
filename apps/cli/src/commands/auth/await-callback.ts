/** The loopback address a browser brings the login code to. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Callback {
  readonly port: number;
  readonly code: Promise<string>;
  close(): void;
}

/**
 * @param isOurs whether the state is the one that was sent; a page of somebody else cannot know it.
 * @returns undefined when no port can be had; the code is then pasted.
 */
export async function awaitCallback(isOurs: (state: string) => boolean): Promise<Callback | undefined> {
  const { promise: code, resolve } = Promise.withResolvers<string>();
  const server = createServer((request, response) => answer(request, response, isOurs, resolve));
  const port = await new Promise<number | undefined>((done) => {
    server.once('error', () => done(undefined));
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      done(typeof address === 'object' && address !== null ? address.port : undefined);
    });
  });
  if (port === undefined) return undefined;
  return {
    port,
    code,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  isOurs: (state: string) => boolean,
  resolve: (code: string) => void,
): void {
  // The page of the server fetches this address: another origin, and from a public into a private network.
  const headers = {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, OPTIONS',
    'access-control-allow-private-network': 'true',
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  };
  const url = URL.parse(request.url ?? '', 'http://127.0.0.1');
  if (request.method === 'OPTIONS') {
    response.writeHead(204, headers).end();
  } else if (request.method !== 'GET' || url?.pathname !== '/callback') {
    response.writeHead(404, headers).end('not found\n');
  } else {
    const code = url.searchParams.get('code') ?? '';
    if (code === '' || !isOurs(url.searchParams.get('state') ?? '')) {
      response.writeHead(400, headers).end('this login was not begun here\n');
    } else {
      response.writeHead(200, headers).end('signed in; you may close this window\n');
      resolve(code);
    }
  }
}
