/** The exec stream and other channels of a running command, spoken wrongly, too much, or too early. */
import {
  CHANNEL,
  decodeFrame,
  encodeControl,
  encodeFrame,
  EXEC_SUBPROTOCOL,
  type CallerControl,
} from '@postern/contract';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { processesWith, until } from '../e2e/installation.ts';
import type { AttackCase, AttackClass } from './attack-case.ts';
import { exactly, startingWith, WITNESS, type Ground } from './ground.ts';
import { talk, upgrade } from './raw-http.ts';

const W = WITNESS;

interface Stream {
  readonly socket: WebSocket;
  stdout(): Buffer;
  /** The last control frame, when the socket has closed. */
  readonly end: Promise<Readonly<Record<string, unknown>>>;
}

async function open(ground: Ground, credential: string): Promise<Stream> {
  const socket = new WebSocket(ground.postern.url.replace('http', 'ws') + ground.execPath, EXEC_SUBPROTOCOL, {
    headers: { authorization: `Bearer ${credential}` },
  });
  const out: Buffer[] = [];
  let last: Record<string, unknown> = {};
  socket.on('message', (data: Buffer) => {
    const { channel, payload } = decodeFrame(data);
    if (channel === CHANNEL.stdout) out.push(Buffer.from(payload));
    if (channel === CHANNEL.control)
      last = JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>;
  });
  socket.on('error', () => undefined);
  const end = new Promise<Readonly<Record<string, unknown>>>((resolve) =>
    socket.on('close', () => resolve(last)),
  );
  await new Promise((resolve) => socket.on('open', resolve));
  return { socket, stdout: () => Buffer.concat(out), end };
}

const start = (
  command: string[],
  more: Partial<Extract<CallerControl, { type: 'start' }>> = {},
): Uint8Array => encodeControl({ type: 'start', request: { command }, stdin: false, tty: null, ...more });

/** Sends what is no exec stream. @returns the last control frame. */
async function say(
  ground: Ground,
  ...messages: readonly (Uint8Array | string)[]
): Promise<Readonly<Record<string, unknown>>> {
  const stream = await open(ground, ground.postern.session());
  for (const message of messages) stream.socket.send(message);
  return stream.end;
}

const control = (text: string): Uint8Array => encodeFrame(CHANNEL.control, Buffer.from(text));

const UNREADABLE: readonly (readonly [tried: string, messages: readonly (Uint8Array | string)[]])[] = [
  ['nothing but an empty frame', [new Uint8Array(0)]],
  ['a channel nobody knows', [Uint8Array.of(4, 1, 2, 3)]],
  ['the last channel a byte can name', [Uint8Array.of(255)]],
  ['output, which only the server sends', [encodeFrame(CHANNEL.stdout, Buffer.from('x'))]],
  ['standard input before a start', [encodeFrame(CHANNEL.stdin, Buffer.from('x'))]],
  ['text in the place of bytes', ['hello']],
  ['control that is no JSON', [control('{')]],
  ['control that is not UTF-8', [encodeFrame(CHANNEL.control, Uint8Array.of(0xff, 0xfe))]],
  ['control nested a hundred thousand deep', [control(`{"type":${'['.repeat(100_000)}`)]],
  ['control of a type nobody knows', [control('{"type":"outcome"}')]],
  [
    'control with fields of prototypes',
    [control('{"type":"start","request":{"command":["true"]},"__proto__":{}}')],
  ],
  [
    'a start with both forms of a command',
    [control('{"type":"start","request":{"cmd":"true","command":["id"]}}')],
  ],
  ['a start of nothing', [control('{"type":"start","request":{}}')]],
  ['a resize to nothing', [start(['sleep', '7511']), control('{"type":"resize","cols":0,"rows":0}')]],
  [
    'a resize beyond any screen',
    [start(['sleep', '7511']), control('{"type":"resize","cols":65536,"rows":1}')],
  ],
  [
    'a signal of half a kilobyte',
    [start(['sleep', '7511']), control(`{"type":"signal","signal":"${'K'.repeat(500)}"}`)],
  ],
  ['a second start', [start(['sleep', '7511']), start(['true'])]],
  ['a terminal type with a NUL byte', [start(['true'], { tty: { cols: 80, rows: 24, term: 'a\0b' } })]],
  ['a terminal type with a slash', [start(['true'], { tty: { cols: 80, rows: 24, term: '../../etc' } })]],
];

const unreadable: AttackCase<Ground>[] = UNREADABLE.map(([tried, messages]) => ({
  tried,
  must: 'an error frame of status 400, the stream is closed, and a command that ran is ended',
  why: 'what cannot be read is refused where it is read, and takes nobody else along',
  run: async (ground) => {
    expect(await say(ground, ...messages)).toMatchObject({ type: 'error', http_status: 400 });
    await until(async () => (await processesWith('sleep 7511')).length === 0);
    expect(ground.postern.log()).not.toContain('agent.disconnected');
  },
}));

