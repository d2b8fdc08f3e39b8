/** What handlers and sockets work with, made once by start.ts. */
import type { Authority } from '@postern/authority';
import type { Store } from '@postern/store';
import type { Tracer } from '@postern/trace';
import type { ServerConfig } from './config.ts';
import type { EventHub } from './events/hub.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { Tries } from './http/count-tries.ts';
import type { Readiness } from './http/readiness.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

export interface Services {
  readonly config: ServerConfig;
  readonly store: Store;
  readonly authority: Authority;
  readonly gateway: Gateway;
  /** Who follows what happens. */
  readonly events: EventHub;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly readiness: Readiness;
  /** Wrong one-time secrets by source address. */
  readonly guesses: Tries;
  /** Directory of kept output. */
  readonly transcripts: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The URL others reach this server under, without a slash at its end. */
  readonly publicUrl: () => string;
}
