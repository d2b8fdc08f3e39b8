/**
 * Credit-based flow control of one channel: a writer may have {@link EXEC_LIMITS.windowBytes} on the way and waits
 * for credit before it sends more, so that a slow reader at one end slows the command at the other.
 */
import { EXEC_LIMITS } from '@postern/contract';

export class SendWindow {
  #left: number = EXEC_LIMITS.windowBytes;
  #waiting: (() => void)[] = [];
  #closed = false;
  #dropped = false;

  /** Whether bytes were let go because nobody took them before the window was closed. */
  get dropped(): boolean {
    return this.#dropped;
  }

  /** Sends bytes in frames as credit allows; resolves when the last one is on its way. */
  async send(bytes: Uint8Array, transmit: (frame: Uint8Array) => void): Promise<void> {
    let at = 0;
    while (at < bytes.length && !this.#closed) {
      if (this.#left === 0) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        continue;
      }
      const length = Math.min(bytes.length - at, this.#left, EXEC_LIMITS.frameBytes);
      this.#left -= length;
      transmit(bytes.subarray(at, at + length));
      at += length;
    }
    if (at < bytes.length) this.#dropped = true;
  }

  grant(bytes: number): void {
    this.#left = Math.min(EXEC_LIMITS.windowBytes, this.#left + bytes);
    this.#wake();
  }

  /** Lets every waiter go: the other end is gone and nothing more is sent. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
