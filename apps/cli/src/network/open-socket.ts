/** WebSockets over `ws`. */
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { OpenSocket } from '@postern/client';
import { unreachable } from './transport.ts';

/** Bytes of one message at most; frames are far smaller. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
const MAX_REFUSAL_BYTES = 1024 * 1024;
const NORMAL_CLOSURE = 1000;

export const openNodeSocket: OpenSocket = ({ url, protocol, headers }, handlers) => {
  const socket = new WebSocket(url, protocol, {
    headers,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    followRedirects: false,
  });
  let closed = false;
  const close = (why: Parameters<typeof handlers.onClose>[0]): void => {
    if (closed) return;
    closed = true;
    handlers.onClose(why);
  };
  socket.on('open', () => handlers.onOpen());
  socket.on('message', (data) => {
    handlers.onMessage(Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data));
  });
  socket.on('unexpected-response', (request, response) => {
    void readRefusal(response).then((text) => {
      close({
        code: 0,
        reason: 'refused',
        response: { status: response.statusCode ?? 0, headers: {}, text },
      });
      request.destroy();
      return undefined;
    });
  });
  let opened = false;
  socket.on('open', () => {
    opened = true;
  });
  socket.on('error', (cause) => {
    // Before it opened: the server could not be reached. After: the connection broke.
    close({ code: 0, reason: '', cause: opened ? cause : unreachable(addressOf(url), cause) });
  });
  socket.on('close', (code, reason) => close({ code, reason: reason.toString('utf8') }));
  return {
    send: (bytes) =>
      new Promise((resolve) => {
        // A socket that is gone tells so by `close`; the writer need not fail as well.
        if (socket.readyState === WebSocket.OPEN) socket.send(bytes, () => resolve());
        else resolve();
      }),
    close: () => socket.close(NORMAL_CLOSURE),
    pause: () => {
      if (socket.readyState === WebSocket.OPEN) socket.pause();
    },
    resume: () => {
      if (socket.isPaused) socket.resume();
    },
  };
};

async function readRefusal(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > MAX_REFUSAL_BYTES) break;
      chunks.push(chunk);
    }
  } catch {
    // What was read so far says enough.
  }
  return Buffer.concat(chunks).toString('utf8');
}

function addressOf(url: string): URL {
  return new URL(url.replace(/^ws/, 'http'));
}
