/** Starting, stopping and looking at a container, through its engine. */
import { ControlError, type MachineControl } from '../driver.ts';
import { namespaceProcesses } from '../process/namespace-processes.ts';
import { EngineError, field, type Engine } from './engine.ts';

export function createContainerControl(engine: Engine, container: string): MachineControl {
  const path = `/containers/${encodeURIComponent(container)}`;
  const call = async (method: 'GET' | 'POST', rest: string): Promise<unknown> => {
    try {
      return await engine.call(method, `${path}${rest}`);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw new ControlError(error.message, { cause: error });
    }
  };
  const inspect = async (): Promise<{ readonly running: boolean; readonly pid: number }> => {
    const state = field(await call('GET', '/json'), 'State');
    return { running: field(state, 'Running') === true, pid: Number(field(state, 'Pid')) };
  };
  const halt = (verb: 'stop' | 'restart') => async (timeoutSeconds: number, signal: string | null) => {
    // Old engines know no other signal here: it is sent before, and the engine then waits for the end.
    if (signal !== null && (await inspect()).running) await call('POST', `/kill?signal=${signal}`);
    await call('POST', `/${verb}?t=${timeoutSeconds}`);
  };
  return {
    state: async () => ((await inspect()).running ? 'started' : 'stopped'),
    start: async () => void (await call('POST', '/start')),
    stop: halt('stop'),
    restart: halt('restart'),
    signal: async (signal) => void (await call('POST', `/kill?signal=${signal}`)),
    async ps() {
      const { running, pid } = await inspect();
      return running && pid > 0 ? namespaceProcesses(pid) : [];
    },
  };
}
