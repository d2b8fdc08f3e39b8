/** Clients that are slow on purpose: each is let go in time, and nobody else waits for them. */
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { httpServerOptions } from '../src/http/server-options.ts';

const LIMITS = { headerBytes: 8192, headerReadSeconds: 0.3, requestReadSeconds: 0.6, keepAliveSeconds: 5 };

let server: Server;
let port = 0;
const sockets: Socket[] = [];

beforeEach(async () => {
  server = createServer(httpServerOptions(LIMITS), (request, response) => {
    request.resume().on('end', () => response.end('done'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** Sends a beginning, then one more byte now and then. @returns what the server says before it hangs up. */
function dribble(beginning: string, more: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.write(beginning);
  const drip = setInterval(() => socket.write(more), 50);
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  return new Promise((resolve) =>
    socket.on('close', () => {
      clearInterval(drip);
      resolve(text);
    }),
  );
}

test.each([
  ['headers that never end', 'GET / HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n'],
  ['one header that never ends', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: ', 'b'],
  ['a request line that never ends', 'GET /', 'a'],
  ['a body that never ends', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n', 'x'],
  ['chunks that never end', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n'],
])('%s: 408, and the connection is closed', async (_name, beginning, more) => {
  expect(await dribble(beginning, more)).toMatch(/^HTTP\/1\.1 408 /);
});

test('two hundred of them keep nobody else from an answer', async () => {
  const slow = Array.from({ length: 200 }, () => dribble('POST / HTTP/1.1\r\nHost: x\r\nX', 'x'));
  for (let index = 0; index < 20; index += 1)
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('done');
  for (const text of await Promise.all(slow)) expect(text).toMatch(/^HTTP\/1\.1 408 /);
});

test('headers beyond their limit: 431', async () => {
  expect(await dribble(`GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(9000)}\r\n\r\n`, '')).toMatch(
    /^HTTP\/1\.1 431 /,
  );
});
