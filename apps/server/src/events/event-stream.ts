/**
 * One reader's events as Server-Sent Events. What waits for a reader is bounded: one that falls behind is told to ask
 * again, one that takes nothing for a minute is let go.
 */
import { LIMITS, type OrganizationEvent } from '@postern/contract';

export interface EventStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly tell: (event: OrganizationEvent) => void;
  /** Says that the stream lives, and ends it when the reader has taken nothing for too long. */
  readonly beat: () => void;
  readonly end: () => void;
}

const encoder = new TextEncoder();
const ALIVE = encoder.encode(': alive\n\n');
const RESET: OrganizationEvent = { type: 'reset' };

/**
 * @param now milliseconds of a clock that only goes forward.
 * @param onEnd called once, whoever ended it.
 */
export function createEventStream(now: () => number, onEnd: () => void): EventStream {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Set while the reader wants more; says that it has been given something. */
  let wanted: (() => void) | undefined;
  let waiting: OrganizationEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  let takenAt = now();
  let ended = false;

  const give = (bytes: Uint8Array): void => {
    const given = wanted;
    if (given === undefined) return;
    wanted = undefined;
    controller?.enqueue(bytes);
    given();
  };

  const flush = (): void => {
    timer = undefined;
    if (wanted === undefined || waiting.length === 0) return;
    const lines = waiting.map((event) => `data: ${JSON.stringify(event)}\n\n`);
    waiting = [];
    give(encoder.encode(lines.join('')));
  };

  /** Events of one moment travel together; nothing is set in motion while the reader wants nothing. */
  const flushSoon = (): void => {
    if (wanted !== undefined && waiting.length > 0) timer ??= setTimeout(flush, LIMITS.eventsTogetherMs);
  };

  const finish = (): boolean => {
    if (ended) return false;
    ended = true;
    clearTimeout(timer);
    waiting = [];
    wanted?.();
    wanted = undefined;
    onEnd();
    return true;
  };
  const end = (): void => {
    if (finish()) controller?.close();
  };

  return {
    readable: new ReadableStream<Uint8Array>(
      {
        start(opened) {
          controller = opened;
          // Sends the head of the answer: the reader knows that it is heard.
          opened.enqueue(ALIVE);
        },
        pull: () =>
          new Promise<void>((resolve) => {
            takenAt = now();
            if (ended) return resolve();
            wanted = resolve;
            return flushSoon();
          }),
        cancel: () => void finish(),
      },
      { highWaterMark: 1 },
    ),
    tell(event) {
      if (ended) return;
      if (waiting.length >= LIMITS.eventsWaiting) waiting = [RESET];
      else if (waiting[0] !== RESET) waiting.push(event);
      flushSoon();
    },
    beat() {
      if (ended) return;
      if (wanted === undefined && now() - takenAt > LIMITS.eventReaderSeconds * 1000) end();
      else give(ALIVE);
    },
    end,
  };
}
