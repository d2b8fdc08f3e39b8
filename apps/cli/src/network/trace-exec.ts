/** One exec as the root of a trace, or a part of the caller's own: `TRACEPARENT`, as CI systems set it. */
import { createTracer, formatTraceparent, parseTraceparent, traceSettings } from '@postern/trace';
import type { Io } from '../core/io.ts';
import { VERSION } from '../version.ts';

/**
 * Does something within a span, when spans are collected.
 *
 * @param act is given the headers its requests carry; returns the exit code.
 */
export async function traceExec(
  io: Io,
  act: (headers: Readonly<Record<string, string>>) => Promise<number>,
): Promise<number> {
  const settings = traceSettings(io.env, 'postern');
  if (settings === undefined) return act({});
  const tracer = createTracer(settings, VERSION, () => io.now());
  const span = tracer.start('postern machine exec', 'client', parseTraceparent(io.env['TRACEPARENT']));
  try {
    const code = await act({ traceparent: formatTraceparent(span.context) });
    span.set({ 'process.exit.code': code });
    span.end(code === 0 ? undefined : `exit code ${code}`);
    return code;
  } catch (error) {
    span.end(error instanceof Error ? error.name : 'error');
    throw error;
  } finally {
    await tracer.flush();
  }
}
