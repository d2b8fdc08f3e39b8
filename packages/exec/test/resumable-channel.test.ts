/** Messages of a link over connections that break anywhere: each arrives once, in order, or the link is given up. */
import { createResumableChannel, LinkError, RESUME_LIMITS, type ResumableChannel } from '@postern/exec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeAck, encodeMessage, KIND } from '../src/link/message.ts';

const message = (number: number, bytes = 4): Uint8Array => {
  const payload = Buffer.alloc(bytes);
  payload.writeUInt32BE(number);
  return encodeMessage(KIND.stdout, 1, payload);
};
const numberOf = (bytes: Uint8Array): number => Buffer.from(bytes).readUInt32BE(5);

interface End {
  readonly channel: ResumableChannel;
  readonly delivered: number[];
  /** What is on its way to the other end. */
  wire: Uint8Array[];
  sent: number;
}

function createEnd(): End {
  const delivered: number[] = [];
  return {
    channel: createResumableChannel((bytes) => delivered.push(numberOf(bytes))),
    delivered,
    wire: [],
    sent: 0,
  };
}

function connect(a: End, b: End): void {
  const [fromA, fromB] = [a.channel.received, b.channel.received];
  a.wire = [];
  b.wire = [];
  a.channel.attach((bytes) => a.wire.push(bytes), fromB);
  b.channel.attach((bytes) => b.wire.push(bytes), fromA);
}

function pass(from: End, to: End, count: number): void {
  for (const bytes of from.wire.splice(0, count)) to.channel.take(bytes);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test('whatever is lost with a connection is sent again, once and in order', () => {
  const step = fc.oneof(
    fc.record({ does: fc.constant('send' as const), a: fc.nat(200), b: fc.nat(200) }),
    fc.record({ does: fc.constant('pass' as const), a: fc.nat(200), b: fc.nat(200) }),
    fc.record({ does: fc.constant('break' as const), a: fc.nat(200), b: fc.nat(200) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const [a, b] = [createEnd(), createEnd()];
      connect(a, b);
      for (const { does, a: ofA, b: ofB } of steps) {
        if (does === 'send') {
          for (let left = ofA; left > 0; left -= 1) a.channel.send(message(a.sent++));
          for (let left = ofB; left > 0; left -= 1) b.channel.send(message(b.sent++));
        } else if (does === 'pass') {
          pass(a, b, ofA);
          pass(b, a, ofB);
        } else {
          a.channel.detach();
          b.channel.detach();
          // Sent while there is no connection.
          for (let left = ofA; left > 0; left -= 1) a.channel.send(message(a.sent++));
          connect(a, b);
        }
      }
      while (a.wire.length + b.wire.length > 0) {
        pass(a, b, Infinity);
        pass(b, a, Infinity);
      }
      expect(b.delivered).toEqual(upTo(a.sent));
      expect(a.delivered).toEqual(upTo(b.sent));
    }),
    { numRuns: 200 },
  );
});

test('invariant 11: what the other side has is let go; more than the limit cannot be resumed', () => {
  const [a, b] = [createEnd(), createEnd()];
  connect(a, b);
  for (let index = 0; index < 10_000; index += 1) {
    a.channel.send(message(index, 64 * 1024));
    pass(a, b, Infinity);
    pass(b, a, Infinity);
  }
  expect(a.channel.canResume(b.channel.received)).toBe(true);
  expect(a.channel.canResume(0)).toBe(false);
  a.channel.detach();
  for (let bytes = 0; bytes <= RESUME_LIMITS.keptBytes; bytes += 1024 * 1024)
    a.channel.send(message(0, 1024 * 1024));
  expect(a.channel.canResume(b.channel.received)).toBe(false);
  expect(() => a.channel.attach(() => undefined, b.channel.received)).toThrow(LinkError);
});

describe('a peer that counts wrongly', () => {
  test.each([1, 2, 2 ** 53, 2 ** 60])('%d messages acknowledged of none', (count) => {
    const { channel } = createEnd();
    channel.attach(() => undefined, 0);
    expect(() => channel.take(encodeAck(count))).toThrow(LinkError);
    expect(channel.canResume(count)).toBe(false);
  });

  test('an acknowledgement that takes one back', () => {
    const { channel } = createEnd();
    channel.attach(() => undefined, 0);
    channel.send(message(1));
    channel.send(message(2));
    channel.take(encodeAck(2));
    expect(() => channel.take(encodeAck(1))).toThrow(LinkError);
    expect(channel.canResume(1)).toBe(false);
    expect(channel.canResume(2)).toBe(true);
  });

  test.each([0, 7, 9])('an acknowledgement of %d bytes', (length) => {
    const { channel } = createEnd();
    expect(() => channel.take(encodeMessage(KIND.ack, 0, new Uint8Array(length)))).toThrow(LinkError);
  });

  test.each([-1, 0.5, Number.NaN])('%d as its place', (count) => {
    expect(createEnd().channel.canResume(count)).toBe(false);
  });
});
