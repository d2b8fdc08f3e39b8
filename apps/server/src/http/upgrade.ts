/** WebSocket upgrades: agent links and exec streams. Everything else is refused before a socket is opened. */
import { operations, PosternError } from '@postern/contract';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createAgentSockets } from '../agents/link-socket.ts';
import { createExecSocketServer, serveExecSocket } from '../gateway/exec-socket.ts';
import { parseIdempotencyKey } from '../gateway/parse-exec-request.ts';
import { findTarget } from '../operations/execs.ts';
import type { Services } from '../services.ts';
import { findCaller, requirePerson } from './caller.ts';
import { errorBody, toPosternError } from './error-answer.ts';
import { headersOf } from './node-request.ts';
import { recordOf } from './request-record.ts';
import { sourceOf } from './source.ts';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const EXEC_PATH = new RegExp(`^${operations.runExec.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);

export function createUpgradeHandler(services: Services): UpgradeHandler {
  const agents = createAgentSockets(services);
  const execs = createExecSocketServer();
  const upgradeExec: UpgradeHandler = (request, socket, head) => {
    void findExecRequest(request, services).then(
      (found) =>
        execs.handleUpgrade(request, socket, head, (opened) => serveExecSocket(opened, found, services)),
      (thrown: unknown) => refuse(request, socket, thrown),
    );
  };
  return (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const pathname = pathOf(request);
    if (pathname === agents.path) {
      agents.server.handleUpgrade(request, socket, head, (opened) =>
        agents.server.emit('connection', opened, request),
      );
    } else if (pathname !== undefined && EXEC_PATH.test(pathname)) {
      upgradeExec(request, socket, head);
    } else {
      refuse(request, socket, new PosternError('route_not_found', 'there is no WebSocket here'));
    }
  };
}

async function findExecRequest(request: IncomingMessage, services: Services) {
  requireOwnOrigin(request);
  const params = readParams(request);
  // A browser cannot add a header to a WebSocket; its Origin has been checked instead.
  const headers = headersOf(request);
  const caller = await findCaller(headers, false, services);
  const idempotencyKey = parseIdempotencyKey(headers.get('idempotency-key'));
  if (caller.kind === 'nobody') requirePerson(caller);
  const target = await findTarget(params, caller, services);
  const source = sourceOf(request, services.config.trustedProxies);
  const { id: requestId, trace } = recordOf(request);
  return { caller, target, requestId, trace, source, idempotencyKey };
}

/** Anybody may ask for anything: `//` and `http://[` are no URLs, and what throws here would end the server. */
function pathOf(request: IncomingMessage): string | undefined {
  return URL.parse(request.url ?? '/', 'http://localhost')?.pathname;
}

/** The names in the path, held to the same form as those of the operation. */
function readParams(request: IncomingMessage): { readonly app: string; readonly machine: string } {
  const { app = '', machine = '' } = EXEC_PATH.exec(pathOf(request) ?? '')?.groups ?? {};
  const parsed = operations.runExec.params.safeParse({ app: decode(app), machine: decode(machine) });
  if (!parsed.success) throw new PosternError('bad_request', 'the path cannot be read');
  return parsed.data;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** A page of another site may open a WebSocket to us with our cookie: its Origin gives it away. */
function requireOwnOrigin(request: IncomingMessage): void {
  const { origin, host } = request.headers;
  if (origin !== undefined && URL.parse(origin)?.host !== host) {
    throw new PosternError('origin_refused', 'a WebSocket of another site');
  }
}

function refuse(request: IncomingMessage, socket: Duplex, thrown: unknown): void {
  const error = toPosternError(thrown);
  const body = JSON.stringify(errorBody(error, recordOf(request).id));
  socket.end(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? 'Error'}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
