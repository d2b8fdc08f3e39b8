/**
 * One exec as a stream: output while it runs, stdin, signals and window size to it, and at the end its outcome.
 * The frames are those of the contract.
 */
import {
  CHANNEL,
  decodeControl,
  decodeFrame,
  encodeControl,
  encodeFrame,
  EXEC_LIMITS,
  EXEC_SUBPROTOCOL,
  operations,
  PosternError,
  serverControlSchema,
  type CallerControl,
  type ExecOutcome,
} from '@postern/contract';
import type { z } from 'zod';
import { fillPath, joinUrl, type Target } from './build-request.ts';
import { readError } from './read-response.ts';
import type { OpenSocket, Socket } from './socket.ts';

export interface ExecTerminal {
  readonly cols: number;
  readonly rows: number;
  readonly term: string;
}

export interface ExecStreamOptions {
  readonly app: string;
  readonly machine: string;
  /** Body of the exec operation; `command` is the argv. */
  readonly request: z.input<(typeof operations.runExec)['body']>;
  /** Whether {@link ExecStream.write} will be used. */
  readonly stdin: boolean;
  readonly tty: ExecTerminal | null;
  readonly onStarted?: (execId: string) => void;
  /** Output as it comes. While a returned promise is pending no more is read. */
  readonly onStdout: (bytes: Uint8Array) => Promise<void> | void;
  readonly onStderr: (bytes: Uint8Array) => Promise<void> | void;
}

export interface ExecResult {
  readonly execId: string;
  readonly outcome: ExecOutcome;
}

export interface ExecStream {
  /** How it ended. Rejects with a PosternError when it was refused or the connection was lost. */
  readonly result: Promise<ExecResult>;
  write(bytes: Uint8Array): Promise<void>;
  closeStdin(): void;
  resize(cols: number, rows: number): void;
  signal(name: string): void;
  /** Hangs up; the server then ends the command. */
  hangUp(): void;
}

export function openExecStream(
  target: Target,
  openSocket: OpenSocket,
  options: ExecStreamOptions,
): ExecStream {
  // Before anything is opened: what does not fit would leave a socket behind that says nothing.
  const request = parseRequest(options);
  const { resolve, reject, promise: result } = Promise.withResolvers<ExecResult>();
  const opened = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  let output = Promise.resolve();
  let pending = 0;
  let settled = false;
  /** What is said too early waits; what is said after the end has no meaning. */
  const say = (control: CallerControl, after: Promise<void>): void => {
    void after.then(() => (settled ? undefined : socket.send(encodeControl(control))));
  };
  const finish = (settle: () => void): void => {
    if (settled) return;
    settled = true;
    opened.resolve();
    started.resolve();
    // The outcome comes after all output has been taken.
    void output.then(settle, reject);
    socket.close();
  };

  /** Hands output on in order, and stops reading while more than a window of it is not taken. */
  const take = (write: (bytes: Uint8Array) => Promise<void> | void, bytes: Uint8Array): void => {
    pending += bytes.length;
    if (pending > EXEC_LIMITS.windowBytes) socket.pause();
    output = takeAfter(output, write, bytes);
    output.catch((error: unknown) => finish(() => reject(error)));
  };

  const takeAfter = async (
    before: Promise<void>,
    write: (bytes: Uint8Array) => Promise<void> | void,
    bytes: Uint8Array,
  ): Promise<void> => {
    await before;
    await write(bytes);
    pending -= bytes.length;
    if (pending <= EXEC_LIMITS.windowBytes) socket.resume();
  };

  const hear = (payload: Uint8Array): void => {
    const control = decodeControl(serverControlSchema, payload);
    switch (control.type) {
      case 'started':
        started.resolve();
        options.onStarted?.(control.exec_id);
        return;
      case 'outcome':
        finish(() => resolve({ execId: control.exec_id, outcome: control.outcome }));
        return;
      case 'error': {
        const text = JSON.stringify(control.body);
        const error = readError({ status: control.http_status, headers: {}, text });
        finish(() => reject(error));
      }
    }
  };

  const socket: Socket = openSocket(
    {
      url: socketUrl(target, options),
      protocol: EXEC_SUBPROTOCOL,
      headers: {
        ...target.headers,
        ...(target.authorization === undefined ? {} : { authorization: target.authorization }),
      },
    },
    {
      onOpen: () => opened.resolve(),
      onMessage: (bytes) => {
        if (settled) return;
        try {
          const { channel, payload } = decodeFrame(bytes);
          if (channel === CHANNEL.stdout) take(options.onStdout, payload);
          else if (channel === CHANNEL.stderr) take(options.onStderr, payload);
          else if (channel === CHANNEL.control) hear(payload);
        } catch (error) {
          finish(() => reject(error));
        }
      },
      onClose: ({ response, cause, reason }) => {
        finish(() => reject(response === undefined ? lost(reason, cause) : readError(response)));
      },
    },
  );
  const start = { type: 'start', stdin: options.stdin, tty: options.tty } as const;
  say({ ...start, request }, opened.promise);
  return {
    result,
    write: async (bytes) => {
      await started.promise;
      for (let at = 0; at < bytes.length; at += EXEC_LIMITS.frameBytes - 1) {
        if (settled) return;
        const part = bytes.subarray(at, at + EXEC_LIMITS.frameBytes - 1);
        await socket.send(encodeFrame(CHANNEL.stdin, part));
      }
    },
    closeStdin: () => say({ type: 'close-stdin' }, started.promise),
    resize: (cols, rows) => say({ type: 'resize', cols, rows }, started.promise),
    signal: (name) => say({ type: 'signal', signal: name }, started.promise),
    hangUp: () => socket.close(),
  };
}

function socketUrl(target: Target, options: ExecStreamOptions): string {
  const { app, machine } = options;
  const path = fillPath(operations.runExec.path, { app, machine });
  return joinUrl(target.server, path).replace(/^http/, 'ws');
}

function parseRequest({ request }: ExecStreamOptions): z.output<(typeof operations.runExec)['body']> {
  const parsed = operations.runExec.body.safeParse(request);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new PosternError(
    'bad_request',
    `${issue?.path.map(String).join('.') ?? 'request'}: ${issue?.message ?? 'not valid'}`,
  );
}

function lost(reason: string, cause: unknown): PosternError {
  if (cause instanceof PosternError) return cause;
  return new PosternError(
    'connection_lost',
    `the connection was lost before the command ended${reason === '' ? '' : `: ${reason}`}`,
    { hint: 'the server ends the command of a caller who is gone; see: postern exec list', cause },
  );
}
