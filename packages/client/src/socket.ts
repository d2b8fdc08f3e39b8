/** A WebSocket as this package needs it; given by the program. `ws` in Node, the window's own in browsers. */
import type { HttpResponse } from './transport.ts';

export interface SocketHandlers {
  onOpen(): void;
  /** One binary message. */
  onMessage(bytes: Uint8Array): void;
  /** The connection is over; called once, also when it never opened. */
  onClose(why: {
    readonly code: number;
    readonly reason: string;
    /** What the server answered instead of opening a socket, where the program can know. */
    readonly response?: HttpResponse;
    readonly cause?: unknown;
  }): void;
}

export interface Socket {
  /** @returns when the bytes have left, so that a fast writer waits for a slow network. */
  send(bytes: Uint8Array): Promise<void>;
  close(): void;
  /** Stops and continues reading, where the program can. */
  pause(): void;
  resume(): void;
}

export interface SocketRequest {
  /** `ws:` or `wss:` address. */
  readonly url: string;
  readonly protocol: string;
  /** Header names in lower case; browsers cannot send any. */
  readonly headers: Readonly<Record<string, string>>;
}

export type OpenSocket = (request: SocketRequest, handlers: SocketHandlers) => Socket;
