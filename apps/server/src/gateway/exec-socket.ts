/** The WebSocket form of an exec: stdin, stdout and stderr as frames, while the command runs. */
import {
  callerControlSchema,
  CHANNEL,
  decodeControl,
  decodeFrame,
  encodeControl,
  encodeFrame,
  EXEC_LIMITS,
  EXEC_SUBPROTOCOL,
  LIMITS,
  PosternError,
  type CallerControl,
  type ServerControl,
} from '@postern/contract';
import type { RunningCommand } from '@postern/exec';
import { WebSocketServer, type WebSocket } from 'ws';
import { errorBody, toPosternError } from '../http/error-answer.ts';
import type { Caller } from '../http/caller.ts';
import type { TraceContext } from '@postern/trace';
import type { Services } from '../services.ts';
import { openExec, type ExecTarget } from './open-exec.ts';

const MAX_FRAME_BYTES = 1024 * 1024;
const PING_MS = 15_000;

export interface ExecSocketRequest {
  readonly caller: Caller;
  readonly source: string;
  readonly requestId: string;
  readonly trace: TraceContext | undefined;
  readonly target: ExecTarget;
  readonly idempotencyKey: string | null;
}

export function createExecSocketServer(): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(EXEC_SUBPROTOCOL) ? EXEC_SUBPROTOCOL : false),
  });
}

export function serveExecSocket(socket: WebSocket, request: ExecSocketRequest, services: Services): void {
  const { requestId } = request;
  let command: RunningCommand | undefined;
  let started = false;
  let detached = false;
  let writing = 0;
  const early: Uint8Array[] = [];
  const tell = (control: ServerControl): void => socket.send(encodeControl(control));
  const fail = (thrown: unknown): void => {
    const error = toPosternError(thrown);
    tell({ type: 'error', http_status: error.status, body: errorBody(error, requestId) });
    socket.close(1000);
  };
  const ping = setInterval(() => socket.ping(), PING_MS);
  // Nothing of the credentials has been verified yet: who says nothing does not stay.
  const idle = setTimeout(() => {
    fail(new PosternError('bad_request', `no start came within ${LIMITS.execStartSeconds} s`));
  }, LIMITS.execStartSeconds * 1000);
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(ping);
    clearTimeout(idle);
    // Who asked to detach may leave.
    if (!detached) command?.end('caller-gone');
  });

  const start = async (control: Extract<CallerControl, { type: 'start' }>): Promise<void> => {
    const opened = await openExec(
      request.target,
      {
        caller: request.caller,
        source: request.source,
        body: control.request,
        stdin: control.stdin,
        tty: control.tty,
        outputLimitBytes: EXEC_LIMITS.outputBytes,
        idempotencyKey: request.idempotencyKey,
        trace: request.trace,
      },
      { output: (channel, bytes) => send(socket, encodeFrame(CHANNEL[channel], bytes)) },
      services,
    );
    command = opened.command;
    detached = opened.ask.detach;
    for (const bytes of early.splice(0)) takeOrFail(bytes);
    socket.resume();
    if (socket.readyState !== socket.OPEN && !detached) command.end('caller-gone');
    tell({ type: 'started', exec_id: opened.plan.execId });
    const outcome = await command.outcome;
    tell({ type: 'outcome', exec_id: opened.plan.execId, outcome });
    socket.close(1000);
  };

  const take = (bytes: Uint8Array): void => {
    const { channel, payload } = decodeFrame(bytes);
    if (channel === CHANNEL.control) {
      const control = decodeControl(callerControlSchema, payload);
      if (control.type !== 'start') return steer(command, control);
      if (started) throw new PosternError('bad_request', 'the exec was started already');
      started = true;
      clearTimeout(idle);
      void start(control).catch(fail);
    } else if (channel === CHANNEL.stdin && command !== undefined) {
      // Reading waits until the command has taken these bytes: a slow command slows its caller. Frames that came in
      // one breath are read already.
      writing += 1;
      socket.pause();
      void command.writeStdin(payload).then(() => {
        writing -= 1;
        if (writing === 0) socket.resume();
      });
    } else {
      throw new PosternError('bad_request', 'the first frame is a control frame of type start');
    }
    return undefined;
  };

  const takeOrFail = (bytes: Uint8Array): void => {
    try {
      take(bytes);
    } catch (error) {
      fail(error);
    }
  };

  socket.on('message', (data) => {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
    // What comes between `start` and the start itself waits for it; nothing more is read meanwhile.
    if (started && command === undefined) {
      early.push(bytes);
      socket.pause();
    } else {
      takeOrFail(bytes);
    }
  });
}

function steer(
  command: RunningCommand | undefined,
  control: Exclude<CallerControl, { type: 'start' }>,
): void {
  switch (control.type) {
    case 'close-stdin':
      return command?.closeStdin();
    case 'resize':
      return command?.resize(control.cols, control.rows);
    case 'signal':
      return command?.signal(control.signal);
  }
}

/** Resolves when the socket has taken the bytes, so that a slow reader slows the command. */
function send(socket: WebSocket, frame: Uint8Array): Promise<void> {
  return new Promise((resolve) => socket.send(frame, () => resolve()));
}
