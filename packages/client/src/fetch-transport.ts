/** The browser's way: `fetch`, with the session cookie. */
import { PosternError } from '@postern/contract';
import type { Transport } from './transport.ts';

/** @param send `fetch` of the window, or one that stands in for it. */
export function createFetchTransport(send: typeof fetch = fetch): Transport {
  return async (request) => {
    try {
      const response = await send(request.url, {
        method: request.method,
        headers: request.headers,
        credentials: 'same-origin',
        redirect: 'error',
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        text: await response.text(),
      };
    } catch (cause) {
      if (request.signal?.aborted === true) throw cause;
      throw new PosternError('connection_lost', 'the server cannot be reached', {
        hint: 'check that it is running',
        cause,
      });
    }
  };
}
