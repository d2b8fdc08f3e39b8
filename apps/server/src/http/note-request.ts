/** Every request: its id in the answer, its time and outcome counted, and, where that is asked for, a line in the log. */
import type { Context } from 'hono';
import type { Services } from '../services.ts';
import { bindings } from './node-request.ts';
import { recordOf } from './request-record.ts';
import { sourceOf } from './source.ts';

/** Paths that are asked every few seconds and say nothing. */
const QUIET: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

export function noteRequest(c: Context, services: Services): void {
  const { config, log, metrics } = services;
  const { incoming, outgoing } = bindings(c);
  const record = recordOf(incoming);
  outgoing.setHeader('x-request-id', record.id);
  // What flyctl shows with an error.
  outgoing.setHeader('fly-request-id', record.id);
  const started = performance.now();
  const source = sourceOf(incoming, config.trustedProxies);
  outgoing.once('close', () => {
    const seconds = (performance.now() - started) / 1000;
    metrics.request(record.operation, outgoing.statusCode, seconds);
    if (!config.accessLog || QUIET.has(c.req.path)) return;
    log.info('request', {
      requestId: record.id,
      operation: record.operation,
      method: c.req.method,
      path: c.req.path,
      status: outgoing.statusCode,
      ms: Math.round(seconds * 1e6) / 1000,
      source,
      finished: outgoing.writableFinished,
    });
  });
}
