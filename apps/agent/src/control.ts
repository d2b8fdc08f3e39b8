/** What is asked of a machine itself: only of one this agent serves, and only as far as its policy and driver go. */
import type { MachineAnswer, MachineAsk, MachineProcess } from '@postern/contract';
import { ControlError, parseSignal, type MachineControl } from '@postern/exec';
import type { Machines, Means } from './admit.ts';
import { policyServes } from './policy.ts';

const no = (why: 'unsupported' | 'refused' | 'failed', message: string): MachineAnswer => ({
  ok: false,
  why,
  message,
});

/** Never rejects. */
export async function controlMachine(
  ask: MachineAsk,
  machines: Machines,
  { drivers, policy }: Pick<Means, 'drivers' | 'policy'>,
): Promise<MachineAnswer> {
  const machine = machines.find(({ id }) => id === ask.machineId);
  if (machine === undefined) return no('refused', 'the agent does not serve this machine');
  if (!policyServes(policy, machine.driver.kind))
    return no('refused', `its policy does not let it serve machines by the driver ${machine.driver.kind}`);
  if (policy?.control === false) return no('refused', 'its policy does not let the server control it');
  const driver = drivers.of(machine);
  if (driver?.control === undefined)
    return no('unsupported', `the driver ${machine.driver.kind} only runs commands`);
  try {
    return { ok: true, processes: await act(driver.control, ask) };
  } catch (error) {
    if (error instanceof ControlError) return no('failed', error.message);
    throw error;
  }
}

async function act(control: MachineControl, ask: MachineAsk): Promise<MachineProcess[]> {
  const signal = ask.signal === null ? null : parseSignal(ask.signal);
  if (signal === undefined) throw new ControlError(`there is no signal ${String(ask.signal)} here`);
  switch (ask.act) {
    case 'start':
      await control.start();
      return [];
    case 'stop':
      await control.stop(ask.timeoutSeconds, signal);
      return [];
    case 'restart':
      await control.restart(ask.timeoutSeconds, signal);
      return [];
    case 'signal':
      await control.signal(signal ?? 'SIGTERM');
      return [];
    case 'ps':
      return control.ps();
  }
}
