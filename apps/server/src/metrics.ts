/**
 * What the server counts, for Prometheus. Off unless `--metrics-listen` names an address: the numbers say how busy
 * an installation is and what fails, which is nobody's business on the public port.
 *
 * Labels have few values, all of them ours: names of operations, codes, reasons. Nothing a caller writes is a label.
 */
import { createServer, type Server } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Gateway } from './gateway/gateway.ts';

/** Seconds; from a cached decision to a command that runs for an hour. */
const REQUEST_BUCKETS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 600, 3600];
const COMMIT_BUCKETS = [0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1];

export interface Metrics {
  /** @param seconds from the first byte to the end of the answer. */
  request(operation: string, status: number, seconds: number): void;
  /** @param code of the error the caller got. */
  refusal(code: string): void;
  /** @param reason of the outcome. */
  execEnded(reason: string): void;
  /** @param seconds until the write was durable, or had failed. */
  commit(seconds: number, done: boolean): void;
  /** The numbers of now, in Prometheus' text format. */
  text(): Promise<string>;
}

/** @param gateway asked for what is going on whenever the numbers are read. */
export function createMetrics(gateway: () => Pick<Gateway, 'counts'> | undefined): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'postern_http_request_seconds',
    help: 'Requests by operation and status, and how long they took',
    labelNames: ['operation', 'status'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const refusals = new Counter({
    name: 'postern_errors_total',
    help: 'Error answers by code',
    labelNames: ['code'],
    registers,
  });
  const execs = new Counter({
    name: 'postern_execs_total',
    help: 'Commands that ended, by reason',
    labelNames: ['reason'],
    registers,
  });
  const commits = new Histogram({
    name: 'postern_store_commit_seconds',
    help: 'Durable writes, and how long the caller waited',
    labelNames: ['result'],
    buckets: COMMIT_BUCKETS,
    registers,
  });
  const gauge = (
    name: string,
    help: string,
    read: (counts: ReturnType<Gateway['counts']>) => number,
  ): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const counts = gateway()?.counts();
        if (counts !== undefined) this.set(read(counts));
      },
    });
  gauge('postern_execs_running', 'Commands that run now', ({ running }) => running);
  gauge('postern_agents_connected', 'Agents with a link now', ({ agents }) => agents);
  return {
    request: (operation, status, seconds) => requests.observe({ operation, status: String(status) }, seconds),
    refusal: (code) => refusals.inc({ code }),
    execEnded: (reason) => execs.inc({ reason }),
    commit: (seconds, done) => commits.observe({ result: done ? 'done' : 'failed' }, seconds),
    text: () => registry.metrics(),
  };
}

/** For who does not ask for numbers: nothing is kept. */
export const NO_METRICS: Metrics = {
  request: () => undefined,
  refusal: () => undefined,
  execEnded: () => undefined,
  commit: () => undefined,
  text: () => Promise.resolve(''),
};

/** Answers `GET /metrics` and nothing else. */
export function createMetricsServer(metrics: Metrics): Server {
  return createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) =>
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}
