/** The byte examples of docs/exec-protocol.md are what the code makes and reads. */
import { CHANNEL, encodeFrame } from '@postern/contract';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  encodeAck,
  encodeCredit,
  encodeMessage,
  encodeResize,
  encodeText,
  KIND,
} from '../src/link/message.ts';
import { ASK, decodeEnding, encodeStart, SAY } from '../src/spawner/message.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/exec-protocol.md'), 'utf8');

const hex = (bytes: Uint8Array): string => (Buffer.from(bytes).toString('hex').match(/../g) ?? []).join(' ');

/** All bytes of the page's examples, however they are set. */
const shown = [...PAGE.matchAll(/```text\n([^`]*)```/g)]
  .map(([, block = '']) =>
    block
      .split('\n')
      .map((line) => /^ *((?:[0-9a-f]{2} +)*[0-9a-f]{2})(?: {2,}|$)/.exec(line)?.[1] ?? '')
      .join(' '),
  )
  .map((text) => text.split(/\s+/).filter(Boolean).join(' '));

const isShown = (bytes: Uint8Array): boolean => shown.some((block) => block.includes(hex(bytes)));

test.each([
  ['a frame of stdout', encodeFrame(CHANNEL.stdout, Buffer.from('hi\n'))],
  ['stdout on the link', encodeMessage(KIND.stdout, 1, Buffer.from('hi\n'))],
  ['credit', encodeCredit(1, KIND.stdout, 3)],
  ['resize', encodeResize(1, 80, 24)],
  ['signal', encodeText(KIND.signal, 1, 'SIGINT')],
  ['end', encodeText(KIND.end, 1, 'revoked')],
  ['an acknowledgement', encodeAck(256)],
  [
    'a start',
    encodeStart(0, {
      argv: ['ls', '-l'],
      env: { A: 'b' },
      cwd: '/',
      stdin: false,
      tty: undefined,
      identity: undefined,
      noNewPrivileges: false,
      limits: [],
      cgroups: [],
    }),
  ],
  ['an ending', Buffer.from([0, 0, 0, 11, SAY.ended, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
])('%s stands in the page', (_name, bytes) => {
  expect(isShown(bytes), hex(bytes)).toBe(true);
});

test('every field of a start has its place', () => {
  const start = encodeStart(7, {
    argv: ['a', ''],
    env: {},
    cwd: '/tmp',
    stdin: true,
    tty: { cols: 258, rows: 3 },
    identity: { uid: 1, gid: 2, groups: [2, 9] },
    noNewPrivileges: true,
    limits: [{ resource: 7, soft: 5n, hard: 6n }],
    cgroups: ['/c'],
  });
  expect(hex(start)).toBe(
    hex(
      Buffer.concat([
        Buffer.from([0, 0, 0, start.length - 4, ASK.start, 0, 0, 0, 7]),
        Buffer.from([15, 1, 2, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 2, 0, 0, 0, 2, 0, 0, 0, 9]),
        Buffer.from([1, 7, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 6]),
        Buffer.from('\0\x01/c\0/tmp\0\0\x02a\0\0\0\0', 'latin1'),
      ]),
    ),
  );
});

test('endings', () => {
  expect(decodeEnding(Buffer.from([0, 0, 0, 0, 0, 3]))).toEqual({ how: 'exited', code: 3 });
  expect(decodeEnding(Buffer.from([1, 0, 0, 0, 0, 9]))).toEqual({ how: 'signaled', signal: 9 });
  expect(decodeEnding(Buffer.from([2, 6, 0, 0, 0, 2]))).toEqual({ how: 'failed', stage: 'exec', errno: 2 });
  expect(decodeEnding(Buffer.from([3, 0, 0, 0, 0, 0]))).toEqual({ how: 'lost' });
});
