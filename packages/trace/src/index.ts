/**
 * `@postern/trace`: one exec followed across command line, gateway and agent, in OpenTelemetry's own terms.
 *
 * W3C trace context goes in and out, OTLP in JSON goes to a collector. Off until a collector is named. A span never holds
 * an argv, an environment or a token: only ids, times and outcomes.
 */
export { traceSettings, type TraceSettings } from './settings.ts';
export { formatTraceparent, parseTraceparent, type TraceContext } from './trace-context.ts';
export {
  createTracer,
  NO_TRACER,
  type Attributes,
  type Send,
  type Span,
  type SpanKind,
  type Tracer,
} from './tracer.ts';
