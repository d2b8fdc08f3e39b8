/**
 * The messages of a link, whatever becomes of its connection: each side counts what it sends and receives, and keeps
 * what the other has not said to have. After a new connection both say how much they have, and the rest is sent
 * again. Every message arrives once, in order, or the link is given up.
 *
 * Only `ack` is not counted: it says, as 64 bits, how many messages have come.
 */
import { decodeAck, encodeAck, KIND, LinkError } from './message.ts';

/** How long a link without a connection is kept, and how much of it. */
export const RESUME_LIMITS: {
  readonly [Name in 'silentMs' | 'brokenMs' | 'keptBytes' | 'ackBytes' | 'ackMessages']: number;
} = {
  /** Milliseconds after the network went silent: nobody answers, and both sides may be alive. */
  silentMs: 150_000,
  /** Milliseconds after somebody closed or refused a connection: the other side is gone, or back at once. */
  brokenMs: 15_000,
  /** Bytes kept for sending again; with more of them a link cannot be resumed. */
  keptBytes: 32 * 1024 * 1024,
  /** Bytes that come before they are acknowledged. */
  ackBytes: 128 * 1024,
  /** Messages that come before they are acknowledged. */
  ackMessages: 64,
};

export interface ResumableChannel {
  /** Sends a message now, or when there is a connection again. */
  readonly send: (message: Uint8Array) => void;
  /** Takes one message of the connection. @throws LinkError. */
  take(bytes: Uint8Array): void;
  /** Messages that have come, `ack` not counted. */
  readonly received: number;
  /** Whether the other side can go on where it says to be. */
  readonly canResume: (peerReceived: number) => boolean;
  /**
   * Goes on over a new connection.
   *
   * @param peerReceived messages the other side has; what comes after them is sent again.
   * @throws LinkError when that cannot be.
   */
  attach(transmit: (message: Uint8Array) => void, peerReceived: number): void;
  /** The connection is gone. */
  detach(): void;
}

/** @param deliver is given every message once, in order. */
export function createResumableChannel(deliver: (message: Uint8Array) => void): ResumableChannel {
  let transmit: ((message: Uint8Array) => void) | undefined;
  let kept: Uint8Array[] = [];
  let keptBytes = 0;
  /** Messages before the first that is kept: the other side has them. */
  let settled = 0;
  let isWhole = true;
  let received = 0;
  let acked = 0;
  let unackedBytes = 0;

  const settle = (count: number): void => {
    const gone = count - settled;
    if (gone < 0 || gone > kept.length) throw new LinkError('an acknowledgement of what was not sent');
    for (let index = 0; index < gone; index += 1) keptBytes -= kept[index]?.length ?? 0;
    kept = kept.slice(gone);
    settled = count;
  };
  const canResume = (count: number): boolean =>
    isWhole && Number.isSafeInteger(count) && count >= settled && count <= settled + kept.length;

  return {
    send(message) {
      if (isWhole) {
        kept.push(message);
        keptBytes += message.length;
        if (keptBytes > RESUME_LIMITS.keptBytes) {
          // Nothing of it is of use once a part is missing.
          isWhole = false;
          kept = [];
          keptBytes = 0;
        }
      }
      transmit?.(message);
    },
    take(bytes) {
      if (bytes[0] === KIND.ack) {
        const count = decodeAck(bytes);
        if (isWhole) settle(count);
        return;
      }
      received += 1;
      unackedBytes += bytes.length;
      deliver(bytes);
      if (received - acked < RESUME_LIMITS.ackMessages && unackedBytes < RESUME_LIMITS.ackBytes) return;
      acked = received;
      unackedBytes = 0;
      transmit?.(encodeAck(received));
    },
    get received() {
      return received;
    },
    canResume,
    attach(over, peerReceived) {
      if (!canResume(peerReceived)) throw new LinkError('a link that cannot go on');
      settle(peerReceived);
      acked = received;
      unackedBytes = 0;
      transmit = over;
      for (const message of kept) over(message);
    },
    detach() {
      transmit = undefined;
    },
  };
}
