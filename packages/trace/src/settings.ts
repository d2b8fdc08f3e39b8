/** Where spans go, by the variables every OpenTelemetry program reads. */

export interface TraceSettings {
  /** Full URL that spans are posted to. */
  readonly url: string;
  /** More headers of each post: credentials of the collector. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
}

/**
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, or `OTEL_EXPORTER_OTLP_ENDPOINT` with `/v1/traces` behind it;
 * `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, `OTEL_SDK_DISABLED`.
 *
 * @param serviceName when the environment does not say.
 * @returns undefined when there is no endpoint, or none that is a URL: tracing is never a reason not to start.
 */
export function traceSettings(
  env: Readonly<Record<string, string | undefined>>,
  serviceName: string,
): TraceSettings | undefined {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined;
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '';
  const own = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? '';
  const url = own !== '' ? own : base === '' ? '' : `${base.replace(/\/+$/, '')}/v1/traces`;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return undefined;
  const name = env['OTEL_SERVICE_NAME'] ?? '';
  return {
    url,
    headers: readHeaders(env['OTEL_EXPORTER_OTLP_HEADERS'] ?? ''),
    serviceName: name === '' ? serviceName : name,
  };
}

/** `key=value,key=value`, values percent-encoded. What cannot be read is left out. */
function readHeaders(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(at, 0)).trim().toLowerCase();
    if (!/^[a-z0-9-]+$/.test(name)) continue;
    try {
      headers[name] = decodeURIComponent(pair.slice(at + 1).trim());
    } catch {
      continue;
    }
  }
  return headers;
}
