import { describe, expect, test } from 'vitest';
import {
  createTracer,
  formatTraceparent,
  NO_TRACER,
  parseTraceparent,
  traceSettings,
  type Send,
} from '../src/index.ts';
import { TRACE_LIMITS } from '../src/tracer.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const SETTINGS = { url: 'http://127.0.0.1:4318/v1/traces', headers: { 'x-key': 'k' }, serviceName: 's' };

describe('traceparent', () => {
  test('there and back', () => {
    const header = `00-${TRACE}-${SPAN}-01`;
    expect(parseTraceparent(header)).toEqual({ traceId: TRACE, spanId: SPAN, sampled: true });
    expect(formatTraceparent({ traceId: TRACE, spanId: SPAN, sampled: true })).toBe(header);
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-00`)?.sampled).toBe(false);
  });

  test.each([
    undefined,
    null,
    '',
    `01-${TRACE}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01\n`,
  ])('is nobody else’s: %j', (header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});

describe('settings', () => {
  test('off unless a collector is named', () => {
    expect(traceSettings({}, 'x')).toBeUndefined();
    expect(traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'x')).toBeUndefined();
    expect(traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://[' }, 'x')).toBeUndefined();
    const on = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };
    expect(traceSettings({ ...on, OTEL_SDK_DISABLED: 'TRUE' }, 'x')).toBeUndefined();
    expect(traceSettings(on, 'x')).toEqual({
      url: 'http://collector:4318/v1/traces',
      headers: {},
      serviceName: 'x',
    });
  });

  test('headers, a name, an address of its own', () => {
    expect(
      traceSettings(
        {
          OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
          OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/x',
          OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic%20abc, bad name=1,half=%,x-k=v=w',
          OTEL_SERVICE_NAME: 'mine',
        },
        'x',
      ),
    ).toEqual({
      url: 'https://traces.example/x',
      headers: { authorization: 'Basic abc', 'x-k': 'v=w' },
      serviceName: 'mine',
    });
  });
});

describe('spans', () => {
  const collect = (): { posts: string[]; send: Send } => {
    const posts: string[] = [];
    return {
      posts,
      send: (_url, _headers, body) => {
        posts.push(body);
        return Promise.resolve(true);
      },
    };
  };

  test('a child has its parent’s trace; what has ended is posted, once', async () => {
    const { posts, send } = collect();
    let now = 1_700_000_000_000;
    const tracer = createTracer(SETTINGS, '1', () => (now += 5), send);
    const parent = tracer.start('outer', 'server', { traceId: TRACE, spanId: SPAN, sampled: true }, { a: 1 });
    const child = tracer.start('inner', 'internal', parent.context);
    child.set({ b: true, c: 'text', d: 0.5 });
    child.end('broken');
    child.end();
    parent.end();
    tracer.start('never ended', 'client', undefined);
    await tracer.flush();
    await tracer.flush();
    expect(posts).toHaveLength(1);
    const [resource] = (
      JSON.parse(posts[0] ?? '') as { resourceSpans: { scopeSpans: { spans: object[] }[] }[] }
    ).resourceSpans;
    expect(resource?.scopeSpans[0]?.spans).toMatchObject([
      {
        traceId: TRACE,
        parentSpanId: parent.context.spanId,
        name: 'inner',
        kind: 1,
        startTimeUnixNano: '1700000000010000000',
        endTimeUnixNano: '1700000000015000000',
        status: { code: 2, message: 'broken' },
        attributes: [
          { key: 'b', value: { boolValue: true } },
          { key: 'c', value: { stringValue: 'text' } },
          { key: 'd', value: { doubleValue: 0.5 } },
        ],
      },
      { parentSpanId: SPAN, name: 'outer', kind: 2, status: {}, attributes: [{ value: { intValue: '1' } }] },
    ]);
  });

  test('a trace its beginner does not record is not recorded', async () => {
    const { posts, send } = collect();
    const tracer = createTracer(SETTINGS, '1', Date.now, send);
    tracer.start('x', 'server', { traceId: TRACE, spanId: SPAN, sampled: false }).end();
    await tracer.flush();
    expect(posts).toEqual([]);
  });

  test('a collector that fails costs nothing but its spans, and no more of them wait than may', async () => {
    let posts = 0;
    const tracer = createTracer(SETTINGS, '1', Date.now, (_url, _headers, body) => {
      posts += 1;
      const { length } = body.match(/"traceId"/g) ?? [];
      expect(length).toBe(TRACE_LIMITS.waitingSpans);
      return Promise.reject(new Error('no collector'));
    });
    for (let i = 0; i < TRACE_LIMITS.waitingSpans + 10; i += 1) tracer.start('x', 'client', undefined).end();
    await tracer.flush();
    expect(posts).toBe(1);
  });

  test('without a collector a context goes through unchanged', async () => {
    const parent = { traceId: TRACE, spanId: SPAN, sampled: true };
    const span = NO_TRACER.start('x', 'server', parent);
    span.set({});
    span.end();
    expect(span.context).toBe(parent);
    expect(NO_TRACER.start('x', 'server', undefined).context.sampled).toBe(false);
    await NO_TRACER.flush();
  });
});
