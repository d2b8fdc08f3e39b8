/** One exec, followed across the command line, the server and the agent, by a real collector's protocol. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { install, until, type Installation } from './installation.ts';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status: { readonly message?: string };
}

const spans: (Span & { readonly service: string })[] = [];
const bodies: string[] = [];
const headers: IncomingHttpHeaders[] = [];
const collector = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    bodies.push(body);
    headers.push(request.headers);
    const { resourceSpans } = JSON.parse(body) as {
      resourceSpans: {
        resource: { attributes: { key: string; value: { stringValue: string } }[] };
        scopeSpans: { spans: Span[] }[];
      }[];
    };
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
      for (const scope of scopeSpans) for (const span of scope.spans) spans.push({ ...span, service });
    }
    response.end('{}');
  });
});

let postern: Installation;
let endpoint = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint;
  process.env['OTEL_EXPORTER_OTLP_HEADERS'] = 'x-collector=mine';
  postern = await install();
});
afterAll(async () => {
  await postern.remove();
  collector.close();
});

test('command line, server and agent are one trace, which holds no command', async () => {
  const run = await postern.postern(['machine', 'exec', '-a', 'demo', 'echo not-for-collectors']);
  expect(run.code).toBe(0);
  await until(() => spans.length >= 4);
  const named = (name: string): Span | undefined => spans.find((span) => span.name === name);
  const [cli, server, decision, agent] = [
    named('postern machine exec'),
    named('postern.exec'),
    named('postern.authorize'),
    named('postern.command'),
  ];
  expect(cli?.parentSpanId).toBeUndefined();
  expect(server?.parentSpanId).toBe(cli?.spanId);
  expect(decision?.parentSpanId).toBe(server?.spanId);
  expect(agent?.parentSpanId).toBe(server?.spanId);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(spans.map(({ service }) => service).toSorted()).toEqual([
    'postern',
    'postern-agent',
    'postern-server',
    'postern-server',
  ]);
  expect(headers[0]?.['x-collector']).toBe('mine');
  expect(bodies.join()).not.toMatch(/not-for-collectors|echo|fo1_|fm2_/);
});

test('a refusal is a span with its code; the caller’s own trace goes on', async () => {
  spans.length = 0;
  const minted = await postern.postern(['tokens', 'create', 'machine-exec', '-a', 'demo', '--', 'true']);
  const token = minted.stdout.toString().trim();
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const run = await postern.postern(['machine', 'exec', '-a', 'demo', '-t', token, 'false'], {
    env: { TRACEPARENT: `00-${trace}-00f067aa0ba902b7-01` },
  });
  expect(run.code).toBe(77);
  await until(() => spans.some(({ name }) => name === 'postern.exec'));
  const refused = spans.find(({ name }) => name === 'postern.exec');
  expect(refused?.traceId).toBe(trace);
  expect(refused?.status.message).toBe('not_allowed');
  expect(spans.some(({ name }) => name === 'postern.command')).toBe(false);
});

test('a collector that is gone changes nothing', async () => {
  await new Promise((resolve) => collector.close(resolve));
  collector.closeAllConnections();
  const run = await postern.postern(['machine', 'exec', '-a', 'demo', 'echo still here']);
  expect(run.stdout.toString()).toBe('still here\n');
  expect(run.stderr).toBe('');
  expect(run.code).toBe(0);
});
