/** What the spawner is sent and is not of its protocol ends it, and everything it runs: nothing is guessed. */
import { locateSpawner } from '@postern/exec';
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { ASK, encodeAsk, encodeNumber, encodeStart, type StartRequest } from '../src/spawner/message.ts';

const START: StartRequest = {
  argv: ['/bin/cat'],
  env: {},
  cwd: '/',
  stdin: true,
  tty: undefined,
  identity: undefined,
  noNewPrivileges: false,
  limits: [],
  cgroups: [],
};
const start = encodeStart(0, START);

/** @returns the exit code of a spawner that was sent these bytes. */
async function sent(...messages: readonly Uint8Array[]): Promise<number | null> {
  const child = spawn(locateSpawner() ?? '', [], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], env: {} });
  const socket = child.stdio[3];
  if (!(socket instanceof Socket)) throw new TypeError('no socket');
  socket.on('error', () => undefined);
  socket.resume();
  for (const message of messages) socket.write(message);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

const patched = (at: number, ...bytes: readonly number[]): Buffer => {
  const copy = Buffer.from(start);
  copy.set(bytes, at);
  return copy;
};

test.each<[string, Uint8Array[]]>([
  ['a length longer than any message', [Buffer.from([0x7f, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0])]],
  ['a length shorter than a head', [Buffer.from([0, 0, 0, 1, 1, 0, 0, 0, 0])]],
  ['an unknown kind for a command that runs', [start, encodeAsk(99, 0)]],
  ['an id out of range', [encodeStart(4096, START)]],
  ['an id that is in use', [start, start]],
  ['no argv', [encodeStart(0, { ...START, argv: [] })]],
  ['a directory that is not absolute', [encodeStart(0, { ...START, cwd: 'tmp' })]],
  ['an unknown flag', [patched(9, 0x80)]],
  ['bytes left over', [encodeAsk(ASK.start, 0, Buffer.concat([start.subarray(9), Buffer.from([0])]))]],
  ['a start cut off', [encodeAsk(ASK.start, 0, start.subarray(9, start.length - 3))]],
  ['a string without its end', [encodeAsk(ASK.start, 0, start.subarray(9, 9 + 20))]],
  ['a signal that is none', [start, encodeAsk(ASK.signal, 0, Uint8Array.of(0))]],
  ['a signal past the last', [start, encodeAsk(ASK.signal, 0, Uint8Array.of(65))]],
  ['a resize of the wrong length', [start, encodeAsk(ASK.resize, 0, new Uint8Array(3))]],
  ['a grace out of range', [start, encodeNumber(ASK.terminate, 0, 0xffff_ffff)]],
  ['more credit than the window', [start, encodeAsk(ASK.credit, 0, Buffer.from([16, 0, 4, 0, 1]))]],
  ['credit for no channel', [start, encodeAsk(ASK.credit, 0, Buffer.from([2, 0, 0, 0, 0]))]],
  [
    'more stdin than the window',
    [
      encodeStart(0, { ...START, argv: ['/bin/sleep', '60'] }),
      encodeAsk(ASK.stdin, 0, Buffer.alloc(400_000)),
    ],
  ],
])('%s', async (_name, messages) => {
  expect(await sent(...messages)).toBe(70);
});

test('a message for a command that has ended is no mistake', async () => {
  const child = spawn(locateSpawner() ?? '', [], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], env: {} });
  const socket = child.stdio[3];
  if (!(socket instanceof Socket)) throw new TypeError('no socket');
  const exit = new Promise((resolve) => child.once('exit', resolve));
  socket.resume();
  socket.write(encodeNumber(ASK.terminate, 5, 1));
  socket.end(encodeAsk(ASK.closeStdin, 5));
  expect(await exit).toBe(0);
});
