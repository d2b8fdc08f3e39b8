/** The exec stream as a hostile or hasty client may use it. */
import { CHANNEL, decodeFrame, encodeControl, encodeFrame, EXEC_SUBPROTOCOL } from '@postern/contract';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, processesWith, until, type Installation } from './installation.ts';

let postern: Installation;
let token: string;
beforeAll(async () => {
  postern = await install();
  token = (await postern.postern(['tokens', 'create', 'machine-exec', '-a', 'demo'])).stdout
    .toString()
    .trim();
});
afterAll(() => postern.remove());

interface Talk {
  readonly socket: WebSocket;
  readonly stdout: () => string;
  /** The last control frame, when the socket has closed. */
  readonly end: Promise<Record<string, unknown>>;
}

function open(
  headers: Record<string, string> = { authorization: token },
  path = `/v1/apps/demo/machines/${postern.machine}/exec`,
): Talk {
  const socket = new WebSocket(postern.url.replace('http', 'ws') + path, EXEC_SUBPROTOCOL, { headers });
  let stdout = '';
  let last: Record<string, unknown> = {};
  socket.on('message', (data: Buffer) => {
    const { channel, payload } = decodeFrame(data);
    if (channel === CHANNEL.stdout) stdout += Buffer.from(payload).toString();
    if (channel === CHANNEL.control)
      last = JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>;
  });
  const end = new Promise<Record<string, unknown>>((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve({ status: response.statusCode }));
    socket.on('close', () => resolve(last));
    socket.on('error', () => undefined);
  });
  return { socket, stdout: () => stdout, end };
}

const start = (command: string[], stdin = false): Uint8Array =>
  encodeControl({ type: 'start', request: { command }, stdin, tty: null });

test('frames sent in one breath with start are kept in order', async () => {
  const talk = open();
  talk.socket.on('open', () => {
    talk.socket.send(start(['cat'], true));
    for (const word of ['one ', 'two ', 'three'])
      talk.socket.send(encodeFrame(CHANNEL.stdin, Buffer.from(word)));
    talk.socket.send(encodeControl({ type: 'close-stdin' }));
  });
  expect(await talk.end).toMatchObject({ type: 'outcome', outcome: { reason: 'exited', exitCode: 0 } });
  expect(talk.stdout()).toBe('one two three');
});

test('a request that is sent again with its idempotency key does not run again, whichever way it comes', async () => {
  const again = { authorization: token, 'idempotency-key': 'stream-1' };
  const [first, second] = [open(again), open(again)];
  for (const { socket } of [first, second]) socket.on('open', () => socket.send(start(['echo', 'once'])));
  const ends = await Promise.all([first.end, second.end]);
  expect(ends.map(({ type }) => String(type)).toSorted()).toEqual(['error', 'outcome']);
  expect(ends.find(({ type }) => type === 'error')).toMatchObject({
    http_status: 409,
    body: { code: 'conflict' },
  });
  expect(first.stdout() + second.stdout()).toBe('once\n');
  const path = `${postern.url}/v1/apps/demo/machines/${postern.machine}/exec`;
  for (const accept of ['application/json', 'application/x-ndjson']) {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { ...again, accept },
      body: '{"cmd":"echo once"}',
    });
    expect(answer.status).toBe(409);
  }
  expect(await open({ authorization: token, 'idempotency-key': 'k'.repeat(129) }).end).toEqual({
    status: 400,
  });
});

test('a signal reaches the command', async () => {
  const talk = open();
  talk.socket.on('open', () => {
    talk.socket.send(start(['sleep', '7431']));
    talk.socket.send(encodeControl({ type: 'signal', signal: 'TERM' }));
  });
  expect(await talk.end).toMatchObject({ outcome: { exitSignal: 15 } });
});

test('a socket that is cut ends its command', async () => {
  const talk = open();
  talk.socket.on('open', () => talk.socket.send(start(['sleep', '7432'])));
  await until(async () => (await processesWith('sleep 7432')).length > 0);
  talk.socket.terminate();
  await until(async () => (await processesWith('sleep 7432')).length === 0);
});

