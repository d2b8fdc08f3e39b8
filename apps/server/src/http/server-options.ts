/** Bounds of Node's HTTP server: what a client may send before anything of ours looks at it. */
import type { LIMITS } from '@postern/contract';
import type { ServerOptions } from 'node:http';

type Limits = Readonly<
  Record<
    keyof Pick<
      typeof LIMITS,
      'headerBytes' | 'headerReadSeconds' | 'requestReadSeconds' | 'keepAliveSeconds'
    >,
    number
  >
>;

/** Requests that are late are looked for this often, at least. */
const LOOK_MS = 5000;

/** A client that is slow in sending is answered 408 and let go; how long its command runs is not bounded here. */
export function httpServerOptions(limits: Limits): ServerOptions {
  const headersTimeout = limits.headerReadSeconds * 1000;
  return {
    maxHeaderSize: limits.headerBytes,
    headersTimeout,
    requestTimeout: limits.requestReadSeconds * 1000,
    // A request sent while the server closes the connection is lost, and its sender cannot know whether it ran.
    keepAliveTimeout: limits.keepAliveSeconds * 1000,
    connectionsCheckingInterval: Math.min(LOOK_MS, headersTimeout),
    insecureHTTPParser: false,
    requireHostHeader: true,
  };
}
