/** The browser's own WebSocket; the session cookie says who asks. */
import type { OpenSocket } from './socket.ts';

/** Bytes waiting to leave above which a writer waits, and how often it looks. */
const HIGH_WATER_BYTES = 256 * 1024;
const LOOK_MILLISECONDS = 10;

export const openBrowserSocket: OpenSocket = ({ url, protocol }, handlers) => {
  const socket = new WebSocket(url, protocol);
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('open', () => handlers.onOpen());
  socket.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.data instanceof ArrayBuffer) handlers.onMessage(new Uint8Array(event.data));
  });
  socket.addEventListener('close', ({ code, reason }) => handlers.onClose({ code, reason }));
  return {
    send: async (bytes) => {
      socket.send(Uint8Array.from(bytes));
      while (socket.bufferedAmount > HIGH_WATER_BYTES && socket.readyState === WebSocket.OPEN) {
        await new Promise((resolve) => {
          setTimeout(resolve, LOOK_MILLISECONDS);
        });
      }
    },
    close: () => socket.close(),
    // A browser cannot stop reading; what it shows is bounded by its caller.
    pause: () => undefined,
    resume: () => undefined,
  };
};
