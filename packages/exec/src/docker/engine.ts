/** The few requests of the Docker Engine API that an exec needs, over its Unix socket. Podman answers them as well. */
import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const API = '/v1.40';
const MAX_ANSWER_BYTES = 1024 * 1024;

/** The engine refused, or could not be reached. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  /** HTTP status; 0 when nothing answered. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Engine {
  /** @throws EngineError. */
  call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown>;
  /** Opens the streams of an exec. @throws EngineError. */
  hijack(path: string, body: unknown): Promise<Duplex>;
}

export function createEngine(socketPath: string): Engine {
  const send = (method: string, path: string, body: unknown, upgrade: boolean) => {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const call = request({
      socketPath,
      method,
      path: API + path,
      headers: {
        host: 'docker',
        ...(bytes === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': bytes.length }),
        ...(upgrade ? { connection: 'Upgrade', upgrade: 'tcp' } : {}),
      },
    });
    call.end(bytes);
    return call;
  };
  return {
    call: (method, path, body) =>
      new Promise((resolve, reject) => {
        const call = send(method, path, body, false);
        call.on('error', (error) => reject(unreachable(socketPath, error)));
        call.on('response', (answer) => void readAnswer(answer).then(resolve, reject));
      }),
    hijack: (path, body) =>
      new Promise((resolve, reject) => {
        const call = send('POST', path, body, true);
        call.on('error', (error) => reject(unreachable(socketPath, error)));
        call.on('upgrade', (_answer, socket, head) => {
          if (head.length > 0) socket.unshift(head);
          resolve(socket);
        });
        call.on(
          'response',
          (answer) =>
            void readAnswer(answer).then(
              () => reject(new EngineError(answer.statusCode ?? 0, 'the engine opened no stream')),
              reject,
            ),
        );
      }),
  };
}

/** A member of an answer; undefined where there is none. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

async function readAnswer(answer: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new EngineError(0, 'an answer too long for what was asked');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const status = answer.statusCode ?? 0;
  const value = parse(text);
  if (status < 400) return value;
  throw new EngineError(status, messageOf(value) ?? `the engine answered ${status}`);
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function messageOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('message' in value)) return undefined;
  return typeof value.message === 'string' ? value.message : undefined;
}

function unreachable(socketPath: string, error: Error): EngineError {
  const code = 'code' in error ? String(error.code) : error.message;
  return new EngineError(0, `the container engine at ${socketPath} cannot be reached (${code})`);
}
