/** A driver whose command is a span of the exec's trace: how long the machine itself took, and how it ended. */
import type { ExecOrder } from '@postern/contract';
import type { Driver } from '@postern/exec';
import { parseTraceparent, type Tracer } from '@postern/trace';

export function traceDriver(driver: Driver, order: ExecOrder, tracer: Tracer): Driver {
  const parent = parseTraceparent(order.traceparent);
  if (parent === undefined) return driver;
  return {
    ...driver,
    start(spec, sink) {
      const span = tracer.start('postern.command', 'server', parent, {
        'postern.exec': order.execId,
        'postern.machine': order.machineId,
        'postern.driver': driver.kind,
      });
      const command = driver.start(spec, sink);
      void command.outcome.then(({ reason, exitCode }) => {
        span.set({
          'postern.reason': reason,
          ...(exitCode === null ? {} : { 'process.exit.code': exitCode }),
        });
        span.end(reason === 'exited' ? undefined : reason);
      });
      return command;
    },
  };
}
