/** How fast output comes through: a plain pipe into one Node process, the spawner, the whole of Postern. */
import { CHANNEL, decodeFrame, encodeControl, EXEC_SUBPROTOCOL } from '@postern/contract';
import type { Driver } from '@postern/exec';
import { spawn } from 'node:child_process';
import { WebSocket } from 'ws';

const outputOf = (bytes: number): string[] => ['head', '-c', String(bytes), '/dev/zero'];

export function throughPipe(bytes: number): Promise<number> {
  const [program = '', ...args] = outputOf(bytes);
  return new Promise((resolve) => {
    let taken = 0;
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.on('data', (chunk: Buffer) => (taken += chunk.length));
    child.on('close', () => resolve(taken));
  });
}

export async function throughDriver(driver: Driver, bytes: number): Promise<number> {
  let taken = 0;
  const spec = { stdin: false, tty: null, timeoutMs: 120_000, cwd: null, user: null, env: {} };
  const command = driver.start(
    { argv: outputOf(bytes), ...spec, outputLimitBytes: 2 * bytes },
    { output: (_channel, chunk) => void (taken += chunk.length) },
  );
  await command.outcome;
  return taken;
}

/** A caller that reads as fast as it can. @param url of the exec. */
export function throughPostern(url: string, token: string, bytes: number): Promise<number> {
  const socket = new WebSocket(url.replace('http', 'ws'), EXEC_SUBPROTOCOL, {
    headers: { authorization: token },
    perMessageDeflate: false,
  });
  let taken = 0;
  socket.on('open', () =>
    socket.send(
      encodeControl({ type: 'start', request: { command: outputOf(bytes) }, stdin: false, tty: null }),
    ),
  );
  socket.on('message', (data: Buffer) => {
    const { channel, payload } = decodeFrame(data);
    if (channel === CHANNEL.stdout) taken += payload.length;
  });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => resolve(taken));
  });
}
