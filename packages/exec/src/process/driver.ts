/** The `process` driver: commands run on the agent's own host. */
import type { Driver } from '../driver.ts';
import type { Spawner } from '../spawner/client.ts';
import type { MachineLimits } from './cgroups.ts';
import { createNodeDriver } from './node-driver.ts';
import { createSpawnerDriver } from './spawner-driver.ts';

export interface ProcessDriverOptions {
  /** The agent's environment; a safelist of it is passed on. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Without it commands run through Node's own spawn, and the driver declares less. */
  readonly spawner?: Spawner | undefined;
  readonly limits?: MachineLimits | undefined;
  /** Whether commands may not gain privileges (`sudo`, set-uid programs). */
  readonly noNewPrivileges?: boolean | undefined;
}

export function createProcessDriver({ spawner, ...options }: ProcessDriverOptions): Driver {
  return spawner === undefined
    ? createNodeDriver(options.environment)
    : createSpawnerDriver({ ...options, spawner });
}
