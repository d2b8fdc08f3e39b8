import { z } from 'zod';
import { machineNameSchema } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { processSchema } from '../machine-control.ts';
import { defineOperation } from '../operation.ts';
import { machineSchema, timeSchema } from '../resources.ts';
import { nothing, ok, reference } from './common.ts';

const appParams = z.strictObject({ app: reference });
export const machineParams = z.strictObject({ app: reference, machine: reference });

/** How the agent reaches the machine. */
export const driverSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('process') }),
  z.strictObject({
    kind: z.literal('docker'),
    container: z.string().min(1).max(256),
    socket: z.string().max(256).optional(),
  }),
  z.strictObject({
    kind: z.literal('ssh'),
    host: z.string().min(1).max(256),
    port: z.number().int().min(1).max(65_535).optional(),
    user: z.string().min(1).max(64).optional(),
  }),
]);

export const listMachines = defineOperation({
  name: 'machines.list',
  method: 'GET',
  path: '/v1/apps/{app}/machines',
  summary: 'Machines of an app',
  auth: 'access',
  status: 200,
  params: appParams,
  query: z.strictObject({
    state: z.string().max(200).optional(),
    region: z.string().max(64).optional(),
    summary: z.string().max(8).optional(),
    include_deleted: z.string().max(8).optional(),
    include_leases: z.string().max(8).optional(),
  }),
  body: nothing,
  output: z.array(machineSchema),
});

export const addMachine = defineOperation({
  name: 'machines.add',
  method: 'POST',
  path: '/v1/apps/{app}/machines',
  summary: 'Add a machine; answers a one-time join token for its agent, unless a known agent serves it',
  auth: 'session',
  status: 201,
  params: appParams,
  query: nothing,
  body: z.strictObject(
    {
      name: machineNameSchema.optional(),
      driver: driverSchema.default({ kind: 'process' }),
      /** The id of a machine whose agent shall serve this one too. */
      beside: reference.optional(),
    },
    {
      // Clients of Fly's machines API send the configuration of one to be made.
      error: (issue) =>
        issue.code === 'unrecognized_keys' && issue.keys.includes('config')
          ? 'machines are not made from images or configurations here'
          : undefined,
    },
  ),
  output: z.object({
    machine: machineSchema,
    join_token: z.string().nullable(),
    join_expires_at: timeSchema.nullable(),
    join_command: z.string().nullable(),
  }),
});

export const showMachine = defineOperation({
  name: 'machines.show',
  method: 'GET',
  path: '/v1/apps/{app}/machines/{machine}',
  summary: 'One machine',
  auth: 'access',
  status: 200,
  params: machineParams,
  query: z.strictObject({ include_leases: z.string().max(8).optional() }),
  body: nothing,
  output: machineSchema,
});

export const updateMachine = defineOperation({
  name: 'machines.update',
  method: 'PATCH',
  path: '/v1/apps/{app}/machines/{machine}',
  summary: 'Rename a machine',
  auth: 'session',
  status: 200,
  params: machineParams,
  query: nothing,
  body: z.strictObject({ name: machineNameSchema }),
  output: machineSchema,
});

export const removeMachine = defineOperation({
  name: 'machines.remove',
  method: 'DELETE',
  path: '/v1/apps/{app}/machines/{machine}',
  summary: 'Remove a machine; running execs on it are ended',
  auth: 'session',
  status: 200,
  params: machineParams,
  query: z.strictObject({ force: z.string().max(8).optional(), kill: z.string().max(8).optional() }),
  body: nothing,
  output: ok,
});

export const startMachine = defineOperation({
  name: 'machines.start',
  method: 'POST',
  path: '/v1/apps/{app}/machines/{machine}/start',
  summary: 'Start a machine, where its driver can',
  auth: 'access',
  status: 200,
  params: machineParams,
  query: nothing,
  body: z.object({}),
  output: z.object({ previous_state: z.string(), migrated: z.boolean(), new_host: z.string() }),
});

export const stopMachine = defineOperation({
  name: 'machines.stop',
  method: 'POST',
  path: '/v1/apps/{app}/machines/{machine}/stop',
  summary: 'Stop a machine, where its driver can',
  auth: 'access',
  status: 200,
  params: machineParams,
  query: nothing,
  body: z.strictObject({
    id: z.string().max(64).optional(),
    signal: z.string().max(16).optional(),
    timeout: z.string().max(32).optional(),
  }),
  output: ok,
});

export const restartMachine = defineOperation({
  name: 'machines.restart',
  method: 'POST',
  path: '/v1/apps/{app}/machines/{machine}/restart',
  summary: 'Restart a machine, where its driver can',
  auth: 'access',
  status: 200,
  params: machineParams,
  query: z.strictObject({
    force_stop: z.string().max(8).optional(),
    timeout: z.string().max(32).optional(),
    signal: z.string().max(16).optional(),
  }),
  body: z.object({}),
  output: ok,
});

export const signalMachine = defineOperation({
  name: 'machines.signal',
  method: 'POST',
  path: '/v1/apps/{app}/machines/{machine}/signal',
  summary: 'Send a signal to the main process of a machine, where its driver can',
  auth: 'access',
  status: 200,
  params: machineParams,
  query: nothing,
  body: z.strictObject({ signal: z.union([z.string().max(16), z.number().int().min(1).max(64)]) }),
  output: ok,
});

export const waitMachine = defineOperation({
  name: 'machines.wait',
  method: 'GET',
  path: '/v1/apps/{app}/machines/{machine}/wait',
  summary: 'Wait until a machine is in a state',
  auth: 'access',
  status: 200,
  params: machineParams,
  query: z.strictObject({
    state: z.string().max(200).default('started'),
    version: z.string().max(64).optional(),
    instance_id: z.string().max(64).optional(),
    from_event_id: z.string().max(64).optional(),
    timeout: z.coerce.number().min(0).max(3600).default(LIMITS.waitMaxSeconds),
  }),
  body: nothing,
  output: z.object({ ok: z.boolean(), state: z.string(), version: z.string() }),
});

export const listProcesses = defineOperation({
  name: 'machines.ps',
  method: 'GET',
  path: '/v1/apps/{app}/machines/{machine}/ps',
  summary: 'Processes of a machine, where its driver can',
  auth: 'access',
  status: 200,
  params: machineParams,
  query: z.strictObject({ sort_by: z.string().max(16).optional(), order: z.string().max(8).optional() }),
  body: nothing,
  output: z.array(processSchema),
});
