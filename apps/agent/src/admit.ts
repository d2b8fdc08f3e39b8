/**
 * Defence in depth: the agent looks at every order with its own eyes. The machine must be one it serves, and the
 * caveats the gateway cleared must clear here too, against the agent's own idea of the machine and for exactly the
 * argv that would run.
 */
import type { ExecOrder, Welcome } from '@postern/contract';
import type { Admission, Driver } from '@postern/exec';
import {
  ACTION,
  clear,
  decodeBase64,
  decodeCaveats,
  explainRefusal,
  refuseUngranted,
  TokenError,
  type Access,
  type Caveat,
} from '@postern/token';
import type { Tracer } from '@postern/trace';
import type { Drivers } from './drivers.ts';
import { policyRefusal, policyServes, type Policy } from './policy.ts';
import { traceDriver } from './trace-driver.ts';

export type Machines = Welcome['machines'];

/** What the agent runs commands with, and what its machine allows beyond what tokens allow. */
export interface Means {
  readonly drivers: Drivers;
  readonly policy: Policy | undefined;
  readonly tracer: Tracer;
}

export function admit(order: ExecOrder, machines: Machines, { drivers, policy, tracer }: Means): Admission {
  const machine = machines.find((candidate) => candidate.id === order.machineId);
  if (machine === undefined) return { refused: 'the agent does not serve this machine' };
  if (machine.app_id !== order.appId || machine.organization_id !== order.organizationId) {
    return { refused: 'the machine belongs to another app' };
  }
  const caveats = readCaveats(order.caveats);
  if (caveats === undefined) return { refused: 'the caveats of the order cannot be read' };
  const access: Access = {
    kind: 'access',
    action: ACTION.w,
    now: order.clearedAt,
    orgId: BigInt(machine.organization_id),
    appId: BigInt(machine.app_id),
    machine: machine.id,
    command: order.spec.argv,
    stdin: order.spec.stdin,
    tty: order.spec.tty !== null,
    timeoutSeconds: order.spec.timeoutMs / 1000,
    outputBytes: order.spec.outputLimitBytes,
    envNames: Object.keys(order.spec.env),
    ...(order.sourceAddress === null ? {} : { sourceAddress: order.sourceAddress }),
    ...(order.spec.user === null ? {} : { user: order.spec.user }),
    ...(order.spec.cwd === null ? {} : { cwd: order.spec.cwd }),
  };
  const verdict = clear(caveats, access);
  const refusal = verdict.allowed ? refuseUngranted(caveats, access) : verdict.refusals[0];
  if (refusal !== undefined) return { refused: explainRefusal(refusal) };
  if (!policyServes(policy, machine.driver.kind)) {
    return { refused: `its policy does not let it serve machines by the driver ${machine.driver.kind}` };
  }
  const denied = policy === undefined ? undefined : policyRefusal(policy, order.spec);
  if (denied !== undefined) return { refused: denied };
  const driver = drivers.of(machine);
  if (driver === undefined) return { refused: `the agent has no driver ${machine.driver.kind}` };
  const missing = missingFeature(order, driver);
  return missing === undefined
    ? { driver: traceDriver(driver, order, tracer) }
    : { refused: `the driver ${driver.kind} has no ${missing}` };
}

function readCaveats(text: string): Caveat[] | undefined {
  const bytes = decodeBase64(text);
  if (bytes === undefined) return undefined;
  try {
    return decodeCaveats(bytes);
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

/** What is asked and not there is refused, never ignored. */
function missingFeature({ spec }: ExecOrder, { features }: Driver): string | undefined {
  if (spec.tty !== null && !features.has('tty')) return 'terminal';
  if (spec.stdin && !features.has('stdin')) return 'stdin';
  if (spec.cwd !== null && !features.has('cwd')) return 'choice of directory';
  if (spec.user !== null && !features.has('user')) return 'choice of user';
  if (Object.keys(spec.env).length > 0 && !features.has('env')) return 'choice of environment';
  return undefined;
}
