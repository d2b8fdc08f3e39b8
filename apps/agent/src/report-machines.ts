/** Tells the gateway what the machines are and can: at once when the link opens, and whenever that has changed. */
import type { MachineReport } from '@postern/contract';
import type { Machines, Means } from './admit.ts';
import { policyServes } from './policy.ts';

/** Milliseconds between two looks. */
const LOOK_MS = 3000;

export interface MachineReporter {
  /** Looks now, and says what is different; everything, when the link is new. */
  look(isNewLink: boolean): Promise<void>;
  stop(): void;
}

/** @param tell sends a report; called only while there is something to say. */
export function createMachineReporter(
  machines: () => Machines,
  { drivers, policy }: Pick<Means, 'drivers' | 'policy'>,
  tell: (reports: readonly MachineReport[]) => void,
): MachineReporter {
  let said = new Map<string, string>();
  let looking: Promise<void> = Promise.resolve();

  const describe = async (machine: Machines[number]): Promise<MachineReport[]> => {
    const driver = policyServes(policy, machine.driver.kind) ? drivers.of(machine) : undefined;
    if (driver === undefined) return [];
    const control = policy?.control === false ? undefined : driver.control;
    // An engine that does not answer has started nothing.
    const state =
      driver.control === undefined ? 'started' : await driver.control.state().catch(() => 'stopped' as const);
    const acts = control === undefined ? [] : ['start', 'stop', 'restart', 'signal-machine', 'ps'];
    return [{ id: machine.id, state, features: [...driver.features, ...acts] }];
  };
  const lookOnce = async (isNewLink: boolean): Promise<void> => {
    if (isNewLink) said = new Map();
    const reports = (await Promise.all(machines().map(describe))).flat();
    const fresh = reports.filter((report) => said.get(report.id) !== JSON.stringify(report));
    said = new Map(reports.map((report) => [report.id, JSON.stringify(report)]));
    if (fresh.length > 0) tell(fresh);
  };
  const look = (isNewLink: boolean): Promise<void> => (looking = looking.then(() => lookOnce(isNewLink)));
  const timer = setInterval(() => void look(false), LOOK_MS);
  return { look, stop: () => clearInterval(timer) };
}