describe('what is no exec is refused', () => {
  test.each<[string, Uint8Array]>([
    ['stdin first', encodeFrame(CHANNEL.stdin, Buffer.from('x'))],
    ['an unknown channel', Uint8Array.of(9, 1, 2)],
    ['an empty frame', new Uint8Array(0)],
    ['control that is no JSON', encodeFrame(CHANNEL.control, Buffer.from('{'))],
    ['control of an unknown type', encodeFrame(CHANNEL.control, Buffer.from('{"type":"nope"}'))],
    [
      'a start with unknown fields',
      encodeFrame(CHANNEL.control, Buffer.from('{"type":"start","request":{"cmd":"true","x":1}}')),
    ],
    ['a start without a command', encodeFrame(CHANNEL.control, Buffer.from('{"type":"start","request":{}}'))],
  ])('%s', async (_, frame) => {
    const talk = open();
    talk.socket.on('open', () => talk.socket.send(frame));
    expect(await talk.end).toMatchObject({ type: 'error', http_status: 400 });
  });

  test('a second start', async () => {
    const talk = open();
    talk.socket.on('open', () => {
      talk.socket.send(start(['sleep', '7433']));
      talk.socket.send(start(['true']));
    });
    expect(await talk.end).toMatchObject({ type: 'error', http_status: 400 });
    await until(async () => (await processesWith('sleep 7433')).length === 0);
  });

  test('a command the token does not allow', async () => {
    const narrow = (
      await postern.postern(['tokens', 'create', 'machine-exec', '-a', 'demo', '--', 'true'])
    ).stdout
      .toString()
      .trim();
    const talk = open({ authorization: narrow });
    talk.socket.on('open', () => talk.socket.send(start(['id'])));
    expect(await talk.end).toMatchObject({ type: 'error', http_status: 403, body: { code: 'not_allowed' } });
  });

  test('no credentials, a wrong token, another site, another path: no socket is opened', async () => {
    expect(await open({}).end).toEqual({ status: 401 });
    expect(await open({ authorization: 'fo1_wrong' }).end).toEqual({ status: 401 });
    expect(await open({ authorization: token, origin: 'https://evil.example' }).end).toEqual({ status: 403 });
    expect(await open({ authorization: token }, '/v1/apps/nope/machines/x/exec').end).toEqual({
      status: 404,
    });
    expect(await open({ authorization: token }, '/nowhere').end).toEqual({ status: 404 });
  });
});

describe('the agent link', () => {
  const link = (): WebSocket => new WebSocket(`${postern.url.replace('http', 'ws')}/v1/agents/link`);

  test.each<[string, string | Uint8Array]>([
    ['a proof of nobody', JSON.stringify({ type: 'proof', agent_id: 'agt_aaaaaaaaaaaaaaaa', proof: 'x' })],
    ['no proof', 'hello'],
    ['frames before the proof', Uint8Array.of(18, 0, 0, 0, 1)],
  ])('%s closes the connection', async (_, message) => {
    const socket = link();
    socket.on('message', () => socket.send(message));
    const code = await new Promise<number>((resolve) => socket.on('close', resolve));
    expect([1002, 1008]).toContain(code);
  });

  test('a proof is worth nothing on another connection', async () => {
    const { readFileSync } = await import('node:fs');
    const { proveAgent } = await import('@postern/exec');
    const identity = JSON.parse(readFileSync(`${postern.dataDir}/agent.json`, 'utf8')) as {
      agent_id: string;
      private_key: string;
    };
    const challengeOf = (socket: WebSocket): Promise<string> =>
      new Promise((resolve) =>
        socket.once('message', (data: Buffer) =>
          resolve((JSON.parse(data.toString()) as { challenge: string }).challenge),
        ),
      );
    const first = link();
    const second = link();
    const proof = proveAgent(identity.private_key, identity.agent_id, await challengeOf(first));
    await challengeOf(second);
    second.send(JSON.stringify({ type: 'proof', agent_id: identity.agent_id, proof }));
    expect(await new Promise<number>((resolve) => second.on('close', resolve))).toBe(1008);
    first.terminate();
  });
});