/** A WebSocket frame by hand. */
function rawFrame(first: number, payload: Uint8Array, masked = true): Buffer {
  const length = payload.length < 126 ? Buffer.of((masked ? 0x80 : 0) | payload.length) : Buffer.alloc(3);
  if (payload.length >= 126) {
    length[0] = (masked ? 0x80 : 0) | 126;
    length.writeUInt16BE(payload.length, 1);
  }
  // A mask of zeros leaves the bytes as they are.
  return Buffer.concat([Buffer.of(first), length, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

const HUGE = Buffer.concat([Buffer.of(0x82, 0xff), Buffer.from('7fffffffffffffff', 'hex'), Buffer.alloc(4)]);
const RAW: readonly (readonly [tried: string, bytes: Buffer])[] = [
  ['a frame without a mask', rawFrame(0x82, Buffer.from('x'), false)],
  ['reserved bits', rawFrame(0xf2, Buffer.from('x'))],
  ['an opcode nobody knows', rawFrame(0x83, Buffer.from('x'))],
  ['a continuation of nothing', rawFrame(0x80, Buffer.from('x'))],
  ['a ping in pieces', rawFrame(0x09, Buffer.from('x'))],
  ['a ping too long', rawFrame(0x89, Buffer.alloc(200))],
  ['a length of eight exabytes', HUGE],
  ['a close frame of one byte', rawFrame(0x88, Buffer.of(1))],
  ['a close code that is reserved', rawFrame(0x88, Buffer.of(0x03, 0xed))],
  ['text that is not UTF-8', rawFrame(0x81, Buffer.of(0xc0, 0xaf))],
  ['HTTP in the place of frames', Buffer.from('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')],
];

const raw: AttackCase<Ground>[] = RAW.map(([tried, bytes]) => ({
  tried: `WebSocket bytes: ${tried}`,
  must: 'the connection is closed; the server goes on',
  why: 'RFC 6455 says so, and what follows is not the stream any more',
  run: async (ground) => {
    const request = upgrade(ground.execPath, ground.port, ground.postern.session(), EXEC_SUBPROTOCOL);
    const answer = await talk(ground.port, [request, bytes], 'closed');
    expect(answer.text).toContain('101 Switching Protocols');
    expect(answer.text).not.toContain('"ok":true');
    expect(answer.closed).toBe(true);
    await ground.expectAlive();
  },
}));

const others: AttackCase<Ground>[] = [
  {
    tried: 'a megabyte of standard input in one frame, and one byte more than a frame may have',
    must: 'the first arrives whole; the second closes the stream and ends the command',
    why: 'frames have a limit, and a limit is not a cut',
    run: async (ground) => {
      const token = await ground.token(exactly('wc', '-c'));
      const fits = await open(ground, token);
      fits.socket.send(start(['wc', '-c'], { stdin: true }));
      fits.socket.send(encodeFrame(CHANNEL.stdin, Buffer.alloc(1024 * 1024 - 1)));
      fits.socket.send(encodeControl({ type: 'close-stdin' }));
      expect(await fits.end).toMatchObject({ outcome: { exitCode: 0 } });
      expect(fits.stdout().toString().trim()).toBe(String(1024 * 1024 - 1));
      const large = await open(ground, ground.postern.session());
      large.socket.send(start(['sleep', '7512'], { stdin: true }));
      large.socket.send(encodeFrame(CHANNEL.stdin, Buffer.alloc(1024 * 1024)));
      await large.end;
      await until(async () => (await processesWith('sleep 7512')).length === 0);
    },
  },
  {
    tried: 'more input than is on its way at a time, and its end at once, to a command that is slow to read',
    must: 'all of it arrives, over HTTP and over a WebSocket',
    why: 'found by this suite: the end of input overtook what waited, and half a dump was restored as a whole one',
    run: async (ground) => {
      const command = ['sh', '-c', 'sleep 0.2; wc -c'];
      const owner = ground.postern.session();
      const answer = await ground.exec(owner, { command, stdin: 'x'.repeat(2_000_000) });
      expect(answer.body['stdout']).toBe('2000000\n');
      const stream = await open(ground, owner);
      stream.socket.send(start(command, { stdin: true }));
      for (let count = 0; count < 20; count += 1)
        stream.socket.send(encodeFrame(CHANNEL.stdin, Buffer.alloc(100_000)));
      stream.socket.send(encodeControl({ type: 'close-stdin' }));
      expect(await stream.end).toMatchObject({ outcome: { exitCode: 0 } });
      expect(stream.stdout().toString()).toBe('2000000\n');
    },
  },
  {
    tried: 'ten thousand resizes and signals nobody knows, then the end of input',
    must: 'the command goes on and ends as it would',
    why: 'steering is cheap for who steers, and must be for who is steered',
    run: async (ground) => {
      const stream = await open(ground, ground.postern.session());
      stream.socket.send(start(['cat'], { stdin: true, tty: null }));
      for (let count = 0; count < 5000; count += 1) {
        stream.socket.send(encodeControl({ type: 'resize', cols: (count % 300) + 1, rows: 24 }));
        stream.socket.send(encodeControl({ type: 'signal', signal: 'NOPE' }));
      }
      stream.socket.send(encodeFrame(CHANNEL.stdin, Buffer.from('done')));
      stream.socket.send(encodeControl({ type: 'close-stdin' }));
      expect(await stream.end).toMatchObject({ outcome: { reason: 'exited', exitCode: 0 } });
      expect(stream.stdout().toString()).toBe('done');
    },
  },
  {
    tried: 'everything a caller can say, after the command has ended',
    must: 'one outcome, the last frame; the next stream works',
    why: 'an exec has one end',
    run: async (ground) => {
      const stream = await open(ground, await ground.token(exactly('true')));
      stream.socket.send(start(['true'], { stdin: true }));
      for (let count = 0; count < 50; count += 1) {
        stream.socket.send(encodeFrame(CHANNEL.stdin, Buffer.from('late')));
        stream.socket.send(encodeControl({ type: 'close-stdin' }));
        stream.socket.send(encodeControl({ type: 'signal', signal: 'KILL' }));
      }
      const last = await stream.end;
      expect(last['type']).toBe('outcome');
      await ground.expectAlive();
    },
  },
  {
    tried: 'standard input with a token that allows none, over HTTP and over a WebSocket',
    must: '403 not_allowed both ways',
    why: 'shells and interpreters take their orders there',
    run: async (ground) => {
      const token = await ground.token({
        commands: [exactly('cat')],
        command_caveats: [{ type: 'NoStdin', body: {} }],
      });
      expect((await ground.exec(token, { command: ['cat'], stdin: 'x' })).body['code']).toBe('not_allowed');
      const last = await ground.stream(token, { request: { command: ['cat'] }, stdin: true, tty: null });
      expect(last).toMatchObject({ http_status: 403, body: { code: 'not_allowed' } });
    },
  },
  {
    tried: 'a terminal with a token that allows none',
    must: '403 not_allowed',
    why: 'pagers and password prompts appear on terminals alone',
    run: async (ground) => {
      const token = await ground.token({
        commands: [exactly('tty')],
        command_caveats: [{ type: 'NoTty', body: {} }],
      });
      const tty = { cols: 80, rows: 24, term: 'xterm' };
      const last = await ground.stream(token, { request: { command: ['tty'] }, stdin: true, tty });
      expect(last).toMatchObject({ http_status: 403, body: { code: 'not_allowed' } });
    },
  },
  {
    tried: 'orders on standard input of an allowed program',
    must: 'they reach the program and nothing else',
    why: 'input is data of the program; a rule that allows an interpreter allows all it reads',
    run: async (ground) => {
      const token = await ground.token(exactly('cat'));
      const answer = await ground.exec(token, {
        command: ['cat'],
        stdin: `${ground.witness} x\n; id\n$(id)\n`,
      });
      expect(answer.body['stdout']).toBe(`${ground.witness} x\n; id\n$(id)\n`);
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'a user and a directory of the caller’s choice',
    must: '403 not_allowed for each',
    why: 'a token for certain commands grants neither',
    run: async (ground) => {
      const token = await ground.token(startingWith(W));
      for (const more of [
        { user: 'root' },
        { user: 'nobody' },
        { user: '0' },
        { cwd: '/' },
        { cwd: '/proc/self/root' },
      ]) {
        expect((await ground.exec(token, { command: [W], ...more })).body['code'], JSON.stringify(more)).toBe(
          'not_allowed',
        );
      }
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'a directory near the granted one: above it, through .., with a slash, with a dot',
    must: '403 not_allowed for each',
    why: 'directories are compared as words',
    run: async (ground) => {
      const token = await ground.token({
        commands: [exactly('pwd')],
        command_caveats: [{ type: 'WorkingDirectories', body: { directories: ['/usr/lib'] } }],
      });
      for (const cwd of [
        '/usr',
        '/usr/lib/',
        '/usr/lib/../lib',
        '/usr/./lib',
        '//usr/lib',
        '/usr/lib/..',
        '/',
      ])
        expect((await ground.exec(token, { command: ['pwd'], cwd })).body['code'], cwd).toBe('not_allowed');
      expect((await ground.exec(token, { command: ['pwd'], cwd: '/usr/lib' })).body['stdout']).toBe(
        '/usr/lib\n',
      );
    },
  },
];

export const streams: AttackClass<Ground> = {
  name: 'Streams, input, terminals and where a command runs',
  about: 'a caller who may run something and speaks the stream by hand',
  cases: [...unreadable, ...raw, ...others],
};
