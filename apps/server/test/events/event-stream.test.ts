import { LIMITS, type OrganizationEvent } from '@postern/contract';
import { describe, expect, test } from 'vitest';
import { createEventStream } from '../../src/events/event-stream.ts';

const event = (number: number): OrganizationEvent => ({
  type: 'token',
  token: `tok_${number}`,
  state: 'used',
});

function open(now: () => number = () => 0) {
  let ends = 0;
  const stream = createEventStream(now, () => (ends += 1));
  const reader = stream.readable.getReader();
  const read = async (): Promise<string | undefined> => {
    const { value, done } = await reader.read();
    return done ? undefined : new TextDecoder().decode(value);
  };
  return { ...stream, reader, read, ends: () => ends };
}

describe('the events of one reader', () => {
  test('the head comes at once, and events of one moment travel together', async () => {
    const stream = open();
    expect(await stream.read()).toBe(': alive\n\n');
    stream.tell(event(1));
    stream.tell(event(2));
    expect(await stream.read()).toBe(
      'data: {"type":"token","token":"tok_1","state":"used"}\n\n' +
        'data: {"type":"token","token":"tok_2","state":"used"}\n\n',
    );
    stream.end();
  });

  test('a reader that falls behind is told to ask again: what waits for it is bounded', async () => {
    const stream = open();
    for (let number = 0; number < 100_000; number += 1) stream.tell(event(number));
    expect(await stream.read()).toBe(': alive\n\n');
    expect(await stream.read()).toBe('data: {"type":"reset"}\n\n');
    stream.tell(event(1));
    expect(await stream.read()).toContain('tok_1');
    stream.end();
  });

  test('exactly as many as may wait are all told', async () => {
    const stream = open();
    for (let number = 0; number < LIMITS.eventsWaiting; number += 1) stream.tell(event(number));
    await stream.read();
    expect((await stream.read())?.match(/data:/g)).toHaveLength(LIMITS.eventsWaiting);
    stream.end();
  });

  test('a reader that takes nothing for a minute is let go', () => {
    let now = 0;
    const stream = open(() => now);
    stream.beat();
    expect(stream.ends()).toBe(0);
    now = LIMITS.eventReaderSeconds * 1000 + 1;
    stream.beat();
    expect(stream.ends()).toBe(1);
    stream.tell(event(1));
    stream.beat();
    stream.end();
    expect(stream.ends()).toBe(1);
  });

  test('a quiet stream says that it lives', async () => {
    const stream = open();
    await stream.read();
    const next = stream.read();
    stream.beat();
    expect(await next).toBe(': alive\n\n');
    stream.end();
    expect(await stream.read()).toBeUndefined();
  });

  test('a reader that leaves ends it once', async () => {
    const stream = open();
    await stream.read();
    await stream.reader.cancel();
    stream.end();
    expect(stream.ends()).toBe(1);
  });
});
