import {
  CHANNEL,
  decodeFrame,
  encodeControl,
  encodeFrame,
  EXEC_LIMITS,
  type ExecOutcome,
} from '@postern/contract';
import { openExecStream, type OpenSocket, type SocketHandlers, type SocketRequest } from '@postern/client';
import { describe, expect, test } from 'vitest';

const OUTCOME: ExecOutcome = {
  reason: 'exited',
  exitCode: 0,
  exitSignal: null,
  durationMs: 1,
  stdoutBytes: 0,
  stderrBytes: 0,
  stdoutTruncated: false,
  stderrTruncated: false,
  message: null,
};

interface Link {
  readonly openSocket: OpenSocket;
  readonly sent: Uint8Array[];
  readonly log: string[];
  request(): SocketRequest;
  handlers(): SocketHandlers;
}

function makeLink(): Link {
  const sent: Uint8Array[] = [];
  const log: string[] = [];
  let seen: { request: SocketRequest; handlers: SocketHandlers } | undefined;
  const known = () => {
    if (seen === undefined) throw new Error('no socket was opened');
    return seen;
  };
  return {
    sent,
    log,
    request: () => known().request,
    handlers: () => known().handlers,
    openSocket: (request, handlers) => {
      seen = { request, handlers };
      return {
        send: (bytes) => {
          sent.push(bytes);
          return Promise.resolve();
        },
        close: () => log.push('close'),
        pause: () => log.push('pause'),
        resume: () => log.push('resume'),
      };
    },
  };
}

const open = (link: Link, onStdout: (bytes: Uint8Array) => Promise<void> | void = () => undefined) =>
  openExecStream({ server: 'https://x.example/base', authorization: 'Bearer fo1_x' }, link.openSocket, {
    app: 'demo',
    machine: '148e21ab9c3d89',
    request: { command: ['ls'] },
    stdin: true,
    tty: null,
    onStdout,
    onStderr: () => undefined,
  });
const controls = (link: Link): unknown[] =>
  link.sent
    .map(decodeFrame)
    .filter(({ channel }) => channel === CHANNEL.control)
    .map(({ payload }) => JSON.parse(new TextDecoder().decode(payload)) as unknown);
const started = encodeControl({ type: 'started', exec_id: 'exec_1' });
const outcome = encodeControl({ type: 'outcome', exec_id: 'exec_1', outcome: OUTCOME });
const settle = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

describe('the exec stream', () => {
  test('goes to the exec path with its subprotocol and credentials', () => {
    const link = makeLink();
    void open(link);
    expect(link.request()).toEqual({
      url: 'wss://x.example/base/v1/apps/demo/machines/148e21ab9c3d89/exec',
      protocol: 'postern.exec.v1',
      headers: { authorization: 'Bearer fo1_x' },
    });
  });

  test('starts once it is open, and holds stdin and signals until the command runs', async () => {
    const link = makeLink();
    const stream = open(link);
    void stream.write(new Uint8Array(10));
    stream.signal('SIGINT');
    stream.closeStdin();
    await settle();
    expect(link.sent).toEqual([]);
    link.handlers().onOpen();
    await settle();
    expect(controls(link)).toEqual([{ type: 'start', request: { command: ['ls'] }, stdin: true, tty: null }]);
    link.handlers().onMessage(started);
    await settle();
    expect(controls(link).slice(1)).toEqual([{ type: 'signal', signal: 'SIGINT' }, { type: 'close-stdin' }]);
    expect(link.sent.some((frame) => frame[0] === CHANNEL.stdin)).toBe(true);
  });

  test('opens nothing for a request that does not fit', () => {
    const link = makeLink();
    const request = { command: ['true'], timeout: Number.NaN };
    expect(() =>
      openExecStream({ server: 'http://x' }, link.openSocket, {
        app: 'demo',
        machine: 'm1',
        request,
        stdin: false,
        tty: null,
        onStdout: () => undefined,
        onStderr: () => undefined,
      }),
    ).toThrow('timeout');
    expect(() => link.request()).toThrow('no socket was opened');
  });

  test('cuts stdin into frames of a limited size', async () => {
    const link = makeLink();
    const stream = open(link);
    link.handlers().onOpen();
    link.handlers().onMessage(started);
    await stream.write(new Uint8Array(EXEC_LIMITS.frameBytes * 2));
    const frames = link.sent.filter((frame) => frame[0] === CHANNEL.stdin);
    expect(Math.max(...frames.map(({ length }) => length))).toBe(EXEC_LIMITS.frameBytes);
    expect(frames.reduce((sum, { length }) => sum + length - 1, 0)).toBe(EXEC_LIMITS.frameBytes * 2);
  });

  test('invariant 11: stops reading while output is not taken, and gives the outcome last', async () => {
    const link = makeLink();
    const taken: number[] = [];
    let release: () => void = () => undefined;
    const stream = open(link, async (bytes) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      taken.push(bytes.length);
    });
    let over = false;
    void stream.result.finally(() => {
      over = true;
    });
    link.handlers().onOpen();
    const half = new Uint8Array(EXEC_LIMITS.windowBytes / 2 + 1);
    link.handlers().onMessage(encodeFrame(CHANNEL.stdout, half));
    expect(link.log).toEqual([]);
    link.handlers().onMessage(encodeFrame(CHANNEL.stdout, half));
    expect(link.log).toEqual(['pause']);
    await settle();
    release();
    await settle();
    expect(link.log).toEqual(['pause', 'resume']);
    link.handlers().onMessage(outcome);
    await settle();
    expect(over).toBe(false);
    release();
    await expect(stream.result).resolves.toEqual({ execId: 'exec_1', outcome: OUTCOME });
    expect(taken).toEqual([half.length, half.length]);
  });

  test('a refusal instead of a socket is the error of the server', async () => {
    const link = makeLink();
    const stream = open(link);
    const text = JSON.stringify({ error: 'revoked', code: 'token_revoked', status: 'x' });
    link.handlers().onClose({ code: 0, reason: '', response: { status: 401, headers: {}, text } });
    await expect(stream.result).rejects.toMatchObject({ code: 'token_revoked', message: 'revoked' });
  });

  test('a refusal on the socket is, too', async () => {
    const link = makeLink();
    const stream = open(link);
    link.handlers().onMessage(
      encodeControl({
        type: 'error',
        http_status: 403,
        body: { error: 'no', code: 'not_allowed', status: 'x' },
      }),
    );
    await expect(stream.result).rejects.toMatchObject({ code: 'not_allowed', exitCode: 77 });
  });

  test.each([
    ['a connection that breaks', undefined],
    ['an empty frame', new Uint8Array(0)],
    ['an unknown channel', Uint8Array.from([9, 1])],
    ['control that is no JSON', Uint8Array.from([3, 0x7b])],
    ['control of a type that is not known', new TextEncoder().encode('\u0003{"type":"nope"}')],
  ])('%s ends it with an error', async (_, frame) => {
    const link = makeLink();
    const stream = open(link);
    if (frame === undefined) link.handlers().onClose({ code: 1006, reason: '' });
    else link.handlers().onMessage(frame);
    await expect(stream.result).rejects.toMatchObject({ name: 'PosternError' });
    expect(link.log).toContain('close');
  });

  test('an error of who takes the output ends it', async () => {
    const link = makeLink();
    const stream = open(link, () => Promise.reject(new Error('disk full')));
    link.handlers().onMessage(encodeFrame(CHANNEL.stdout, new Uint8Array(1)));
    await expect(stream.result).rejects.toThrow('disk full');
  });
});
