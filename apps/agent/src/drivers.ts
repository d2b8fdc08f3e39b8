/** The drivers of this agent: one for each machine it serves, made when first needed. */
import {
  createDockerDriver,
  createProcessDriver,
  createSshDriver,
  type Driver,
  type ProcessDriverOptions,
  type SshDriver,
} from '@postern/exec';
import { driverSchema, type Welcome } from '@postern/contract';

export interface Drivers {
  /** Undefined for a driver this agent does not know. */
  of(machine: Welcome['machines'][number]): Driver | undefined;
  /** Closes what the drivers hold open. */
  close(): void;
}

export function createDrivers(options: ProcessDriverOptions): Drivers {
  const local = createProcessDriver(options);
  // Clients of other hosts are not commands of this one: its limits are not for them.
  const clients = createProcessDriver({ environment: options.environment, spawner: options.spawner });
  const made = new Map<string, Driver>();
  const connections: SshDriver[] = [];
  const make = (config: unknown): Driver | undefined => {
    const parsed = driverSchema.safeParse(config);
    if (!parsed.success) return undefined;
    switch (parsed.data.kind) {
      case 'process':
        return local;
      case 'docker':
        return createDockerDriver({ container: parsed.data.container, socket: parsed.data.socket });
      case 'ssh': {
        const { host, port, user } = parsed.data;
        const driver = createSshDriver({ host, port, user }, clients);
        connections.push(driver);
        return driver;
      }
    }
  };
  return {
    of({ driver: config }) {
      const key = JSON.stringify(config);
      const known = made.get(key) ?? make(config);
      if (known !== undefined) made.set(key, known);
      return known;
    },
    close: () => connections.forEach((connection) => connection.close()),
  };
}
