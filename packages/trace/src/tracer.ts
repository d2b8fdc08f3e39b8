/**
 * Spans, and their way to a collector: collected for a moment, posted together as OTLP in JSON, dropped when the
 * collector is slower than we are. Nothing that is traced waits for it or fails with it.
 */
import type { TraceSettings } from './settings.ts';
import { randomHex, type TraceContext } from './trace-context.ts';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** The kinds of OTLP that happen here. */
const KINDS = { internal: 1, server: 2, client: 3 } as const;
export type SpanKind = keyof typeof KINDS;

export interface Span {
  /** To be the parent of what happens inside, here or elsewhere. */
  readonly context: TraceContext;
  set(attributes: Attributes): void;
  /** @param error what went wrong, as a code; absent when nothing did. A second end changes nothing. */
  end(error?: string): void;
}

export interface Tracer {
  start(name: string, kind: SpanKind, parent: TraceContext | undefined, attributes?: Attributes): Span;
  /** Posts what is left. Resolves when it is sent or given up; never rejects. */
  flush(): Promise<void>;
}

/** Posts one body. @returns whether the collector took it. */
export type Send = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
) => Promise<boolean>;

export const TRACE_LIMITS = {
  /** Spans that wait; more are dropped. */
  waitingSpans: 2048,
  /** Milliseconds spans wait for each other. */
  togetherMs: 1000,
  /** Milliseconds one post may take. */
  postMs: 2000,
} as const;

/** Where nothing is traced, nobody looks at ids. */
const UNTRACED: TraceContext = {
  traceId: '0'.repeat(31) + '1',
  spanId: '0'.repeat(15) + '1',
  sampled: false,
};

/** For who does not trace: contexts go through, nothing is kept. */
export const NO_TRACER: Tracer = {
  start: (_name, _kind, parent) => ({
    context: parent ?? UNTRACED,
    set: () => undefined,
    end: () => undefined,
  }),
  flush: () => Promise.resolve(),
};

/** @param now milliseconds since the epoch. */
export function createTracer(
  settings: TraceSettings,
  version: string,
  now: () => number,
  send: Send = post,
): Tracer {
  let waiting: object[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let posting: Promise<void> = Promise.resolve();

  const postWaiting = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return posting;
    const body = JSON.stringify(bodyOf(settings, version, waiting));
    waiting = [];
    posting = posting.then(async () => {
      await send(settings.url, settings.headers, body, AbortSignal.timeout(TRACE_LIMITS.postMs)).catch(
        () => false,
      );
    });
    return posting;
  };

  const keep = (span: object): void => {
    if (waiting.length >= TRACE_LIMITS.waitingSpans) return;
    waiting.push(span);
    if (timer !== undefined) return;
    timer = setTimeout(() => void postWaiting(), TRACE_LIMITS.togetherMs);
    // A program that is done does not stay for its spans; it flushes. Browsers have numbers here.
    const handle: unknown = timer;
    if (isHandle(handle)) handle.unref();
  };

  return {
    start(name, kind, parent, attributes = {}) {
      const context: TraceContext = {
        traceId: parent?.traceId ?? randomHex(32),
        spanId: randomHex(16),
        sampled: parent?.sampled ?? true,
      };
      const startedAt = now();
      let all = attributes;
      let ended = false;
      return {
        context,
        set(more) {
          all = { ...all, ...more };
        },
        end(error) {
          // Whoever began the trace may have decided not to record it.
          if (ended || !context.sampled) return;
          ended = true;
          keep({
            traceId: context.traceId,
            spanId: context.spanId,
            ...(parent === undefined ? {} : { parentSpanId: parent.spanId }),
            name,
            kind: KINDS[kind],
            startTimeUnixNano: nanoseconds(startedAt),
            endTimeUnixNano: nanoseconds(now()),
            attributes: attributesOf(all),
            status: error === undefined ? {} : { code: 2, message: error },
          });
        },
      };
    },
    flush: postWaiting,
  };
}

function isHandle(timer: unknown): timer is { unref(): void } {
  return typeof timer === 'object' && timer !== null && 'unref' in timer;
}

const post: Send = async (url, headers, body, signal) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body,
    signal,
    redirect: 'error',
  });
  await answer.body?.cancel();
  return answer.ok;
};

function bodyOf({ serviceName }: TraceSettings, version: string, spans: readonly object[]): object {
  const resource = { 'service.name': serviceName, 'service.version': version };
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: '@postern/trace', version }, spans }],
      },
    ],
  };
}

function attributesOf(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));
}

/** 64-bit integers are strings in OTLP's JSON. */
function valueOf(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

const nanoseconds = (milliseconds: number): string =>
  (BigInt(Math.round(milliseconds * 1000)) * 1000n).toString();
